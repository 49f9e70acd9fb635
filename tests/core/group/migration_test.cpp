// Groups on their way from one protocol to the other, with members of both in them.
#include "core/group/consumer_embedded.hpp"
#include "tests/core/group/toy.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace orrery;
using namespace orrery::group;
using namespace orrery::tests;

namespace {

using Heartbeat = wire::ConsumerGroupHeartbeatRequest;
using HeartbeatReply = wire::ConsumerGroupHeartbeatResponse;

/// A consumer group or a classic one, seen through requests.
struct Migrating : ToyGroups {
    using ToyGroups::ToyGroups;

    HeartbeatReply live(const std::string& member, std::int32_t epoch,
                        std::vector<std::int32_t> owned = {}, bool says = false) {
        Heartbeat request;
        request.group_id = "g";
        request.member_id = member;
        request.member_epoch = epoch;
        if (epoch == 0) {
            request.rebalance_timeout_ms = 60'000;
            request.subscribed_topic_names = {"orders"};
            request.topic_partitions.emplace();
        } else if (says) {
            request.topic_partitions.emplace();
            if (!owned.empty())
                request.topic_partitions->push_back({topic_id("orders"), std::move(owned), {}});
        }
        return reply<HeartbeatReply>(ask(request, 1));
    }
    std::string described_state() {
        wire::ConsumerGroupDescribeRequest request;
        request.group_ids = {"g"};
        const auto group =
            reply<wire::ConsumerGroupDescribeResponse>(ask(request, 1)).groups.front();
        std::string text = group.error_code == 0 ? group.group_state : "not a consumer group";
        for (const auto& member : group.members)
            text += member.member_type == 0 ? " classic" : " consumer";
        return text;
    }
    /// "0,1": what SyncGroup gives of orders.
    std::string synced(const std::string& member, std::int32_t epoch) {
        const auto response = reply<wire::SyncGroupResponse>(sync(member, epoch));
        REQUIRE(response.error_code == 0);
        std::string text;
        const auto given = read_assignment(response.assignment);
        REQUIRE(given);
        for (const auto& topic : given->assigned_partitions)
            for (const std::int32_t partition : topic.partitions)
                text += (text.empty() ? "" : ",") + std::to_string(partition);
        return text;
    }
    /// A classic group of two, stable: the leader has orders-0,1, the other orders-2,3.
    std::vector<std::string> classic_group() {
        std::vector<std::string> ids{member_id(), member_id()};
        std::vector<RequestId> joins;
        for (const std::string& id : ids) {
            Join mine;
            mine.member = id;
            joins.push_back(join(mine));
        }
        advance(7'000);
        const auto first = reply<wire::JoinGroupResponse>(joins.front());
        if (first.leader != ids.front())
            std::swap(ids[0], ids[1]);
        const auto as_text = [](const Bytes& bytes) {
            const auto* data = reinterpret_cast<const char*>(bytes.data());
            return std::string(data, bytes.size());
        };
        const auto other = sync(ids[1], 1);
        sync(ids[0], 1,
             {{ids[0], as_text(assignment("orders", {0, 1}))},
              {ids[1], as_text(assignment("orders", {2, 3}))}});
        REQUIRE(answered(other));
        REQUIRE(state() == "Stable");
        return ids;
    }
    wire::JoinGroupResponse rejoin(const std::string& id) {
        Join mine;
        mine.member = id;
        return reply<wire::JoinGroupResponse>(join(mine));
    }
};

} // namespace

TEST_CASE("the first member of the consumer protocol makes a classic group a consumer group") {
    Migrating toy;
    const auto ids = toy.classic_group();
    const auto joined = toy.live("new", 0);
    CHECK(joined.error_code == 0);
    CHECK(joined.member_epoch == 2);
    CHECK(toy.described_state() == "Reconciling classic classic consumer");
    // the classic ones are told by a heartbeat, and what they had is theirs until they join again
    CHECK(toy.heartbeat(ids[0], 1) == wire::Error::rebalance_in_progress);
    CHECK(toy.heartbeat(ids[1], 1) == wire::Error::rebalance_in_progress);
    const auto first = toy.rejoin(ids[0]);
    CHECK(first.error_code == 0);
    CHECK(first.generation_id == 2);
    CHECK(first.protocol_name == "range");
    CHECK(first.leader.empty());
    const auto second = toy.rejoin(ids[1]);
    const std::string has = toy.synced(ids[0], 2) + " " + toy.synced(ids[1], 2);
    const auto moved = toy.live("new", 2);
    std::size_t partitions = 0;
    for (const auto& topic : moved.assignment->topic_partitions)
        partitions += topic.partitions.size();
    CHECK(partitions == 1);
    CHECK(has.size() == 5); // "0,1 2" or the like: three of the four
    CHECK(toy.heartbeat(ids[0], 2) == wire::Error::none);
    CHECK(toy.described_state() == "Stable classic classic consumer");
    CHECK(toy.commit_error(toy.commit("orders", 0, 5, ids[0], 2)) == wire::Error::none);
}

TEST_CASE("a group goes back to the classic protocol with its last member of the other") {
    Migrating toy;
    const auto ids = toy.classic_group();
    toy.commit("orders", 1, 41);
    toy.live("new", 0);
    toy.rejoin(ids[0]);
    toy.rejoin(ids[1]);
    toy.synced(ids[0], 2);
    toy.synced(ids[1], 2);
    CHECK(toy.live("new", -1).error_code == 0);
    CHECK(toy.described_state() == "not a consumer group");
    CHECK(toy.state() == "PreparingRebalance");
    CHECK(toy.heartbeat(ids[0], 2) == wire::Error::rebalance_in_progress);
    Join mine;
    mine.member = ids[0];
    const auto one = toy.join(mine);
    mine.member = ids[1];
    const auto two = toy.join(mine);
    CHECK(toy.reply<wire::JoinGroupResponse>(one).generation_id == 3);
    CHECK(toy.reply<wire::JoinGroupResponse>(two).generation_id == 3);
    CHECK(toy.state() == "CompletingRebalance");
    // what another coordinator loads is the classic group, too
    const Coordinator next = toy.successor();
    const Group* loaded = nullptr;
    for (const auto& entry : next.shards())
        if (const Group* found = entry.second->latest().find("g"))
            loaded = found;
    REQUIRE(loaded);
    CHECK(loaded->classic());
    CHECK(loaded->classic()->members().size() == 2);
}

TEST_CASE("a member of the consumer protocol that dies takes the group back, too") {
    Migrating toy;
    const auto ids = toy.classic_group();
    toy.live("new", 0);
    toy.rejoin(ids[0]);
    toy.rejoin(ids[1]);
    toy.synced(ids[0], 2);
    toy.synced(ids[1], 2);
    for (int i = 0; i < 46; ++i) {
        toy.advance(1'000);
        toy.heartbeat(ids[0], 2);
        toy.heartbeat(ids[1], 2);
    }
    CHECK(toy.described_state() == "not a consumer group");
    CHECK(toy.facts(Fact::member_fenced).size() == 1);
}

TEST_CASE("classic members that do not rejoin or sync in time are fenced") {
    Migrating toy;
    toy.settings.migration = MigrationPolicy::bidirectional;
    const auto ids = toy.classic_group();
    toy.live("new", 0);
    std::int32_t epoch = 2;
    for (int i = 0; i < 61; ++i) {
        toy.heartbeat(ids[0], 1); // heartbeats, but never joins
        toy.heartbeat(ids[1], 1);
        toy.advance(1'000);
        epoch = toy.live("new", epoch).member_epoch;
    }
    CHECK(toy.described_state() == "Stable consumer");
    CHECK(toy.heartbeat(ids[0], 1) == wire::Error::unknown_member_id);
}

TEST_CASE("classic members leave a consumer group as they leave any") {
    Migrating toy;
    const auto ids = toy.classic_group();
    toy.live("new", 0);
    using wire::Error;
    CHECK(toy.leave({ids[0], "nobody", "new"}) ==
          std::vector<Error>{Error::none, Error::unknown_member_id, Error::none});
    CHECK(toy.described_state() == "not a consumer group");
    CHECK(toy.classic().members().size() == 1);
}

TEST_CASE("the migration policy forbids what it does not name") {
    for (const auto policy : {MigrationPolicy::disabled, MigrationPolicy::downgrade}) {
        Settings settings;
        settings.migration = policy;
        Migrating toy(settings);
        toy.classic_group();
        const auto refused = toy.live("new", 0);
        CHECK(wire::error_of(refused.error_code) == wire::Error::group_id_not_found);
        CHECK(refused.error_message == "Cannot upgrade classic group g to consumer group because "
                                       "online upgrade is disabled.");
        CHECK(toy.state() == "Stable");
    }
    Settings settings;
    settings.migration = MigrationPolicy::disabled;
    Migrating toy(settings);
    toy.live("new", 0);
    CHECK(wire::error_of(toy.rejoin("").error_code) == wire::Error::inconsistent_group_protocol);
    settings.migration = MigrationPolicy::upgrade;
    Migrating up(settings);
    const auto ids = up.classic_group();
    up.live("new", 0);
    up.live("new", -1);
    CHECK(up.described_state() == "Assigning classic classic");
}

TEST_CASE("a group that is none of consumers is not upgraded") {
    Migrating toy;
    Join other;
    other.protocol_type = "connect";
    other.member = toy.member_id(other);
    toy.join(other);
    const auto refused = toy.live("new", 0);
    CHECK(wire::error_of(refused.error_code) == wire::Error::group_id_not_found);
    CHECK(refused.error_message ==
          "Cannot upgrade classic group g to consumer group because the group does not use the "
          "consumer embedded protocol.");
}

TEST_CASE("a classic member may join a group of the consumer protocol") {
    Migrating toy;
    auto epoch = toy.live("new", 0).member_epoch;
    const std::string id = toy.member_id();
    toy.advance(1'100);
    const auto joined = toy.rejoin(id);
    CHECK(joined.error_code == 0);
    CHECK(joined.generation_id == 3);
    CHECK(toy.synced(id, 3).empty());
    CHECK(toy.heartbeat(id, 3) == wire::Error::none); // all it waits for is with others yet
    toy.live("new", epoch);
    epoch = toy.live("new", epoch, {0, 1}, true).member_epoch;
    CHECK(epoch == 3);
    CHECK(toy.heartbeat(id, 3) == wire::Error::rebalance_in_progress);
    CHECK(toy.rejoin(id).generation_id == 3);
    CHECK(toy.synced(id, 3) == "2,3");
    CHECK(wire::error_of(toy.reply<wire::SyncGroupResponse>(toy.sync(id, 2)).error_code) ==
          wire::Error::illegal_generation);
    CHECK(wire::error_of(toy.reply<wire::SyncGroupResponse>(toy.sync("new", 3)).error_code) ==
          wire::Error::unknown_member_id);
}

TEST_CASE("a static member that goes back to the classic protocol keeps what it had") {
    Migrating toy;
    Heartbeat request;
    request.group_id = "g";
    request.member_id = "new";
    request.instance_id = "one";
    request.rebalance_timeout_ms = 60'000;
    request.subscribed_topic_names = {"orders"};
    request.topic_partitions.emplace();
    CHECK(toy.reply<HeartbeatReply>(toy.ask(request, 1)).member_epoch == 2);
    Join back;
    back.instance = "one";
    const auto joined = toy.reply<wire::JoinGroupResponse>(toy.join(back));
    CHECK(joined.error_code == 0);
    CHECK(toy.described_state() == "not a consumer group");
    CHECK(toy.state() == "Stable");
    CHECK(toy.classic().generation() == 2);
    const auto synced = toy.reply<wire::SyncGroupResponse>(
        toy.sync(joined.member_id, joined.generation_id, {}, "one"));
    CHECK(synced.error_code == 0);
    const auto kept = read_assignment(synced.assignment);
    REQUIRE(kept);
    REQUIRE(kept->assigned_partitions.size() == 1);
    CHECK(kept->assigned_partitions[0].partitions == std::vector<std::int32_t>{0, 1, 2, 3});
}
