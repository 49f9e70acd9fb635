// Committed offsets: committing, fetching, deleting, and how long they last.
#include "tests/core/group/toy.hpp"
#include "tests/support/catch.hpp"

#include <array>

using namespace orrery;
using namespace orrery::tests;
using wire::Error;
using FetchRequest = wire::OffsetFetchRequest;
using FetchResponse = wire::OffsetFetchResponse;

TEST_CASE("what is committed without a group makes a simple group and can be fetched") {
    ToyGroups toy;
    CHECK(toy.committed("orders", 1) == -1);
    CHECK(toy.commit_error(toy.commit("orders", 1, 42)) == Error::none);
    CHECK(toy.committed("orders", 1) == 42);
    CHECK(toy.committed("orders", 2) == -1);
    CHECK(toy.state() == "Empty");
    CHECK(toy.classic().is_simple());
}

TEST_CASE("a commit is answered and seen when it is committed, not before") {
    ToyGroups toy;
    toy.commit("orders", 0, 1);
    toy.logs.hold = true;
    const RequestId commit = toy.commit("orders", 0, 2);
    CHECK_FALSE(toy.answered(commit));
    CHECK(toy.committed("orders", 0) == 1);
    FetchRequest stable;
    stable.groups.push_back({"g", {}, -1, {{{"orders", {}, {0}, {}}}}, {}});
    stable.require_stable = true;
    const RequestId fetch = toy.ask(stable, 9);
    CHECK_FALSE(toy.answered(fetch));
    CHECK(toy.facts(Fact::offset_committed).size() == 1);
    toy.logs.commit_all();
    toy.settle();
    CHECK(toy.commit_error(commit) == Error::none);
    CHECK(toy.reply<FetchResponse>(fetch)
              .groups.at(0)
              .topics.at(0)
              .partitions.at(0)
              .committed_offset == 2);
    CHECK(toy.committed("orders", 0) == 2);
    CHECK(toy.facts(Fact::offset_committed).size() == 2);
}

TEST_CASE("a commit that is not committed in time is refused, and may be there after all") {
    ToyGroups toy;
    toy.logs.hold = true;
    const RequestId commit = toy.commit("orders", 0, 2);
    toy.advance(4'999);
    CHECK_FALSE(toy.answered(commit));
    toy.advance(1);
    CHECK(toy.commit_error(commit) == Error::coordinator_not_available);
    toy.logs.commit_all();
    toy.settle();
    CHECK(toy.committed("orders", 0) == 2);
}

TEST_CASE("every commit behind one that takes too long is refused in its own time") {
    ToyGroups toy;
    toy.logs.hold = true;
    const RequestId first = toy.commit("orders", 0, 1);
    toy.advance(1'000);
    const RequestId second = toy.commit("orders", 0, 2);
    toy.advance(4'000);
    CHECK(toy.answered(first));
    CHECK_FALSE(toy.answered(second));
    toy.advance(1'000);
    CHECK(toy.commit_error(second) == Error::coordinator_not_available);
}

TEST_CASE("a commit that can't be appended changes nothing") {
    const std::vector<std::pair<Error, Error>> errors{
        {Error::not_enough_replicas, Error::coordinator_not_available},
        {Error::not_leader_or_follower, Error::not_coordinator},
        {Error::kafka_storage_error, Error::not_coordinator},
        {Error::message_too_large, Error::unknown_server_error},
        {Error::record_list_too_large, Error::unknown_server_error},
    };
    for (const auto& [theirs, ours] : errors) {
        ToyGroups toy;
        toy.commit("orders", 0, 1);
        const std::int32_t home = toy.coordinator.partition_for("g");
        const group::Groups before = (*toy.coordinator.shards().find(home))->latest();
        toy.logs.refuse = theirs;
        CHECK(toy.commit_error(toy.commit("orders", 0, 2)) == ours);
        toy.logs.refuse.reset();
        CHECK(toy.committed("orders", 0) == 1);
        CHECK((*toy.coordinator.shards().find(home))->latest() == before);
    }
}

TEST_CASE("records of commits are Kafka's: version 4 with the topic's id, 1 with an expiry") {
    ToyGroups toy;
    wire::OffsetCommitRequest request;
    request.group_id = "g";
    request.topics.push_back({"orders", {}, {{3, 7, 5, "mine", {}}}, {}});
    toy.ask(request, 9);
    request.retention_time_ms = 1'000;
    toy.ask(request, 3);
    const auto records = toy.logs.records(toy.coordinator.partition_for("g"));
    REQUIRE(records.size() == 2);
    const auto& plain = std::get<group::OffsetCommit>(records[0]);
    CHECK(plain.version == 4);
    CHECK(plain.value->topic_id == toy.topic_id("orders"));
    CHECK(plain.value->leader_epoch == 5);
    CHECK(plain.value->metadata == "mine");
    CHECK(plain.value->commit_timestamp == toy.now.wall_ms);
    const auto& expiring = std::get<group::OffsetCommit>(records[1]);
    CHECK(expiring.version == 1);
    CHECK(expiring.value->expire_timestamp == toy.now.wall_ms + 1'000);
}

TEST_CASE("partitions that are not there and metadata that is too long are refused one by one") {
    ToyGroups toy;
    wire::OffsetCommitRequest request;
    request.group_id = "g";
    request.topics.push_back({"orders",
                              {},
                              {{0, 1, -1, std::string(4'096, 'x'), {}},
                               {1, 1, -1, std::string(4'097, 'x'), {}},
                               {4, 1, -1, "", {}},
                               {-1, 1, -1, "", {}}},
                              {}});
    request.topics.push_back({"nothing", {}, {{0, 1, -1, "", {}}}, {}});
    const auto response = toy.reply<wire::OffsetCommitResponse>(toy.ask(request, 9));
    REQUIRE(response.topics.size() == 2);
    std::map<std::int32_t, Error> errors;
    for (const auto& partition : response.topics[0].partitions)
        errors[partition.partition_index] = wire::error_of(partition.error_code);
    CHECK(errors == std::map<std::int32_t, Error>{{0, Error::none},
                                                  {1, Error::offset_metadata_too_large},
                                                  {4, Error::unknown_topic_or_partition},
                                                  {-1, Error::unknown_topic_or_partition}});
    CHECK(response.topics[1].partitions.at(0).error_code ==
          wire::code(Error::unknown_topic_or_partition));
    CHECK(toy.committed("orders", 0) == 1);
    CHECK(toy.committed("orders", 1) == -1);
}

TEST_CASE("from version 10 on topics go by their ids") {
    ToyGroups toy;
    wire::OffsetCommitRequest request;
    request.group_id = "g";
    request.topics.push_back({"", toy.topic_id("orders"), {{0, 9, -1, "", {}}}, {}});
    request.topics.push_back({"", Uuid{1, 2}, {{0, 9, -1, "", {}}}, {}});
    const auto response = toy.reply<wire::OffsetCommitResponse>(toy.ask(request, 10));
    REQUIRE(response.topics.size() == 2);
    for (const auto& topic : response.topics)
        CHECK(topic.partitions.at(0).error_code ==
              (topic.topic_id == Uuid{1, 2} ? wire::code(Error::unknown_topic_id) : 0));
    FetchRequest fetch;
    fetch.groups.push_back(
        {"g", {}, -1, {{{"", toy.topic_id("orders"), {0}, {}}, {"", Uuid{1, 2}, {0}, {}}}}, {}});
    const auto fetched = toy.reply<FetchResponse>(toy.ask(fetch, 10)).groups.at(0);
    CHECK(fetched.topics.at(0).partitions.at(0).committed_offset == 9);
    CHECK(fetched.topics.at(1).partitions.at(0).error_code == wire::code(Error::unknown_topic_id));
    fetch.groups[0].topics.reset();
    const auto all = toy.reply<FetchResponse>(toy.ask(fetch, 10)).groups.at(0);
    REQUIRE(all.topics.size() == 1);
    CHECK(all.topics[0].topic_id == toy.topic_id("orders"));
}

TEST_CASE("one request fetches of many groups, in its order, whoever keeps them") {
    ToyGroups toy({}, 5);
    FetchRequest fetch;
    for (int i = 0; i < 20; ++i) {
        const std::string id = "group " + std::to_string(i);
        toy.commit("orders", 0, i, "", -1, id);
        fetch.groups.push_back({id, {}, -1, std::nullopt, {}});
    }
    const auto response = toy.reply<FetchResponse>(toy.ask(fetch, 9));
    REQUIRE(response.groups.size() == 20);
    for (int i = 0; i < 20; ++i) {
        const auto& group = response.groups[static_cast<std::size_t>(i)];
        CHECK(group.group_id == "group " + std::to_string(i));
        CHECK(group.topics.at(0).partitions.at(0).committed_offset == i);
    }
}

TEST_CASE("before version 8 there is one group and its topics are the answer's") {
    ToyGroups toy;
    toy.commit("orders", 2, 5);
    FetchRequest fetch;
    fetch.group_id = "g";
    fetch.topics = std::vector<FetchRequest::OffsetFetchRequestTopic>{{"orders", {2, 3}, {}}};
    for (const std::int16_t version : std::array<std::int16_t, 3>{1, 5, 7}) {
        const auto response = toy.reply<FetchResponse>(toy.ask(fetch, version));
        REQUIRE(response.topics.size() == 1);
        CHECK(response.topics[0].partitions.at(0).committed_offset == 5);
        CHECK(response.topics[0].partitions.at(1).committed_offset == -1);
        CHECK(response.error_code == 0);
    }
    fetch.topics.reset();
    CHECK(toy.reply<FetchResponse>(toy.ask(fetch, 7)).topics.size() == 1);
}

TEST_CASE("who may commit to a group with members is one of them, in this generation") {
    ToyGroups toy;
    const auto ids = toy.stable_group(1);
    const auto error = [&](const std::string& member, std::int32_t generation,
                           const std::string& group = "g") {
        return toy.commit_error(toy.commit("orders", 0, 1, member, generation, group));
    };
    CHECK(error(ids[0], 1) == Error::none);
    CHECK(error(ids[0], 0) == Error::illegal_generation);
    CHECK(error("nobody", 1) == Error::unknown_member_id);
    CHECK(error("", -1) == Error::unknown_member_id);
    CHECK(error(ids[0], 3, "other") == Error::group_id_not_found);
    wire::OffsetCommitRequest old;
    old.group_id = "other";
    old.generation_id_or_member_epoch = 3;
    old.topics.push_back({"orders", {}, {{0, 1, -1, "", {}}}, {}});
    CHECK(toy.commit_error(toy.ask(old, 8)) == Error::illegal_generation);
    toy.join({.member = ids[0]});
    CHECK(toy.state() == "CompletingRebalance");
    CHECK(error(ids[0], 2) == Error::rebalance_in_progress);
}

TEST_CASE("offsets of topics that nobody subscribes to can be deleted") {
    ToyGroups toy;
    const auto ids = toy.stable_group(1);
    toy.commit("orders", 0, 1, ids[0], 1);
    toy.commit("payments", 1, 1, ids[0], 1);
    wire::OffsetDeleteRequest request;
    request.group_id = "g";
    request.topics.push_back({"orders", {{0}}});
    request.topics.push_back({"payments", {{1}, {7}}});
    const auto response = toy.reply<wire::OffsetDeleteResponse>(toy.ask(request, 0));
    CHECK(response.topics.at(0).partitions.at(0).error_code ==
          wire::code(Error::group_subscribed_to_topic));
    CHECK(response.topics.at(1).partitions.at(0).error_code == 0);
    CHECK(response.topics.at(1).partitions.at(1).error_code ==
          wire::code(Error::unknown_topic_or_partition));
    CHECK(toy.committed("orders", 0) == 1);
    CHECK(toy.committed("payments", 1) == -1);
    request.group_id = "other";
    CHECK(toy.reply<wire::OffsetDeleteResponse>(toy.ask(request, 0)).error_code ==
          wire::code(Error::group_id_not_found));
}

TEST_CASE("offsets go with their topic, and a new topic of that name starts without") {
    ToyGroups toy;
    toy.commit("payments", 0, 5);
    toy.commit("orders", 0, 6);
    toy.delete_topic("payments");
    toy.create_topic("payments", 2);
    CHECK(toy.committed("payments", 0) == -1);
    CHECK(toy.committed("orders", 0) == 6);
    const auto records = toy.logs.records(toy.coordinator.partition_for("g"));
    CHECK_FALSE(std::get<group::OffsetCommit>(records.back()).value.has_value());
}

TEST_CASE("offsets of a simple group expire a retention after their commit") {
    group::Settings settings;
    settings.offsets_retention = seconds(3'600);
    ToyGroups toy(settings);
    toy.commit("orders", 0, 1);
    toy.advance(1'800'000);
    toy.commit("orders", 1, 1);
    toy.advance(1'700'000);
    CHECK(toy.committed("orders", 0) == 1);
    toy.advance(701'000);
    CHECK(toy.committed("orders", 0) == -1);
    CHECK(toy.committed("orders", 1) == 1);
    CHECK(toy.facts(Fact::offset_expired).size() == 1);
    toy.advance(1'800'000);
    CHECK(toy.facts(Fact::group_deleted).size() == 1);
    CHECK(toy.coordinator.shards()
              .find(toy.coordinator.partition_for("g"))
              ->
              operator*()
              .latest()
              .all()
              .empty());
}

TEST_CASE("offsets of a group expire a retention after its last member left (KIP-211)") {
    group::Settings settings;
    settings.offsets_retention = seconds(3'600);
    ToyGroups toy(settings);
    const auto ids = toy.stable_group(1, {.session_ms = 1'800'000});
    toy.commit("orders", 0, 1, ids[0], 1);
    for (int i = 0; i < 8; ++i) {
        toy.advance(1'000'000);
        toy.heartbeat(ids[0], 1);
    }
    CHECK(toy.committed("orders", 0) == 1);
    toy.leave(ids);
    toy.advance(3'500'000);
    CHECK(toy.committed("orders", 0) == 1);
    toy.advance(701'000);
    CHECK(toy.committed("orders", 0) == -1);
}

TEST_CASE("a living group's offsets of topics it has left expire") {
    group::Settings settings;
    settings.offsets_retention = seconds(3'600);
    ToyGroups toy(settings);
    const auto ids = toy.stable_group(1, {.session_ms = 1'800'000});
    toy.commit("orders", 0, 1, ids[0], 1);
    toy.commit("payments", 0, 1, ids[0], 1);
    for (int i = 0; i < 5; ++i) {
        toy.advance(1'000'000);
        toy.heartbeat(ids[0], 1);
    }
    CHECK(toy.committed("orders", 0) == 1);
    CHECK(toy.committed("payments", 0) == -1);
    CHECK(toy.state() == "Stable");
}

TEST_CASE("a commit that brought an expiry of its own goes by it") {
    ToyGroups toy;
    wire::OffsetCommitRequest request;
    request.group_id = "g";
    request.retention_time_ms = 60'000;
    request.topics.push_back({"orders", {}, {{0, 1, -1, "", {}}}, {}});
    toy.ask(request, 4);
    toy.advance(601'000);
    CHECK(toy.committed("orders", 0) == -1);
}
