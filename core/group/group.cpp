#include "core/group/group.hpp"

#include <type_traits>
#include <utility>

namespace orrery::group {

bool Group::subscribes(std::string_view topic) const {
    if (const ClassicGroup* group = classic())
        return group->subscribes(topic);
    if (const ConsumerGroup* group = consumer())
        return group->subscribes(topic);
    return false;
}

Instant Group::wakeup() const {
    if (const ClassicGroup* group = classic())
        return group->wakeup();
    if (const ConsumerGroup* group = consumer())
        return group->wakeup().value_or(never);
    return never;
}

const Group* Groups::find(std::string_view id) const {
    const auto* group = groups_.find(id);
    return group ? &**group : nullptr;
}

Group* Groups::edit(std::string_view id) {
    auto* group = groups_.find(id);
    return group ? &group->edit() : nullptr;
}

Group& Groups::make(const std::string& id) {
    return groups_[id].edit();
}

void Groups::drop_if_empty(std::string_view id) {
    const Group* group = find(id);
    if (group && !group->exists() && group->offsets.empty())
        groups_.erase(id);
}

std::size_t Groups::offsets() const {
    std::size_t count = 0;
    for (const auto& entry : groups_)
        count += entry.second->offsets.size();
    return count;
}

std::string_view group_of(const Record& record) {
    return std::visit(
        [](const auto& typed) -> std::string_view {
            using Typed = std::decay_t<decltype(typed)>;
            if constexpr (std::is_same_v<Typed, StoredRecord>)
                return {};
            else if constexpr (requires { typed.key.group; })
                return typed.key.group;
            else
                return typed.key.group_id;
        },
        record);
}

void Groups::apply(const Record& record, Replay replay) {
    if (const auto* commit = std::get_if<OffsetCommit>(&record))
        apply_to(*commit);
    else if (const auto* metadata = std::get_if<GroupMetadata>(&record))
        apply_to(*metadata, replay);
    else if (!std::holds_alternative<StoredRecord>(record))
        apply_to_consumer(group_of(record), record);
}

void Groups::apply_to(const OffsetCommit& record) {
    const std::string& id = record.key.group;
    auto* group = groups_.find(id);
    if (!group) {
        if (!record.value)
            return;
        group = &groups_[id];
    }
    Group& held = group->edit();
    // Offsets without a group make a simple one: it is there to be listed and deleted.
    if (record.value && !held.exists())
        held.members = ClassicGroup(id);
    held.offsets.apply(record);
    if (!record.value)
        drop_if_empty(id);
}

void Groups::apply_to(const GroupMetadata& record, Replay replay) {
    const std::string& id = record.key.group;
    if (!record.value) {
        // A consumer group under this id is its successor: the log forgot the classic one first.
        if (Group* group = edit(id); group && group->classic())
            group->members = std::monostate{};
        drop_if_empty(id);
        return;
    }
    Group& group = make(id);
    if (replay == Replay::of_our_own && group.classic())
        return;
    group.members = ClassicGroup(record);
}

void Groups::apply_to_consumer(std::string_view id, const Record& record) {
    const auto* metadata = std::get_if<ConsumerGroupMetadata>(&record);
    if (metadata && !metadata->value) {
        if (Group* group = edit(id); group && group->consumer())
            group->members = std::monostate{};
        drop_if_empty(id);
        return;
    }
    Group* group = edit(id);
    if (!group || !group->consumer()) {
        const bool tombstone = std::visit(
            [](const auto& typed) {
                if constexpr (requires { typed.value.has_value(); })
                    return !typed.value.has_value();
                else
                    return true;
            },
            record);
        // The members of a group that is forgotten already.
        if (tombstone)
            return;
        // Compaction may have left offsets before the group that they belong to.
        group = &make(std::string(id));
        if (group->classic() && !group->classic()->is_simple())
            return;
        group->members = ConsumerGroup(std::string(id));
    }
    group->consumer()->apply(record);
}

} // namespace orrery::group
