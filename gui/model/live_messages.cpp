#include "gui/model/live_messages.hpp"

#include "core/record/batches.hpp"
#include "core/wire/describe.hpp"
#include "core/wire/error.hpp"
#include "core/wire/frame.hpp"
#include "core/wire/messages/fetch_request.hpp"
#include "core/wire/messages/fetch_response.hpp"
#include "core/wire/messages/produce_request.hpp"
#include "core/wire/messages/produce_response.hpp"

#include <algorithm>

namespace orrery::gui::model {

namespace {

using wire::ApiKey;

constexpr std::size_t value_max = 96; ///< letters of a field's value in the tree
constexpr Uuid metadata_topic{0, 1};

std::string topic_name(const std::string& name, const Uuid& id, const TopicNames& topics) {
    if (!name.empty())
        return name;
    if (id == metadata_topic)
        return "__cluster_metadata";
    const std::string* found = topics.find(id);
    return found == nullptr ? id.to_text() : *found;
}

void add_error(Message& message, std::int16_t code) {
    if (code != 0 && message.error.empty())
        message.error = wire::name_of(wire::error_of(code));
}

/// "orders-0 @25, orders-1 @3 and 4 more".
class Words {
public:
    void add(const std::string& word) {
        if (++count_ > shown_max)
            return;
        text_ += (text_.empty() ? "" : ", ") + word;
    }
    std::string text() const {
        return count_ <= shown_max ? text_
                                   : text_ + " and " + std::to_string(count_ - shown_max) + " more";
    }

private:
    static constexpr int shown_max = 2;
    std::string text_;
    int count_ = 0;
};

std::int64_t records_in(const Chain& chain) {
    record::BatchReader reader(chain);
    std::int64_t records = 0;
    for (auto batch = reader.next(); batch && *batch; batch = reader.next())
        records += (*batch)->header.count;
    return records;
}

void read_produce(Message& message, wire::Reader& in, const TopicNames& topics) {
    const auto request = wire::ProduceRequest::decode(in, message.version);
    if (!request)
        return;
    Words words;
    for (const auto& topic : request->topic_data)
        for (const auto& part : topic.partition_data)
            words.add(topic_name(topic.name, topic.topic_id, topics) + "-" +
                      std::to_string(part.index) +
                      " n=" + std::to_string(part.records ? records_in(*part.records) : 0));
    message.text = words.text();
}

void read_produced(Message& message, wire::Reader& in, const TopicNames& topics) {
    const auto response = wire::ProduceResponse::decode(in, message.version);
    if (!response)
        return;
    Words words;
    for (const auto& topic : response->responses)
        for (const auto& part : topic.partition_responses) {
            add_error(message, part.error_code);
            words.add(topic_name(topic.name, topic.topic_id, topics) + "-" +
                      std::to_string(part.index) +
                      (part.error_code == 0 ? " @" + std::to_string(part.base_offset) : ""));
        }
    message.text = words.text();
}

/// In a fetch session only partitions whose position has moved are named: a fetch that names none
/// says "as before".
void read_fetch(Message& message, wire::Reader& in, const TopicNames& topics) {
    const auto request = wire::FetchRequest::decode(in, message.version);
    if (!request)
        return;
    Words words;
    bool metadata = false;
    for (const auto& topic : request->topics) {
        metadata = metadata || topic.topic_id == metadata_topic;
        for (const auto& part : topic.partitions)
            words.add(topic_name(topic.topic, topic.topic_id, topics) + "-" +
                      std::to_string(part.partition) + " @" + std::to_string(part.fetch_offset));
    }
    message.text = words.text();
    message.empty = request->topics.empty() || metadata;
    if (metadata)
        message.family = Family::control;
}

void read_fetched(Message& message, wire::Reader& in, const TopicNames& topics) {
    const auto response = wire::FetchResponse::decode(in, message.version);
    if (!response)
        return;
    add_error(message, response->error_code);
    Words words;
    bool records = false;
    for (const auto& topic : response->responses)
        for (const auto& part : topic.partitions) {
            if (topic.topic_id == metadata_topic)
                message.family = Family::control;
            add_error(message, part.error_code);
            const std::int64_t count = part.records ? records_in(*part.records) : 0;
            records = records || count > 0 || part.diverging_epoch.epoch >= 0;
            words.add(topic_name(topic.topic, topic.topic_id, topics) + "-" +
                      std::to_string(part.partition_index) + " n=" + std::to_string(count) +
                      " hw=" + std::to_string(part.high_watermark));
        }
    message.text = words.text();
    message.empty = !records && message.error.empty();
}

/// Any other message: its error codes, and its first telling numbers.
void read_other(Message& message, const wire::FieldNode& node, Words& words) {
    for (const wire::FieldNode& field : node.children) {
        if (field.name == "error_code" && field.text != "0") {
            std::int32_t code = 0;
            const bool minus = field.text.starts_with('-');
            for (const char c : field.text)
                if (c >= '0' && c <= '9')
                    code = code * 10 + (c - '0');
            add_error(message, static_cast<std::int16_t>(minus ? -code : code));
        }
        constexpr std::string_view telling[] = {"candidate_epoch", "candidate_id", "broker_id",
                                                "leader_epoch",    "leader_id",    "vote_granted",
                                                "pre_vote",        "new_isr"};
        if (field.shape == wire::Shape::scalar &&
            std::find(std::begin(telling), std::end(telling), field.name) != std::end(telling))
            words.add(field.name + "=" + field.text);
        read_other(message, field, words);
    }
}

Family family_of(ApiKey key, bool from_client, bool to_controller) {
    switch (key) {
    case ApiKey::produce: return Family::produce;
    case ApiKey::fetch:
        return from_client     ? Family::consumer_fetch
               : to_controller ? Family::control
                               : Family::replica_fetch;
    case ApiKey::api_versions:
    case ApiKey::metadata:
    case ApiKey::describe_cluster:
    case ApiKey::broker_heartbeat: return Family::background;
    case ApiKey::init_producer_id:
    case ApiKey::add_partitions_to_txn:
    case ApiKey::end_txn:
    case ApiKey::write_txn_markers: return Family::transaction;
    case ApiKey::list_offsets:
    case ApiKey::offset_for_leader_epoch:
        return from_client ? Family::consumer_fetch : Family::replica_fetch;
    default: return Family::control;
    }
}

/// What a row of the tree shows.
std::string value_of(const wire::FieldNode& node) {
    if (node.shape == wire::Shape::null)
        return "null";
    if (node.shape == wire::Shape::array)
        return node.children.empty() ? "[]" : "";
    if (node.shape == wire::Shape::structure)
        return "";
    if (node.text.size() <= value_max)
        return node.text;
    return node.text.substr(0, value_max) + "\xE2\x80\xA6";
}

void flatten(const wire::FieldNode& node, std::int32_t depth, std::vector<Field>& rows) {
    rows.push_back({depth, node.name, value_of(node), static_cast<std::int32_t>(node.begin),
                    static_cast<std::int32_t>(node.end - node.begin)});
    for (const wire::FieldNode& child : node.children)
        flatten(child, depth + 1, rows);
}

} // namespace

Message message_from(const Envelope& envelope, const People& people, const TopicNames& topics) {
    Message message;
    message.from = people.id(envelope.from);
    message.to = people.id(envelope.to);
    message.response = envelope.response;
    message.bytes = static_cast<std::int32_t>(envelope.frame->size());
    message.api = "?";
    const Chain* asked = envelope.response ? envelope.request : envelope.frame;
    if (asked == nullptr || asked->empty())
        return message;
    wire::Reader request(*asked);
    const auto header = wire::read_request_header(request);
    if (!header)
        return message;
    const sim::ActorId asker = envelope.response ? envelope.to : envelope.from;
    const sim::ActorId server = envelope.response ? envelope.from : envelope.to;
    const auto key = static_cast<ApiKey>(header->request_api_key);
    message.api = wire::name_of(key);
    message.version = header->request_api_version;
    message.correlation = header->correlation_id;
    message.family = family_of(key, !people.is_node(asker), !people.of(server).is_broker);
    message.empty = message.family == Family::background;
    if (!envelope.response && key == ApiKey::produce) {
        read_produce(message, request, topics);
    } else if (!envelope.response && key == ApiKey::fetch) {
        read_fetch(message, request, topics);
    } else if (envelope.response && (key == ApiKey::produce || key == ApiKey::fetch)) {
        wire::Reader in(*envelope.frame);
        if (!wire::read_response_header(in, header->request_api_key, message.version))
            return message;
        if (key == ApiKey::produce)
            read_produced(message, in, topics);
        else
            read_fetched(message, in, topics);
    } else if (key != ApiKey::metadata && key != ApiKey::api_versions) {
        const wire::Description description =
            envelope.response
                ? wire::describe_response(header->request_api_key, message.version, *envelope.frame)
                : wire::describe_request(*envelope.frame);
        Words words;
        if (description.root.children.size() > 1)
            read_other(message, description.root.children[1], words);
        message.text = words.text();
    }
    return message;
}

MessageDetail detail_of(const Message& message, const Envelope& envelope) {
    MessageDetail detail;
    detail.message = message;
    wire::Description description;
    if (!envelope.response) {
        description = wire::describe_request(*envelope.frame);
    } else if (envelope.request != nullptr && !envelope.request->empty()) {
        wire::Reader in(*envelope.request);
        if (const auto header = wire::read_request_header(in))
            description = wire::describe_response(header->request_api_key,
                                                  header->request_api_version, *envelope.frame);
    }
    for (const wire::FieldNode& part : description.root.children)
        flatten(part, 0, detail.tree);
    const Bytes flat = envelope.frame->flat();
    detail.frame.reserve(flat.size());
    for (const std::byte byte : flat.span())
        detail.frame.push_back(static_cast<std::uint8_t>(byte));
    return detail;
}

const Message& MessageReader::read(std::uint64_t id, const Envelope& envelope, const People& people,
                                   const TopicNames& topics) {
    if (const auto found = known_.find(id); found != known_.end())
        return found->second;
    if (known_.size() >= known_max)
        known_.clear();
    Message& message = known_[id] = message_from(envelope, people, topics);
    message.id = id;
    return message;
}

} // namespace orrery::gui::model
