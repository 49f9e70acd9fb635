// The server's assignors on 1,000 members and 1,000 partitions (to be under 10 ms each): a group
// that starts, a group that one member joins, and members of two kinds of subscription; of one
// topic with 1,000 partitions and of 1,000 topics with one.
//
// A consumer group of 1,000 members on 1,000 partitions (KIP-848), from the first join until it is
// stable: to take at most 60 heartbeats of each member and 2 CPU-seconds.
#include "core/group/assignor.hpp"
#include "core/group/consumer_group.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace orrery;
using namespace orrery::group;

constexpr std::size_t members = 1'000;
constexpr std::size_t partitions = 1'000;

/// `topics` topics, 1,000 partitions in all. Unless all subscriptions are equal, each second member
/// lacks the first topic.
AssignableGroup starting(std::size_t topics, bool equal) {
    AssignableGroup group;
    for (std::size_t t = 0; t < topics; ++t)
        group.topics.push_back({Uuid{0x9E3779B97F4A7C15ULL * (t + 1), t},
                                static_cast<std::int32_t>(partitions / topics)});
    for (std::size_t m = 0; m < members; ++m) {
        AssignableMember& member = group.members.emplace_back();
        member.id = "member-" + std::to_string(m);
        for (const AssignableTopic& topic : group.topics)
            member.topics.push_back(topic.id);
        if (!equal && m % 2 == 1)
            member.topics.erase(member.topics.begin());
    }
    return group;
}

AssignableGroup joined(std::size_t topics, bool equal) {
    AssignableGroup group = starting(topics, equal);
    group.members.pop_back();
    const GroupAssignment assignment = *uniform_assignment(group);
    for (std::size_t m = 0; m < group.members.size(); ++m)
        group.members[m].current = assignment[m];
    AssignableMember last = group.members.front();
    last.id = "joined";
    last.current = {};
    group.members.push_back(last);
    return group;
}

void range(benchmark::State& state) {
    const AssignableGroup group = starting(static_cast<std::size_t>(state.range(0)), true);
    for (auto _ : state)
        benchmark::DoNotOptimize(range_assignment(group));
}
BENCHMARK(range)->Arg(1)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

void uniform_starting(benchmark::State& state) {
    const AssignableGroup group =
        starting(static_cast<std::size_t>(state.range(0)), state.range(1) != 0);
    for (auto _ : state)
        benchmark::DoNotOptimize(uniform_assignment(group));
}
BENCHMARK(uniform_starting)
    ->ArgNames({"topics", "equal"})
    ->ArgsProduct({{2, 10, 1000}, {1, 0}})
    ->Unit(benchmark::kMillisecond);

void uniform_joined(benchmark::State& state) {
    const AssignableGroup group =
        joined(static_cast<std::size_t>(state.range(0)), state.range(1) != 0);
    for (auto _ : state)
        benchmark::DoNotOptimize(uniform_assignment(group));
}
BENCHMARK(uniform_joined)
    ->ArgNames({"topics", "equal"})
    ->ArgsProduct({{2, 10, 1000}, {1, 0}})
    ->Unit(benchmark::kMillisecond);

/// One topic of 1,000 partitions.
metadata::Image one_topic() {
    metadata::Image image;
    std::int64_t offset = 0;
    const auto add = [&](metadata::Message message) {
        (void)image.apply({std::move(message), 0}, Offset{++offset}, LeaderEpoch{1}, nullptr);
    };
    wire::TopicRecord topic;
    topic.name = "orders";
    topic.topic_id = Uuid{9, 9};
    add(topic);
    for (std::size_t i = 0; i < partitions; ++i) {
        wire::PartitionRecord partition;
        partition.topic_id = topic.topic_id;
        partition.partition_id = static_cast<std::int32_t>(i);
        partition.replicas = {1, 2, 3};
        partition.isr = partition.replicas;
        partition.directories.resize(3, Uuid{3, 3});
        partition.leader = 1;
        add(partition);
    }
    return image;
}

/// Members that join one after the other within `joining`, and heartbeat every five seconds then.
/// Records go through their bytes, as in life.
class GrowingGroup {
public:
    explicit GrowingGroup(const metadata::Image& image) : image_(image) {}

    /// Gives the heartbeats that the most restless member needed, or 0 if it never was stable.
    std::int64_t run(Duration joining) {
        for (std::int64_t round = 1; round <= 100; ++round) {
            for (std::size_t m = 0; m < members; ++m) {
                pass_to(Instant{seconds(5 * round).ns + joining.ns /
                                                            static_cast<std::int64_t>(members) *
                                                            static_cast<std::int64_t>(m)});
                heartbeat(m, round == 1);
            }
            if (group_.state() == "Stable")
                return round;
        }
        return 0;
    }
    std::int64_t records() const { return records_; }
    std::int64_t bytes() const { return bytes_; }

private:
    struct Member {
        std::int32_t epoch = 0;
        std::optional<std::vector<wire::ConsumerGroupHeartbeatRequest::TopicPartitions>> owned;
    };

    void pass_to(Instant instant) {
        now_ = {instant, 1'700'000'000'000 + instant.ms()};
        while (group_.wakeup() && *group_.wakeup() <= instant) {
            Decision decision = group_.wake({now_, image_, settings_, random_});
            perform(decision);
        }
    }
    void heartbeat(std::size_t number, bool joins) {
        Member& member = members_[number];
        wire::ConsumerGroupHeartbeatRequest request;
        request.group_id = "g";
        request.member_id = "member-" + std::to_string(number);
        request.member_epoch = member.epoch;
        if (joins) {
            request.rebalance_timeout_ms = 300'000;
            request.subscribed_topic_names = {"orders"};
            request.topic_partitions.emplace();
        } else {
            request.topic_partitions = std::exchange(member.owned, std::nullopt);
        }
        Decision decision = group_.heartbeat({now_, image_, settings_, random_},
                                             {RequestId{1}, 1, "c", "/h"}, request);
        perform(decision);
        const auto& reply =
            std::get<wire::ConsumerGroupHeartbeatResponse>(decision.replies[0].response);
        member.epoch = reply.member_epoch;
        if (!reply.assignment)
            return;
        member.owned.emplace();
        for (const auto& topic : reply.assignment->topic_partitions)
            member.owned->push_back({topic.topic_id, topic.partitions, {}});
    }
    void perform(Decision& decision) {
        for (const Record& record : decision.records) {
            const StoredRecord stored = encode(record);
            bytes_ += static_cast<std::int64_t>(stored.key.size());
            group_.apply(record);
        }
        records_ += static_cast<std::int64_t>(decision.records.size());
    }

    const metadata::Image& image_;
    Settings settings_;
    Random random_{7, "bench"};
    Now now_;
    ConsumerGroup group_{"g"};
    std::vector<Member> members_{members};
    std::int64_t records_ = 0;
    std::int64_t bytes_ = 0;
};

void consumer_group_starts(benchmark::State& state) {
    const metadata::Image image = one_topic();
    std::int64_t rounds = 0;
    std::int64_t records = 0;
    for (auto _ : state) {
        GrowingGroup group(image);
        rounds = group.run(milliseconds(state.range(0)));
        records = group.records();
    }
    state.counters["heartbeats"] = static_cast<double>(rounds);
    state.counters["records"] = static_cast<double>(records);
}
BENCHMARK(consumer_group_starts)
    ->ArgName("joining_ms")
    ->Arg(100)
    ->Arg(4'900)
    ->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
