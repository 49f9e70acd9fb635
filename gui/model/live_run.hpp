// A scenario's run together with what the window remembers of it: the subject of its history. And a
// deed of the hand: what was asked for, and what does it.
#pragma once

#include "gui/model/live_memory.hpp"
#include "gui/model/session.hpp"
#include "sim/scenario/runner.hpp"

#include <vector>

namespace orrery::gui::model {

struct Run {
    sim::Runner runner;
    Memory memory;

    explicit Run(sim::Scenario scenario) : runner(std::move(scenario)), memory(runner.world()) {}

    // As sim::history::History wants it.
    Instant now() const { return runner.now(); }
    std::uint64_t events() const { return runner.events(); }
    Instant next_event_time() const { return runner.next_event_time(); }
    bool step_event(sim::Observer* observer) {
        Remembering watching(memory, observer);
        return runner.step_event(&watching);
    }
    void run_until(Instant end, sim::Observer* observer) {
        Remembering watching(memory, observer);
        runner.run_until(end, &watching);
    }
};

struct Deed {
    Injection what;
    std::vector<sim::Command> commands; ///< done in order, at one moment
};

inline void apply(Run& run, const Deed& deed, sim::Observer* observer) {
    Remembering watching(run.memory, observer);
    for (const sim::Command& command : deed.commands)
        run.runner.act(command, &watching);
}

} // namespace orrery::gui::model
