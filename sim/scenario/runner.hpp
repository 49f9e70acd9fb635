// A scenario that runs, as one value: the world, how far the timeline has come, what the conditions
// have seen, the ledger of the clients' records, the checks. Copy it to snapshot it; a copy goes on
// exactly as the original does. A History can hold it:
//
//     Runner runner(scenario);
//     runner.run_until(Instant{} + scenario.duration);
//     for (const Outcome& outcome : runner.outcomes()) ...
//
//     history::History<Runner, Command> history(std::move(runner));
//     history.act(Command{Verb{...}});
#pragma once

#include "core/base/cow.hpp"
#include "sim/checks/checks.hpp"
#include "sim/faults/fault.hpp"
#include "sim/scenario/conditions.hpp"
#include "sim/scenario/ledger.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/world/world.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace orrery::sim {

enum class Verdict : std::uint8_t { pending, holds, failed };
constexpr std::string_view name_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::pending: return "pending";
    case Verdict::holds: return "holds";
    case Verdict::failed: return "failed";
    }
    return "?";
}

/// What became of an expectation so far: which event decided it, and what was found then.
struct Outcome {
    Verdict verdict = Verdict::pending;
    Instant at;              ///< when it was decided
    std::uint64_t event = 0; ///< by which event
    std::string found;       ///< for one that failed: what was there instead
    bool operator==(const Outcome&) const = default;
    ORRERY_FIELDS(verdict, at, event, found)
};

/// A moment of the timeline: done, or when it is due.
struct MomentState {
    bool done = false;
    Instant due = never; ///< never while its condition has not held
    Instant done_at;
    Leaves leaves;
    bool operator==(const MomentState&) const = default;
    ORRERY_FIELDS(done, due, done_at, leaves)
};

/// What a hand does: a verb as in a scenario file, or a fault of sim/faults.
struct Command {
    std::variant<Verb, faults::Fault> what;
    bool operator==(const Command&) const = default;
    ORRERY_FIELDS(what)
};

class Runner {
public:
    /// Builds the world: nodes in the plan's order, then the clients, then an admin client that
    /// creates the topics once all brokers are unfenced. All are started.
    explicit Runner(Scenario scenario, bool with_checks = true);

    // --- as history::History wants it
    Instant now() const { return world_.now(); }
    std::uint64_t events() const { return world_.events(); }
    Instant next_event_time() const { return world_.next_event_time(); }
    bool step_event(Observer* observer = nullptr);
    void run_until(Instant end, Observer* observer = nullptr);

    /// Done now, between events.
    void act(const Command& command, Observer* observer = nullptr);

    // --- to read
    const World& world() const { return world_; }
    const Scenario& scenario() const { return *scenario_; }
    Instant end() const { return Instant{} + scenario_->duration; }
    const Ledger& ledger() const { return ledger_; }
    const Checks& checks() const { return checks_; }
    const std::vector<MomentState>& moments() const { return moments_; }
    Sight sight() const { return {world_, *scenario_, ledger_}; }
    /// One for each expectation. All are decided when the scenario's duration is over.
    const std::vector<Outcome>& outcomes() const { return outcomes_; }
    /// Invariants that broke though Kafka promises them and no expectation says so.
    std::vector<Broken> unexpected() const;
    bool passed() const;
    /// The lesson's step that is shown now: its `when` has held, as have those before it.
    std::size_t lesson_step() const { return lesson_step_; }
    /// "broker-1" and its like, whose process is a node::Node; clients are client::Client.
    ActorId actor_of_node(NodeId id) const;
    ActorId admin() const { return admin_; }

    bool operator==(const Runner&) const = default;
    void hash_into(Hasher& hasher) const;

private:
    class Watcher;
    friend struct Performer; // perform.cpp: verbs

    void after_event(Observer* observer, bool looked);
    void set_alarm();
    bool perform_due(Observer* observer);
    void perform(const Verb& verb, Observer* observer);
    void create_topics(Observer* observer);
    bool all_brokers_unfenced() const;
    void notice_all();
    void judge(std::size_t i);
    void judge_breaks();
    void reach_lesson_step(std::size_t step);
    void follow_lesson();

    Cow<Scenario> scenario_;
    World world_;
    std::vector<MomentState> moments_;
    std::vector<Outcome> outcomes_;
    std::vector<Leaves> expectation_leaves_;
    Ledger ledger_;
    Checks checks_;
    bool with_checks_ = true;
    ActorId admin_ = no_actor;
    bool topics_asked_ = false;
    bool looked_at_all_ = false; ///< the checks have, at the end
    std::size_t lesson_step_ = 0;
    Leaves lesson_leaves_;   ///< of the step that is next
    FactSet interesting_;    ///< facts that some condition names
    bool any_value_ = false; ///< some condition names a value
    std::vector<Told> told_; ///< of the event under way; empty between events
};

/// For History.
void apply(Runner& runner, const Command& command, Observer* observer);

} // namespace orrery::sim
