// The window's session over a simulated cluster: a scenario that runs, with its history. The world
// and all that the window remembers of it are one value, so time travel brings back both; nothing
// that is looked at changes anything that happens.
//
//     auto session = LiveSession::make({.file = "scenarios/lessons/kill-the-leader.json"});
//     (*session)->seek(Instant{} + seconds(22));
//     SnapshotPtr now = (*session)->snapshot();
#pragma once

#include "gui/model/session.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orrery::gui::model {

struct LiveOptions {
    std::string file;                ///< the scenario; also where other lessons are looked for
    std::optional<std::string> text; ///< its text, when it is not to be read from the file
    std::optional<std::uint64_t> seed;
    /// The scenario's timeline is left to the hand: nothing happens by itself, and a lesson's "Do
    /// it for me" does the timeline's next moment. Else the timeline runs as in `orrery run`.
    bool hands_on = false;
};

class LiveSession final : public Session {
public:
    /// The errors say what is wrong with the scenario, as read_scenario does.
    static Result<std::unique_ptr<LiveSession>, std::vector<InputError>>
    make(const LiveOptions& options);
    ~LiveSession() override;

    SnapshotPtr snapshot() override;
    void look_at(const Focus& focus) override;
    SnapshotPtr glimpse(Instant at) override;
    Instant now() const override;
    std::uint64_t event() const override;
    std::optional<Ahead> ahead() override;
    Dwell step() override;
    void advance(Instant to) override;
    void seek(Instant to) override;
    void seek_event(std::uint64_t event) override;
    std::optional<std::string> why_not(const Injection& deed) const override;
    Result<void, InputError> inject(const Injection& deed) override;
    void undo() override;
    void redo() override;
    void branch_here() override;
    void go_to_branch(std::int32_t branch) override;
    Result<void, InputError> open(std::string_view file,
                                  std::optional<std::uint64_t> seed) override;
    Result<void, InputError> save(std::string_view file) override;

private:
    class Play;
    LiveSession();
    std::unique_ptr<Play> play_;
};

} // namespace orrery::gui::model
