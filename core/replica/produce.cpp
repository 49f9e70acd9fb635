// Produce: each partition's batch is checked, appended, and, for acks=all, waited for.
#include "core/record/validate.hpp"
#include "core/replica/replicas.hpp"

#include <algorithm>
#include <array>

namespace orrery::replica {

using wire::Error;
using PartResponse = wire::ProduceResponse::PartitionProduceResponse;

namespace {

bool is_internal(std::string_view topic) {
    constexpr std::array names = {std::string_view("__consumer_offsets"),
                                  std::string_view("__transaction_state"),
                                  std::string_view("__share_group_state")};
    return std::find(names.begin(), names.end(), topic) != names.end();
}

void refuse(PartResponse& part, Error error, std::string message = {}) {
    part.error_code = wire::code(error);
    part.base_offset = no_offset.value;
    if (!message.empty())
        part.error_message = std::move(message);
}

void refuse(PartResponse& part, record::Rejected&& rejected) {
    refuse(part, rejected.error, std::move(rejected.message));
    for (record::RecordRejection& record : rejected.records) {
        wire::ProduceResponse::BatchIndexAndErrorMessage entry;
        entry.batch_index = record.index;
        entry.batch_index_error_message = std::move(record.message);
        part.record_errors.push_back(std::move(entry));
    }
}

record::AppendSettings append_settings(const Partition& partition, std::int64_t now_ms) {
    const TopicSettings& topic = *partition.settings;
    record::AppendSettings settings;
    settings.next_offset = partition.log_end();
    settings.now_ms = now_ms;
    settings.leader_epoch = partition.leader_epoch;
    settings.timestamp_type = topic.timestamp_type;
    settings.timestamp_before_max_ms = topic.timestamp_before_max_ms;
    settings.timestamp_after_max_ms = topic.timestamp_after_max_ms;
    settings.target_codec = topic.target_codec;
    settings.compacted = topic.compacts;
    return settings;
}

} // namespace

void Replicas::produce(const Caller& caller, wire::ProduceRequest&& request, const Now& now,
                       Out& out) {
    const Step step{now, out};
    const bool acks_known = request.acks >= -1 && request.acks <= 1;
    wire::ProduceResponse response;
    std::vector<WaitingPart> waiting;
    bool failed = false;
    for (auto& topic : request.topic_data) {
        auto& topic_response = response.responses.emplace_back();
        topic_response.name = std::move(topic.name);
        topic_response.topic_id = topic.topic_id;
        topic_response.partition_responses.reserve(topic.partition_data.size());
        for (auto& data : topic.partition_data) {
            PartResponse& part = topic_response.partition_responses.emplace_back();
            part.index = data.index;
            const Slot slot = caller.version >= 13 ? slot_of(topic.topic_id, data.index)
                                                   : slot_of(topic_response.name, data.index);
            if (!acks_known)
                refuse(part, Error::invalid_required_acks);
            else if (slot == no_slot)
                refuse(part, missing({topic.topic_id, topic_response.name, data.index}));
            else if (is_internal(at(slot).topic) && caller.client_id != "__admin_client")
                refuse(part, Error::invalid_topic_exception);
            else
                append_produced(slot, data.records, caller.version, request.acks, part, step);
            if (part.error_code != 0) {
                failed = true;
                produce_refused(slot, topic_response.name, part, step);
            } else if (request.acks == -1 && at(slot).high_watermark < at(slot).log_end()) {
                waiting.push_back({slot, response.responses.size() - 1,
                                   topic_response.partition_responses.size() - 1});
            } else if (request.acks == -1 && !config_->planted.ack_below_min_isr &&
                       at(slot).effective_min_isr() > at(slot).maximal_isr_size()) {
                part.error_code = wire::code(Error::not_enough_replicas_after_append);
            }
        }
    }
    if (request.acks == 0) {
        (failed ? out.hang_ups : out.unanswered).push_back(caller.request);
    } else if (waiting.empty()) {
        reply_produce(caller.version, caller.listener, caller.request, std::move(response), step);
    } else {
        park_produce(caller, request.timeout_ms, std::move(response), waiting, step);
    }
    finish(step);
}

void Replicas::park_produce(const Caller& caller, std::int32_t timeout_ms,
                            wire::ProduceResponse&& response,
                            const std::vector<WaitingPart>& waiting, const Step& step) {
    const std::uint64_t key = next_parked_++;
    for (const WaitingPart& part : waiting) {
        response.responses[part.topic].partition_responses[part.part].error_code =
            wire::code(Error::request_timed_out); // until it is done
        Partition& partition = edit(part.slot);
        partition.produces.push_back({key, static_cast<std::uint32_t>(part.topic),
                                      static_cast<std::uint32_t>(part.part), partition.log_end()});
    }
    ParkedProduce& parked = produces_[key];
    parked.request = caller.request;
    parked.version = caller.version;
    parked.listener = caller.listener;
    parked.give_up = step.now.instant + milliseconds(timeout_ms);
    parked.waiting = static_cast<std::uint32_t>(waiting.size());
    parked.response = std::move(response);
    produces_expire_ = earlier(produces_expire_, parked.give_up);
}

/// Kafka's order of checks: the request's form, who leads, min.insync.replicas, the batch's size
/// and checksum, its records, and the size again if it was built anew.
void Replicas::append_produced(Slot slot, const std::optional<Chain>& records, std::int16_t version,
                               std::int16_t acks, PartResponse& part, const Step& step) {
    auto batch = record::check_produce(records ? *records : Chain{}, version);
    if (!batch)
        return refuse(part, std::move(batch.error()));
    const Partition& seen = at(slot);
    const Error error = seen.check(no_epoch, true, config_->planted);
    if (error != Error::none)
        return refuse(part, error);
    if (acks == -1 && seen.isr.size() < seen.effective_min_isr() &&
        !config_->planted.ack_below_min_isr)
        return refuse(part, Error::not_enough_replicas);
    const TopicSettings& settings = *seen.settings;
    const auto size_max = static_cast<std::size_t>(std::max(settings.max_message_bytes, 0));
    if (batch->bytes.size() > size_max)
        return refuse(part, Error::message_too_large);
    if (auto sound = record::check_before_append(*batch, record::Origin::client); !sound)
        return refuse(part, std::move(sound.error()));
    auto valid = record::validate_for_append(*batch, append_settings(seen, step.now.wall_ms));
    if (!valid)
        return refuse(part, std::move(valid.error()));
    if (valid->batch.bytes.size() > size_max)
        return refuse(part, Error::message_too_large);
    if (valid->batch.bytes.size() > static_cast<std::size_t>(settings.log.segment_bytes))
        return refuse(part, Error::record_list_too_large);
    append_as_leader(slot, valid->batch, step);
    part.base_offset = valid->batch.header.base_offset.value;
    if (settings.timestamp_type == record::TimestampType::log_append_time)
        part.log_append_time_ms = valid->log_append_time_ms;
    part.log_start_offset = at(slot).log_start().value;
}

void Replicas::append_as_leader(Slot slot, const record::Batch& batch, const Step& step) {
    note_idle_fetches(slot);
    Partition& partition = edit(slot);
    const log::Appended done = partition.log.append(batch, step.now, step.out.effects);
    appended(partition, done, step);
    // Alone in the ISR, or with followers that are ahead of it: committed at once.
    const bool moved = advance_high_watermark(partition, step);
    progressed(slot, moved ? Progress::visible : Progress::log_end, step);
}

void Replicas::produce_refused(Slot slot, std::string_view topic, const PartResponse& part,
                               const Step& step) const {
    const Error error = wire::error_of(part.error_code);
    step.note({Fact::produce_refused,
               slot == no_slot ? std::string(topic) : at(slot).topic,
               part.index,
               {part.error_code},
               std::string(wire::name_of(error))});
}

/// Sends the response, with who leads now beside each error that says that it is not us (KIP-951).
void Replicas::reply_produce(std::int16_t version, std::string_view listener, RequestId request,
                             wire::ProduceResponse&& response, const Step& step) const {
    std::vector<NodeId> leaders;
    for (auto& topic : response.responses)
        for (PartResponse& part : topic.partition_responses) {
            if (version < 10 || wire::error_of(part.error_code) != Error::not_leader_or_follower)
                continue;
            const auto [leader, epoch] = current_leader(topic.topic_id, topic.name, part.index);
            part.current_leader.leader_id = leader.value;
            part.current_leader.leader_epoch = epoch.value;
            if (std::find(leaders.begin(), leaders.end(), leader) == leaders.end())
                leaders.push_back(leader);
        }
    for (const NodeId id : leaders)
        if (const metadata::Listener* place = endpoint_of(id, listener)) {
            wire::ProduceResponse::NodeEndpoint node;
            node.node_id = id.value;
            node.host = place->host;
            node.port = place->port;
            node.rack = image_.broker(id)->rack;
            response.node_endpoints.push_back(std::move(node));
        }
    step.out.replies.push_back({request, std::move(response)});
}

} // namespace orrery::replica
