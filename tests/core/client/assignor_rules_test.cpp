// What must hold of every assignment that a group's leader makes, on groups at random.
#include "core/base/random.hpp"
#include "core/client/assignor.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace orrery;
using namespace orrery::client;

namespace {

using TopicPartition = std::pair<std::string, std::int32_t>;

struct Group {
    std::vector<AssignableTopic> topics;
    std::vector<Subscription> members;
    std::int32_t generation = 0;
};

Subscription member_at_random(Random& random, const Group& group, bool equal) {
    Subscription member;
    member.member_id = "member-" + std::to_string(random.next());
    if (random.below(4) == 0)
        member.instance_id = "instance-" + member.member_id;
    if (random.below(3) == 0)
        member.rack = "rack-" + std::to_string(random.below(3));
    for (const AssignableTopic& topic : group.topics)
        if (equal || random.below(2) == 0)
            member.topics.push_back(topic.name);
    return member;
}

/// Up to 8 topics and 12 members, some in racks, with equal subscriptions or not.
Group group_at_random(Random& random, bool equal) {
    Group group;
    const auto topics = random.between(1, 8);
    for (std::int64_t t = 0; t < topics; ++t) {
        AssignableTopic& topic = group.topics.emplace_back();
        topic.name = "topic-" + std::to_string(t);
        topic.partitions = static_cast<std::int32_t>(random.between(1, 20));
        for (std::int32_t p = 0; p < topic.partitions; ++p)
            topic.racks.push_back({"rack-" + std::to_string(random.below(3))});
    }
    const auto members = random.between(1, 12);
    for (std::int64_t m = 0; m < members; ++m)
        group.members.push_back(member_at_random(random, group, equal));
    return group;
}

std::set<TopicPartition> set_of(const TopicPartitions& partitions) {
    std::set<TopicPartition> set;
    for (const auto& [topic, numbers] : partitions)
        for (const std::int32_t number : numbers)
            set.insert({topic, number});
    return set;
}

std::set<TopicPartition> wanted_by_anybody(const Group& group) {
    std::set<TopicPartition> wanted;
    for (const AssignableTopic& topic : group.topics)
        for (const Subscription& member : group.members)
            if (std::find(member.topics.begin(), member.topics.end(), topic.name) !=
                member.topics.end())
                for (std::int32_t p = 0; p < topic.partitions; ++p)
                    wanted.insert({topic.name, p});
    return wanted;
}

/// Nobody gets what it does not want, and nothing goes to two. The partitions that are given.
std::set<TopicPartition> check_given(const Group& group, const std::vector<TopicPartitions>& made) {
    REQUIRE(made.size() == group.members.size());
    std::set<TopicPartition> given;
    std::size_t count = 0;
    bool wanted = true;
    for (std::size_t m = 0; m < made.size(); ++m) {
        const auto& topics = group.members[m].topics;
        for (const TopicPartition& partition : set_of(made[m])) {
            wanted &= std::find(topics.begin(), topics.end(), partition.first) != topics.end();
            given.insert(partition);
            ++count;
        }
    }
    CHECK(wanted);
    CHECK(given.size() == count);
    return given;
}

std::size_t spread_of(const std::vector<TopicPartitions>& made) {
    std::vector<std::size_t> sizes;
    for (const TopicPartitions& partitions : made)
        sizes.push_back(set_of(partitions).size());
    const auto [least, most] = std::minmax_element(sizes.begin(), sizes.end());
    return *most - *least;
}

/// The group lives on: everybody has what it was given, and there is a new generation.
void adopt(Group& group, const std::vector<TopicPartitions>& made) {
    ++group.generation;
    for (std::size_t m = 0; m < made.size(); ++m) {
        group.members[m].owned = made[m];
        group.members[m].generation = group.generation;
    }
}

/// A member leaves, or joins, or changes its mind.
void change(Group& group, Random& random, bool equal) {
    const auto any = static_cast<std::size_t>(random.below(group.members.size()));
    const std::uint64_t what = random.below(equal ? 2 : 3);
    if (what == 0 && group.members.size() > 1)
        group.members.erase(group.members.begin() + static_cast<std::ptrdiff_t>(any));
    else if (what < 2)
        group.members.push_back(member_at_random(random, group, equal));
    else
        group.members[any].topics = {group.topics.front().name};
}

bool same(const Group& group, const std::vector<TopicPartitions>& made) {
    for (std::size_t m = 0; m < made.size(); ++m)
        if (!(made[m] == group.members[m].owned))
            return false;
    return true;
}

} // namespace

TEST_CASE("whichever assignor decides, each partition goes to one member that wants it") {
    Random random(54, "leader");
    for (int round = 0; round < 150; ++round) {
        const bool equal = round % 2 == 0;
        Group group = group_at_random(random, equal);
        for (const auto assignor : {Assignor::range, Assignor::round_robin, Assignor::sticky}) {
            INFO(round << " " << name_of(assignor));
            const auto made = assign(assignor, group.topics, group.members);
            CHECK(check_given(group, made) == wanted_by_anybody(group));
            if (equal && assignor != Assignor::range)
                CHECK(spread_of(made) <= 1);
        }
    }
}

TEST_CASE("ranges of one topic differ by one partition at most") {
    Random random(55, "leader");
    for (int round = 0; round < 100; ++round) {
        const Group group = group_at_random(random, false);
        const auto made = assign(Assignor::range, group.topics, group.members);
        INFO(round);
        bool even = true;
        for (const AssignableTopic& topic : group.topics) {
            std::set<std::size_t> sizes;
            for (std::size_t m = 0; m < made.size(); ++m) {
                const auto& topics = group.members[m].topics;
                if (std::find(topics.begin(), topics.end(), topic.name) == topics.end())
                    continue;
                const auto* range = made[m].find(topic.name);
                sizes.insert(range ? range->size() : 0);
            }
            even &= sizes.empty() || *sizes.rbegin() - *sizes.begin() <= 1;
        }
        CHECK(even);
    }
}

TEST_CASE("the sticky assignors move nothing when nothing has changed") {
    Random random(56, "leader");
    for (int round = 0; round < 150; ++round) {
        Group group = group_at_random(random, round % 2 == 0);
        for (const auto assignor : {Assignor::sticky, Assignor::cooperative_sticky}) {
            for (Subscription& member : group.members) {
                member.owned.clear();
                member.generation = no_generation;
                member.rack.reset(); // for racks they do move, even later
            }
            adopt(group, assign(assignor, group.topics, group.members));
            INFO(round << " " << name_of(assignor));
            CHECK(same(group, assign(assignor, group.topics, group.members)));
        }
    }
}

TEST_CASE("the cooperative assignor hands nothing over before its owner has given it up") {
    Random random(429, "leader");
    for (int round = 0; round < 150; ++round) {
        const bool equal = round % 2 == 0;
        Group group = group_at_random(random, equal);
        for (int step = 0; step < 8; ++step) {
            INFO(round << "." << step);
            const auto made = assign(Assignor::cooperative_sticky, group.topics, group.members);
            std::map<TopicPartition, std::size_t> had;
            for (std::size_t m = 0; m < group.members.size(); ++m)
                for (const TopicPartition& partition : set_of(group.members[m].owned))
                    had[partition] = m;
            bool waits = true;
            for (std::size_t m = 0; m < made.size(); ++m)
                for (const TopicPartition& partition : set_of(made[m]))
                    waits &= !had.contains(partition) || had[partition] == m;
            CHECK(waits);
            check_given(group, made);
            adopt(group, made);
            if (step % 2 == 1)
                change(group, random, equal);
        }
    }
}

TEST_CASE("after the owners gave up what moves, one more rebalance completes a cooperative one") {
    Random random(430, "leader");
    for (int round = 0; round < 150; ++round) {
        Group group = group_at_random(random, true);
        const bool racks = round % 3 == 0;
        // With racks a partition that waits may free a better place for another that then waits.
        const int rebalances = racks ? 4 : 2;
        adopt(group, assign(Assignor::cooperative_sticky, group.topics, group.members));
        change(group, random, true);
        for (Subscription& member : group.members)
            if (!racks)
                member.rack.reset();
        for (int rebalance = 0; rebalance < rebalances; ++rebalance)
            adopt(group, assign(Assignor::cooperative_sticky, group.topics, group.members));
        std::vector<TopicPartitions> made;
        for (const Subscription& member : group.members)
            made.push_back(member.owned);
        INFO(round);
        CHECK(check_given(group, made) == wanted_by_anybody(group));
        CHECK(spread_of(made) <= 1);
    }
}

TEST_CASE("of two that claim a partition the newer generation is believed, of equals neither") {
    const std::vector<AssignableTopic> topics = {{"t", 2, {}}};
    std::vector<Subscription> members(2);
    for (std::size_t m = 0; m < 2; ++m) {
        members[m].member_id = m == 0 ? "a" : "b";
        members[m].topics = {"t"};
        members[m].owned["t"] = {0};
        members[m].generation = 5;
    }
    members[0].generation = 4; // it was away when b got partition 0
    auto made = assign(Assignor::cooperative_sticky, topics, members);
    CHECK(made[0].find("t") != nullptr);
    CHECK(*made[0].find("t") == std::vector<std::int32_t>{1});
    CHECK(*made[1].find("t") == std::vector<std::int32_t>{0});
    members[0].generation = 5;
    made = assign(Assignor::cooperative_sticky, topics, members);
    CHECK(made[0].empty()); // 0 has to be given up by both first
    CHECK(*made[1].find("t") == std::vector<std::int32_t>{1});
}

TEST_CASE("what members own of topics or partitions that are gone is not counted") {
    const std::vector<AssignableTopic> topics = {{"t", 2, {}}, {"unwanted", 9, {}}};
    std::vector<Subscription> members(2);
    members[0].member_id = "a";
    members[0].topics = {"t", "missing"};
    members[0].owned["t"] = {-1, 1, 7};
    members[0].owned["missing"] = {0, 1};
    members[1].member_id = "b";
    members[1].topics = members[0].topics;
    TopicPartitions first, second;
    first["t"] = {1};
    second["t"] = {0};
    const std::vector<TopicPartitions> wanted = {first, second};
    for (const auto assignor : {Assignor::sticky, Assignor::cooperative_sticky})
        CHECK(assign(assignor, topics, members) == wanted);
    members[1].topics = {};
    for (const auto assignor :
         {Assignor::range, Assignor::round_robin, Assignor::sticky, Assignor::cooperative_sticky})
        CHECK(assign(assignor, topics, members)[1].empty());
    for (const auto assignor :
         {Assignor::range, Assignor::round_robin, Assignor::sticky, Assignor::cooperative_sticky})
        CHECK(assign(assignor, {}, members) == std::vector<TopicPartitions>(2));
    CHECK(assign(Assignor::sticky, topics, {}).empty());
}
