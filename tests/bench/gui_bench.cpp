// What a frame of the window costs: CPU time to build it, snapshot included, at three brokers with
// 24 partitions (to be under 1 ms) and with 1,000 (under 3 ms), over the toy and over a live
// cluster; and, as baselines, Dear ImGui's own empty frame and the live cluster without a window.
#include "gui/model/live_session.hpp"
#include "gui/shell/frame.hpp"
#include "tests/gui/support/toy_session.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>

using namespace orrery;

namespace {

struct Stage {
    tests::ToySession session;
    std::unique_ptr<gui::Frame> frame;
    gui::ui::Input input;
    explicit Stage(int partitions) : session({partitions, milliseconds(300)}) {
        session.seek({12'000'000'000});
        auto made = gui::Frame::make(session);
        if (!made)
            std::abort();
        frame = std::move(*made);
        for (int i = 0; i < 4; ++i)
            frame->run(input);
    }
};

void still_frame(benchmark::State& state) {
    Stage stage(static_cast<int>(state.range(0)));
    for (auto _ : state)
        benchmark::DoNotOptimize(&stage.frame->run(stage.input));
    state.counters["vertices"] = stage.frame->figures().vertices;
    state.counters["draw calls"] = stage.frame->figures().draw_calls;
}

/// Time passes at the real rate: every frame has a new snapshot (of the toy, built from scratch).
void playing_frame(benchmark::State& state) {
    Stage stage(static_cast<int>(state.range(0)));
    stage.frame->desk().pace.play(true);
    stage.frame->desk().pace.set_ratio(3);
    for (auto _ : state)
        benchmark::DoNotOptimize(&stage.frame->run(stage.input));
}

/// Three brokers, three controllers, a producer of 100 records/s and a consumer.
std::unique_ptr<gui::model::LiveSession> live_session(int partitions) {
    gui::model::LiveOptions options;
    options.file = "bench.json";
    options.text = R"({"title": "bench", "duration": "600s",
        "cluster": {"brokers": 3, "controllers": 3},
        "topics": [{"name": "orders", "replication_factor": 3, "partitions": )" +
                   std::to_string(partitions) + R"(}],
        "clients": [{"name": "app", "producer": {"topic": "orders", "rate": 100, "start": "5s"}},
                    {"name": "reader", "consumer": {"topic": "orders", "start": "5s"}}]})";
    auto made = gui::model::LiveSession::make(options);
    if (!made)
        std::abort();
    (*made)->seek({12'000'000'000});
    return std::move(*made);
}

struct LiveStage {
    std::unique_ptr<gui::model::LiveSession> session;
    std::unique_ptr<gui::Frame> frame;
    gui::ui::Input input;
    explicit LiveStage(int partitions) : session(live_session(partitions)) {
        auto made = gui::Frame::make(*session);
        if (!made)
            std::abort();
        frame = std::move(*made);
        for (int i = 0; i < 4; ++i)
            frame->run(input);
    }
};

void live_still_frame(benchmark::State& state) {
    LiveStage stage(static_cast<int>(state.range(0)));
    for (auto _ : state)
        benchmark::DoNotOptimize(&stage.frame->run(stage.input));
    state.counters["vertices"] = stage.frame->figures().vertices;
}

/// As a person sees it: auto-pace, sixty frames a second, each with a snapshot of its own.
void live_playing_frame(benchmark::State& state) {
    LiveStage stage(static_cast<int>(state.range(0)));
    stage.frame->desk().pace.play(true);
    const std::uint64_t before = stage.session->event();
    for (auto _ : state)
        benchmark::DoNotOptimize(&stage.frame->run(stage.input));
    state.counters["events"] = benchmark::Counter(
        static_cast<double>(stage.session->event() - before), benchmark::Counter::kAvgIterations);
}

/// What of it is the snapshot.
void live_snapshot(benchmark::State& state) {
    const auto session = live_session(static_cast<int>(state.range(0)));
    gui::model::Focus focus;
    focus.topic = "orders";
    for (auto _ : state) {
        focus.partition = 1 - focus.partition; // else it is built once
        session->look_at(focus);
        benchmark::DoNotOptimize(session->snapshot());
    }
}

void empty_imgui_frame(benchmark::State& state) {
    Stage stage(24);
    stage.frame->make_current();
    for (auto _ : state) {
        gui::ui::feed(stage.input);
        ImGui::NewFrame();
        ImGui::Render();
    }
}

void picture(benchmark::State& state) {
    Stage stage(24);
    for (auto _ : state)
        benchmark::DoNotOptimize(stage.frame->picture());
}

} // namespace

BENCHMARK(still_frame)->Arg(24)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(playing_frame)->Arg(24)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(live_still_frame)->Arg(24)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(live_playing_frame)->Arg(24)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(live_snapshot)->Arg(24)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(empty_imgui_frame)->Unit(benchmark::kMillisecond);
BENCHMARK(picture)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
