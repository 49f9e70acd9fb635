// What the window knows of consumer groups: who is in them, who owns what and shall own what, what
// is committed, how far behind that is, and since when a partition has been read by nobody. Plain
// data, as the group's coordinator has it and, of what a member holds, as the member itself does.
#pragma once

#include "core/base/cow_vector.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "gui/model/nodes.hpp"
#include "gui/model/story.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::gui::model {

/// `offsets_only`: no members, somebody commits under its id.
enum class GroupProtocol : std::uint8_t { offsets_only, classic, consumer };

/// Those of both protocols; the classic one prepares and completes, the other (KIP-848) assigns and
/// reconciles. `unknown`: nobody coordinates it now.
enum class GroupState : std::uint8_t {
    unknown,
    empty,
    preparing_rebalance,
    completing_rebalance,
    assigning,
    reconciling,
    stable,
    dead
};

struct GroupPlace {
    std::string topic;
    std::int32_t partition = -1;
    bool operator==(const GroupPlace&) const = default;
    auto operator<=>(const GroupPlace&) const = default;
    ORRERY_FIELDS(topic, partition)
};

struct GroupMember {
    std::string id;
    std::string name;               ///< of the client, else its client.id
    std::int32_t client = -1;       ///< the client that it is; -1: none of this picture
    std::string instance_id;        ///< of a static member; empty: dynamic
    std::string host;               ///< as the coordinator saw it
    std::int32_t epoch = -1;        ///< generation, or member epoch; -1: not yet in one
    std::string state;              ///< in Kafka's words: "UNREVOKED_PARTITIONS"
    bool settled = true;            ///< it has what it shall have
    bool leader = false;            ///< of a classic group: the one that assigns
    Timer session;                  ///< until the coordinator takes it out
    std::vector<GroupPlace> owned;  ///< in order. What it reads now, or may still be reading
    std::vector<GroupPlace> target; ///< in order. What it shall own; as long as a classic group has
                                    ///< not decided, what it owns
    bool operator==(const GroupMember&) const = default;
    ORRERY_FIELDS(id, name, client, instance_id, host, epoch, state, settled, leader, session,
                  owned, target)

    /// More members than partitions: nothing to do for this one.
    bool idle() const { return owned.empty() && target.empty() && settled; }
};

/// One partition that the group reads, or has committed an offset of.
struct GroupOffset {
    GroupPlace at;
    std::int64_t committed = -1;      ///< CURRENT-OFFSET; -1: nothing yet
    std::int64_t position = -1;       ///< the next that its owner will read; -1: nobody reads it
    std::int64_t end = 0;             ///< LOG-END-OFFSET: high watermark, or last stable offset
    std::int64_t lag = -1;            ///< `end` minus `committed`; -1: not known
    std::optional<Duration> behind;   ///< the age of the oldest record that is not committed yet,
                                      ///< by its timestamp; 0 without lag; none: not known
    std::string owner;                ///< member id; empty: nobody
    std::int32_t reader = -1;         ///< the client that it is
    std::optional<Instant> idle_from; ///< since when nobody reads it, though somebody did
    std::optional<Span> last_gap;     ///< when that was so last
    bool operator==(const GroupOffset&) const = default;
    ORRERY_FIELDS(at, committed, position, end, lag, behind, owner, reader, idle_from, last_gap)
};

struct Group {
    std::string id;
    GroupProtocol protocol = GroupProtocol::offsets_only;
    GroupState state = GroupState::unknown;
    std::int32_t epoch = 0;              ///< generation, or group epoch
    std::int32_t assignment_epoch = 0;   ///< that the targets were made for
    std::string assignor;                ///< "range"; empty: none was chosen yet
    std::int32_t coordinator = -1;       ///< a broker; -1: none is
    std::string coordinator_text;        ///< what is wrong with that: "loading"; empty: nothing
    std::int32_t offsets_partition = -1; ///< of __consumer_offsets
    std::vector<GroupMember> members;    ///< by name, then id
    std::vector<GroupOffset> offsets;    ///< by topic, partition
    std::int64_t lag = 0;                ///< where it is known
    std::optional<Duration> behind;      ///< the worst of its partitions
    CowVector<Sample> lag_history;       ///< by time, not after the snapshot's moment
    std::int64_t rebalances = 0;         ///< that were seen to begin
    bool operator==(const Group&) const = default;
    ORRERY_FIELDS(id, protocol, state, epoch, assignment_epoch, assignor, coordinator,
                  coordinator_text, offsets_partition, members, offsets, lag, behind, lag_history,
                  rebalances)
};

// Lookups; nullptr when there is none.
const GroupMember* member_of(const Group& group, std::string_view id);
const GroupOffset* offset_of(const Group& group, const GroupPlace& place);

/// "orders-0".
std::string text_of(const GroupPlace& place);
std::string_view name_of(GroupState state);
std::string_view name_of(GroupProtocol protocol);
/// The states that a group of that protocol goes through, in their order.
std::vector<GroupState> states_of(GroupProtocol protocol);
std::size_t idle_members(const Group& group);

/// What a member has to do with a partition.
enum class Bond : std::uint8_t {
    none,
    owns,     ///< and shall
    gives_up, ///< it has it, and shall not
    awaits    ///< it shall have it, and has it not yet
};
Bond bond_between(const GroupMember& member, const GroupPlace& place);

/// How the lag has moved over the last seconds: -1 falls, 0 stays, 1 rises.
int lag_trend(const Group& group, Instant now);

} // namespace orrery::gui::model
