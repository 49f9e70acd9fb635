// The life of a shard: leadership comes and goes, the log is read, damaged or not.
#include "core/base/fingerprint.hpp"
#include "tests/core/group/toy.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::tests;
using wire::Error;

namespace {

record::BatchBuilder batch_at(Offset offset, bool control = false) {
    record::BatchOptions options;
    options.base_offset = offset;
    options.leader_epoch = LeaderEpoch{0};
    options.control = control;
    return record::BatchBuilder(options);
}

} // namespace

TEST_CASE("while a shard loads its groups get COORDINATOR_LOAD_IN_PROGRESS") {
    ToyGroups toy({}, 1, false);
    CHECK(toy.commit_error(toy.commit("orders", 0, 1)) == Error::coordinator_load_in_progress);
    CHECK(toy.reply<wire::JoinGroupResponse>(toy.join({})).error_code ==
          wire::code(Error::coordinator_load_in_progress));
    CHECK(toy.heartbeat("m", 1) == Error::none);
    CHECK(toy.reply<wire::ListGroupsResponse>(toy.ask(wire::ListGroupsRequest{}, 5)).error_code ==
          wire::code(Error::coordinator_load_in_progress));
    toy.load();
    CHECK(toy.now.instant >= Instant{0} + milliseconds(1));
    CHECK(toy.commit_error(toy.commit("orders", 0, 1)) == Error::none);
    CHECK(toy.facts(Fact::coordinator_loaded).size() == 1);
}

TEST_CASE("what this broker does not coordinate gets NOT_COORDINATOR") {
    ToyGroups toy;
    toy.elect(false);
    CHECK(toy.commit_error(toy.commit("orders", 0, 1)) == Error::not_coordinator);
    CHECK(toy.heartbeat("m", 1) == Error::not_coordinator);
    CHECK(toy.coordinator.shards().empty());
}

TEST_CASE("groups, members and offsets are there after a move, with fresh sessions") {
    ToyGroups toy;
    const auto ids = toy.stable_group(3);
    toy.commit("orders", 0, 11, ids[0], 1);
    toy.commit("orders", 1, 12, ids[1], 1);
    toy.advance(9'000);
    toy.elect(false);
    toy.elect(true);
    toy.load();
    CHECK(toy.state() == "Stable");
    CHECK(toy.classic().generation() == 1);
    CHECK(toy.classic().leader() == ids[0]);
    CHECK(toy.committed("orders", 0) == 11);
    CHECK(toy.committed("orders", 1) == 12);
    toy.advance(9'000);
    for (const std::string& id : ids)
        CHECK(toy.heartbeat(id, 1) == Error::none);
    toy.advance(10'000);
    CHECK(toy.classic().members().empty());
}

TEST_CASE("all who wait are told NOT_COORDINATOR when leadership goes") {
    ToyGroups toy;
    const auto ids = toy.stable_group(2, {.group = "h"});
    const std::string a = toy.member_id();
    const RequestId join = toy.join({.member = a});
    toy.join({.group = "h", .member = ids[0]});
    toy.join({.group = "h", .member = ids[1]});
    const RequestId sync = toy.sync(ids[1], 2, {}, {}, "h");
    toy.logs.hold = true;
    const RequestId commit = toy.commit("orders", 0, 5, "", -1, "simple");
    CHECK_FALSE(toy.answered(commit));
    toy.elect(false);
    CHECK(toy.reply<wire::JoinGroupResponse>(join).error_code ==
          wire::code(Error::not_coordinator));
    CHECK(toy.reply<wire::SyncGroupResponse>(sync).error_code ==
          wire::code(Error::not_coordinator));
    CHECK(toy.commit_error(commit) == Error::not_coordinator);
    CHECK_FALSE(toy.coordinator.wakeup().has_value());
}

TEST_CASE("a coordinator that stops answers all who wait and takes nothing more") {
    ToyGroups toy;
    const std::string a = toy.member_id();
    const RequestId join = toy.join({.member = a});
    Effects effects;
    std::vector<Reply<group::Response>> replies;
    group::Out out{effects, replies, toy.logs};
    toy.coordinator.stop(out);
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].request == join);
    CHECK(toy.commit_error(toy.commit("orders", 0, 1)) == Error::coordinator_not_available);
    CHECK_FALSE(toy.coordinator.wakeup().has_value());
}

TEST_CASE("what was appended but not committed is loaded, and seen when it is committed") {
    ToyGroups toy;
    toy.commit("orders", 0, 1);
    toy.logs.hold = true;
    toy.commit("orders", 0, 2);
    toy.elect(false);
    toy.elect(true);
    toy.load();
    CHECK(toy.committed("orders", 0) == 1);
    toy.logs.commit_all();
    toy.settle();
    CHECK(toy.committed("orders", 0) == 2);
}

TEST_CASE("what can't be read is skipped and told, the rest is loaded") {
    ToyGroups toy({}, 1);
    toy.commit("orders", 0, 1);
    auto batch = batch_at(toy.logs.high_watermark(0));
    const Bytes bad_key = Bytes::copy(std::string_view("\0\1\0\5ab", 6));
    batch.append(0, bad_key.span(), std::nullopt);
    batch.append(0, std::nullopt, std::nullopt);
    const auto commit =
        group::encode(group::commit_record("g", "orders", 1, {7, -1, "", 1, -1, {}}));
    batch.append(0, commit.key.span(), commit.value->span());
    toy.logs.append_raw(0, std::move(batch));
    auto marker = batch_at(toy.logs.high_watermark(0), true);
    marker.append(0, bad_key.span(), std::nullopt);
    toy.logs.append_raw(0, std::move(marker));
    toy.elect(false);
    toy.elect(true);
    toy.load();
    CHECK(toy.facts(Fact::coordinator_record_skipped).size() == 2);
    CHECK(toy.committed("orders", 0) == 1);
    CHECK(toy.committed("orders", 1) == 7);
}

TEST_CASE("a log that can't be read fails the shard until leadership moves") {
    ToyGroups toy({}, 1);
    toy.elect(true);
    toy.logs.epochs[0] = LeaderEpoch{99};
    toy.advance(100);
    CHECK(toy.commit_error(toy.commit("orders", 0, 1)) == Error::not_coordinator);
    CHECK_FALSE(toy.coordinator.wakeup().has_value());
    toy.elect(true);
    toy.load();
    CHECK(toy.commit_error(toy.commit("orders", 0, 1)) == Error::none);
}

TEST_CASE("a big log is read in pieces that take their time") {
    group::Settings settings;
    settings.offsets_load_buffer_size = 10'000;
    ToyGroups toy(settings, 1);
    wire::OffsetCommitRequest request;
    request.group_id = "g";
    request.topics.push_back({"orders", {}, {{0, 1, -1, std::string(4'000, 'x'), {}}}, {}});
    for (int i = 0; i < 100; ++i)
        toy.ask(request, 9);
    toy.elect(false);
    toy.elect(true);
    const Instant begun = toy.now.instant;
    toy.advance(20);
    CHECK(toy.commit_error(toy.commit("orders", 0, 1)) == Error::coordinator_load_in_progress);
    toy.load();
    CHECK(toy.now.instant - begun > milliseconds(50));
    CHECK(toy.now.instant - begun < milliseconds(200));
    CHECK(toy.facts(Fact::coordinator_loaded).back().numbers[3] == 100);
}

TEST_CASE("a planted coordinator forgets commits when it loads") {
    group::Settings settings;
    settings.planted.forget_commits_on_load = true;
    ToyGroups toy(settings);
    const auto ids = toy.stable_group(1);
    toy.commit("orders", 0, 1, ids[0], 1);
    toy.elect(false);
    toy.elect(true);
    toy.load();
    CHECK(toy.state() == "Stable");
    CHECK(toy.committed("orders", 0) == -1);
}

TEST_CASE("a planted coordinator keeps the generation, or takes any") {
    group::Settings settings;
    settings.planted.keep_generation = true;
    ToyGroups kept(settings);
    auto ids = kept.stable_group(1);
    const auto again = kept.reply<wire::JoinGroupResponse>(kept.join({.member = ids[0]}));
    CHECK(again.generation_id == 1);
    settings.planted = {};
    settings.planted.accept_any_epoch = true;
    ToyGroups any(settings);
    ids = any.stable_group(1);
    CHECK(any.heartbeat(ids[0], 77) == Error::none);
    CHECK(any.commit_error(any.commit("orders", 0, 1, ids[0], 77)) == Error::none);
}

TEST_CASE("a copy of a coordinator lives its own life") {
    ToyGroups toy;
    const auto ids = toy.stable_group(2);
    const group::Coordinator before = toy.coordinator;
    const auto print = fingerprint(before);
    toy.commit("orders", 0, 1, ids[0], 1);
    toy.leave({ids[1]});
    CHECK(fingerprint(before) == print);
    CHECK_FALSE(before == toy.coordinator);
    CHECK(before.shards().size() == 2);
}

TEST_CASE("groups are listed by state and type, described, and deleted when empty") {
    ToyGroups toy({}, 5);
    const auto ids = toy.stable_group(1);
    toy.commit("orders", 0, 1, "", -1, "simple");
    const auto listed = [&](std::vector<std::string> states, std::vector<std::string> types) {
        wire::ListGroupsRequest request;
        request.states_filter = std::move(states);
        request.types_filter = std::move(types);
        std::set<std::string> names;
        for (const auto& group : toy.reply<wire::ListGroupsResponse>(toy.ask(request, 5)).groups)
            names.insert(group.group_id + " " + group.group_state + " " + group.group_type + " " +
                         group.protocol_type);
        return names;
    };
    CHECK(listed({}, {}) ==
          std::set<std::string>{"g Stable classic consumer", "simple Empty classic "});
    CHECK(listed({"stable"}, {}) == std::set<std::string>{"g Stable classic consumer"});
    CHECK(listed({}, {"Consumer"}).empty());
    CHECK(listed({"EMPTY", "dead"}, {"CLASSIC"}) == std::set<std::string>{"simple Empty classic "});
    wire::DescribeGroupsRequest describe;
    describe.groups = {"none", "g", "simple"};
    describe.include_authorized_operations = true;
    const auto described = toy.reply<wire::DescribeGroupsResponse>(toy.ask(describe, 6));
    CHECK(described.groups.at(0).error_code == wire::code(Error::group_id_not_found));
    CHECK(described.groups.at(0).error_message == "Group none not found.");
    CHECK(described.groups.at(0).group_state == "Dead");
    CHECK(described.groups.at(0).authorized_operations == -2147483648);
    CHECK(described.groups.at(1).authorized_operations == 3400);
    CHECK(described.groups.at(1).protocol_data == "range");
    CHECK(described.groups.at(1).members.at(0).member_assignment == Bytes::copy("part 0"));
    CHECK(described.groups.at(1).members.at(0).member_metadata == subscription({"orders"}));
    CHECK(described.groups.at(2).group_state == "Empty");
    CHECK(toy.reply<wire::DescribeGroupsResponse>(toy.ask(describe, 5)).groups.at(0).error_code ==
          0);
    wire::DeleteGroupsRequest deletion;
    deletion.groups_names = {"g", "simple", "none"};
    const auto deleted = toy.reply<wire::DeleteGroupsResponse>(toy.ask(deletion, 2));
    CHECK(deleted.results.at(0).error_code == wire::code(Error::non_empty_group));
    CHECK(deleted.results.at(1).error_code == 0);
    CHECK(deleted.results.at(2).error_code == wire::code(Error::group_id_not_found));
    CHECK(toy.committed("orders", 0, "simple") == -1);
    CHECK(listed({}, {}).size() == 1);
}

TEST_CASE("a group id that a record can't hold is refused, one that it can is a group") {
    ToyGroups toy;
    const std::string most(32'767, 'g');
    CHECK(toy.commit_error(toy.commit("orders", 0, 1, "", -1, most)) == Error::none);
    CHECK(toy.committed("orders", 0, most) == 1);
    for (const std::size_t size : {32'768U, 65'536U}) {
        const std::string id(size, 'g');
        CHECK(toy.commit_error(toy.commit("orders", 0, 1, "", -1, id)) ==
              Error::unknown_server_error);
        toy.member_id({.group = id});
        const auto join =
            toy.reply<wire::JoinGroupResponse>(toy.join({.group = id, .instance = "static"}));
        CHECK(join.error_code == wire::code(Error::unknown_server_error));
        const auto* shard = toy.coordinator.shards().find(toy.coordinator.partition_for(id));
        CHECK((*shard)->latest().find(id) == nullptr);
    }
}

TEST_CASE("a coordinator of thousands of members need not look at each to know when to wake") {
    ToyGroups toy;
    const auto ids = toy.stable_group(500, {.session_ms = 1'000'000});
    const auto wakeup = toy.coordinator.wakeup();
    REQUIRE(wakeup.has_value());
    for (const std::string& id : ids)
        CHECK(toy.heartbeat(id, 1) == Error::none);
    CHECK(*toy.coordinator.wakeup() <= toy.now.instant + seconds(1'000));
    CHECK(toy.coordinator.wakeup() >= wakeup);
}
