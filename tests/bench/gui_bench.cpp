// What a frame of the window costs: CPU time to build it, snapshot included, at three brokers with
// 24 partitions (to be under 1 ms) and with 1,000 (under 3 ms); and, as a baseline, Dear ImGui's
// own empty frame.
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
BENCHMARK(empty_imgui_frame)->Unit(benchmark::kMillisecond);
BENCHMARK(picture)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
