// A log against a naive model of it: random appends, rolls, truncations, clean stops, kills and
// power cuts, many seeds.
#include "core/base/fingerprint.hpp"
#include "core/log/checkpoint.hpp"
#include "tests/core/log/support.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::log;
using namespace orrery::tests;

namespace {

/// What the log must hold, as a plain list.
struct Model {
    std::vector<record::Batch> batches;
    Offset start{0};
    Offset end{0};
    Offset durable{0}; ///< everything below was flushed and not cut since
};

class Life {
public:
    explicit Life(std::uint64_t seed) : random_(seed, "log life") {
        config_.segment_bytes = 900;
        config_.index_interval_bytes = 150;
        Effects out;
        log_ = Log::create("orders-0", config_, Offset{0}, at_ms(0), out);
        disk_.perform(out);
    }

    /// How often the log came back from its files.
    int restarts() const { return restarts_; }

    void step() {
        time_ += static_cast<std::int64_t>(random_.below(50));
        out_.clear();
        const auto what = random_.below(16);
        history_ += " " + std::to_string(what) + "@" + std::to_string(log_.end_offset().value);
        UNSCOPED_INFO(history_);
        switch (what) {
        case 0: truncate(); break;
        case 1: advance_start(); break;
        case 2: flush(); break;
        case 3: restart_cleanly(); break;
        case 4: kill(); break;
        case 5: cut_power(); break;
        case 6: new_epoch(); break;
        case 7:
        case 8: append_fetched(); break;
        default: append(); break;
        }
        disk_.perform(out_);
        check();
    }

private:
    record::Batch next_batch(Offset base) {
        const int records = 1 + static_cast<int>(random_.below(4));
        const std::size_t bytes = random_.below(120);
        const std::int64_t jitter = static_cast<std::int64_t>(random_.below(30));
        const char fill = static_cast<char>('a' + random_.below(26));
        return make_batch(base, epoch_, records, at_ms(time_).wall_ms - jitter, bytes, fill);
    }
    void remember(const record::Batch& batch) {
        model_.batches.push_back(batch);
        model_.end = batch.header.next_offset();
    }
    void append() {
        const record::Batch batch = next_batch(log_.end_offset());
        const bool watched = random_.below(4) == 0;
        const Appended done = log_.append(batch, at_ms(time_), out_, WriteId{watched ? 7U : 0U});
        CHECK(done.first == batch.header.base_offset);
        CHECK(done.last == batch.header.last_offset());
        remember(batch);
        if (watched)
            model_.durable = model_.end; // rolls flush what lies before
    }
    void append_fetched() {
        Chain chain;
        Offset next = log_.end_offset();
        const std::size_t count = 1 + random_.below(3);
        for (std::size_t i = 0; i < count; ++i) {
            const record::Batch batch = next_batch(next);
            next = batch.header.next_offset();
            chain.append(batch.bytes);
            remember(batch);
        }
        const record::Batch cut_off = next_batch(next);
        chain.append(cut_off.bytes.slice(0, random_.below(cut_off.bytes.size())));
        const auto done = log_.append_fetched(chain, at_ms(time_), out_);
        REQUIRE(done);
        CHECK(done->batches == static_cast<std::int64_t>(count));
    }
    void new_epoch() {
        epoch_ = epoch_ + 1;
        log_.assign_epoch(epoch_, log_.end_offset(), out_);
    }
    void truncate() {
        if (model_.batches.empty())
            return;
        const std::size_t keep = random_.below(model_.batches.size());
        const Offset to = model_.batches[keep].header.base_offset;
        if (to < model_.start)
            return;
        CHECK(log_.truncate_to(to, out_));
        model_.batches.resize(keep);
        model_.end = to;
        model_.durable = std::min(model_.durable, to);
        epoch_ = epoch_ + 1; // somebody else leads, and writes something else
    }
    void advance_start() {
        if (random_.below(3) != 0 || model_.batches.empty())
            return;
        const std::size_t i = random_.below(model_.batches.size());
        const Offset to = model_.batches[i].header.base_offset;
        if (to <= model_.start)
            return;
        CHECK(log_.advance_start_offset(to, out_));
        model_.start = to;
        model_.durable = std::max(model_.durable, to);
    }
    void flush() {
        CHECK(log_.flush(WriteId{9}, at_ms(time_), out_) == model_.end);
        log_.flushed(model_.end);
        model_.durable = model_.end;
    }

    Recovered recover(bool was_clean) {
        ++restarts_;
        out_.clear();
        RecoverFrom from{"orders-0", config_, model_.start, log_.recovery_point(), was_clean};
        return Log::recover(from, disk_.files(), at_ms(time_), out_);
    }
    void restart_cleanly() {
        log_.close(WriteId{8}, out_);
        disk_.perform(out_);
        Recovered back = recover(true);
        CHECK(back.problems.empty());
        CHECK(back.scanned_bytes == 0);
        for (std::size_t i = 0; i < back.log.segment_count(); ++i) {
            CHECK(back.log.segment(i).offset_index == log_.segment(i).offset_index);
            CHECK(back.log.segment(i).time_index == log_.segment(i).time_index);
        }
        model_.durable = model_.end;
        log_ = std::move(back.log);
    }
    void kill() { // the page cache lives
        Recovered back = recover(false);
        CHECK(back.cut_bytes == 0);
        log_ = std::move(back.log);
    }
    void cut_power() {
        disk_.cut_power(random_);
        Recovered back = recover(false);
        log_ = std::move(back.log);
        for (const std::string& problem : back.problems)
            UNSCOPED_INFO(problem);
        if (log_.start_offset() > model_.start) {
            // The first segment was never durable and is gone; the log begins with the next.
            REQUIRE(log_.start_offset().value >= model_.durable.value);
            model_.start = log_.start_offset();
            model_.durable = model_.start;
        }
        // What was durable and not cut since is there, unchanged.
        REQUIRE(log_.end_offset().value >= model_.durable.value);
        std::vector<record::Batch> held;
        for (std::size_t s = 0; s < log_.segment_count(); ++s)
            for (const StoredBatch& batch : log_.segment(s).batches)
                held.push_back({batch.header(), batch.bytes});
        for (const record::Batch& batch : model_.batches) {
            if (batch.header.base_offset < model_.start ||
                batch.header.next_offset() > model_.durable)
                continue;
            CHECK(std::find(held.begin(), held.end(), batch) != held.end());
        }
        for (std::size_t i = 1; i < held.size(); ++i)
            CHECK(held[i].header.base_offset == held[i - 1].header.next_offset());
        // Beyond that, what came back is the new truth.
        model_.batches = held;
        model_.end = log_.end_offset();
        epoch_ = std::max(epoch_, log_.latest_epoch().value_or(LeaderEpoch{0})) + 1;
    }

    void check() {
        CHECK(log_.start_offset() == model_.start);
        CHECK(log_.end_offset() == model_.end);
        check_reads();
        check_segments();
        check_times();
        // A restart in whatever moment brings back the same batches.
        Effects scratch;
        const RecoverFrom from{"orders-0", config_, model_.start, Offset{0}, false};
        const Recovered back = Log::recover(from, disk_.files(), at_ms(time_), scratch);
        CHECK(back.problems.empty());
        CHECK(back.log.end_offset() == log_.end_offset());
        CHECK(everything(back.log) == everything(log_));
    }
    static Chain everything(const Log& log) {
        Chain all;
        for (std::size_t s = 0; s < log.segment_count(); ++s)
            for (const StoredBatch& batch : log.segment(s).batches)
                if (batch.last_offset() >= log.start_offset())
                    all.append(batch.bytes);
        return all;
    }
    void check_reads() {
        CHECK(!log_.read(model_.end + 1, {1000, model_.end, true}));
        CHECK(!log_.read(model_.start - 1, {1000, model_.end, true}));
        const auto at_end = log_.read(model_.end, {1000, model_.end, true});
        REQUIRE(at_end);
        CHECK(at_end->records.empty());
        if (model_.batches.empty())
            return;
        const std::size_t i = random_.below(model_.batches.size());
        const record::Batch& wanted = model_.batches[i];
        if (wanted.header.base_offset < model_.start)
            return;
        const Offset inside = wanted.header.last_offset();
        const auto read = log_.read(inside, {1, model_.end, true});
        REQUIRE(read);
        CHECK(read->records == Chain(wanted.bytes));
        const std::string file = segment_file("orders-0", read->segment_base, ".log");
        CHECK(disk_.content(file).compare(static_cast<std::size_t>(read->position),
                                          wanted.bytes.size(), wanted.bytes.text()) == 0);
        CHECK(log_.read(inside, {1, model_.end, false})->records.empty());
        CHECK(log_.read(inside, {10'000, wanted.header.base_offset, true})->records.empty());
    }
    void check_segments() {
        Offset next = log_.segment(0).base_offset;
        for (std::size_t s = 0; s < log_.segment_count(); ++s) {
            const Segment& segment = log_.segment(s);
            CHECK(segment.base_offset >= next);
            next = segment.end_offset();
            const std::string file = segment_file("orders-0", segment.base_offset, ".log");
            CHECK(disk_.content(file).size() == static_cast<std::size_t>(segment.size));
            CHECK(disk_.content(segment_file("orders-0", segment.base_offset, ".index")) ==
                  encode(segment.offset_index).text());
            CHECK(disk_.content(segment_file("orders-0", segment.base_offset, ".timeindex")) ==
                  encode(segment.time_index).text());
            Segment rebuilt = segment;
            rebuilt.rebuild(segment.batches.size(), config_);
            CHECK(rebuilt.offset_index == segment.offset_index);
            CHECK(rebuilt.max_timestamp == segment.max_timestamp);
        }
    }
    void check_times() {
        const std::int64_t asked =
            1'700'000'000'000 +
            static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(time_) + 40));
        std::optional<TimestampAndOffset> first;
        std::optional<TimestampAndOffset> youngest;
        for (const record::Batch& batch : model_.batches) {
            record::Records records(batch);
            for (record::Record record; records.next(record);) {
                if (record.offset < model_.start)
                    continue;
                const TimestampAndOffset here{record.timestamp, record.offset,
                                              batch.header.leader_epoch};
                if (!first && record.timestamp >= asked)
                    first = here;
                if (!youngest || record.timestamp > youngest->timestamp)
                    youngest = here;
            }
        }
        CHECK(log_.find_by_timestamp(asked) == first);
        CHECK(log_.find_max_timestamp() == youngest);
    }

    Random random_;
    LogConfig config_;
    Disk disk_;
    Log log_;
    Model model_;
    Effects out_;
    LeaderEpoch epoch_{0};
    std::string history_; ///< what was done, for a failure's report
    std::int64_t time_ = 0;
    int restarts_ = 0;
};

} // namespace

TEST_CASE("a log holds what a plain list holds, through rolls, cuts, kills and power cuts") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        INFO("seed " << seed);
        Life life(seed);
        for (int i = 0; i < 120; ++i) {
            INFO("step " << i);
            life.step();
        }
        CHECK(life.restarts() > 0); // or this life has proved little
    }
}
