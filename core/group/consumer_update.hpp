// One member's request, decided step by step: what it changes about the member, the group's epoch,
// the target assignment, and how far the member comes towards it. ConsumerGroupHeartbeat and the
// JoinGroup of a member that speaks the classic protocol go through the same steps.
//
// Source: GroupMetadataManager.consumerGroupHeartbeat and what it calls.
#pragma once

#include "core/group/consumer_reconcile.hpp"
#include "core/group/consumer_state.hpp"
#include "core/group/consumer_timers.hpp"
#include "core/group/decision.hpp"
#include "core/wire/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::group {

/// Kafka's error and the sentence that goes with it.
struct Refusal {
    wire::Error error{};
    std::optional<std::string> message;
};
template <class T>
using OrRefusal = Result<T, Refusal>;

/// The group that is asked.
struct ConsumerGroupView {
    const std::string& id;
    const ConsumerState& state;
    ConsumerTimers& timers;
};

enum class RegexChange : std::uint8_t { none, changed, changed_and_resolved };

class MemberUpdate {
public:
    /// A member by its id; it joins if there is none. Writes to `decision`.
    MemberUpdate(const Context& context, const ConsumerGroupView& group, std::string id,
                 Decision& decision);
    /// The static member `old` comes back under another id, or the same.
    void replace(const std::string& old);

    const std::string& id() const { return id_; }
    bool is_new() const { return is_new_; }
    /// As the group knows it (or as if it had just joined), and as it will be.
    const ConsumerMember& before() const { return before_; }
    ConsumerMember& after() { return after_; }

    // --- the steps, in this order
    /// Writes the member if anything about it is other than before. True if its topics are.
    bool write_subscription();
    /// Has the group's regular expressions looked up if that is due. INVALID_REGULAR_EXPRESSION.
    OrRefusal<RegexChange> update_regex();
    /// The members' preferred assignor is another now.
    bool changes_assignor() const;
    /// Raises the group's epoch if told to, or if the topics have changed.
    void update_epoch(bool bump);
    /// Makes a new target assignment if the group's epoch has none and the last one is old enough.
    /// UNKNOWN_SERVER_ERROR if the assignor is not there or fails.
    OrRefusal<void> update_target();
    /// Moves the member on. FENCED_MEMBER_EPOCH.
    OrRefusal<void> move_on(bool subscription_changed, const SaidToOwn& owned);

    std::int32_t group_epoch() const { return group_epoch_; }
    std::int32_t target_epoch() const { return target_epoch_; }
    /// What the group's state will be called.
    std::string_view state_after() const;
    std::size_t members_after() const;

private:
    WantedTopics wanted_after() const;
    Counts regexes_after() const;
    void watch_revocation();

    const Context& context_;
    const ConsumerGroupView& group_;
    Decision& decision_;
    std::string id_;
    std::string replaced_; ///< the static member whose place it takes; empty: nobody's
    bool is_new_ = false;  ///< the group will have one member more
    ConsumerMember before_;
    ConsumerMember after_;
    std::int32_t group_epoch_;
    std::int32_t target_epoch_;
    bool target_is_new_ = false;
    MemberAssignment target_;
};

/// The assignor that most members prefer (of equal ones the broker's first), else the default.
std::string preferred_assignor(const Counts& counts, const Settings& settings);

// --- group configs (KIP-848), within the broker's limits
Duration session_timeout(const Context& context, const std::string& group);
Duration heartbeat_interval(const Context& context, const std::string& group);
Duration assignment_interval(const Context& context, const std::string& group);

/// Whether the assignor may run: at most once in an interval.
bool may_assign(const ConsumerState& state, Duration interval, std::int64_t now_ms);

/// The target assignment of all members, by member; `updated` is as it will be, and takes the place
/// of `replaced` (if that is not empty). Null: there is no such assignor, or it failed.
std::optional<ConsumerState::Targets>
make_target(const Context& context, const ConsumerState& state, const std::string& assignor,
            const std::string& id, const ConsumerMember& updated, const std::string& replaced);

/// "Empty", "Assigning", "Reconciling", "Stable".
std::string_view consumer_state_name(std::size_t members, std::int32_t epoch,
                                     std::int32_t assignment_epoch, std::size_t reconciled);

} // namespace orrery::group
