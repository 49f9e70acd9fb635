#include "tests/core/group/consumer_toy.hpp"

#include "core/group/consumer_notes.hpp"

namespace orrery::group {

namespace {

metadata::Message partition_record(Uuid topic, std::int32_t number) {
    wire::PartitionRecord record;
    record.topic_id = topic;
    record.partition_id = number;
    record.replicas = {1};
    record.isr = {1};
    record.leader = 1;
    record.leader_epoch = 0;
    record.partition_epoch = 0;
    record.directories = {Uuid{3, 3}};
    return record;
}

} // namespace

ToyCoordinator::ToyCoordinator() {
    settings.consumer_assignment_interval = Duration{};
}

void ToyCoordinator::add(const metadata::Message& record, metadata::Changes& changes) {
    REQUIRE(image.apply({record, 0}, Offset{++offset_}, LeaderEpoch{1}, &changes));
}

void ToyCoordinator::publish(const metadata::Changes& changes) {
    group.on_topics_changed(context(), changes);
}

void ToyCoordinator::topic(const std::string& name, std::int32_t partitions) {
    metadata::Changes changes;
    wire::TopicRecord record;
    record.name = name;
    record.topic_id = Uuid{9, ++ids_};
    add(record, changes);
    for (std::int32_t i = 0; i < partitions; ++i)
        add(partition_record(record.topic_id, i), changes);
    publish(changes);
}

void ToyCoordinator::grow(const std::string& name, std::int32_t partitions) {
    metadata::Changes changes;
    const auto* topic = image.topic(std::string_view(name));
    for (auto i = static_cast<std::int32_t>(topic->partitions.size()); i < partitions; ++i)
        add(partition_record(topic_id(name), i), changes);
    publish(changes);
}

void ToyCoordinator::remove_topic(const std::string& name) {
    metadata::Changes changes;
    wire::RemoveTopicRecord record;
    record.topic_id = topic_id(name);
    add(record, changes);
    publish(changes);
}

void ToyCoordinator::set_config(const std::string& name, const std::string& value) {
    metadata::Changes changes;
    wire::ConfigRecord record;
    record.resource_type = static_cast<std::int8_t>(metadata::ResourceType::group);
    record.resource_name = group.id();
    record.name = name;
    record.value = value;
    add(record, changes);
}

Uuid ToyCoordinator::topic_id(const std::string& name) const {
    return image.topic(std::string_view(name))->id;
}

void ToyCoordinator::perform(Decision& decision) {
    if (!decision.records.empty())
        last_ = decision.records;
    for (const Record& record : decision.records) {
        const auto stored = decode(encode(record));
        REQUIRE(stored);
        REQUIRE(*stored == record);
        log.push_back(*stored);
        REQUIRE(group.apply(*stored));
    }
    notes.insert(notes.end(), decision.notes.begin(), decision.notes.end());
    // what a decision tells of the state is what comes of it
    for (const Note& note : decision.notes)
        if (note.fact == Fact::group_state)
            REQUIRE(note.text.ends_with("-> " + std::string(group.state())));
    REQUIRE((settings.planted.assign_before_revoked || owned_twice().empty()));
}

void ToyCoordinator::run_due() {
    while (group.wakeup() && *group.wakeup() <= now.instant) {
        Decision decision = group.wake(context());
        perform(decision);
    }
}

HeartbeatResponse ToyCoordinator::heartbeat(const HeartbeatRequest& request, std::int16_t version) {
    const Caller caller{RequestId{1}, version, "client", "/127.0.0.1"};
    Decision decision = group.heartbeat(context(), caller, request);
    perform(decision);
    REQUIRE(decision.replies.size() == 1);
    run_due();
    return std::get<HeartbeatResponse>(decision.replies[0].response);
}

void ToyCoordinator::pass(Duration time) {
    const Instant end = now.instant + time;
    const auto move_to = [&](Instant at) {
        now.wall_ms += (at - now.instant).ms();
        now.instant = at;
    };
    while (group.wakeup() && *group.wakeup() <= end) {
        move_to(std::max(now.instant, *group.wakeup()));
        run_due();
    }
    move_to(end);
}

void ToyCoordinator::fail_over() {
    ConsumerGroup next(group.id());
    for (const Record& record : log)
        next.apply(record);
    next.loaded(context());
    group = std::move(next);
}

ConsumerState ToyCoordinator::replayed() const {
    ConsumerState state;
    for (const Record& record : log)
        state.apply(record);
    return state;
}

std::string ToyCoordinator::last_records() const {
    std::string text;
    for (const Record& record : last_) {
        text += (text.empty() ? "" : " ") + std::string(name_of(record));
        std::visit(
            [&](const auto& typed) {
                if constexpr (requires { typed.key.group_id; })
                    text += typed.value ? "" : "-";
            },
            record);
    }
    return text;
}

TopicPartitionSet ToyCoordinator::owned_twice() const {
    TopicPartitionSet seen;
    TopicPartitionSet twice;
    for (const auto& [id, member] : group.logged().members())
        for (const OwnedPartitions* owned : {&member->assigned, &member->revoking})
            for (const auto& [topic, partitions] : *owned)
                for (const auto& [partition, epoch] : partitions)
                    if (!seen.insert({topic, partition}).second)
                        twice.insert({topic, partition});
    return twice;
}

const ConsumerMember& ToyCoordinator::member(const std::string& id) const {
    const ConsumerMember* found = group.logged().member(id);
    REQUIRE(found);
    return *found;
}

std::string ToyCoordinator::owned(const std::string& id) const {
    return partitions_text(image, member(id).assigned);
}
std::string ToyCoordinator::revoking(const std::string& id) const {
    return partitions_text(image, member(id).revoking);
}
std::string ToyCoordinator::target(const std::string& id) const {
    return partitions_text(image, group.logged().target(id));
}

std::vector<std::string> ToyCoordinator::told(Fact fact) const {
    std::vector<std::string> texts;
    for (const Note& note : notes)
        if (note.fact == fact)
            texts.push_back(note.text);
    return texts;
}

HeartbeatRequest joining(const std::string& id, std::vector<std::string> topics) {
    HeartbeatRequest request;
    request.group_id = "g";
    request.member_id = id;
    request.member_epoch = 0;
    request.rebalance_timeout_ms = 30'000;
    request.subscribed_topic_names = std::move(topics);
    request.topic_partitions.emplace();
    return request;
}

HeartbeatRequest ToyMember::request() const {
    HeartbeatRequest request;
    request.group_id = "g";
    request.member_id = id;
    request.member_epoch = epoch;
    request.instance_id = instance_id;
    if (says_all_ || epoch == 0) {
        request.rebalance_timeout_ms = 30'000;
        request.subscribed_topic_names = topics;
        request.subscribed_topic_regex = regex;
        request.server_assignor = assignor;
    }
    if (says_all_ || epoch == 0 || (said_ != owned && !clings)) {
        request.topic_partitions.emplace();
        std::map<Uuid, std::vector<std::int32_t>> by_topic;
        for (const auto& [topic, partition] : owned)
            by_topic[topic].push_back(partition);
        for (const auto& [topic, partitions] : by_topic) {
            auto& entry = request.topic_partitions->emplace_back();
            entry.topic_id = topic;
            entry.partitions = partitions;
        }
    }
    return request;
}

std::int16_t ToyMember::heartbeat() {
    if (epoch == 0)
        owned.clear();
    const HeartbeatRequest asked = request();
    const HeartbeatResponse reply = coordinator_->heartbeat(asked);
    if (reply.error_code != 0) {
        epoch = 0;
        owned.clear();
        says_all_ = true;
        return reply.error_code;
    }
    if (asked.topic_partitions)
        said_ = owned;
    says_all_ = false;
    epoch = reply.member_epoch;
    if (reply.assignment) {
        owned.clear();
        for (const auto& topic : reply.assignment->topic_partitions)
            for (const std::int32_t partition : topic.partitions)
                owned.insert({topic.topic_id, partition});
    }
    return 0;
}

std::int16_t ToyMember::leave(std::int32_t leave_epoch) {
    HeartbeatRequest request;
    request.group_id = "g";
    request.member_id = id;
    request.member_epoch = leave_epoch;
    request.instance_id = instance_id;
    epoch = 0;
    owned.clear();
    said_.clear();
    says_all_ = true;
    return coordinator_->heartbeat(request).error_code;
}

void settle(ToyCoordinator& coordinator, std::vector<ToyMember*> members, int rounds) {
    for (int round = 0; round < rounds; ++round) {
        for (ToyMember* member : members)
            member->heartbeat();
        coordinator.pass(seconds(1));
    }
}

} // namespace orrery::group
