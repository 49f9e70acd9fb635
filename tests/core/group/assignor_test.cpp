// The server's assignors against Kafka's own: the golden vectors, then what must hold of any group.
#include "core/base/print.hpp"
#include "core/base/random.hpp"
#include "core/group/assignor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

using namespace orrery;
using namespace orrery::group;

namespace {

std::map<std::string, Uuid> topic_ids(const nlohmann::json& topics) {
    std::map<std::string, Uuid> ids;
    for (const auto& topic : topics)
        ids[topic.at("name")] = Uuid::parse(topic.at("id").get<std::string>()).value();
    return ids;
}

MemberAssignment partitions_of(const nlohmann::json& json, const std::map<std::string, Uuid>& ids) {
    MemberAssignment partitions;
    for (const auto& [topic, list] : json.items())
        partitions[ids.at(topic)] = list.get<std::vector<std::int32_t>>();
    return partitions;
}

AssignableGroup group_of(const nlohmann::json& row) {
    const auto ids = topic_ids(row.at("topics"));
    AssignableGroup group;
    for (const auto& topic : row.at("topics"))
        group.topics.push_back({ids.at(topic.at("name")), topic.at("partitions")});
    for (const auto& json : row.at("members")) {
        AssignableMember& member = group.members.emplace_back();
        member.id = json.at("id");
        if (json.contains("instanceId"))
            member.instance_id = json.at("instanceId");
        for (const auto& topic : json.at("topics"))
            member.topics.push_back(ids.at(topic));
        member.current = partitions_of(json.at("current"), ids);
    }
    return group;
}

using Assignor = AssignmentResult (*)(const AssignableGroup&);

void check_vectors(const std::string& name, Assignor assignor) {
    std::size_t checked = 0;
    for (const auto& row : tests::load_vectors("assign-server")) {
        if (row.at("assignor") != name)
            continue;
        INFO(row.at("id"));
        const AssignableGroup group = group_of(row);
        const auto made = assignor(group);
        REQUIRE(made);
        const auto ids = topic_ids(row.at("topics"));
        for (std::size_t m = 0; m < group.members.size(); ++m) {
            INFO(group.members[m].id);
            const auto& wanted = row.at("assignment");
            const auto at = wanted.find(group.members[m].id);
            CHECK((*made)[m] ==
                  (at == wanted.end() ? MemberAssignment{} : partitions_of(*at, ids)));
        }
        ++checked;
    }
    CHECK(checked > 0);
}

/// A group at random: up to 12 topics and 20 members, with equal subscriptions or not.
AssignableGroup random_group(Random& random, bool equal) {
    AssignableGroup group;
    const auto topics = random.between(1, 12);
    for (std::int64_t t = 0; t < topics; ++t)
        group.topics.push_back({random.uuid(), static_cast<std::int32_t>(random.between(1, 30))});
    const auto members = random.between(equal ? 1 : 2, 20);
    for (std::int64_t m = 0; m < members; ++m) {
        AssignableMember& member = group.members.emplace_back();
        member.id = "member-" + std::to_string(m);
        if (random.below(4) == 0)
            member.instance_id = "instance-" + std::to_string(random.between(0, 999) * 100 + m);
        for (const AssignableTopic& topic : group.topics)
            if (equal || random.below(2) == 0)
                member.topics.push_back(topic.id);
    }
    return group;
}

/// One change of a group's life: a member leaves, joins, a topic grows, a subscription changes.
void change(AssignableGroup& group, Random& random, bool equal) {
    const auto any = static_cast<std::size_t>(random.below(group.members.size()));
    switch (random.below(equal ? 3 : 4)) {
    case 0:
        if (group.members.size() > 1)
            group.members.erase(group.members.begin() + static_cast<std::ptrdiff_t>(any));
        break;
    case 1: {
        AssignableMember joined;
        joined.id = "joined-" + std::to_string(random.next());
        joined.topics = group.members[any].topics;
        group.members.insert(group.members.begin() + static_cast<std::ptrdiff_t>(any),
                             std::move(joined));
        break;
    }
    case 2: group.topics[random.below(group.topics.size())].partitions += 3; break;
    default: {
        auto& topics = group.members[any].topics;
        if (!topics.empty())
            topics.erase(topics.begin());
    }
    }
}

void adopt(AssignableGroup& group, const GroupAssignment& assignment) {
    for (std::size_t m = 0; m < group.members.size(); ++m)
        group.members[m].current = assignment[m];
}

std::size_t size_of(const MemberAssignment& partitions) {
    std::size_t size = 0;
    for (const auto& entry : partitions)
        size += entry.second.size();
    return size;
}

/// Every partition of a topic that somebody wants has one owner, who wants it.
void check_owned_once(const AssignableGroup& group, const GroupAssignment& assignment) {
    std::map<std::pair<Uuid, std::int32_t>, int> owners;
    std::map<Uuid, bool> wanted;
    bool subscribed = true;
    for (std::size_t m = 0; m < group.members.size(); ++m) {
        const auto& topics = group.members[m].topics;
        for (const Uuid& topic : topics)
            wanted[topic] = true;
        for (const auto& [topic, partitions] : assignment[m]) {
            subscribed &= std::find(topics.begin(), topics.end(), topic) != topics.end();
            subscribed &= !partitions.empty();
            for (const std::int32_t partition : partitions)
                ++owners[{topic, partition}];
        }
    }
    CHECK(subscribed);
    std::size_t partitions = 0;
    bool once = true;
    for (const AssignableTopic& topic : group.topics)
        for (std::int32_t p = 0; wanted.contains(topic.id) && p < topic.partitions; ++p) {
            ++partitions;
            const auto at = owners.find({topic.id, p});
            once &= at != owners.end() && at->second == 1;
        }
    CHECK(once);
    CHECK(owners.size() == partitions);
}

std::size_t spread_of(const GroupAssignment& assignment) {
    std::vector<std::size_t> sizes;
    for (const MemberAssignment& partitions : assignment)
        sizes.push_back(size_of(partitions));
    const auto [least, most] = std::minmax_element(sizes.begin(), sizes.end());
    return *most - *least;
}

/// How many partitions of `now` their owners had before.
std::size_t kept_of(const AssignableGroup& group, const GroupAssignment& now) {
    std::size_t kept = 0;
    for (std::size_t m = 0; m < group.members.size(); ++m)
        for (const auto& [topic, partitions] : now[m])
            if (const auto* had = group.members[m].current.find(topic))
                for (const std::int32_t partition : partitions)
                    kept += std::binary_search(had->begin(), had->end(), partition) ? 1U : 0U;
    return kept;
}

} // namespace

TEST_CASE("the range assignor assigns as Kafka's does") {
    check_vectors("range", range_assignment);
}

TEST_CASE("the uniform assignor assigns as Kafka's does") {
    check_vectors("uniform", uniform_assignment);
}

TEST_CASE("the simple assignor of share groups assigns as Kafka's does") {
    check_vectors("simple", simple_assignment);
}

TEST_CASE("a subscription to a topic that is not there is told, not guessed at") {
    AssignableGroup group;
    group.topics = {{Uuid{1, 1}, 3}};
    group.members = {{"a", {}, {Uuid{1, 1}, Uuid{2, 2}}, {}}};
    const NonexistentTopic wanted{Uuid{2, 2}};
    CHECK(range_assignment(group).error() == wanted);
    CHECK(uniform_assignment(group).error() == wanted);
    CHECK(simple_assignment(group).error() == wanted);
    group.members.push_back({"b", {}, {Uuid{1, 1}}, {}});
    CHECK(range_assignment(group).error() == wanted);
    CHECK(uniform_assignment(group).error() == wanted);
    CHECK(simple_assignment(group).error() == wanted);
}

TEST_CASE("a group without members, and members without topics, get nothing") {
    AssignableGroup group;
    group.topics = {{Uuid{1, 1}, 3}};
    CHECK(range_assignment(group).value().empty());
    CHECK(uniform_assignment(group).value().empty());
    CHECK(simple_assignment(group).value().empty());
    group.members = {{"a", {}, {}, {}}, {"b", {}, {}, {}}};
    CHECK(range_assignment(group).value() == GroupAssignment(2));
    CHECK(uniform_assignment(group).value() == GroupAssignment(2));
    CHECK(simple_assignment(group).value() == GroupAssignment(2));
}

TEST_CASE(
    "the uniform assignor does not believe in partitions that are not there or are held twice") {
    AssignableGroup group;
    group.topics = {{Uuid{1, 1}, 4}, {Uuid{2, 2}, 1}};
    MemberAssignment odd;
    odd[Uuid{1, 1}] = {-1, 0, 1, 7};
    odd[Uuid{9, 9}] = {0};
    const std::vector<Uuid> both = {Uuid{1, 1}, Uuid{2, 2}};
    group.members = {{"a", {}, both, odd}, {"b", {}, both, odd}};
    check_owned_once(group, uniform_assignment(group).value());
    group.members[1].topics.pop_back();
    check_owned_once(group, uniform_assignment(group).value());
}

TEST_CASE("whatever happens to a group, each partition has one owner that wants it") {
    Random random(848, "assignors");
    for (int round = 0; round < 200; ++round) {
        const bool equal = round % 2 == 0;
        AssignableGroup group = random_group(random, equal);
        for (int step = 0; step < 6; ++step) {
            INFO(round << "." << step);
            check_owned_once(group, range_assignment(group).value());
            const GroupAssignment uniform = uniform_assignment(group).value();
            check_owned_once(group, uniform);
            if (equal)
                CHECK(spread_of(uniform) <= 1);
            adopt(group, uniform);
            change(group, random, equal);
        }
    }
}

TEST_CASE("the uniform assignor moves nothing when nothing has changed") {
    Random random(849, "assignors");
    for (int round = 0; round < 200; ++round) {
        AssignableGroup group = random_group(random, round % 2 == 0);
        adopt(group, uniform_assignment(group).value());
        INFO(round);
        const GroupAssignment again = uniform_assignment(group).value();
        bool same = true;
        for (std::size_t m = 0; m < group.members.size(); ++m)
            same &= again[m] == group.members[m].current;
        CHECK(same);
    }
}

TEST_CASE("when a member joins, the uniform assignor moves no more than its share") {
    Random random(850, "assignors");
    for (int round = 0; round < 200; ++round) {
        AssignableGroup group = random_group(random, true);
        adopt(group, uniform_assignment(group).value());
        std::size_t all = 0;
        for (const AssignableMember& member : group.members)
            all += size_of(member.current);
        AssignableMember joined;
        joined.id = "joined";
        joined.topics = group.members.front().topics;
        group.members.insert(group.members.begin(), joined);
        const GroupAssignment after = uniform_assignment(group).value();
        INFO(round);
        CHECK(kept_of(group, after) == all - size_of(after.front()));
    }
}

TEST_CASE("ranges of topics of one size go to the same members") {
    Random random(851, "assignors");
    for (int round = 0; round < 50; ++round) {
        AssignableGroup group = random_group(random, true);
        for (AssignableTopic& topic : group.topics)
            topic.partitions = 12;
        INFO(round);
        bool alike = true;
        const GroupAssignment assignment = range_assignment(group).value();
        for (const MemberAssignment& partitions : assignment)
            for (const auto& entry : partitions)
                alike &= entry.second == partitions.begin()->second;
        CHECK(alike);
    }
}

TEST_CASE("in a share group no partition that somebody wants is left without a member") {
    Random random(932, "assignors");
    for (int round = 0; round < 200; ++round) {
        const bool equal = round % 2 == 0;
        AssignableGroup group = random_group(random, equal);
        for (int step = 0; step < 4; ++step) {
            INFO(round << "." << step);
            const GroupAssignment assignment = simple_assignment(group).value();
            std::map<std::pair<Uuid, std::int32_t>, int> sharing;
            bool wanted = true;
            for (std::size_t m = 0; m < assignment.size(); ++m) {
                const auto& topics = group.members[m].topics;
                for (const auto& [topic, partitions] : assignment[m]) {
                    wanted &= std::find(topics.begin(), topics.end(), topic) != topics.end();
                    for (const std::int32_t partition : partitions)
                        ++sharing[{topic, partition}];
                }
            }
            CHECK(wanted);
            std::size_t partitions = 0;
            for (const AssignableTopic& topic : group.topics)
                for (const AssignableMember& member : group.members)
                    if (std::find(member.topics.begin(), member.topics.end(), topic.id) !=
                        member.topics.end()) {
                        partitions += static_cast<std::size_t>(topic.partitions);
                        break;
                    }
            CHECK(sharing.size() == partitions);
            adopt(group, assignment);
            change(group, random, equal);
        }
    }
}
