// The server's assignors on 1,000 members and 1,000 partitions (to be under 10 ms each): a group
// that starts, a group that one member joins, and members of two kinds of subscription; of one
// topic with 1,000 partitions and of 1,000 topics with one.
#include "core/group/assignor.hpp"

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

} // namespace

BENCHMARK_MAIN();
