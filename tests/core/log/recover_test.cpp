// Coming back: what recovery trusts, finds, cuts and says.
#include "core/log/checkpoint.hpp"
#include "tests/core/log/support.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::log;
using namespace orrery::tests;

namespace {

const std::string seg0 = "orders-0/00000000000000000000";
const std::string seg2 = "orders-0/00000000000000000002";
const std::string seg4 = "orders-0/00000000000000000004";

/// A log of three segments with two batches of one record each, on a disk.
struct OnDisk {
    LogConfig config;
    Disk disk;
    Log log;
    Effects out;

    OnDisk() {
        config.segment_bytes = 200;
        config.index_interval_bytes = 50;
        log = Log::create("orders-0", config, Offset{0}, at_ms(0), out);
        for (int i = 0; i < 6; ++i)
            log.append(make_batch({i}, {i / 3}, 1, 1000 + i), at_ms(i), out);
        disk.perform(out);
    }
    void close() {
        out.clear();
        log.close(WriteId{1}, out);
        disk.perform(out);
    }
    Recovered back(RecoverFrom from) {
        out.clear();
        from.directory = "orders-0";
        from.config = config;
        Recovered recovered = Log::recover(from, disk.files(), at_ms(10), out);
        disk.perform(out);
        return recovered;
    }
    Recovered unclean() { return back({}); }
    Recovered clean() {
        RecoverFrom from;
        from.was_clean = true;
        return back(from);
    }
};

bool mentions(const Recovered& recovered, std::string_view file, std::string_view what) {
    for (const std::string& problem : recovered.problems)
        if (problem.starts_with(file) && problem.find(what) != std::string::npos)
            return true;
    return false;
}

} // namespace

TEST_CASE("after a clean stop the files are trusted and nothing is written") {
    OnDisk here;
    here.close();
    const Recovered back = here.clean();
    CHECK(back.problems.empty());
    CHECK(back.scanned_bytes == 0);
    CHECK(here.out.empty());
    CHECK(back.log.end_offset() == Offset{6});
    CHECK(back.log.recovery_point() == Offset{6});
    CHECK(back.log.epochs() == here.log.epochs());
    CHECK(back.log.segment(1).offset_index == here.log.segment(1).offset_index);
    CHECK(back.log.segment(1).time_index == here.log.segment(1).time_index);
}

TEST_CASE("a torn last batch is cut from the file") {
    OnDisk here;
    const std::size_t whole = here.disk.content(seg4 + ".log").size();
    here.disk.edit(seg4 + ".log").resize(whole - 1);
    const Recovered back = here.unclean();
    CHECK(back.log.end_offset() == Offset{5});
    CHECK(mentions(back, seg4 + ".log", "an incomplete last batch"));
    CHECK(here.disk.content(seg4 + ".log").size() == whole / 2);
    CHECK(back.cut_bytes == static_cast<std::int64_t>(whole / 2) - 1);
    CHECK(back.log.latest_epoch() == LeaderEpoch{1});
}

TEST_CASE("a corrupt batch takes all after it along") {
    OnDisk here;
    here.disk.edit(seg2 + ".log").back() ^= 1;
    const Recovered back = here.unclean();
    CHECK(back.log.end_offset() == Offset{3});
    CHECK(mentions(back, seg2 + ".log", "a corrupt batch"));
    CHECK(mentions(back, seg4 + ".log", "erased"));
    CHECK(!here.disk.has(seg4 + ".log"));
    CHECK(!here.disk.has(seg4 + ".index"));
    CHECK(here.disk.content("orders-0/leader-epoch-checkpoint") == "0\n1\n0 0\n");
    CHECK(here.unclean().problems.empty());
}

TEST_CASE("below the recovery point and after a clean stop, checksums are not looked at") {
    OnDisk here;
    here.disk.edit(seg0 + ".log").back() ^= 1;
    RecoverFrom from;
    from.recovery_point = {2};
    const Recovered back = here.back(from);
    CHECK(back.problems.empty());
    CHECK(back.log.end_offset() == Offset{6});
    CHECK(back.log.recovery_point() == Offset{2});
    CHECK(here.unclean().log.end_offset() == Offset{1});
}

TEST_CASE("what was trusted in vain is scanned after all") {
    OnDisk here;
    here.close();
    here.disk.edit(seg2 + ".log").resize(100);
    const Recovered back = here.clean();
    CHECK(back.log.end_offset() == Offset{3});
    CHECK(back.scanned_bytes == 100);
    CHECK(!here.disk.has(seg4 + ".log"));
}

TEST_CASE("damaged or missing indexes are rebuilt as they were") {
    OnDisk here;
    here.close();
    const std::string index = here.disk.content(seg2 + ".index");
    const std::string times = here.disk.content(seg2 + ".timeindex");
    REQUIRE(!index.empty());
    here.disk.edit(seg2 + ".index")[4] = 0x7F; // a position far beyond the file
    here.disk.edit(seg4 + ".index") += "xyz";
    here.disk.erase(seg2 + ".timeindex");
    const Recovered back = here.clean();
    CHECK(mentions(back, seg2 + ".index", "rebuilt"));
    CHECK(mentions(back, seg4 + ".index", "rebuilt"));
    CHECK(here.disk.content(seg2 + ".index") == index);
    CHECK(here.disk.content(seg2 + ".timeindex") == times);
    CHECK(back.log.find_by_timestamp(1003)->offset == Offset{3});
}

TEST_CASE("zeros that Kafka preallocates in an index are passed over") {
    OnDisk here;
    here.close();
    here.disk.edit(seg4 + ".index").append(80, '\0');
    here.disk.edit(seg4 + ".timeindex").append(120, '\0');
    const Recovered back = here.clean();
    CHECK(back.problems.empty());
    CHECK(back.log.segment(2).offset_index == here.log.segment(2).offset_index);
}

TEST_CASE("a lost or damaged epoch checkpoint is rebuilt from the batches") {
    for (const bool lost : {true, false}) {
        OnDisk here;
        here.close();
        if (lost)
            here.disk.erase("orders-0/leader-epoch-checkpoint");
        else
            here.disk.edit("orders-0/leader-epoch-checkpoint") = "0\n9\n";
        const Recovered back = here.clean();
        CHECK(back.log.epochs() == here.log.epochs());
        CHECK(here.disk.content("orders-0/leader-epoch-checkpoint") == "0\n2\n0 0\n1 3\n");
    }
}

TEST_CASE("leftovers of deletions and indexes without a log are erased") {
    OnDisk here;
    here.disk.put("orders-0/00000000000000000000.log.deleted", "x");
    here.disk.put("orders-0/00000000000000000099.index", "");
    here.disk.put("orders-1/00000000000000000099.index", "");
    here.unclean();
    CHECK(!here.disk.has("orders-0/00000000000000000000.log.deleted"));
    CHECK(!here.disk.has("orders-0/00000000000000000099.index"));
    CHECK(here.disk.has("orders-1/00000000000000000099.index")); // somebody else's
}

TEST_CASE("a lost end of a segment takes the next one along, for it would leave a hole") {
    OnDisk here;
    const std::size_t whole = here.disk.content(seg2 + ".log").size();
    here.disk.edit(seg2 + ".log").resize(whole / 2);
    const Recovered back = here.unclean();
    CHECK(back.log.end_offset() == Offset{3});
    CHECK(mentions(back, seg4 + ".log", "does not begin where the segment before it ends"));
}

TEST_CASE("a segment below the start that came back after its erasure goes again") {
    OnDisk here;
    for (const char* suffix : {".log", ".index", ".timeindex"})
        here.disk.erase(seg2 + suffix);
    RecoverFrom from;
    from.start_offset = {4};
    const Recovered back = here.back(from);
    CHECK(back.log.start_offset() == Offset{4});
    CHECK(back.log.end_offset() == Offset{6});
    CHECK(back.log.segment_count() == 1);
    CHECK(!here.disk.has(seg0 + ".log"));
}

TEST_CASE("a batch of an older epoch behind a younger one is the ghost of a cut tail") {
    OnDisk here;
    here.disk.edit(seg4 + ".log") += make_batch({6}, {0}, 1, 2000).bytes.text();
    const Recovered back = here.unclean();
    CHECK(back.log.end_offset() == Offset{6});
    CHECK(mentions(back, seg4 + ".log", "an epoch that had ended"));
}

TEST_CASE("a disk that lost all beyond a raised start gives an empty log at the start") {
    OnDisk here;
    RecoverFrom from;
    from.start_offset = {50};
    const Recovered back = here.back(from);
    CHECK(back.log.start_offset() == Offset{50});
    CHECK(back.log.end_offset() == Offset{50});
    CHECK(!here.disk.has(seg0 + ".log"));
    CHECK(here.disk.has("orders-0/00000000000000000050.log"));
}

TEST_CASE("no files at all give an empty log") {
    Effects out;
    RecoverFrom from;
    from.directory = "orders-0";
    from.start_offset = {7};
    const Recovered back = Log::recover(from, {}, at_ms(0), out);
    CHECK(back.log.end_offset() == Offset{7});
    CHECK(back.problems.empty());
    CHECK(out.size() == 3);
}

TEST_CASE("the recovery point never lies beyond what is there") {
    OnDisk here;
    RecoverFrom from;
    from.recovery_point = {100};
    here.disk.edit(seg4 + ".log").clear();
    const Recovered back = here.back(from);
    CHECK(back.log.end_offset() == Offset{4});
    CHECK(back.log.recovery_point() == Offset{4});
}

TEST_CASE("a cut tail that came back behind the recovery point is not trusted") {
    OnDisk here;
    std::string ghost(make_batch({2}, {0}, 1, 2000).bytes.text());
    ghost.back() ^= 1;
    here.disk.edit(seg0 + ".log") += ghost;
    RecoverFrom from;
    from.recovery_point = {2};
    const Recovered back = here.back(from);
    CHECK(mentions(back, seg0 + ".log", "a corrupt batch"));
    CHECK(back.log.end_offset() == Offset{2});
}

namespace {

/// The ids of the watched flushes among the effects, in their order.
std::vector<WriteId> watched_flushes(const Effects& effects) {
    std::vector<WriteId> ids;
    for (const Effect& effect : effects)
        if (const auto* flush = std::get_if<Flush>(&effect); flush && flush->write != unwatched)
            ids.push_back(flush->write);
    return ids;
}

} // namespace

TEST_CASE("a closed segment is flushed, and raises the recovery point when the disk has said so") {
    LogConfig config;
    config.segment_bytes = 200;
    Effects out;
    Log log = Log::create("orders-0", config, Offset{0}, at_ms(0), out);
    log.watch_flushes(WriteId{100});
    for (int i = 0; i < 6; ++i)
        log.append(make_batch({i}, {0}, 1, 1000 + i), at_ms(i), out);
    const auto ids = watched_flushes(out);
    REQUIRE(ids == std::vector<WriteId>{{100}, {101}});
    CHECK(log.recovery_point() == Offset{0});
    CHECK_FALSE(log.confirmed(ids[1])); // of what lies below nothing is known yet
    CHECK_FALSE(log.confirmed(WriteId{7}));
    CHECK(log.recovery_point() == Offset{0});
    CHECK(log.confirmed(ids[0]));
    CHECK(log.recovery_point() == Offset{4});
    CHECK_FALSE(log.confirmed(ids[0]));
}

TEST_CASE("after a power cut only what lies beyond the recovery point is scanned") {
    OnDisk here;
    here.log.watch_flushes(WriteId{100});
    here.out.clear();
    for (int i = 6; i < 10; ++i)
        here.log.append(make_batch({i}, {1}, 1, 1000 + i), at_ms(i), here.out);
    here.disk.perform(here.out);
    for (const WriteId id : watched_flushes(here.out))
        here.log.confirmed(id);
    const std::size_t segments = here.log.segment_count();
    const Segment last = here.log.segment(segments - 1);
    REQUIRE(segments == 5);
    REQUIRE(here.log.recovery_point() == last.base_offset);
    Random random(1, "power");
    here.disk.cut_power(random);
    RecoverFrom from;
    from.recovery_point = here.log.recovery_point();
    const Recovered back = here.back(from);
    CHECK(back.scanned_bytes <= last.size);
    CHECK(back.log.end_offset() >= last.base_offset);
    CHECK(back.log.recovery_point() == last.base_offset);
    OnDisk other;
    CHECK(other.unclean().scanned_bytes == other.log.size()); // as it was without a recovery point
}

TEST_CASE("after recovery the next roll flushes all that was never known to be durable") {
    OnDisk here;
    Recovered back = here.unclean();
    back.log.watch_flushes(WriteId{100});
    here.out.clear();
    back.log.append(make_batch({6}, {1}, 1, 2000), at_ms(20), here.out);
    const auto ids = watched_flushes(here.out);
    REQUIRE(ids.size() == 3); // each of the segments that were found
    for (const WriteId id : ids)
        back.log.confirmed(id);
    CHECK(back.log.recovery_point() == Offset{6});
}

TEST_CASE("flush.messages raises the recovery point; a flush does not vouch for what is cut") {
    LogConfig config;
    config.flush_messages = 2;
    Effects out;
    Log log = Log::create("orders-0", config, Offset{0}, at_ms(0), out);
    log.watch_flushes(WriteId{100});
    for (int i = 0; i < 4; ++i)
        log.append(make_batch({i}, {0}, 1, 1000 + i), at_ms(i), out);
    const auto ids = watched_flushes(out);
    REQUIRE(ids.size() == 2);
    CHECK(log.confirmed(ids[0]));
    CHECK(log.recovery_point() == Offset{2});
    REQUIRE(log.truncate_to(Offset{3}, out));
    log.append(make_batch({3}, {1}, 1, 2000), at_ms(9), out);
    CHECK(log.confirmed(ids[1]));
    CHECK(log.recovery_point() == Offset{3});
}
