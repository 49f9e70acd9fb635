// The groups of one partition of __consumer_offsets, as its records make them: a group of one of
// the two protocols, or offsets alone, and what is committed under its id.
//
// Sources: GroupMetadataManager, OffsetMetadataManager (replay).
#pragma once

#include "core/base/cow.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/reflect.hpp"
#include "core/group/classic_group.hpp"
#include "core/group/consumer_group.hpp"
#include "core/group/offsets.hpp"
#include "core/group/record.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace orrery::group {

struct Group {
    /// None: the group was forgotten, its offsets are not (yet).
    std::variant<std::monostate, ClassicGroup, ConsumerGroup> members;
    GroupOffsets offsets;
    bool operator==(const Group&) const = default;
    ORRERY_FIELDS(members, offsets)

    const ClassicGroup* classic() const { return std::get_if<ClassicGroup>(&members); }
    ClassicGroup* classic() { return std::get_if<ClassicGroup>(&members); }
    const ConsumerGroup* consumer() const { return std::get_if<ConsumerGroup>(&members); }
    ConsumerGroup* consumer() { return std::get_if<ConsumerGroup>(&members); }
    bool exists() const { return !std::holds_alternative<std::monostate>(members); }
    bool subscribes(std::string_view topic) const;
    /// Not later than the next deadline of its members; `never` if there is none.
    Instant wakeup() const;
};

/// Whose hands a record comes from.
enum class Replay : std::uint8_t {
    of_the_log, ///< the record is all that is known
    of_our_own, ///< a classic group is ahead of the records that it wrote
};

class Groups {
public:
    /// Null when nothing is known under the id.
    const Group* find(std::string_view id) const;
    Group* edit(std::string_view id);
    const FlatMap<std::string, Cow<Group>>& all() const { return groups_; }
    /// The group under that id, made if there is none.
    Group& make(const std::string& id);
    /// Drops what says nothing any more: no group, and no offsets.
    void drop_if_empty(std::string_view id);
    void apply(const Record& record, Replay replay);
    std::size_t offsets() const;

    bool operator==(const Groups&) const = default;
    ORRERY_FIELDS(groups_)

private:
    void apply_to(const OffsetCommit& record);
    void apply_to(const GroupMetadata& record, Replay replay);
    void apply_to_consumer(std::string_view id, const Record& record);

    FlatMap<std::string, Cow<Group>> groups_;
};

/// The group that the record speaks of; empty for a StoredRecord.
std::string_view group_of(const Record& record);

} // namespace orrery::group
