// Groups of the classic protocol: joining, syncing, living and leaving.
#include "tests/core/group/toy.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::tests;
using wire::Error;
using JoinResponse = wire::JoinGroupResponse;
using SyncResponse = wire::SyncGroupResponse;

TEST_CASE("a member is given its id first and then waits for the initial delay") {
    ToyGroups toy;
    const std::string id = toy.member_id();
    CHECK(id.substr(0, 2) == "c-");
    CHECK(id.size() == 2 + 36);
    const RequestId join = toy.join({.member = id});
    CHECK(toy.state() == "PreparingRebalance");
    toy.advance(2'999);
    CHECK_FALSE(toy.answered(join));
    toy.advance(1);
    const auto first = toy.reply<JoinResponse>(join);
    CHECK(first.error_code == 0);
    CHECK(first.generation_id == 1);
    CHECK(first.leader == id);
    CHECK(first.protocol_name == "range");
    CHECK(first.members.size() == 1);
    CHECK(toy.state() == "CompletingRebalance");
    const auto sync = toy.reply<SyncResponse>(toy.sync(id, 1, {{id, "all"}}));
    CHECK(sync.error_code == 0);
    CHECK(sync.assignment == Bytes::copy("all"));
    CHECK(toy.state() == "Stable");
    CHECK(toy.heartbeat(id, 1) == Error::none);
}

TEST_CASE("members that come during the initial delay put it off, up to the rebalance timeout") {
    ToyGroups toy;
    const std::string a = toy.member_id({.rebalance_ms = 7'000});
    const std::string b = toy.member_id({.rebalance_ms = 7'000});
    const RequestId first = toy.join({.member = a, .rebalance_ms = 7'000});
    toy.advance(2'000);
    toy.join({.member = b, .rebalance_ms = 7'000});
    toy.advance(1'000);
    CHECK_FALSE(toy.answered(first));
    toy.advance(2'999);
    CHECK_FALSE(toy.answered(first));
    toy.advance(1);
    CHECK(toy.reply<JoinResponse>(first).members.size() == 2);
}

TEST_CASE("only the leader is told who the members are") {
    ToyGroups toy;
    const std::string a = toy.member_id();
    const std::string b = toy.member_id();
    const RequestId first = toy.join({.member = a});
    const RequestId second = toy.join({.member = b});
    toy.advance(6'001);
    CHECK(toy.reply<JoinResponse>(first).leader == a);
    CHECK(toy.reply<JoinResponse>(first).members.size() == 2);
    CHECK(toy.reply<JoinResponse>(second).members.empty());
    const RequestId waits = toy.sync(b, 1);
    CHECK_FALSE(toy.answered(waits));
    toy.sync(a, 1, {{a, "one"}, {b, "two"}});
    CHECK(toy.reply<SyncResponse>(waits).assignment == Bytes::copy("two"));
}

TEST_CASE("the assignment is given when it is committed, not before") {
    ToyGroups toy;
    const std::string a = toy.member_id();
    toy.join({.member = a});
    toy.advance(6'001);
    toy.logs.hold = true;
    const RequestId sync = toy.sync(a, 1, {{a, "all"}});
    CHECK_FALSE(toy.answered(sync));
    CHECK(toy.state() == "CompletingRebalance");
    toy.logs.commit_all();
    toy.settle();
    CHECK(toy.reply<SyncResponse>(sync).error_code == 0);
    CHECK(toy.state() == "Stable");
}

TEST_CASE("an assignment that can't be stored fails the sync and rebalances") {
    ToyGroups toy;
    const std::string a = toy.member_id();
    toy.join({.member = a});
    toy.advance(6'001);
    toy.logs.refuse = Error::not_enough_replicas;
    const RequestId sync = toy.sync(a, 1, {{a, "all"}});
    CHECK(toy.reply<SyncResponse>(sync).error_code == wire::code(Error::coordinator_not_available));
    CHECK(toy.state() == "PreparingRebalance");
    CHECK(toy.heartbeat(a, 1) == Error::rebalance_in_progress);
}

TEST_CASE("a member that joins a stable group makes all join again in a new generation") {
    ToyGroups toy;
    const auto ids = toy.stable_group(2);
    const std::string third = toy.member_id();
    const RequestId joins = toy.join({.member = third});
    CHECK(toy.state() == "PreparingRebalance");
    CHECK(toy.heartbeat(ids[0], 1) == Error::rebalance_in_progress);
    toy.join({.member = ids[0]});
    CHECK_FALSE(toy.answered(joins));
    toy.join({.member = ids[1]});
    CHECK(toy.reply<JoinResponse>(joins).generation_id == 2);
    CHECK(toy.classic().members().size() == 3);
    CHECK(toy.heartbeat(ids[0], 1) == Error::illegal_generation);
    CHECK(toy.heartbeat(ids[0], 2) == Error::none);
}

TEST_CASE("who does not join again within the rebalance timeout is out") {
    ToyGroups toy;
    const auto ids = toy.stable_group(2, {.session_ms = 100'000, .rebalance_ms = 20'000});
    const RequestId join =
        toy.join({.member = ids[0], .session_ms = 100'000, .rebalance_ms = 20'000});
    toy.advance(19'999);
    CHECK_FALSE(toy.answered(join));
    toy.advance(1);
    CHECK(toy.reply<JoinResponse>(join).generation_id == 2);
    CHECK(toy.classic().members().size() == 1);
    CHECK(toy.heartbeat(ids[1], 1) == Error::unknown_member_id);
    CHECK(toy.facts(Fact::member_fenced).size() == 1);
}

TEST_CASE("who sends no SyncGroup within the rebalance timeout is out") {
    ToyGroups toy;
    const std::string a = toy.member_id({.session_ms = 100'000});
    const std::string b = toy.member_id({.session_ms = 100'000});
    toy.join({.member = a, .session_ms = 100'000, .rebalance_ms = 20'000});
    toy.join({.member = b, .session_ms = 100'000, .rebalance_ms = 20'000});
    toy.advance(6'001);
    toy.sync(a, 1, {{a, "all"}});
    CHECK(toy.state() == "Stable");
    toy.advance(20'000);
    CHECK(toy.state() == "PreparingRebalance");
    CHECK(toy.classic().members().size() == 1);
}

TEST_CASE("a silent member is out when its session ends, and the rest rebalance") {
    ToyGroups toy;
    const auto ids = toy.stable_group(2);
    toy.advance(6'000);
    CHECK(toy.heartbeat(ids[0], 1) == Error::none);
    toy.advance(4'000);
    CHECK(toy.classic().members().size() == 1);
    CHECK(toy.heartbeat(ids[0], 1) == Error::rebalance_in_progress);
    CHECK(toy.heartbeat(ids[1], 1) == Error::unknown_member_id);
}

TEST_CASE("a commit keeps a session alive") {
    ToyGroups toy;
    const auto ids = toy.stable_group(1);
    for (int i = 0; i < 5; ++i) {
        toy.advance(9'000);
        CHECK(toy.commit_error(toy.commit("orders", 0, i, ids[0], 1)) == Error::none);
    }
    CHECK(toy.state() == "Stable");
}

TEST_CASE("an id that was given and never used is forgotten after a session") {
    ToyGroups toy;
    const std::string id = toy.member_id();
    CHECK(toy.classic().pending_members() == 1);
    toy.advance(10'000);
    CHECK(toy.classic().pending_members() == 0);
    CHECK(toy.reply<JoinResponse>(toy.join({.member = id})).error_code ==
          wire::code(Error::unknown_member_id));
}

TEST_CASE("the last member that leaves leaves an empty group behind, in the log too") {
    ToyGroups toy;
    const auto ids = toy.stable_group(2);
    CHECK(toy.leave({ids[0], "nobody"}) ==
          std::vector<Error>{Error::none, Error::unknown_member_id});
    CHECK(toy.leave({ids[1]}) == std::vector<Error>{Error::none});
    CHECK(toy.state() == "Empty");
    CHECK(toy.classic().generation() == 2);
    const auto records = toy.logs.records(toy.coordinator.partition_for("g"));
    const auto& last = std::get<group::GroupMetadata>(records.back());
    CHECK(last.version == 3);
    CHECK(last.value->generation == 2);
    CHECK(last.value->members.empty());
    CHECK(last.value->protocol_type == "consumer");
}

TEST_CASE("one request takes several members out, by instance id too") {
    ToyGroups toy;
    const RequestId join = toy.join({.instance = "i1"});
    toy.advance(3'000);
    const std::string id = toy.reply<JoinResponse>(join).member_id;
    CHECK(id.substr(0, 3) == "i1-");
    wire::LeaveGroupRequest request;
    request.group_id = "g";
    request.members.push_back({"", "i1", "kicked", {}});
    request.members.push_back({"", "i2", std::nullopt, {}});
    request.members.push_back({id, "i1", std::nullopt, {}});
    const auto response = toy.reply<wire::LeaveGroupResponse>(toy.ask(request, 5));
    CHECK(response.members.at(0).error_code == 0);
    CHECK(response.members.at(1).error_code == wire::code(Error::unknown_member_id));
    CHECK(response.members.at(2).error_code == wire::code(Error::unknown_member_id));
}

TEST_CASE("before version 3 LeaveGroup has one member and its error is the answer's") {
    ToyGroups toy;
    const auto ids = toy.stable_group(1);
    wire::LeaveGroupRequest request;
    request.group_id = "g";
    request.member_id = "nobody";
    CHECK(toy.reply<wire::LeaveGroupResponse>(toy.ask(request, 2)).error_code ==
          wire::code(Error::unknown_member_id));
    request.member_id = ids[0];
    const auto response = toy.reply<wire::LeaveGroupResponse>(toy.ask(request, 0));
    CHECK(response.error_code == 0);
    CHECK(response.members.empty());
    CHECK(toy.state() == "Empty");
}

TEST_CASE("before version 4 a member needs no second round") {
    ToyGroups toy;
    const RequestId join = toy.join({.version = 3});
    toy.advance(3'000);
    CHECK(toy.reply<JoinResponse>(join).error_code == 0);
}

TEST_CASE("requests with wrong numbers and names get Kafka's errors") {
    ToyGroups toy;
    const auto error_of = [&](const Join& join) {
        return wire::error_of(toy.reply<JoinResponse>(toy.join(join)).error_code);
    };
    CHECK(error_of({.group = ""}) == Error::invalid_group_id);
    CHECK(error_of({.session_ms = 5'999}) == Error::invalid_session_timeout);
    CHECK(error_of({.session_ms = 1'800'001}) == Error::invalid_session_timeout);
    CHECK(error_of({.member = "nobody"}) == Error::unknown_member_id);
    CHECK(error_of({.protocol_type = ""}) == Error::inconsistent_group_protocol);
    CHECK(error_of({.protocols = {}}) == Error::inconsistent_group_protocol);
    const auto ids = toy.stable_group(1);
    CHECK(error_of({.member = "nobody"}) == Error::unknown_member_id);
    CHECK(error_of({.protocol_type = "connect"}) == Error::inconsistent_group_protocol);
    CHECK(error_of({.protocols = {"sticky"}}) == Error::inconsistent_group_protocol);
    CHECK(error_of({.member = ids[0], .instance = "i"}) == Error::unknown_member_id);
    const auto sync_error = [&](RequestId id) {
        return wire::error_of(toy.reply<SyncResponse>(id).error_code);
    };
    CHECK(sync_error(toy.sync("nobody", 1)) == Error::unknown_member_id);
    CHECK(sync_error(toy.sync(ids[0], 0)) == Error::illegal_generation);
    CHECK(sync_error(toy.sync(ids[0], 1, {}, {}, "other")) == Error::unknown_member_id);
    CHECK(toy.heartbeat(ids[0], 7) == Error::illegal_generation);
    CHECK(toy.heartbeat("nobody", 1) == Error::unknown_member_id);
    CHECK(toy.heartbeat(ids[0], 1, {}, "other") == Error::unknown_member_id);
    wire::SyncGroupRequest wrong;
    wrong.group_id = "g";
    wrong.member_id = ids[0];
    wrong.generation_id = 1;
    wrong.protocol_name = "sticky";
    CHECK(sync_error(toy.ask(wrong, 5)) == Error::inconsistent_group_protocol);
}

TEST_CASE("the protocol that most members prefer of those that all have is chosen") {
    ToyGroups toy;
    const Join likes_sticky{.protocols = {"sticky", "range"}};
    const Join likes_range{.protocols = {"roundrobin", "range", "sticky"}};
    std::vector<RequestId> joins;
    for (const auto& like : {likes_sticky, likes_range, likes_range}) {
        Join join = like;
        join.member = toy.member_id(like);
        joins.push_back(toy.join(join));
    }
    toy.advance(9'001);
    CHECK(toy.reply<JoinResponse>(joins[0]).protocol_name == "range");
}

TEST_CASE("a full group lets nobody in") {
    group::Settings settings;
    settings.max_size = 2;
    ToyGroups toy(settings);
    toy.stable_group(2);
    const auto refused = toy.reply<JoinResponse>(toy.join({}));
    CHECK(refused.error_code == wire::code(Error::group_max_size_reached));
    CHECK(refused.member_id.empty());
}

TEST_CASE("a follower that joins again without news is told its generation at once") {
    ToyGroups toy;
    const auto ids = toy.stable_group(2);
    const auto again = toy.reply<JoinResponse>(toy.join({.member = ids[1]}));
    CHECK(again.generation_id == 1);
    CHECK(toy.state() == "Stable");
    toy.join({.member = ids[1], .topics = {"payments"}});
    CHECK(toy.state() == "PreparingRebalance");
}

TEST_CASE("facts tell what became of a group") {
    ToyGroups toy;
    const auto ids = toy.stable_group(1);
    toy.leave({ids[0]});
    std::vector<std::string> states;
    for (const Note& note : toy.facts(Fact::group_state))
        states.push_back(note.text);
    CHECK(states == std::vector<std::string>{"g Empty -> PreparingRebalance",
                                             "g PreparingRebalance -> CompletingRebalance",
                                             "g CompletingRebalance -> Stable",
                                             "g Stable -> PreparingRebalance",
                                             "g PreparingRebalance -> Empty"});
    CHECK(toy.facts(Fact::member_joined).at(0).text == "g " + ids[0]);
    CHECK(toy.facts(Fact::member_left).at(0).text == "g " + ids[0] + " leaves");
    CHECK(toy.facts(Fact::group_rebalance_done).size() == 2);
}
