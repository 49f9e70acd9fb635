// Topics that a broker has made because somebody asked for them: by a Metadata request
// (auto.create.topics.enable), or because groups need a place for their offsets. Kafka's
// AutoTopicCreationManager.
#include "core/node/node.hpp"
#include "core/node/node_step.hpp"
#include "core/wire/frame.hpp"
#include "core/wire/messages/create_topics_request.hpp"

#include <algorithm>

namespace orrery::node {

namespace {

using Creatable = wire::CreateTopicsRequest::CreatableTopic;

void set_config(Creatable& topic, std::string_view name, std::string value) {
    auto& config = topic.configs.emplace_back();
    config.name = std::string(name);
    config.value = std::move(value);
}

/// As many replicas as offsets.topic.replication.factor says: while fewer brokers live the
/// controller refuses, and there are no groups.
Creatable offsets_topic_by(const group::Settings& settings) {
    Creatable topic;
    topic.name = std::string(group::offsets_topic);
    topic.num_partitions = settings.offsets_topic_partitions;
    topic.replication_factor = settings.offsets_topic_replication;
    set_config(topic, "cleanup.policy", "compact");
    set_config(topic, "compression.type", "producer");
    set_config(topic, "segment.bytes", std::to_string(settings.offsets_topic_segment));
    return topic;
}

Creatable topic_by_default(const std::string& name) {
    Creatable topic;
    topic.name = name;
    topic.num_partitions = -1;
    topic.replication_factor = -1;
    return topic;
}

} // namespace

/// The client is told that the topic isn't there, and asks again. Until the controller has
/// answered, or had its time, nobody asks it a second time.
void Node::create_topics(const std::vector<std::string>& names, Step& step) {
    wire::CreateTopicsRequest request;
    request.timeout_ms = 30'000;
    for (const std::string& name : names) {
        if (std::find(creating_.begin(), creating_.end(), name) != creating_.end())
            continue;
        creating_.push_back(name);
        request.topics.push_back(name == group::offsets_topic
                                     ? offsets_topic_by(groups_->settings())
                                     : topic_by_default(name));
    }
    if (request.topics.empty())
        return;
    const auto frame = wire::request_frame(request, wire::CreateTopicsRequest::highest_version, 0,
                                           "auto-topic-creation");
    expect(frame.has_value(), "a request of ours that can be said");
    forwarding_.add({}, *frame, Forwarding::patience, step.instant());
}

/// `frame` is a request of create_topics() that was answered, or got no answer.
void Node::creation_ended(const Chain& frame) {
    wire::Reader reader(frame);
    const auto header = wire::read_request_header(reader);
    const auto request =
        wire::CreateTopicsRequest::decode(reader, wire::CreateTopicsRequest::highest_version);
    expect(header.has_value() && request.has_value(), "a request of ours that can be read");
    for (const Creatable& topic : request->topics)
        std::erase(creating_, topic.name);
}

} // namespace orrery::node
