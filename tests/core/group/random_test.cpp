// Thousands of requests of all kinds, good and bad, from members that know their group and from
// some that do not, while leadership moves, appends fail and commits hang. After each few steps
// what the coordinator holds is compared with what its log says.
#include "core/base/random.hpp"
#include "tests/core/group/toy.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <set>
#include <tuple>

using namespace orrery;
using namespace orrery::group;
using namespace orrery::tests;
using wire::Error;

namespace {

struct Member {
    std::string group;
    std::string id;
    std::optional<std::string> instance;
    std::int32_t generation = 0;
};

using Commit = std::tuple<std::string, std::string, std::int32_t, std::int64_t>;

class Life {
public:
    explicit Life(std::uint64_t seed) : random(seed, "random groups"), toy(settings(), 3) {}

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            step();
            learn();
            check_groups();
            if (i % 20 == 0)
                check_log();
        }
        check_end();
    }
    /// How often it got as far as that.
    std::size_t facts(Fact fact) const { return toy.facts(fact).size(); }
    std::size_t commits_acknowledged() const { return acknowledged.size(); }

private:
    static Settings settings() {
        Settings made;
        made.max_size = 6;
        made.offsets_retention = seconds(900);
        made.offsets_retention_check = seconds(60);
        return made;
    }

    std::uint64_t below(std::uint64_t n) { return random.below(n); }
    bool one_in(std::uint64_t n) { return below(n) == 0; }
    std::string group() { return "group " + std::to_string(below(4)); }
    std::string topic() {
        constexpr const char* names[] = {"orders", "payments", "nothing"};
        return names[below(one_in(5) ? 3 : 2)];
    }
    Member member() {
        if (members.empty() || one_in(6))
            return {group(), one_in(2) ? "nobody" : "", {}, static_cast<std::int32_t>(below(4))};
        Member known = members[below(members.size())];
        if (one_in(8))
            known.generation += static_cast<std::int32_t>(below(3)) - 1;
        return known;
    }
    RequestId keep(RequestId id) {
        asked.insert(id.value);
        return id;
    }

    void step() {
        switch (below(14)) {
        case 0:
        case 1: join({group(), "", {}, 0}); return;
        case 2:
        case 3: join(member()); return;
        case 4:
        case 5: sync(); return;
        case 6: heartbeat(); return;
        case 7: leave(); return;
        case 8:
        case 9: commit(); return;
        case 10: consumer_heartbeat(); return;
        case 11: admin(); return;
        case 12:
            toy.advance(static_cast<std::int64_t>(below(one_in(20) ? 400'000 : 4'000)));
            return;
        case 13: trouble(); return;
        }
    }

    void join(const Member& who) {
        Join request;
        request.group = who.group;
        request.member = who.id;
        request.instance = who.instance;
        if (who.id.empty() && one_in(3))
            request.instance = "instance " + std::to_string(below(2));
        request.version = static_cast<std::int16_t>(one_in(4) ? below(10) : 9);
        if (request.version < 5)
            request.instance.reset();
        request.rebalance_ms = static_cast<std::int32_t>(5'000 + below(5'000));
        if (one_in(5))
            request.protocols = {"sticky", "range"};
        if (one_in(30))
            request.protocol_type = "connect";
        const RequestId id = keep(toy.join(request));
        joins[id.value] = {who.group, "", request.instance, 0};
    }
    void sync() {
        const Member who = member();
        std::vector<std::pair<std::string, std::string>> parts;
        for (const Member& other : members)
            if (other.group == who.group)
                parts.emplace_back(other.id, "part " + std::to_string(below(100)));
        keep(toy.sync(who.id, who.generation, parts, who.instance, who.group));
    }
    void heartbeat() {
        const Member who = member();
        wire::HeartbeatRequest request{who.group, who.generation, who.id, who.instance, {}};
        keep(toy.ask(request, 4));
    }
    void leave() {
        wire::LeaveGroupRequest request;
        const Member who = member();
        request.group_id = who.group;
        request.member_id = who.id;
        request.members.push_back({who.id, who.instance, std::nullopt, {}});
        if (one_in(3))
            request.members.push_back({"", "instance 0", "kicked", {}});
        keep(toy.ask(request, static_cast<std::int16_t>(one_in(4) ? 2 : 5)));
    }
    void commit() {
        Member who = member();
        if (one_in(3))
            who = {group(), "", {}, -1};
        const std::string to = topic();
        const auto partition = static_cast<std::int32_t>(below(3));
        const RequestId id =
            keep(toy.commit(to, partition, ++next_offset, who.id, who.generation, who.group));
        commits[id.value] = {who.group, to, partition, next_offset};
    }
    void consumer_heartbeat() {
        wire::ConsumerGroupHeartbeatRequest request;
        request.group_id = group();
        request.member_id = "consumer " + std::to_string(below(3));
        constexpr std::int32_t epochs[] = {0, 0, 1, 2, 3, -1};
        request.member_epoch = epochs[below(6)];
        request.rebalance_timeout_ms = 10'000;
        request.topic_partitions.emplace();
        if (request.member_epoch == 0)
            request.subscribed_topic_names = std::vector<std::string>{topic()};
        keep(toy.ask(request, 1));
    }
    void admin() {
        switch (below(5)) {
        case 0: {
            wire::DeleteGroupsRequest request;
            request.groups_names = {group(), group()};
            keep(toy.ask(request, 2));
            return;
        }
        case 1: {
            wire::OffsetDeleteRequest request;
            request.group_id = group();
            request.topics.push_back({topic(), {{0}, {1}}});
            keep(toy.ask(request, 0));
            return;
        }
        case 2: {
            wire::OffsetFetchRequest request;
            for (int i = 0; i < 3; ++i)
                request.groups.push_back({group(), {}, -1, std::nullopt, {}});
            request.require_stable = one_in(2);
            keep(toy.ask(request, 9));
            return;
        }
        case 3: {
            wire::DescribeGroupsRequest request;
            request.groups = {group(), group()};
            keep(toy.ask(request, 6));
            return;
        }
        case 4: keep(toy.ask(wire::ListGroupsRequest{}, 5)); return;
        }
    }
    void heal() {
        toy.logs.hold = false;
        toy.logs.refuse.reset();
        for (int partition = 0; partition < 3; ++partition)
            if (!toy.coordinator.shards().contains(partition))
                toy.elect(true, partition);
        generations.clear();
    }
    void trouble() {
        if (one_in(2))
            heal();
        else
            harm();
        if (!toy.logs.hold) {
            toy.logs.commit_all();
            toy.settle();
        }
    }
    void harm() {
        switch (below(6)) {
        case 0: toy.logs.hold = !toy.logs.hold; break;
        case 1:
            toy.logs.refuse = one_in(2) ? std::nullopt : std::optional(Error::not_enough_replicas);
            break;
        case 2:
            toy.elect(false, static_cast<int>(below(3)));
            generations.clear();
            break;
        case 3:
        case 4:
            toy.elect(true, static_cast<int>(below(3)));
            generations.clear();
            break;
        case 5:
            toy.delete_topic("payments");
            toy.create_topic("payments", 3);
            break;
        }
    }

    /// What the replies say, as a client would keep it.
    void learn() {
        for (auto it = joins.begin(); it != joins.end();) {
            const auto found = toy.replies.find(it->first);
            if (found == toy.replies.end()) {
                ++it;
                continue;
            }
            const auto& reply = std::get<wire::JoinGroupResponse>(found->second);
            if (!reply.member_id.empty() &&
                (reply.error_code == 0 ||
                 reply.error_code == wire::code(Error::member_id_required)))
                remember(
                    {it->second.group, reply.member_id, it->second.instance, reply.generation_id});
            it = joins.erase(it);
        }
        for (auto it = commits.begin(); it != commits.end();) {
            const auto found = toy.replies.find(it->first);
            if (found == toy.replies.end()) {
                ++it;
                continue;
            }
            const auto& reply = std::get<wire::OffsetCommitResponse>(found->second);
            if (reply.topics.at(0).partitions.at(0).error_code == 0)
                acknowledged.push_back(it->second);
            it = commits.erase(it);
        }
    }
    void remember(Member who) {
        std::erase_if(members, [&](const Member& other) { return other.id == who.id; });
        members.push_back(std::move(who));
        if (members.size() > 12)
            members.erase(members.begin());
    }

    void check_groups() {
        for (const auto& entry : toy.coordinator.shards()) {
            for (const auto& [id, held] : entry.second->latest().all()) {
                const ClassicGroup* group = held->classic();
                if (!group) {
                    generations.erase(id);
                    continue;
                }
                REQUIRE(group->generation() >= generations[id]);
                generations[id] = group->generation();
                REQUIRE(group->leader().has_value() == !group->members().empty());
                if (group->leader())
                    REQUIRE(group->members().contains(*group->leader()));
                for (const auto& [member, state] : group->members()) {
                    REQUIRE(state->id == member);
                    REQUIRE(!(state->join && state->sync));
                    if (state->join && group->in(ClassicState::completing_rebalance))
                        FAIL("a member that waits to join a group that has begun to sync");
                    if (state->sync)
                        REQUIRE(group->in(ClassicState::completing_rebalance));
                }
                if (group->empty())
                    REQUIRE(group->members().empty());
            }
            // Groups that were deleted may begin anew.
            for (auto it = generations.begin(); it != generations.end();) {
                const bool here = toy.coordinator.partition_for(it->first) == entry.first;
                if (here && !entry.second->latest().find(it->first))
                    it = generations.erase(it);
                else
                    ++it;
            }
        }
    }

    void check_log() {
        std::set<Commit> written;
        for (int partition = 0; partition < 3; ++partition) {
            for (const Record& record : toy.logs.records(partition))
                if (const auto* commit = std::get_if<OffsetCommit>(&record);
                    commit && commit->value)
                    written.insert({commit->key.group, commit->key.topic, commit->key.partition,
                                    commit->value->offset});
        }
        for (const Commit& commit : acknowledged)
            REQUIRE(written.contains(commit));
        const Coordinator next = toy.successor();
        for (const auto& [partition, shard] : next.shards()) {
            const auto* ours = toy.coordinator.shards().find(partition);
            REQUIRE(ours != nullptr);
            if ((*ours)->phase() != ShardPhase::active)
                continue;
            REQUIRE((*ours)->stable() == shard->stable());
        }
    }

    /// Every request was answered when all troubles are over and all deadlines have passed.
    void check_end() {
        toy.logs.hold = false;
        toy.logs.refuse.reset();
        toy.logs.commit_all();
        toy.elect(true);
        toy.settle();
        for (int i = 0; i < 50; ++i)
            toy.advance(20'000);
        for (const std::uint64_t id : asked)
            REQUIRE(toy.replies.contains(id));
        check_log();
    }

    Random random;
    ToyGroups toy;
    std::vector<Member> members;
    std::map<std::uint64_t, Member> joins;
    std::map<std::uint64_t, Commit> commits;
    std::vector<Commit> acknowledged;
    std::map<std::string, std::int32_t> generations;
    std::set<std::uint64_t> asked;
    std::int64_t next_offset = 0;
};

} // namespace

TEST_CASE("whatever members ask, the coordinator is what its log says and answers everyone") {
    std::size_t rebalances = 0;
    std::size_t assignments = 0;
    std::size_t fenced = 0;
    std::size_t acknowledged = 0;
    std::size_t loads = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        INFO("seed " << seed);
        Life life(seed);
        life.run(600);
        rebalances += life.facts(Fact::group_rebalance_started);
        assignments += life.facts(Fact::assignment_made);
        fenced += life.facts(Fact::member_fenced);
        acknowledged += life.commits_acknowledged();
        loads += life.facts(Fact::coordinator_loaded);
    }
    CAPTURE(rebalances, assignments, fenced, acknowledged, loads);
    // The test is worth something only while its members get somewhere.
    CHECK(rebalances > 500);
    CHECK(assignments > 100);
    CHECK(fenced > 500);
    CHECK(acknowledged > 500);
    CHECK(loads > 500);
}
