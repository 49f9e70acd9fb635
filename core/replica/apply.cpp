// What the metadata log makes of this broker's partitions: which it has, which it leads, whom it
// follows for the others.
#include "core/metadata/configs.hpp"
#include "core/replica/replicas.hpp"

#include <algorithm>

namespace orrery::replica {

void Replicas::apply(const metadata::Image& image, const metadata::Changes& changes, const Now& now,
                     Out& out) {
    const Step step{now, out};
    image_ = image.published();
    for (const metadata::DeletedTopic& deleted : changes.topics_deleted)
        delete_topic(deleted.last->id, step);
    if (changes.everything) {
        reconcile_all(step);
        for (const auto& entry : image_.brokers())
            look_at_fetches_of(entry.first);
    } else {
        for (const metadata::PartitionChange& change : changes.partitions)
            reconcile(change.id, step);
        for (const metadata::ConfigChange& change : changes.configs)
            take_configs(change.resource, step);
    }
    for (const metadata::BrokerChange& change : changes.brokers)
        look_at_fetches_of(change.id);
    std::vector<NodeId> idle;
    for (const auto& [leader, fetcher] : fetchers_)
        if (fetcher->partitions.empty())
            idle.push_back(leader);
    for (const NodeId leader : idle)
        fetchers_.erase(leader);
    if (count_ > 0 && !isr_check_)
        isr_check_ = now.instant + config_->lag_time_max / 2;
    if (count_ > 0 && !retention_due_)
        retention_due_ = now.instant + config_->retention_check;
    finish(step);
}

void Replicas::reconcile_all(const Step& step) {
    std::vector<Uuid> gone;
    for (const auto& [id, slots] : *topics_)
        if (image_.topic(id) == nullptr)
            gone.push_back(id);
    for (const Uuid& id : gone)
        delete_topic(id, step);
    for (const auto& [id, topic] : image_.topics())
        for (std::size_t i = 0; i < topic->partitions.size(); ++i)
            reconcile({id, static_cast<std::int32_t>(i)}, step);
    for (std::uint32_t i = 0; i < partitions_.size(); ++i)
        if (!partitions_[i]->topic.empty())
            take_settings({i}, step);
}

void Replicas::delete_topic(const Uuid& id, const Step& step) {
    const TopicSlots* known = topics_->find(id);
    if (known == nullptr)
        return;
    const std::vector<Slot> slots = known->slots;
    for (const Slot slot : slots)
        if (slot != no_slot)
            delete_replica(slot, step);
}

void Replicas::reconcile(const metadata::TopicPartitionId& id, const Step& step) {
    const metadata::Partition* registered = image_.partition(id);
    Slot slot = slot_of(id.topic, id.partition);
    if (registered == nullptr || !registered->has_replica(config_->node)) {
        if (slot != no_slot)
            delete_replica(slot, step);
        return;
    }
    if (slot == no_slot)
        slot = make_replica(id, step);
    const Partition& partition = at(slot);
    // An equal epoch is not stale: the answer to our AlterPartition may have told it first.
    if (partition.role == Role::offline || registered->partition_epoch < partition.partition_epoch)
        return;
    if (registered->leader == config_->node)
        become_leader(slot, *registered, step);
    else
        become_follower(slot, *registered, step);
}

void Replicas::become_leader(Slot slot, const metadata::Partition& registered, const Step& step) {
    const Partition& seen = at(slot);
    const bool was_leader = seen.leads();
    const bool new_epoch = registered.leader_epoch > seen.leader_epoch;
    if (was_leader && !new_epoch && registered.partition_epoch == seen.partition_epoch &&
        registered.isr == seen.isr && registered.replicas == seen.replicas)
        return; // known from our AlterPartition's answer; what we asked since stays pending
    stop_fetching(slot);
    Partition& partition = edit(slot);
    partition.role = Role::leader;
    partition.leader = config_->node;
    partition.replicas = registered.replicas;
    const bool isr_changed = partition.isr != registered.isr;
    partition.isr = registered.isr;
    partition.pending.reset();
    partition.partition_epoch = registered.partition_epoch;
    partition.followers.erase_if(
        [&](const auto& entry) { return !registered.has_replica(entry.first); });
    for (const NodeId id : registered.replicas)
        if (id != config_->node)
            partition.followers[id];
    if (new_epoch)
        begin_epoch(partition, registered, was_leader, step);
    if (isr_changed)
        isr_applied(partition, step);
    advance_high_watermark(partition, step);
    progressed(slot, Progress::visible, step);
}

/// Everything before the epoch's start is known to be ours alone to define; followers are given
/// replica.lag.time.max.ms from now to show that they are caught up.
void Replicas::begin_epoch(Partition& partition, const metadata::Partition& registered,
                           bool was_leader, const Step& step) {
    const Offset end = partition.log_end();
    partition.leader_epoch = registered.leader_epoch;
    partition.epoch_start = end;
    partition.log.assign_epoch(registered.leader_epoch, end, step.out.effects);
    for (auto& [id, follower] : partition.followers) {
        const bool in_sync = registered.in_isr(id);
        if (was_leader) {
            follower.leader_end_at_last_fetch = end;
            follower.last_fetch = in_sync ? step.now.instant : long_ago;
        } else {
            follower = FollowerState{};
        }
        follower.caught_up = in_sync ? step.now.instant : long_ago;
    }
    step.note({Fact::became_leader,
               partition.topic,
               partition.id.partition,
               {partition.leader_epoch.value, end.value, partition.partition_epoch.value},
               {}});
}

void Replicas::become_follower(Slot slot, const metadata::Partition& registered, const Step& step) {
    const bool new_epoch = registered.leader_epoch > at(slot).leader_epoch;
    // On the way out nobody needs this replica to keep up if it is not in the ISR.
    const bool leaving = stopping_ && !registered.in_isr(config_->node);
    if (new_epoch || leaving)
        stop_fetching(slot);
    Partition& partition = edit(slot);
    partition.role = Role::follower;
    partition.leader = registered.leader;
    partition.leader_epoch = registered.leader_epoch;
    partition.partition_epoch = registered.partition_epoch;
    partition.epoch_start = no_offset;
    partition.replicas = registered.replicas;
    partition.isr.clear();
    partition.pending.reset();
    partition.followers.clear();
    if (new_epoch) {
        step.note({Fact::became_follower,
                   partition.topic,
                   partition.id.partition,
                   {partition.leader_epoch.value, partition.log_end().value,
                    partition.partition_epoch.value, partition.leader.value},
                   {}});
        if (config_->planted.truncate_to_high_watermark)
            truncate(partition, partition.high_watermark, step);
        if (partition.leader != no_node && !leaving)
            start_fetching(slot);
    }
    progressed(slot, Progress::visible, step);
}

/// A broker's registration changed: who may join an ISR did too, and a fetch of an earlier life is
/// to be refused, so nothing that its sessions want may be passed over.
void Replicas::look_at_fetches_of(NodeId broker) {
    for (auto& [id, set] : sets_) {
        if (set->replica != broker)
            continue;
        for (std::uint32_t place = 0; place < set->wanted.size(); ++place) {
            const WantedPartition& wanted = set->wanted[place];
            if (wanted.hot || wanted.gone)
                continue;
            if (wanted.slot != no_slot)
                note_idle_fetch(wanted.slot, *set, place);
            set.edit().heat(place);
        }
    }
}

// --- configs

void Replicas::take_configs(const metadata::ConfigResource& resource, const Step& step) {
    if (resource.type == metadata::ResourceType::topic) {
        const Uuid* id = names_->find(resource.name);
        if (id == nullptr)
            return;
        const std::vector<Slot> slots = topics_->find(*id)->slots;
        for (const Slot slot : slots)
            if (slot != no_slot)
                take_settings(slot, step);
    } else if (resource.type == metadata::ResourceType::broker &&
               (resource.name.empty() || resource.name == std::to_string(config_->node.value))) {
        for (std::uint32_t i = 0; i < partitions_.size(); ++i)
            if (!partitions_[i]->topic.empty())
                take_settings({i}, step);
    }
}

void Replicas::take_settings(Slot slot, const Step& step) {
    TopicSettings settings = settings_of(at(slot).topic);
    if (settings == *at(slot).settings)
        return;
    Partition& partition = edit(slot);
    partition.log.set_config(settings.log);
    partition.settings = Cow<TopicSettings>(settings);
    if (settings.compacts)
        clean_soon(step.now.instant);
    if (partition.leads()) {
        advance_high_watermark(partition, step); // min.insync.replicas may be lower now
        progressed(slot, Progress::visible, step);
    }
}

namespace {

/// A share as a config has it ("0.5", " 1", "5e-1"), in millionths. It was checked to be a number
/// in [0, 1].
std::int64_t millionths(std::string_view text) {
    std::int64_t value = 0;
    std::int64_t unit = 1'000'000;
    bool fraction = false;
    std::size_t i = 0;
    for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
        fraction = fraction || text[i] == '.';
        if (text[i] < '0' || text[i] > '9')
            continue;
        unit /= fraction ? 10 : 1;
        value = (fraction ? value : value * 10) + (text[i] - '0') * unit;
    }
    if (i + 1 < text.size() && text[i + 1] == '-')
        for (int power = text.back() - '0'; power > 0; --power)
            value /= 10;
    return std::min<std::int64_t>(value, 1'000'000);
}

} // namespace

TopicSettings Replicas::settings_of(std::string_view topic) const {
    const metadata::ConfigView view{image_, config_->properties, config_->node};
    const auto number = [&](std::string_view name) {
        return metadata::topic_number(view, topic, name);
    };
    const auto small = [&](std::string_view name) {
        return static_cast<std::int32_t>(number(name));
    };
    const auto text = [&](std::string_view name) {
        return metadata::topic_config(view, topic, name).value_or("");
    };
    TopicSettings settings;
    settings.log.segment_bytes = small("segment.bytes");
    settings.log.segment_ms = number("segment.ms");
    settings.log.segment_jitter_ms = number("segment.jitter.ms");
    settings.log.segment_index_bytes = small("segment.index.bytes");
    settings.log.index_interval_bytes = small("index.interval.bytes");
    settings.log.flush_messages = number("flush.messages");
    settings.log.flush_ms = number("flush.ms");
    settings.log.retention_ms = number("retention.ms");
    settings.log.retention_bytes = number("retention.bytes");
    settings.log.min_cleanable_millionths = millionths(text("min.cleanable.dirty.ratio"));
    settings.log.min_compaction_lag_ms = number("min.compaction.lag.ms");
    settings.log.max_compaction_lag_ms = number("max.compaction.lag.ms");
    settings.log.delete_retention_ms = number("delete.retention.ms");
    settings.min_in_sync_replicas = small("min.insync.replicas");
    settings.max_message_bytes = small("max.message.bytes");
    settings.timestamp_type = text("message.timestamp.type") == "LogAppendTime"
                                  ? record::TimestampType::log_append_time
                                  : record::TimestampType::create_time;
    settings.timestamp_before_max_ms = number("message.timestamp.before.max.ms");
    settings.timestamp_after_max_ms = number("message.timestamp.after.max.ms");
    const std::string codec = text("compression.type");
    settings.target_codec =
        codec == "uncompressed" ? record::Codec::none : record::codec_named(codec);
    const std::vector<std::string> policy = metadata::parse_list(text("cleanup.policy"));
    const auto has = [&](std::string_view what) {
        return std::find(policy.begin(), policy.end(), what) != policy.end();
    };
    settings.deletes_old = has("delete");
    settings.compacts = has("compact");
    if (settings.compacts) // so that no record waits in the active segment for longer
        settings.log.segment_ms =
            std::min(settings.log.segment_ms, settings.log.max_compaction_lag_ms);
    return settings;
}

} // namespace orrery::replica
