#include "core/group/consumer_group.hpp"

#include "core/group/consumer_notes.hpp"
#include "core/group/consumer_regex.hpp"
#include "core/group/consumer_topics.hpp"

#include <utility>

namespace orrery::group {

ConsumerGroup::ConsumerGroup(std::string id) : id_(std::move(id)) {}

bool ConsumerGroup::subscribes(std::string_view topic) const {
    return state_.wanted_topics().contains(topic);
}

bool ConsumerGroup::empty() const {
    return state_.members().empty();
}

std::string_view ConsumerGroup::state() const {
    return consumer_state_name(state_.members().size(), state_.epoch(), state_.assignment_epoch(),
                               state_.reconciled());
}

bool ConsumerGroup::apply(const Record& record) {
    return state_.apply(record);
}

void ConsumerGroup::write_tombstones(std::vector<Record>& records) const {
    for (const auto& [id, member] : state_.members())
        records.push_back(current_assignment_tombstone(id_, id));
    for (const auto& [id, member] : state_.members())
        records.push_back(target_assignment_tombstone(id_, id));
    records.push_back(target_metadata_tombstone(id_));
    for (const auto& [id, member] : state_.members())
        records.push_back(member_metadata_tombstone(id_, id));
    for (const auto& [regex, resolved] : state_.resolved_regexes())
        records.push_back(regex_tombstone(id_, regex));
    records.push_back(partition_metadata_tombstone(id_));
    records.push_back(group_epoch_tombstone(id_));
}

// --- what time does

Decision ConsumerGroup::wake(const Context& context) {
    if (timers_.resolve_at && *timers_.resolve_at <= context.now.instant)
        return resolve_regexes(context);
    const auto expired = timers_.expire(context.now.instant);
    return expired ? fence(context, *expired) : Decision{};
}

std::optional<Instant> ConsumerGroup::wakeup() const {
    return timers_.wakeup();
}

Decision ConsumerGroup::resolve_regexes(const Context& context) {
    timers_.resolve_at.reset();
    Decision decision;
    std::vector<std::string> regexes;
    for (const auto& [regex, members] : state_.regexes())
        regexes.push_back(regex);
    auto found = topics_matching(regexes, context.image);
    WantedTopics wanted = state_.wanted_topics();
    bool bump = false;
    for (std::size_t i = 0; i < regexes.size(); ++i) {
        const ResolvedRegex* old = state_.resolved(regexes[i]);
        if ((old ? old->topics : std::vector<std::string>{}) != found[i]) {
            bump = true;
            if (old)
                for (const std::string& topic : old->topics)
                    count_by_regex(wanted, topic, -1);
            for (const std::string& topic : found[i])
                count_by_regex(wanted, topic, +1);
        }
        ConsumerGroupRegularExpression record;
        record.key = {id_, regexes[i]};
        auto& value = record.value.emplace();
        value.topics = std::move(found[i]);
        value.version = context.image.offset().value;
        value.timestamp = context.now.wall_ms;
        decision.records.emplace_back(std::move(record));
    }
    const std::int64_t hash = group_hash(context.image, wanted, timers_.topic_hashes());
    if (!empty() && (bump || hash != state_.metadata_hash())) {
        const std::int32_t epoch = state_.epoch() + 1;
        decision.records.push_back(group_epoch_record(id_, epoch, hash));
        timers_.looked_at_topics(context.now.instant, epoch);
        note_state(decision, id_, state(),
                   consumer_state_name(state_.members().size(), epoch, state_.assignment_epoch(),
                                       state_.reconciled()),
                   epoch, state_.assignment_epoch(), state_.members().size());
    }
    return decision;
}

void ConsumerGroup::on_topics_changed(const Context& context, const metadata::Changes& changes) {
    if (changes.everything) {
        timers_.forget_hashes();
        timers_.look_at_topics_again();
        timers_.topics_created = context.image.offset().value;
        return;
    }
    if (!changes.topics_created.empty())
        timers_.topics_created = context.image.offset().value;
    const auto forget = [&](const std::string& name) {
        timers_.forget_hash(name);
        if (subscribes(name))
            timers_.look_at_topics_again();
    };
    for (const Uuid& id : changes.topics_created)
        if (const metadata::Topic* topic = context.image.topic(id))
            forget(topic->name);
    for (const auto& deleted : changes.topics_deleted)
        forget(deleted.last->name);
    for (const auto& partition : changes.partitions) {
        // leaders and ISRs come and go; only where replicas are counts, for their racks
        if (partition.before && (*partition.before)->replicas == partition.after->replicas)
            continue;
        if (const metadata::Topic* topic = context.image.topic(partition.id.topic))
            forget(topic->name);
    }
}

void ConsumerGroup::loaded(const Context& context) {
    timers_ = {};
    timers_.topics_created = context.image.offset().value;
    const Instant now = context.now.instant;
    for (const auto& [id, member] : state_.members()) {
        timers_.set(id, ConsumerDeadline::session, now + session_timeout(context, id_));
        if (member->state == ConsumerMemberState::unrevoked_partitions)
            timers_.set_revocation(id, now + milliseconds(member->rebalance_timeout_ms),
                                   member->epoch);
    }
}

} // namespace orrery::group
