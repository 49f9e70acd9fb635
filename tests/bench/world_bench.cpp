// How fast the bare world is. Each figure stands beside a baseline of the same run: a binary heap
// of integers that is popped and pushed as often, which is what any event queue costs at least.
#include "core/base/process.hpp"
#include "sim/faults/fault.hpp"
#include "sim/history/history.hpp"
#include "sim/world/world.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>

using namespace orrery;
using namespace orrery::sim;

namespace {

/// Dials the next in the ring and passes on whatever it receives; the first also puts `tokens` in.
struct RingActor {
    Endpoint next;
    std::int32_t tokens = 0;
    std::uint64_t passed = 0;
    bool operator==(const RingActor&) const = default;
    ORRERY_FIELDS(next, tokens, passed)

    std::optional<Instant> wakeup() const { return std::nullopt; }
    void step(const Now&, const Input& input, Effects& out) {
        if (const auto* received = std::get_if<Received>(&input)) {
            ++passed;
            out.push_back(Send{{1}, received->frame});
        } else if (std::get_if<Started>(&input)) {
            out.push_back(Dial{{1}, next});
            for (std::int32_t i = 0; i < tokens; ++i)
                out.push_back(Send{{1}, Bytes::copy(std::string(64, static_cast<char>(i)))});
        }
    }
};

/// Heartbeats everybody else every 50 ms.
struct HeartbeatActor {
    std::vector<Endpoint> peers;
    Bytes beat;
    Instant deadline;
    std::uint64_t heard = 0;
    bool operator==(const HeartbeatActor&) const = default;
    ORRERY_FIELDS(peers, beat, deadline, heard)

    std::optional<Instant> wakeup() const { return deadline; }
    void step(const Now& now, const Input& input, Effects& out) {
        if (std::get_if<Received>(&input)) {
            ++heard;
        } else if (std::get_if<Woke>(&input)) {
            deadline = now.instant + milliseconds(50);
            for (std::size_t i = 0; i < peers.size(); ++i)
                out.push_back(Send{{static_cast<std::int64_t>(i + 1)}, beat});
        } else if (std::get_if<Started>(&input)) {
            deadline = now.instant + milliseconds(50);
            for (std::size_t i = 0; i < peers.size(); ++i)
                out.push_back(Dial{{static_cast<std::int64_t>(i + 1)}, peers[i]});
        }
    }
};

Endpoint endpoint_of(int i) {
    return {"node-" + std::to_string(i), 9092};
}

ActorSpec spec_of(int i, AnyActor actor) {
    return {"node-" + std::to_string(i),
            "node",
            {{endpoint_of(i), "PLAINTEXT"}},
            std::move(actor),
            {},
            {},
            {}};
}

World ring(std::int32_t tokens) {
    World world({.seed = 7, .epoch_ms = 0, .link = {}, .transport = {}});
    for (int i = 0; i < 3; ++i)
        world.add(spec_of(i, actor_of(RingActor{endpoint_of((i + 1) % 3), i == 0 ? tokens : 0})));
    for (int i = 0; i < 3; ++i)
        world.start({i});
    // Link faults: jitter on all, a throttle on one, and one that flaps.
    LinkFault jitter;
    jitter.extra = {LatencyShape::heavy_tail, {}, microseconds(100)};
    LinkFault throttled = jitter;
    throttled.bytes_per_second = 50'000'000;
    LinkFault flapping = jitter;
    flapping.flap = {milliseconds(5000), milliseconds(10), {}};
    world.set_link_fault({0}, {1}, throttled);
    world.set_link_fault({1}, {2}, jitter);
    world.set_link_fault({2}, {0}, flapping);
    return world;
}

void ring_of_three(benchmark::State& state) {
    World world = ring(static_cast<std::int32_t>(state.range(0)));
    world.run_until(Instant{} + seconds(1));
    const std::uint64_t before = world.counters().messages_delivered;
    for (auto _ : state)
        for (int i = 0; i < 1000; ++i)
            world.step_event();
    const std::uint64_t delivered = world.counters().messages_delivered - before;
    state.counters["messages/s"] =
        benchmark::Counter(static_cast<double>(delivered), benchmark::Counter::kIsRate);
}
BENCHMARK(ring_of_three)->Arg(3)->Arg(64);

World heartbeats(int count) {
    World world({.seed = 7, .epoch_ms = 0, .link = {}, .transport = {}});
    for (int i = 0; i < count; ++i) {
        HeartbeatActor actor;
        actor.beat = Bytes::copy(std::string(32, 'b'));
        for (int j = 0; j < count; ++j)
            if (j != i)
                actor.peers.push_back(endpoint_of(j));
        world.add(spec_of(i, actor_of(actor)));
    }
    for (int i = 0; i < count; ++i)
        world.start({i});
    return world;
}

void heartbeats_of_five_for_an_hour(benchmark::State& state) {
    const World fresh = heartbeats(5);
    std::uint64_t delivered = 0;
    for (auto _ : state) {
        World world = fresh;
        world.run_until(Instant{} + seconds(3600));
        delivered += world.counters().messages_delivered;
    }
    state.counters["messages"] =
        benchmark::Counter(static_cast<double>(delivered), benchmark::Counter::kAvgIterations);
}
BENCHMARK(heartbeats_of_five_for_an_hour)->Unit(benchmark::kSecond);

/// Appends a batch of ten records of 100 bytes to one of its 60 logs every few milliseconds, and
/// tells the others: as large as a broker's disk gets in the default scenario, without the broker.
struct AppendingActor {
    std::vector<Endpoint> peers;
    std::int64_t batches = 0; ///< to write, in all
    std::int64_t written = 0;
    Instant deadline;
    bool operator==(const AppendingActor&) const = default;
    ORRERY_FIELDS(peers, batches, written, deadline)

    std::optional<Instant> wakeup() const {
        return written < batches ? std::optional(deadline) : std::nullopt;
    }
    void step(const Now& now, const Input& input, Effects& out) {
        if (std::get_if<Started>(&input))
            for (std::size_t i = 0; i < peers.size(); ++i)
                out.push_back(Dial{{static_cast<std::int64_t>(i + 1)}, peers[i]});
        if (now.instant < deadline || written == batches)
            return;
        deadline = now.instant + milliseconds(2);
        const Bytes batch = Bytes::copy(std::string(1000, 'r'));
        const std::string file =
            "orders-" + std::to_string(written % 60) + "/00000000000000000000.log";
        out.push_back(Write{unwatched, file, written / 60 * 1000, batch});
        for (std::size_t i = 0; i < peers.size(); ++i)
            out.push_back(Send{{static_cast<std::int64_t>(i + 1)}, batch});
        ++written;
    }
};

World appending(std::int64_t batches) {
    World world({.seed = 7, .epoch_ms = 0, .link = {}, .transport = {}});
    for (int i = 0; i < 3; ++i) {
        AppendingActor actor;
        actor.batches = batches;
        for (int j = 0; j < 3; ++j)
            if (j != i)
                actor.peers.push_back(endpoint_of(j));
        world.start(world.add(spec_of(i, actor_of(actor))));
    }
    return world;
}

/// 100,000 records in 60 partitions of three brokers; the copy is stepped a little, as a copy is.
void copy_of_a_large_world(benchmark::State& state) {
    World world = appending(10'000 + 1'000'000);
    world.run_until(Instant{} + seconds(20));
    for (auto _ : state) {
        World copy = world;
        benchmark::DoNotOptimize(&copy);
    }
}
BENCHMARK(copy_of_a_large_world)->Unit(benchmark::kMicrosecond);

void copy_of_a_large_world_and_ten_steps(benchmark::State& state) {
    World world = appending(10'000 + 1'000'000);
    world.run_until(Instant{} + seconds(20));
    for (auto _ : state) {
        World copy = world;
        for (int i = 0; i < 10; ++i)
            copy.step_event();
        benchmark::DoNotOptimize(&copy);
    }
}
BENCHMARK(copy_of_a_large_world_and_ten_steps)->Unit(benchmark::kMicrosecond);

/// Ten simulated minutes that write and talk, and then anywhere in them.
void seek_in_ten_minutes(benchmark::State& state) {
    using Past = history::History<World, faults::Fault>;
    Past past(appending(1'000'000));
    past.advance(Instant{} + seconds(600));
    Random random(1, "seek");
    for (auto _ : state)
        past.seek(Instant{} + milliseconds(random.between(0, 600'000)));
    state.counters["events"] = static_cast<double>(past.branch(0).tip.events);
    state.counters["keyframes"] = static_cast<double>(past.keyframes());
}
BENCHMARK(seek_in_ten_minutes)->Unit(benchmark::kMillisecond);

void step_back_in_ten_minutes(benchmark::State& state) {
    using Past = history::History<World, faults::Fault>;
    Past past(appending(1'000'000));
    past.advance(Instant{} + seconds(600));
    past.seek(Instant{} + seconds(400));
    for (auto _ : state)
        past.step_back();
}
BENCHMARK(step_back_in_ten_minutes)->Unit(benchmark::kMillisecond);

/// The baseline: a heap of as many integers as the ring has channels and actors.
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
    state.counters["messages/s"] =
        benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(baseline_heap_of_integers);

} // namespace

BENCHMARK_MAIN();
