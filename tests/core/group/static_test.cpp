// Static members of the classic protocol: they come back under their group.instance.id (KIP-345).
#include "tests/core/group/toy.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::tests;
using wire::Error;
using JoinResponse = wire::JoinGroupResponse;
using SyncResponse = wire::SyncGroupResponse;

namespace {

Join instance(const std::string& id, const std::string& member = "", std::int16_t version = 9) {
    Join join;
    join.instance = id;
    join.member = member;
    join.version = version;
    return join;
}

/// Two static members, stable in generation 1; gives their ids.
std::vector<std::string> stable_pair(ToyGroups& toy) {
    const RequestId a = toy.join(instance("a"));
    const RequestId b = toy.join(instance("b"));
    toy.advance(6'001);
    const std::string first = toy.reply<JoinResponse>(a).member_id;
    const std::string second = toy.reply<JoinResponse>(b).member_id;
    toy.sync(second, 1, {}, "b");
    toy.sync(first, 1, {{first, "one"}, {second, "two"}}, "a");
    REQUIRE(toy.state() == "Stable");
    return {first, second};
}

} // namespace

TEST_CASE("a static member that restarts gets its part back and nobody rebalances") {
    ToyGroups toy;
    const auto ids = stable_pair(toy);
    const auto back = toy.reply<JoinResponse>(toy.join(instance("b")));
    CHECK(back.error_code == 0);
    CHECK(back.generation_id == 1);
    CHECK(back.member_id != ids[1]);
    CHECK(back.leader == ids[0]);
    CHECK_FALSE(back.skip_assignment);
    CHECK(toy.state() == "Stable");
    CHECK(toy.heartbeat(ids[0], 1) == Error::none);
    const auto sync = toy.reply<SyncResponse>(toy.sync(back.member_id, 1, {}, "b"));
    CHECK(sync.assignment == Bytes::copy("two"));
}

TEST_CASE("a static leader that restarts leads on and is told to skip the assignment") {
    ToyGroups toy;
    stable_pair(toy);
    const auto back = toy.reply<JoinResponse>(toy.join(instance("a")));
    CHECK(back.leader == back.member_id);
    CHECK(back.skip_assignment);
    CHECK(back.members.size() == 2);
}

TEST_CASE("before version 9 a static leader that restarts is not told that it leads") {
    ToyGroups toy;
    const auto ids = stable_pair(toy);
    const auto back = toy.reply<JoinResponse>(toy.join(instance("a", "", 8)));
    CHECK(back.leader == ids[0]);
    CHECK(back.members.empty());
    CHECK_FALSE(back.skip_assignment);
    CHECK(toy.classic().leader() == back.member_id);
}

TEST_CASE("the process that held the instance id before is fenced") {
    ToyGroups toy;
    const auto ids = stable_pair(toy);
    const auto back = toy.reply<JoinResponse>(toy.join(instance("b")));
    CHECK(toy.heartbeat(ids[1], 1, "b") == Error::fenced_instance_id);
    CHECK(toy.heartbeat(back.member_id, 1, "b") == Error::none);
    CHECK(toy.heartbeat(ids[1], 1) == Error::unknown_member_id);
    CHECK(toy.reply<SyncResponse>(toy.sync(ids[1], 1, {}, "b")).error_code ==
          wire::code(Error::fenced_instance_id));
    CHECK(toy.reply<JoinResponse>(toy.join(instance("b", ids[1]))).error_code ==
          wire::code(Error::fenced_instance_id));
    wire::OffsetCommitRequest commit;
    commit.group_id = "g";
    commit.member_id = ids[1];
    commit.group_instance_id = "b";
    commit.generation_id_or_member_epoch = 1;
    commit.topics.push_back({"orders", {}, {{0, 5, -1, "", {}}}, {}});
    CHECK(toy.commit_error(toy.ask(commit, 9)) == Error::fenced_instance_id);
    CHECK(toy.facts(Fact::member_fenced).size() == 1);
}

TEST_CASE("the one that waits under a taken instance id is fenced while it waits") {
    ToyGroups toy;
    const RequestId first = toy.join(instance("a"));
    const RequestId second = toy.join(instance("a"));
    CHECK(toy.reply<JoinResponse>(first).error_code == wire::code(Error::fenced_instance_id));
    toy.advance(6'001);
    CHECK(toy.reply<JoinResponse>(second).error_code == 0);
    CHECK(toy.classic().members().size() == 1);
}

TEST_CASE("a static member that is late for a rebalance stays until its session ends") {
    ToyGroups toy;
    const auto ids = stable_pair(toy);
    const RequestId c = toy.join(instance("c"));
    CHECK(toy.state() == "PreparingRebalance");
    toy.join(instance("a", ids[0]));
    toy.advance(9'999);
    CHECK_FALSE(toy.answered(c));
    toy.advance(1);
    CHECK(toy.reply<JoinResponse>(c).generation_id == 2);
    CHECK(toy.classic().members().size() == 2);
}

TEST_CASE("a replacement that can't be stored leaves the old member in its place") {
    ToyGroups toy;
    const auto ids = stable_pair(toy);
    toy.logs.refuse = Error::not_enough_replicas;
    const auto failed = toy.reply<JoinResponse>(toy.join(instance("b")));
    CHECK(failed.error_code == wire::code(Error::coordinator_not_available));
    CHECK(failed.member_id.empty());
    CHECK(toy.heartbeat(ids[1], 1, "b") == Error::none);
    CHECK(toy.classic().members().size() == 2);
}

TEST_CASE("a static member that changes what it can makes all rebalance") {
    ToyGroups toy;
    Join wide = instance("a");
    wide.protocols = {"range", "sticky"};
    toy.join(wide);
    toy.advance(3'000);
    const std::string id = toy.classic().members().begin()->first;
    toy.sync(id, 1, {{id, "one"}}, "a");
    REQUIRE(toy.state() == "Stable");
    Join other = wide;
    other.protocols = {"sticky", "range"};
    const auto back = toy.reply<JoinResponse>(toy.join(other));
    CHECK(back.generation_id == 2);
    CHECK(back.protocol_name == "sticky");
}
