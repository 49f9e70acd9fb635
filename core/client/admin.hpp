// An admin client with its to-do list: each action is begun at its time, goes to the broker that it
// is for, and is tried again, there or elsewhere, while the connection fails or the broker says
// that it is the wrong one, until default.api.timeout.ms is over. Actions under way don't wait for
// each other.
//
// Facts: admin_done and admin_failed, each with a sentence.
// Sources: KafkaAdminClient (Call, TimeoutProcessor, ControllerNodeProvider).
#pragma once

#include "core/client/admin_actions.hpp"

#include <optional>
#include <string>
#include <vector>

namespace orrery::client {

struct AdminTask {
    Duration after{}; ///< from the process's start
    AdminAction action;
    bool operator==(const AdminTask&) const = default;
    ORRERY_FIELDS(after, action)
};

struct AdminPlan {
    std::vector<AdminTask> tasks;
    bool exit_when_done = false; ///< as the command line tools do
    bool operator==(const AdminPlan&) const = default;
    ORRERY_FIELDS(tasks, exit_when_done)
};

enum class ActionState : std::uint8_t { planned, waiting, asked, done, failed };
constexpr std::string_view name_of(ActionState state) {
    switch (state) {
    case ActionState::planned: return "planned";
    case ActionState::waiting: return "waiting";
    case ActionState::asked: return "asked";
    case ActionState::done: return "done";
    case ActionState::failed: return "failed";
    }
    return "?";
}

/// An action and what became of it.
struct AdminCall {
    AdminAction action;
    ActionState state = ActionState::planned;
    Instant begins;
    Instant deadline;
    Instant not_before;               ///< end of a retry's backoff
    std::int32_t tries = 0;           ///< that failed
    std::uint64_t tag = 0;            ///< while asked
    std::uint64_t after_metadata = 0; ///< waits for metadata newer than this version
    std::string result;               ///< what was found, or why it failed
    bool operator==(const AdminCall&) const = default;
    ORRERY_FIELDS(action, state, begins, deadline, not_before, tries, tag, after_metadata, result)
};

class AdminProcess {
public:
    AdminProcess(const AdminConfig& config, AdminPlan plan);

    void step(const Now& now, const Input& input, Effects& out);
    std::optional<Instant> wakeup() const { return wakeup_; }
    /// Begins one more action now, as if it had been planned for this moment.
    void submit(const Now& now, AdminAction action, Effects& out);

    const AdminConfig& config() const { return *config_; }
    const Network& network() const { return network_; }
    /// In the order in which they were planned and submitted.
    const std::vector<AdminCall>& calls() const { return calls_; }
    bool all_done() const;
    const std::string& last_error() const { return last_error_; }

private:
    void drive(Turn& turn);
    void try_call(Turn& turn, AdminCall& call);
    NodeId node_for(const AdminCall& call, Instant now);
    void on_answer(Turn& turn, const Chain& frame, const wire::AnsweredRequest& answer);
    void on_failed(Turn& turn);
    void finish(Turn& turn, AdminCall& call, const Verdict& verdict);
    void try_again(Turn& turn, AdminCall& call, const Verdict& verdict);
    void plan_wakeup(Instant now);

    Cow<AdminConfig> config_;
    Cow<AdminPlan> plan_;
    Network network_;
    bool running_ = false;
    std::vector<AdminCall> calls_;
    std::uint64_t next_tag_ = 1;
    std::optional<Instant> wakeup_;
    std::string last_error_;

public:
    bool operator==(const AdminProcess&) const = default;
    ORRERY_FIELDS(config_, plan_, network_, running_, calls_, next_tag_, wakeup_, last_error_)
};

} // namespace orrery::client
