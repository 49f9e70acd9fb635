// What a consumer group knows that its log does not: until when its members may be silent, until
// when they must have given up what was asked back, and what of the topics was looked at last. A
// new coordinator begins with none of it.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "core/group/consumer_topics.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::group {

/// Why a member's time ran out.
enum class ConsumerDeadline : std::uint8_t {
    session,    ///< it did not heartbeat
    revocation, ///< it did not give up what was asked back (its rebalance timeout)
    join,       ///< of the classic protocol: it did not rejoin
    sync,       ///< of the classic protocol: it did not ask for its assignment
};
inline constexpr std::size_t consumer_deadlines = 4;

struct ConsumerMemberTimers {
    std::array<Instant, consumer_deadlines> at{never, never, never, never};
    std::int32_t revocation_epoch = 0; ///< the epoch that the member must leave until then
    bool operator==(const ConsumerMemberTimers&) const = default;
    ORRERY_FIELDS(at, revocation_epoch)
};

/// A deadline that has come.
struct ExpiredMember {
    std::string member;
    ConsumerDeadline deadline{};
};

class ConsumerTimers {
public:
    // --- members
    void set(const std::string& member, ConsumerDeadline deadline, Instant at);
    void set_revocation(const std::string& member, Instant at, std::int32_t epoch);
    bool is_set(std::string_view member, ConsumerDeadline deadline) const;
    /// `never` if it is not set.
    Instant deadline_of(std::string_view member, ConsumerDeadline deadline) const {
        const ConsumerMemberTimers* timers = members_->find(member);
        return timers != nullptr ? timers->at[static_cast<std::size_t>(deadline)] : never;
    }
    void cancel(std::string_view member, ConsumerDeadline deadline);
    void forget(std::string_view member);
    void forget_all();
    std::int32_t revocation_epoch(std::string_view member) const;
    /// The one of the deadlines that have come that came first (of equal ones the first member's),
    /// and it is unset. None: none has come.
    std::optional<ExpiredMember> expire(Instant now);
    /// No deadline is earlier; there may be none then. Setting one off does not move it, so that a
    /// heartbeat need not look at all members.
    std::optional<Instant> wakeup() const;

    // --- topics
    /// The group's topics were not looked at since they may have changed.
    bool must_look_at_topics(Instant now, std::int32_t group_epoch) const {
        return now >= look_again_ || group_epoch < looked_at_in_;
    }
    /// They were looked at by a decision that makes the group's epoch this.
    void looked_at_topics(Instant now, std::int32_t group_epoch);
    void look_at_topics_again() { look_again_ = Instant{}, looked_at_in_ = 0; }

    TopicHashes& topic_hashes() { return hashes_.edit(); }
    void forget_hash(std::string_view topic);
    void forget_hashes() { hashes_ = {}; }

    // --- regular expressions
    std::optional<Instant> resolve_at; ///< when they are to be looked up; none: not asked for
    std::int64_t topics_created = -1;  ///< the metadata log's offset when topics came last

    bool operator==(const ConsumerTimers&) const = default;
    ORRERY_FIELDS(resolve_at, topics_created, members_, earliest_, look_again_, looked_at_in_,
                  hashes_)

private:
    Cow<FlatMap<std::string, ConsumerMemberTimers>> members_;
    Instant earliest_ = never; ///< no deadline of a member is earlier
    Instant look_again_{};
    std::int32_t looked_at_in_ = 0;
    Cow<TopicHashes> hashes_;
};

} // namespace orrery::group
