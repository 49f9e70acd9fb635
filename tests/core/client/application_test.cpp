// What becomes of records under each way to commit, when the application dies on the way: lost,
// processed once, or twice. Two lives of one consumer share a coordinator's committed offsets.
#include "tests/core/client/scripted_group.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::client;
using namespace orrery::tests;

namespace {

struct Lives {
    std::int64_t processed = 0; ///< records, over both lives
    std::int64_t committed_by_first = -1;
    std::int64_t committed = -1;
};

std::int64_t processed_in(const GroupWorld& world) {
    std::int64_t count = 0;
    for (const Note& note : world.cluster.facts(Fact::record_processed))
        count += note.numbers[2];
    return count;
}

/// Thirty records in polls of ten; the first life dies as told, the second reads on.
Lives lives_of(CommitStrategy strategy, Crash crash) {
    Lives lives;
    std::map<std::pair<std::string, std::int32_t>, std::int64_t> committed;
    for (const bool first : {true, false}) {
        Reading reading;
        reading.topics = {"orders"};
        reading.time_per_record = milliseconds(1);
        reading.commit = strategy;
        if (first)
            reading.crash = crash;
        GroupWorld world(reading, {{"auto.offset.reset", "earliest"}, {"max.poll.records", "10"}});
        world.cluster.add_topic("orders", {1});
        world.group->log_end[{"orders", 0}] = 30;
        world.group->committed = committed;
        world.cluster.start();
        world.cluster.run_for(seconds(20));
        if (first)
            CHECK_FALSE(std::get<Exit>(world.cluster.effects.back()).clean);
        committed = world.group->committed;
        const std::int64_t last = committed.empty() ? -1 : committed[{std::string("orders"), 0}];
        (first ? lives.committed_by_first : lives.committed) = last;
        lives.processed += processed_in(world);
    }
    return lives;
}

} // namespace

TEST_CASE("commit after processing: a death in between makes records be processed twice") {
    const Lives lives =
        lives_of(CommitStrategy::after_processing, {20, CrashPoint::after_processing});
    CHECK(lives.committed_by_first == 10);
    CHECK(lives.processed == 40); // ten of them twice
    CHECK(lives.committed == 30);
}

TEST_CASE("commit after processing: a death before it, or after the commit, costs nothing") {
    CHECK(
        lives_of(CommitStrategy::after_processing, {20, CrashPoint::before_processing}).processed ==
        30);
    CHECK(lives_of(CommitStrategy::after_processing, {20, CrashPoint::after_commit}).processed ==
          30);
}

TEST_CASE("commit before processing: a death in between loses records, later it costs nothing") {
    const Lives lost = lives_of(CommitStrategy::before_processing, {20, CrashPoint::after_commit});
    CHECK(lost.committed_by_first == 20);
    CHECK(lost.processed == 20); // ten never were
    CHECK(
        lives_of(CommitStrategy::before_processing, {20, CrashPoint::after_processing}).processed ==
        30);
}

TEST_CASE(
    "automatic commits at intervals: a death makes everything since the last one come again") {
    const Lives lives = lives_of(CommitStrategy::automatic, {30, CrashPoint::after_processing});
    CHECK(lives.committed_by_first == -1);
    CHECK(lives.processed == 60);
    CHECK(lives.committed == 30);
}

TEST_CASE("without commits each life begins anew") {
    const Lives lives = lives_of(CommitStrategy::none, {30, CrashPoint::after_processing});
    CHECK(lives.processed == 60);
    CHECK(lives.committed == -1);
}

TEST_CASE("an asynchronous commit has one try, a synchronous one goes on while it may help") {
    for (const auto strategy : {CommitStrategy::asynchronous, CommitStrategy::after_processing}) {
        Reading reading;
        reading.topics = {"orders"};
        reading.commit = strategy;
        GroupWorld world(reading, {{"auto.offset.reset", "earliest"}});
        world.cluster.add_topic("orders", {1});
        world.group->log_end[{"orders", 0}] = 3;
        world.group->errors[commit_api] = {wire::Error::coordinator_load_in_progress,
                                           wire::Error::coordinator_load_in_progress};
        world.cluster.start();
        world.cluster.run_for(seconds(3));
        const bool sync = strategy == CommitStrategy::after_processing;
        CHECK(world.group->count(commit_api) == (sync ? 3 : 1));
        CHECK(world.cluster.facts(Fact::commit_failed).size() == (sync ? 0 : 1));
        CHECK(world.cluster.facts(Fact::offsets_committed).size() == (sync ? 1 : 0));
    }
}

TEST_CASE("a commit that fails because its member is fenced costs the membership, not the life") {
    Reading reading;
    reading.topics = {"orders"};
    reading.commit = CommitStrategy::after_processing;
    GroupWorld world(reading, {{"auto.offset.reset", "earliest"}});
    world.cluster.add_topic("orders", {1});
    world.group->log_end[{"orders", 0}] = 3;
    world.group->errors[commit_api] = {wire::Error::illegal_generation};
    world.cluster.start();
    world.cluster.run_for(seconds(3));
    CHECK(world.cluster.facts(Fact::commit_failed).size() == 1);
    CHECK(world.texts(Fact::partitions_lost).size() == 1);
    CHECK(processed_in(world) == 6); // once before, and once again after it joined anew
    CHECK(world.group->committed[{"orders", 0}] == 3);
}
