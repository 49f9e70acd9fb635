// Compaction against a plain model: of each key the latest record stays, whatever dies meanwhile.
#include "core/record/records.hpp"
#include "tests/core/log/support.hpp"
#include "tests/support/catch.hpp"

#include <map>

using namespace orrery;
using namespace orrery::log;
using namespace orrery::tests;

namespace {

struct Kept {
    std::string key;
    std::optional<std::string> value;
    std::int64_t timestamp = 0;
    bool operator==(const Kept&) const = default;
};
using Records = std::map<std::int64_t, Kept>; ///< by offset

std::string text_of(record::View view) {
    return {reinterpret_cast<const char*>(view.data()), view.size()};
}

Records records_in(const Log& log) {
    Records found;
    for (std::size_t i = 0; i < log.segment_count(); ++i)
        for (const StoredBatch& stored : log.segment(i).batches) {
            const record::Batch batch{stored.header(), stored.bytes};
            REQUIRE(record::crc_is_valid(batch));
            record::Records records(batch);
            for (record::Record record; records.next(record);) {
                Kept& kept = found[record.offset.value];
                kept = {text_of(*record.key), {}, record.timestamp};
                if (record.value)
                    kept.value = text_of(*record.value);
            }
            REQUIRE(records.error() == record::RecordsError::none);
        }
    return found;
}

/// A log of a few keys on a disk, and all that was ever appended to it.
struct Cleaned {
    LogConfig config;
    Disk disk;
    Log log;
    Records all;
    Offset clean{0};
    std::int64_t time = 0;
    Random random;
    std::vector<Flush> asked; ///< watched flushes of the latest effects

    explicit Cleaned(std::uint64_t seed) : random(seed, "cleaning") {
        config.segment_bytes = 600;
        config.index_interval_bytes = 100;
        config.delete_retention_ms = 1000;
        Effects out;
        log = Log::create("t-0", config, Offset{0}, at_ms(0), out);
        log.watch_flushes(WriteId{1000});
        perform(out);
    }

    void perform(const Effects& out) {
        asked.clear();
        for (const Effect& effect : out)
            if (const auto* flush = std::get_if<Flush>(&effect);
                flush != nullptr && flush->write != unwatched)
                asked.push_back(*flush);
        disk.perform(out);
    }

    void append(int records) {
        record::BatchOptions options;
        options.base_offset = log.end_offset();
        options.leader_epoch = LeaderEpoch{3};
        if (random.below(3) == 0)
            options.codec = record::Codec::gzip;
        record::BatchBuilder builder(options);
        for (int i = 0; i < records; ++i) {
            Kept made{"k" + std::to_string(random.below(12)), {}, at_ms(time).wall_ms};
            if (random.below(5) != 0)
                made.value = "v" + std::to_string(random.below(1000));
            std::optional<record::View> value;
            if (made.value)
                value = std::as_bytes(std::span(*made.value));
            all[builder.next_offset().value] = made;
            builder.append(made.timestamp, std::as_bytes(std::span(made.key)), value);
        }
        Effects out;
        log.append(builder.build(), at_ms(time), out);
        perform(out);
    }

    /// Carries a cleaning through, as far as `writes` effects; then the process or the power dies.
    /// True if it came to its end.
    bool clean_once(std::optional<std::size_t> writes = {}, bool power = false) {
        const Now now = at_ms(time);
        const Cleanable part = log.cleanable(clean, log.end_offset(), now);
        Effects out;
        auto done = log.clean(part, 1000, now, out);
        while (true) {
            if (writes && *writes < out.size()) {
                out.resize(*writes);
                perform(out);
                come_back(power);
                return false;
            }
            if (writes)
                *writes -= out.size();
            perform(out);
            if (done) {
                clean = *done;
                return true;
            }
            REQUIRE_FALSE(asked.empty());
            out.clear();
            for (const Flush& flush : asked) {
                log.confirmed(flush.write);
                if (const auto end = log.swap_confirmed(flush.write, out))
                    done = end;
            }
            if (!done && !log.swapping()) { // it was an old one's turn
                Effects more;
                done = log.clean(part, 1000, now, more);
                out.insert(out.end(), more.begin(), more.end());
            }
        }
    }

    void come_back(bool power) {
        if (power)
            disk.cut_power(random);
        RecoverFrom from{"t-0", config, Offset{0}, log.recovery_point(), false};
        Effects out;
        Recovered recovered = Log::recover(from, disk.files(), at_ms(time), out);
        log = std::move(recovered.log);
        log.watch_flushes(WriteId{1'000'000 + static_cast<std::uint64_t>(time)});
        perform(out);
        // What no flush had confirmed may be lost with the power, and only that.
        all.erase(all.lower_bound(log.end_offset().value), all.end());
    }

    /// What must always be: see the tests' names.
    void check() const {
        const Records now = records_in(log);
        std::map<std::string, std::int64_t> latest;
        for (const auto& [offset, record] : all)
            latest[record.key] = offset;
        for (const auto& [offset, record] : now) {
            REQUIRE(all.contains(offset));
            REQUIRE(all.at(offset) == record);
        }
        for (const auto& [key, offset] : latest)
            if (all.at(offset).value)
                REQUIRE(now.contains(offset));
        // Of a key whose tombstone is gone nothing older may be left: it would be back.
        for (const auto& [offset, record] : now)
            if (record.value && latest.at(record.key) > offset &&
                !all.at(latest.at(record.key)).value)
                REQUIRE(now.contains(latest.at(record.key)));
        for (std::int64_t from = 0; from <= log.end_offset().value; ++from) {
            const auto read = log.read(Offset{from}, {1, log.end_offset(), true});
            REQUIRE(read.has_value());
            const auto next = now.lower_bound(from);
            if (next == now.end())
                continue;
            REQUIRE_FALSE(read->records.empty());
            const auto batches = record::split_batches(read->records);
            REQUIRE(batches.has_value());
            REQUIRE(batches->front().header.last_offset() >= Offset{from});
            REQUIRE(batches->front().header.base_offset <= Offset{next->first});
        }
    }
};

} // namespace

TEST_CASE("of each key the latest record stays at its offset, and what it supersedes goes") {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        Cleaned life(seed);
        for (int round = 0; round < 6; ++round) {
            for (int i = 0; i < 15; ++i, life.time += 20)
                life.append(1 + static_cast<int>(life.random.below(4)));
            const Offset end = life.log.end_offset();
            const Offset before = life.clean;
            REQUIRE(life.clean_once());
            INFO("seed " << seed << ", round " << round);
            CHECK(life.log.end_offset() == end);
            CHECK(life.clean > before);
            CHECK_FALSE(life.log.swapping());
            life.check();
            std::map<std::string, std::int64_t> latest;
            for (const auto& [offset, record] : life.all)
                if (offset < life.clean.value)
                    latest[record.key] = offset;
            for (const auto& [offset, record] : records_in(life.log))
                if (offset < life.clean.value)
                    CHECK(latest.at(record.key) == offset);
        }
        CHECK(life.log.segment_count() < 12);
    }
}

TEST_CASE("a crash at any write of a cleaning leaves the old records or the new") {
    for (std::uint64_t seed = 0; seed < 12; ++seed)
        for (const bool power : {false, true})
            for (std::size_t writes = 0; writes < 400; ++writes) {
                Cleaned life(seed);
                for (int i = 0; i < 30; ++i, life.time += 20)
                    life.append(1 + static_cast<int>(life.random.below(4)));
                Effects out;
                life.log.flush(WriteId{7}, at_ms(life.time), out);
                life.perform(out);
                life.log.flushed(life.log.end_offset());
                const Offset end = life.log.end_offset();
                INFO("seed " << seed << ", power " << power << ", writes " << writes);
                const bool through = life.clean_once(writes, power);
                REQUIRE(life.log.end_offset() == end);
                life.check();
                if (through)
                    break;
                life.clean = Offset{0}; // the checkpoint has nothing of it
                life.time += 20'000;
                REQUIRE(life.clean_once());
                life.check();
                life.come_back(power);
                REQUIRE(life.log.end_offset() == end);
                life.check();
            }
}

TEST_CASE("a tombstone goes delete.retention.ms after the first cleaning that saw it") {
    Cleaned life(1);
    const auto put = [&](const std::string& key, std::optional<std::string> value) {
        record::BatchOptions options;
        options.base_offset = life.log.end_offset();
        record::BatchBuilder builder(options);
        std::optional<record::View> view;
        if (value)
            view = std::as_bytes(std::span(*value));
        const std::int64_t timestamp = at_ms(life.time).wall_ms;
        life.all[options.base_offset.value] = {key, value, timestamp};
        builder.append(timestamp, std::as_bytes(std::span(key)), view);
        Effects out;
        life.log.append(builder.build(), at_ms(life.time), out);
        life.perform(out);
    };
    const auto fill = [&] { // so that what was before is in closed segments
        for (int i = 0; i < 12; ++i)
            put("fill", std::string(80, 'f'));
    };
    put("gone", "1");
    put("gone", std::nullopt);
    fill();
    life.time = 500;
    REQUIRE(life.clean_once());
    CHECK_FALSE(records_in(life.log).contains(0));
    REQUIRE(records_in(life.log).contains(1));
    const record::BatchHeader header = life.log.segment(0).batches[0].header();
    CHECK(header.has_delete_horizon());
    CHECK(header.base_timestamp == at_ms(1500).wall_ms);
    CHECK(records_in(life.log).at(1).timestamp == at_ms(0).wall_ms);
    fill();
    life.time = 1499;
    REQUIRE(life.clean_once());
    CHECK(records_in(life.log).contains(1));
    fill();
    life.time = 1500;
    REQUIRE(life.clean_once());
    CHECK_FALSE(records_in(life.log).contains(1));
}

TEST_CASE("what is above the high watermark, too young or in the active segment is not cleaned") {
    Cleaned life(3);
    for (int i = 0; i < 30; ++i, life.time += 20)
        life.append(2);
    const Log& log = life.log;
    const Offset active = log.segment(log.segment_count() - 1).base_offset;
    CHECK(log.cleanable(Offset{0}, log.end_offset(), at_ms(life.time)).end == active);
    const Offset second = log.segment(1).base_offset;
    const Offset within = second + 1;
    REQUIRE(within < log.segment(2).base_offset);
    CHECK(log.cleanable(Offset{0}, within, at_ms(life.time)).end == second);
    // What lies below it of its segment is not tried again and again.
    life.config.max_compaction_lag_ms = 10;
    life.log.set_config(life.config);
    const Cleanable rest = log.cleanable(second, within, at_ms(life.time));
    CHECK(rest.dirty_bytes == 0);
    CHECK_FALSE(rest.is_due(life.config));
    LogConfig config;
    config.min_compaction_lag_ms = 400;
    life.log.set_config(config);
    const Cleanable part = log.cleanable(Offset{0}, log.end_offset(), at_ms(life.time));
    CHECK(part.end > Offset{0});
    CHECK(part.end < active);
    for (std::size_t i = 0; i < log.segment_count(); ++i)
        if (log.segment(i).base_offset < part.end)
            CHECK(log.segment(i).max_timestamp <= at_ms(life.time - 400).wall_ms);
}

TEST_CASE("a .swap file stays until what it made is durable, unless the log is cut below its end") {
    for (const bool cut : {false, true}) {
        Cleaned life(5);
        for (int i = 0; i < 30; ++i, life.time += 20)
            life.append(2);
        const auto swaps = [&] {
            std::size_t count = 0;
            for (const BootFile& file : life.disk.files())
                count += file.name.ends_with(".swap") ? 1U : 0U;
            return count;
        };
        Effects out;
        const Now now = at_ms(life.time);
        REQUIRE_FALSE(
            life.log.clean(life.log.cleanable({}, life.log.end_offset(), now), 1000, now, out));
        life.perform(out);
        life.come_back(false);
        REQUIRE(swaps() > 0);
        out.clear();
        if (cut) {
            life.log.truncate_to(Offset{1}, out);
            life.perform(out);
            CHECK(swaps() == 0);
            continue;
        }
        REQUIRE_FALSE(
            life.log.clean(life.log.cleanable({}, life.log.end_offset(), now), 1000, now, out));
        life.perform(out);
        CHECK(swaps() > 0);
        CHECK(life.log.swapping());
        REQUIRE_FALSE(life.asked.empty());
        out.clear();
        for (const Flush& flush : std::vector<Flush>(life.asked))
            CHECK_FALSE(life.log.swap_confirmed(flush.write, out));
        life.perform(out);
        CHECK(swaps() == 0);
        CHECK_FALSE(life.log.swapping());
        life.check();
    }
}

TEST_CASE("leader epochs of which compaction left no record are known after a crash") {
    Cleaned life(6);
    for (std::int32_t epoch = 1; epoch <= 6; ++epoch) {
        Effects out;
        life.log.assign_epoch(LeaderEpoch{epoch}, life.log.end_offset(), out);
        life.perform(out);
        for (int i = 0; i < 3; ++i) {
            record::BatchOptions options;
            options.base_offset = life.log.end_offset();
            options.leader_epoch = LeaderEpoch{epoch};
            record::BatchBuilder builder(options);
            const std::string key = "same";
            const std::string value(100, 'v');
            builder.append(at_ms(0).wall_ms, std::as_bytes(std::span(key)),
                           std::as_bytes(std::span(value)));
            Effects written;
            life.log.append(builder.build(), at_ms(0), written);
            life.perform(written);
        }
    }
    life.config.segment_bytes = 10'000; // so that all become one
    life.log.set_config(life.config);
    REQUIRE(life.clean_once());
    std::size_t batches = 0;
    for (std::size_t i = 0; i < life.log.segment_count(); ++i)
        batches += life.log.segment(i).batches.size();
    CHECK(batches < 6);
    const LeaderEpochs before = life.log.epochs();
    CHECK(before.entries().size() == 6);
    life.come_back(false);
    CHECK(life.log.epochs() == before);
}

TEST_CASE("a log is due for cleaning by its share of dirty bytes, or when some of it is overdue") {
    Cleaned life(4);
    for (int i = 0; i < 30; ++i, life.time += 20)
        life.append(2);
    const Log& log = life.log;
    const Now now = at_ms(life.time);
    CHECK(log.cleanable(Offset{0}, log.end_offset(), now).is_due(life.config));
    const std::size_t late = log.segment_count() - 2;
    const Offset cleaned = log.segment(late).base_offset;
    const Cleanable little = log.cleanable(cleaned, log.end_offset(), now);
    CHECK(little.dirty_bytes == log.segment(late).size);
    CHECK_FALSE(little.is_due(life.config));
    LogConfig config = life.config;
    config.max_compaction_lag_ms = 10;
    life.log.set_config(config);
    CHECK(log.cleanable(cleaned, log.end_offset(), now).is_due(config));
}
