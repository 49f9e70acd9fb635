#include "gui/frame/selection.hpp"

namespace orrery::gui {

namespace {

constexpr std::size_t steps_remembered = 100;

Subject of(Kind kind) {
    Subject subject;
    subject.kind = kind;
    return subject;
}

} // namespace

Subject node_subject(std::int32_t id) {
    Subject subject = of(Kind::node);
    subject.node = id;
    return subject;
}

Subject client_subject(std::int32_t id) {
    Subject subject = of(Kind::client);
    subject.node = id;
    return subject;
}

Subject link_subject(std::int32_t a, std::int32_t b) {
    Subject subject = of(Kind::link);
    subject.node = a < b ? a : b;
    subject.other = a < b ? b : a;
    return subject;
}

Subject partition_subject(std::string topic, std::int32_t index, std::int32_t replica) {
    Subject subject = of(Kind::partition);
    subject.topic = std::move(topic);
    subject.partition = index;
    subject.node = replica;
    return subject;
}

Subject record_subject(std::string topic, std::int32_t index, std::int32_t replica,
                       std::int64_t offset) {
    Subject subject = partition_subject(std::move(topic), index, replica);
    subject.kind = Kind::record;
    subject.offset = offset;
    return subject;
}

Subject message_subject(std::uint64_t id) {
    Subject subject = of(Kind::message);
    subject.id = id;
    return subject;
}

Subject fact_subject(std::size_t index) {
    Subject subject = of(Kind::fact);
    subject.id = index;
    return subject;
}

Subject group_subject(std::string group) {
    Subject subject = of(Kind::group);
    subject.group = std::move(group);
    return subject;
}

Subject member_subject(std::string group, const model::GroupMember& member) {
    Subject subject = of(Kind::member);
    subject.group = std::move(group);
    subject.member = member.id;
    subject.node = member.client;
    return subject;
}

std::string node_name(const model::Snapshot& snapshot, std::int32_t id) {
    if (const model::Node* node = node_of(snapshot, id))
        return (node->is_broker ? "broker " : "controller ") + std::to_string(id);
    if (const model::Client* client = client_of(snapshot, id))
        return client->name;
    return id < 0 ? "user" : "node " + std::to_string(id);
}

std::string short_name(const model::Snapshot& snapshot, std::int32_t id) {
    if (const model::Node* node = node_of(snapshot, id))
        return (node->is_broker ? "B" : "C") + std::to_string(id);
    if (const model::Client* client = client_of(snapshot, id))
        return client->name;
    return id < 0 ? "user" : std::to_string(id);
}

std::string title_of(const Subject& subject, const model::Snapshot& snapshot) {
    switch (subject.kind) {
    case Kind::nothing: return "";
    case Kind::node:
    case Kind::client: return node_name(snapshot, subject.node);
    case Kind::link:
        return node_name(snapshot, subject.node) + " \xE2\x80\x93 " +
               node_name(snapshot, subject.other);
    case Kind::partition: return subject.topic + "-" + std::to_string(subject.partition);
    case Kind::record:
        return subject.topic + "-" + std::to_string(subject.partition) + " @" +
               std::to_string(subject.offset);
    case Kind::message:
        if (const model::Message* message = message_of(snapshot, subject.id))
            return message->api + (message->response ? " response" : " request");
        return "message";
    case Kind::fact:
        return subject.id < snapshot.facts.size() ? snapshot.facts[subject.id].name : "fact";
    case Kind::fault: return "fault";
    case Kind::check:
        return subject.id < snapshot.checks.size() ? snapshot.checks[subject.id].name : "check";
    case Kind::group: return subject.group;
    case Kind::member:
        if (const model::Group* group = group_of(snapshot, subject.group))
            if (const model::GroupMember* member = member_of(*group, subject.member))
                return member->name;
        return "member";
    }
    return "";
}

void Selection::select(Subject subject) {
    if (subject == subject_)
        return;
    past_.push_back(subject_);
    if (past_.size() > steps_remembered)
        past_.erase(past_.begin());
    future_.clear();
    subject_ = std::move(subject);
    remember();
}

bool Selection::back() {
    if (past_.empty())
        return false;
    future_.push_back(subject_);
    subject_ = past_.back();
    past_.pop_back();
    remember();
    return true;
}

bool Selection::forward() {
    if (future_.empty())
        return false;
    past_.push_back(subject_);
    subject_ = future_.back();
    future_.pop_back();
    remember();
    return true;
}

void Selection::remember() {
    if (subject_.partition >= 0) {
        topic_ = subject_.topic;
        partition_ = subject_.partition;
    }
    if (subject_.kind == Kind::group || subject_.kind == Kind::member) {
        group_ = subject_.group;
        client_ = -1;
    } else if (subject_.kind == Kind::client)
        client_ = subject_.node;
}

const model::Group* Selection::group(const model::Snapshot& snapshot) const {
    if (const model::Client* client = client_of(snapshot, client_))
        if (const model::Group* its = group_of(snapshot, client->group))
            return its;
    if (const model::Group* chosen = group_of(snapshot, group_))
        return chosen;
    return snapshot.groups.empty() ? nullptr : &snapshot.groups.front();
}

const model::Partition* Selection::partition(const model::Snapshot& snapshot) const {
    if (partition_ >= 0)
        if (const model::Partition* chosen = partition_of(snapshot, topic_, partition_))
            return chosen;
    // Topics of Kafka's own begin with two underscores: a learner's eye belongs elsewhere.
    for (const model::Partition& partition : snapshot.partitions)
        if (partition.topic.compare(0, 2, "__") != 0)
            return &partition;
    return snapshot.partitions.empty() ? nullptr : &snapshot.partitions.front();
}

} // namespace orrery::gui
