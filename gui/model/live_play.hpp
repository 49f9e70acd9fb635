// What a live session holds: the history of a run, the deeds of the hand, the snapshot that was
// built last. Only for live_session.cpp (time and deeds) and live_snapshot.cpp (what is shown).
#pragma once

#include "gui/model/live_cluster.hpp"
#include "gui/model/live_run.hpp"
#include "gui/model/live_session.hpp"
#include "sim/history/history.hpp"

namespace orrery::gui::model {

using Past = sim::history::History<Run, Deed>;

/// A copy of the run that is one event ahead, because only what happens says how notable it is.
struct Scout {
    Run run;
    std::uint64_t acts = 0;
    std::optional<Ahead> ahead;
};

class LiveSession::Play {
public:
    Play(const LiveOptions& options, std::string text, sim::Scenario scenario);

    // time
    std::optional<Ahead> ahead();
    Dwell step();
    void advance(Instant to);
    void seek(Instant to);
    void seek_event(std::uint64_t event);

    // deeds
    std::optional<std::string> why_not(const Injection& deed) const;
    Result<void, InputError> inject(const Injection& deed);
    template <class Travel>
    void travel(Travel&& travel) {
        keep_tip();
        travel(history_);
        moved();
    }
    Result<void, InputError> save(const std::string& file) const;

    SnapshotPtr snapshot();
    SnapshotPtr glimpse(Instant at) const;
    void look_at(const Focus& focus);
    const Past& history() const { return history_; }
    const LiveOptions& options() const { return options_; }

private:
    const Run& run() const { return history_.subject(); }
    const sim::World& world() const { return run().runner.world(); }
    void moved() {
        built_.reset();
        scout_.reset();
    }
    void scout_on();
    void keep_tip();
    std::size_t next_moment() const;

    // live_snapshot.cpp
    struct Reading {
        MessageReader& reader;
        TopicNames& topics;
    };
    SnapshotPtr picture_of(const Run& run, Reading reading) const;
    void fill_story(const Run& run, Snapshot& out) const;
    void fill_branches(Snapshot& out) const;
    static void fill_checks(const Run& run, Snapshot& out);
    void fill_lesson(const Run& run, Snapshot& out) const;
    std::string branch_name(std::size_t branch) const;

    LiveOptions options_;
    std::string text_;                 ///< of the scenario, for saving
    std::vector<sim::Moment> by_hand_; ///< hands on: the timeline's moments, in order
    Past history_;
    std::vector<Timeline> tips_; ///< what each branch's timeline was at its furthest
    std::vector<LessonTitle> lessons_;
    Focus focus_;
    SnapshotPtr built_;
    std::optional<Scout> scout_;
    MessageReader reader_;
    TopicNames topics_;
};

} // namespace orrery::gui::model
