// How fast a whole cluster runs, what a copy of it costs, and how far back one can go how quickly.
// The cluster is the default scenario's: three controllers, three brokers, the topic "orders" with
// three replicas of each partition; where records flow, a producer with acks=all and a consumer
// that reads all of it. Each figure stands beside a baseline of the same run, from this machine.
#include "core/client/client.hpp"
#include "core/client/config.hpp"
#include "sim/faults/fault.hpp"
#include "sim/history/history.hpp"
#include "sim/scenario/plan.hpp"

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <ctime>

using namespace orrery;
using namespace orrery::sim;

namespace {

struct Load {
    int partitions = 3;
    int records_per_second = 0; ///< 0: nobody produces or consumes
};

ActorSpec spec_of(std::string name, std::string kind, AnyActor actor) {
    ActorSpec spec;
    spec.name = std::move(name);
    spec.kind = std::move(kind);
    spec.prototype = std::move(actor);
    return spec;
}

/// The cluster with its clients, in the fifth second: the topic is there and records flow.
World running(const Load& wanted) {
    ClusterPlan plan;
    plan.seed = 1;
    for (const std::int32_t id : {101, 102, 103})
        plan.nodes.push_back({{id}, false, true, {}, {}});
    for (const std::int32_t id : {1, 2, 3})
        plan.nodes.push_back({{id}, true, false, {}, {}});
    World world = build(plan);
    for (std::int32_t i = 0; i < 6; ++i)
        world.start({i});
    const std::vector<client::ConfigPair> bootstrap{
        {"bootstrap.servers", "broker-1:9092,broker-2:9092,broker-3:9092"}};

    client::CreateTopic topic;
    topic.topic = "orders";
    topic.partitions = wanted.partitions;
    topic.replication_factor = 3;
    topic.configs = {{"min.insync.replicas", "2"}};
    client::AdminPlan tasks;
    tasks.tasks.push_back({seconds(2), topic});
    const auto admin = client::parse_admin_config(bootstrap);
    world.start(world.add(
        spec_of("admin", "admin", actor_of(client::Client(client::AdminProcess(*admin, tasks))))));
    world.run_until(Instant{} + seconds(4));
    if (wanted.records_per_second == 0)
        return world;

    auto all = bootstrap;
    all.push_back({"acks", "all"});
    client::Load load;
    load.topic = "orders";
    load.name = "producer-a";
    load.records = wanted.records_per_second;
    load.keys = client::KeyModel::sequence;
    load.key_count = 1'000;
    const auto producer = client::parse_producer_config(all);
    world.start(
        world.add(spec_of("producer-a", "producer",
                          actor_of(client::Client(client::ProducerProcess(*producer, load))))));

    auto earliest = bootstrap;
    earliest.push_back({"auto.offset.reset", "earliest"});
    client::Reading reading;
    reading.partitions = {{"orders", -1, {}}};
    const auto consumer = client::parse_consumer_config(earliest);
    world.start(
        world.add(spec_of("consumer-a", "consumer",
                          actor_of(client::Client(client::ConsumerProcess(*consumer, reading))))));
    world.run_until(Instant{} + seconds(5));
    return world;
}

const client::Client& client_of(const World& world, std::string_view name) {
    const auto* found = world.process<client::Client>(world.find(name));
    expect(found != nullptr, "a client of that name");
    return *found;
}

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Runs `world` on by so many simulated milliseconds an iteration.
void go_on(benchmark::State& state, World world, std::int64_t ms) {
    const Counters before = world.counters();
    const Instant begin = world.now();
    const double cpu = cpu_seconds();
    for (auto _ : state)
        world.run_until(world.now() + milliseconds(ms));
    const double spent = cpu_seconds() - cpu;
    const auto messages =
        static_cast<double>(world.counters().messages_delivered - before.messages_delivered);
    const double simulated = static_cast<double>((world.now() - begin).ns) * 1e-9;
    state.counters["x_real_time"] = simulated / spent;
    state.counters["us_per_message"] = spent * 1e6 / messages;
    state.counters["messages_per_simulated_s"] = messages / simulated;
    state.counters["events_per_simulated_s"] =
        static_cast<double>(world.counters().events - before.events) / simulated;
}

void idle(benchmark::State& state) {
    go_on(state, running({3, 0}), 10'000);
}
BENCHMARK(idle)->Unit(benchmark::kMillisecond);

void a_thousand_records_a_second(benchmark::State& state) {
    go_on(state, running({static_cast<int>(state.range(0)), 1'000}), 1'000);
}
BENCHMARK(a_thousand_records_a_second)->Arg(3)->Arg(60)->Unit(benchmark::kMillisecond);

/// 60 partitions; 100,000 records are in the logs of all three brokers, after 100 seconds.
const World& large() {
    static const World made = [] {
        World world = running({60, 1'000});
        world.run_until(Instant{} + seconds(105));
        return world;
    }();
    return made;
}

void tell_size(benchmark::State& state, const World& world) {
    state.counters["records"] =
        static_cast<double>(client_of(world, "producer-a").producer()->counters().acknowledged);
    state.counters["events"] = static_cast<double>(world.events());
}

void copy_of_the_large_world(benchmark::State& state) {
    const World& world = large();
    for (auto _ : state) {
        World copy = world;
        benchmark::DoNotOptimize(&copy);
    }
    tell_size(state, world);
}
BENCHMARK(copy_of_the_large_world)->Unit(benchmark::kMicrosecond);

/// A copy pays for what it changes when it is stepped: here so many events.
void copy_of_the_large_world_and_steps(benchmark::State& state) {
    const World& world = large();
    for (auto _ : state) {
        World copy = world;
        for (std::int64_t i = 0; i < state.range(0); ++i)
            copy.step_event();
        benchmark::DoNotOptimize(&copy);
    }
}
BENCHMARK(copy_of_the_large_world_and_steps)
    ->Arg(1)
    ->Arg(10)
    ->Arg(100)
    ->Unit(benchmark::kMicrosecond);

/// What the same steps cost where nothing is shared.
void steps_of_the_large_world(benchmark::State& state) {
    World world = large();
    for (auto _ : state)
        for (std::int64_t i = 0; i < state.range(0); ++i)
            world.step_event();
}
BENCHMARK(steps_of_the_large_world)->Arg(10)->Arg(100)->Unit(benchmark::kMicrosecond);

using Past = history::History<World, faults::Fault>;

double heap_mib() {
    const auto heap = mallinfo2();
    return static_cast<double>(heap.uordblks + heap.hblkhd) / (1024.0 * 1024.0);
}

/// Ten simulated minutes in which so many records a second are written, and then anywhere in them.
/// At 167 a second there are 100,000 in the end.
void seek_in_ten_minutes(benchmark::State& state) {
    const double heap_before = heap_mib();
    Past past(running({static_cast<int>(state.range(0)), static_cast<int>(state.range(1))}));
    past.advance(Instant{} + seconds(605));
    state.counters["MiB_with_history"] = heap_mib() - heap_before;
    tell_size(state, past.subject());
    state.counters["keyframes"] = static_cast<double>(past.keyframes());
    Random random(1, "seek");
    double worst = 0;
    for (auto _ : state) {
        const double cpu = cpu_seconds();
        past.seek(Instant{} + milliseconds(random.between(5'000, 605'000)));
        worst = std::max(worst, cpu_seconds() - cpu);
    }
    state.counters["worst_ms"] = worst * 1e3;
}
BENCHMARK(seek_in_ten_minutes)
    ->Args({60, 167})
    ->Args({3, 167})
    ->Args({3, 1'000})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(50);

/// The baseline: one event of a queue as long as the cluster's, popped and pushed.
void baseline_heap_of_integers(benchmark::State& state) {
    std::vector<std::uint64_t> heap;
    std::uint64_t next = 1;
    const auto later = [](std::uint64_t a, std::uint64_t b) { return a > b; };
    for (int i = 0; i < 64; ++i)
        heap.push_back(next = next * 6364136223846793005ULL + 1442695040888963407ULL);
    std::make_heap(heap.begin(), heap.end(), later);
    for (auto _ : state) {
        std::pop_heap(heap.begin(), heap.end(), later);
        next = next * 6364136223846793005ULL + 1442695040888963407ULL;
        heap.back() += next >> 8U;
        std::push_heap(heap.begin(), heap.end(), later);
        benchmark::DoNotOptimize(heap.front());
    }
}
BENCHMARK(baseline_heap_of_integers);

/// The baseline of a message: so much memory is taken, filled, read and given back.
void baseline_message_of_a_few_hundred_bytes(benchmark::State& state) {
    for (auto _ : state) {
        std::byte* fill = nullptr;
        const Bytes made = Bytes::allocate(256, &fill);
        std::fill_n(fill, 256, std::byte{7});
        benchmark::DoNotOptimize(hash_bytes(made));
    }
}
BENCHMARK(baseline_message_of_a_few_hundred_bytes);

/// The baseline of a copy: a vector of as many pointers as the large world has shared pieces.
void baseline_copy_of_a_thousand_shared_pieces(benchmark::State& state) {
    const std::vector<Cow<int>> pieces(1'000, Cow<int>(1));
    for (auto _ : state) {
        std::vector<Cow<int>> copy = pieces;
        benchmark::DoNotOptimize(copy.data());
    }
}
BENCHMARK(baseline_copy_of_a_thousand_shared_pieces)->Unit(benchmark::kMicrosecond);

} // namespace

BENCHMARK_MAIN();
