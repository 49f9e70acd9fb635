// A log by hand: what an append, a roll, a read, a cut and a flush do and emit.
#include "core/base/fingerprint.hpp"
#include "tests/core/log/support.hpp"
#include "tests/support/catch.hpp"

#include <limits>

using namespace orrery;
using namespace orrery::log;
using namespace orrery::tests;

namespace {

constexpr std::int64_t day_ms = 86'400'000;

Log empty_log(const LogConfig& config = {}) {
    Effects out;
    return Log::create("orders-0", config, Offset{0}, at_ms(0), out);
}

/// One record per batch, a second apart.
void fill(Log& log, int batches, Effects& out, LeaderEpoch epoch = {1}) {
    for (int i = 0; i < batches; ++i) {
        const std::int64_t ms = log.end_offset().value * 1000;
        log.append(make_batch(log.end_offset(), epoch, 1, at_ms(ms).wall_ms), at_ms(ms), out);
    }
}

template <class E>
std::vector<E> all_of(const Effects& effects) {
    std::vector<E> found;
    for (const Effect& effect : effects)
        if (const auto* one = std::get_if<E>(&effect))
            found.push_back(*one);
    return found;
}

const std::string first_log = "orders-0/00000000000000000000.log";

} // namespace

TEST_CASE("a new log makes its three files") {
    Effects out;
    const Log log = Log::create("orders-0", {}, Offset{42}, at_ms(0), out);
    CHECK(out == Effects{Write{unwatched, "orders-0/00000000000000000042.log", 0, {}},
                         Write{unwatched, "orders-0/00000000000000000042.index", 0, {}},
                         Write{unwatched, "orders-0/00000000000000000042.timeindex", 0, {}}});
    CHECK(log.start_offset() == Offset{42});
    CHECK(log.end_offset() == Offset{42});
    CHECK(log.empty());
}

TEST_CASE("an append writes the batch's own bytes at the file's end, and waits for nothing") {
    Log log = empty_log();
    Effects out;
    const record::Batch batch = make_batch({0}, {1}, 3, 1000);
    log.append(batch, at_ms(0), out);
    out.clear();
    const record::Batch next = make_batch({3}, {1}, 1, 1001);
    const Appended done = log.append(next, at_ms(0), out);
    CHECK(done.first == Offset{3});
    CHECK(done.last == Offset{3});
    CHECK(done.bytes == static_cast<std::int64_t>(next.bytes.size()));
    REQUIRE(out.size() == 1);
    const auto& write = std::get<Write>(out[0]);
    CHECK(write.file == first_log);
    CHECK(write.at == static_cast<std::int64_t>(batch.bytes.size()));
    CHECK(write.data.piece(0).data() == next.bytes.data());
}

TEST_CASE("an append with a write id is followed by a flush with that id") {
    Log log = empty_log();
    Effects out;
    log.append(make_batch({0}, {1}, 1, 1000), at_ms(0), out, WriteId{5});
    CHECK(out.back() == Effect(Flush{WriteId{5}, first_log}));
}

TEST_CASE("the first batch of an epoch is noted in the checkpoint") {
    Log log = empty_log();
    Effects out;
    fill(log, 2, out, {4});
    log.assign_epoch({6}, log.end_offset(), out);
    fill(log, 1, out, {6});
    const auto replaced = all_of<Replace>(out);
    REQUIRE(replaced.size() == 2);
    CHECK(replaced[1].file == "orders-0/leader-epoch-checkpoint");
    CHECK(replaced[1].data.flat().text() == "0\n2\n4 0\n6 2\n");
    CHECK(log.end_offset_for({5}) == EpochEnd{{4}, {2}});
    CHECK(log.end_offset_for({6}) == EpochEnd{{6}, {3}});
    CHECK(log.epoch_of({1}) == LeaderEpoch{4});
}

TEST_CASE("a full segment is closed, flushed, and followed by the next") {
    LogConfig config;
    config.segment_bytes = 200; // two batches of 89
    Log log = empty_log(config);
    Effects out;
    fill(log, 2, out);
    CHECK(log.segment_count() == 1);
    out.clear();
    const Appended done =
        log.append(make_batch({2}, {1}, 1, at_ms(2000).wall_ms), at_ms(2000), out);
    CHECK(done.rolled);
    REQUIRE(log.segment_count() == 2);
    CHECK(log.segment(1).base_offset == Offset{2});
    const auto flushes = all_of<Flush>(out);
    REQUIRE(flushes.size() == 3);
    CHECK(flushes[2] == Flush{unwatched, first_log});
    // the time index of a closed segment ends with its largest timestamp
    REQUIRE(log.segment(0).time_index.size() == 1);
    CHECK(log.segment(0).time_index[0] == TimeIndexEntry{at_ms(1000).wall_ms, 1});
}

TEST_CASE("a segment rolls by the records' own time, not by the clock") {
    LogConfig config;
    config.segment_ms = 60'000;
    Log log = empty_log(config);
    Effects out;
    log.append(make_batch({0}, {1}, 1, 1'000'000), at_ms(0), out);
    CHECK(!log.append(make_batch({1}, {1}, 1, 1'060'000), at_ms(10 * day_ms), out).rolled);
    CHECK(log.append(make_batch({2}, {1}, 1, 1'060'001), at_ms(0), out).rolled);
}

TEST_CASE("a segment rolls when an offset would not fit its index, or the index is full") {
    Log log = empty_log();
    Effects out;
    fill(log, 1, out);
    const Offset far{std::numeric_limits<std::int32_t>::max() + std::int64_t{1}};
    CHECK(log.append(make_batch(far, {1}, 1, 1000), at_ms(0), out).rolled);
    CHECK(log.segment(1).base_offset == far);

    LogConfig config;
    config.index_interval_bytes = 0;
    config.segment_index_bytes = 40; // three entries in the time index, of which one is kept free
    Log small = empty_log(config);
    fill(small, 4, out);
    CHECK(small.segment_count() == 2);
}

TEST_CASE("a batch larger than a segment gets one of its own") {
    LogConfig config;
    config.segment_bytes = 200;
    Log log = empty_log(config);
    Effects out;
    log.append(make_batch({0}, {1}, 1, 1000, 500), at_ms(0), out);
    CHECK(log.segment_count() == 1);
    fill(log, 1, out);
    CHECK(log.segment_count() == 2);
}

TEST_CASE("fetched batches are shared, and refused whole when one is wrong") {
    Log log = empty_log();
    Effects out;
    fill(log, 2, out);
    out.clear();
    const record::Batch a = make_batch({2}, {1}, 2, 1000);
    const record::Batch b = make_batch({4}, {2}, 1, 1000);
    const auto chain = [](std::initializer_list<Bytes> pieces) {
        Chain all;
        for (const Bytes& piece : pieces)
            all.append(piece);
        return all;
    };
    std::string flipped(b.bytes.text());
    flipped.back() = static_cast<char>(flipped.back() ^ 1);
    CHECK(log.append_fetched(chain({a.bytes, Bytes::copy(flipped)}), at_ms(0), out) ==
          failure(AppendError::corrupt));
    CHECK(log.append_fetched(chain({make_batch({1}, {1}, 1, 0).bytes}), at_ms(0), out) ==
          failure(AppendError::unexpected_offset));
    CHECK(log.append_fetched(chain({b.bytes, a.bytes}), at_ms(0), out) ==
          failure(AppendError::out_of_order));
    CHECK(out.empty());
    CHECK(log.end_offset() == Offset{2});

    const auto done =
        log.append_fetched(chain({a.bytes, b.bytes, a.bytes.slice(0, 50)}), at_ms(0), out);
    REQUIRE(done);
    CHECK(done->batches == 2);
    CHECK(done->last == Offset{4});
    CHECK(done->last_epoch == LeaderEpoch{2});
    const auto read = log.read({4}, {1000, {5}, true});
    CHECK(read->records.piece(0).data() == b.bytes.data());
    const auto nothing = log.append_fetched({}, at_ms(0), out);
    REQUIRE(nothing);
    CHECK(nothing->last == no_offset);
}

TEST_CASE("a read gives whole batches of one segment, from the one that holds the offset") {
    LogConfig config;
    config.segment_bytes = 300;
    Log log = empty_log(config);
    Effects out;
    for (int i = 0; i < 3; ++i)
        log.append(make_batch(log.end_offset(), {1}, 2, 1000), at_ms(0), out);
    const std::int64_t batch = log.segment(0).batches[0].end_position();
    REQUIRE(log.segment_count() == 2);
    const auto size = [&](Offset from, const ReadLimits& limits) {
        return static_cast<std::int64_t>(log.read(from, limits)->records.size());
    };
    CHECK(size({1}, {10'000, {6}, false}) == 2 * batch);
    CHECK(size({0}, {2 * batch - 1, {6}, false}) == batch);
    CHECK(size({0}, {batch - 1, {6}, false}) == 0);
    CHECK(size({0}, {1, {6}, true}) == batch);
    CHECK(size({0}, {10'000, {2}, true}) == batch); // the bound is exclusive
    CHECK(size({4}, {10'000, {6}, true}) == batch);
    CHECK(size({6}, {10'000, {6}, true}) == 0);
    CHECK(!log.read({7}, {10'000, {6}, true}));
    CHECK(log.position_of({3}) == std::pair{Offset{0}, batch});
    CHECK(log.position_of({6}) == std::pair{Offset{4}, batch});
}

TEST_CASE("a copy of a log lives its own life and shares the past") {
    Log log = empty_log();
    Effects out;
    fill(log, 200, out);
    Log copy = log;
    CHECK(fingerprint(copy) == fingerprint(log));
    fill(copy, 1, out);
    CHECK(log.end_offset() == Offset{200});
    CHECK(copy.end_offset() == Offset{201});
    CHECK(!(copy == log));
    CHECK(fingerprint(copy) != fingerprint(log));
    CHECK(&copy.segment(0).batches[5] == &log.segment(0).batches[5]);
}

TEST_CASE("truncation cuts the file, flushes the cut and goes on in a new segment") {
    Log log = empty_log();
    Effects out;
    fill(log, 5, out);
    const std::int32_t kept = log.segment(0).batches[3].position;
    out.clear();
    CHECK(log.truncate_to({3}, out));
    CHECK(log.end_offset() == Offset{3});
    CHECK(all_of<Truncate>(out)[0] == Truncate{first_log, kept});
    CHECK(all_of<Flush>(out).back() == Flush{unwatched, first_log});
    REQUIRE(log.segment_count() == 2);
    CHECK(log.segment(1).base_offset == Offset{3});
    fill(log, 1, out, {2});
    CHECK(log.read({3}, {1000, {4}, true})->segment_base == Offset{3});
}

TEST_CASE("a batch that straddles the cut goes whole") {
    Log log = empty_log();
    Effects out;
    log.append(make_batch({0}, {1}, 3, 1000), at_ms(0), out);
    log.append(make_batch({3}, {1}, 3, 1000), at_ms(0), out);
    CHECK(log.truncate_to({5}, out));
    CHECK(log.end_offset() == Offset{3});
}

TEST_CASE("truncation at or beyond the end only forgets an epoch that wrote nothing") {
    Log log = empty_log();
    Effects out;
    fill(log, 3, out);
    log.assign_epoch({9}, {3}, out);
    out.clear();
    CHECK(!log.truncate_to({3}, out));
    CHECK(log.latest_epoch() == LeaderEpoch{1});
    CHECK(all_of<Replace>(out).size() == 1);
}

TEST_CASE("a log can begin anew elsewhere") {
    Log log = empty_log();
    Effects out;
    fill(log, 3, out);
    out.clear();
    log.truncate_fully_and_start_at({100}, at_ms(0), out);
    CHECK(log.start_offset() == Offset{100});
    CHECK(log.end_offset() == Offset{100});
    CHECK(!log.latest_epoch());
    CHECK(all_of<Erase>(out).size() == 3);
    CHECK(!log.read({2}, {1000, {100}, true}));
}

TEST_CASE("raising the start erases the segments below, and old offsets are out of range") {
    LogConfig config;
    config.segment_bytes = 200;
    Log log = empty_log(config);
    Effects out;
    fill(log, 6, out);
    REQUIRE(log.segment_count() == 3);
    out.clear();
    CHECK(log.advance_start_offset({3}, out));
    CHECK(log.segment_count() == 2);
    CHECK(all_of<Erase>(out)[0] == Erase{first_log});
    CHECK(!log.read({2}, {1000, {6}, true}));
    CHECK(log.read({3}, {1000, {6}, true}));
    CHECK(!log.advance_start_offset({3}, out));
    CHECK(log.end_offset_for({0}) == EpochEnd{{0}, {3}});
}

TEST_CASE("retention takes whole segments, by time and by size, never beyond the high watermark") {
    LogConfig config;
    config.segment_bytes = 200;
    config.retention_ms = 10'000;
    Log log = empty_log(config);
    Effects out;
    fill(log, 6, out); // segments of 0-1, 2-3, 4-5 seconds
    Log by_time = log;
    CHECK(by_time.apply_retention(at_ms(11'000), {6}, out) == 0);
    CHECK(by_time.apply_retention(at_ms(11'001), {6}, out) == 1);
    CHECK(by_time.start_offset() == Offset{2});
    CHECK(by_time.apply_retention(at_ms(day_ms), {3}, out) == 0);
    CHECK(by_time.apply_retention(at_ms(day_ms), {6}, out) == 1); // the active one stays
    config.retention_ms = -1;
    config.retention_bytes = log.size() - log.segment(0).size;
    log.set_config(config);
    CHECK(log.apply_retention(at_ms(day_ms), {6}, out) == 1);
    CHECK(log.apply_retention(at_ms(day_ms), {6}, out) == 0);
}

TEST_CASE("flush.messages and flush.ms ask for flushes") {
    LogConfig config;
    config.flush_messages = 3;
    Log log = empty_log(config);
    Effects out;
    fill(log, 2, out);
    CHECK(all_of<Flush>(out).empty());
    fill(log, 1, out);
    CHECK(all_of<Flush>(out).size() == 1);
    fill(log, 2, out);
    CHECK(all_of<Flush>(out).size() == 1);

    config.flush_messages = std::numeric_limits<std::int64_t>::max();
    config.flush_ms = 50;
    log.set_config(config);
    out.clear();
    const auto due = log.wakeup();
    REQUIRE(due);
    log.on_time({*due - nanoseconds(1), 0}, out);
    CHECK(out.empty());
    log.on_time({*due, 0}, out);
    CHECK(all_of<Flush>(out).size() == 3);
    CHECK(!log.wakeup());
    CHECK(!empty_log().wakeup());
}

TEST_CASE("the recovery point rises only when a flush is said to be done") {
    Log log = empty_log();
    Effects out;
    fill(log, 3, out);
    out.clear();
    const Offset upto = log.flush(WriteId{7}, at_ms(0), out);
    CHECK(upto == Offset{3});
    CHECK(out.back() == Effect(Flush{WriteId{7}, first_log}));
    CHECK(log.recovery_point() == Offset{0});
    fill(log, 1, out);
    log.flushed(upto);
    CHECK(log.recovery_point() == Offset{3});
    log.truncate_to({1}, out);
    CHECK(log.recovery_point() == Offset{1});
    log.flushed({3}); // late news of what was cut since
    CHECK(log.recovery_point() == Offset{1});
}

TEST_CASE("segment.jitter.ms lets each segment go a little early, each by its own draw") {
    LogConfig config;
    config.segment_ms = 1000;
    config.segment_jitter_ms = 600;
    Effects out;
    std::vector<std::int64_t> jitters;
    for (const char* directory : {"orders-0", "orders-1", "orders-2"}) {
        Log log = Log::create(directory, config, Offset{0}, at_ms(0), out);
        const std::int64_t jitter = log.segment(0).roll_jitter_ms;
        CHECK(jitter >= 0);
        CHECK(jitter < 600);
        log.append(make_batch({0}, {0}, 1, 0), at_ms(0), out);
        CHECK_FALSE(log.append(make_batch({1}, {0}, 1, 1000 - jitter), at_ms(9), out).rolled);
        CHECK(log.append(make_batch({2}, {0}, 1, 1001 - jitter), at_ms(9), out).rolled);
        jitters.push_back(jitter);
    }
    CHECK_FALSE((jitters[0] == jitters[1] && jitters[1] == jitters[2]));
    config.segment_ms = 0; // no more than segment.ms itself
    CHECK(Log::create("orders-0", config, Offset{0}, at_ms(0), out).segment(0).roll_jitter_ms == 0);
}
