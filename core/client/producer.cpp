#include "core/client/producer.hpp"

#include "core/base/backoff.hpp"
#include "core/wire/messages/produce_request.hpp"
#include "core/wire/messages/produce_response.hpp"
#include "core/wire/reader.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

/// From this version on Produce names topics by id (KIP-516).
constexpr std::int16_t produce_by_id_from = 13;

std::string cause_of(wire::Error error, const std::string& message) {
    std::string text{wire::name_of(error)};
    return message.empty() ? text : text + ": " + message;
}

} // namespace

ProducerProcess::ProducerProcess(const ProducerConfig& config, Load load)
    : config_(config), load_(std::move(load)),
      network_(config.common, config.max_in_flight, Random(0, "producer network")),
      accumulator_(config), load_random_(0, "producer load") {}

void ProducerProcess::start(const Now& now, const Started& started) {
    network_ = Network(config_->common, config_->max_in_flight,
                       Random(started.random, "producer network"));
    load_random_ = Random(started.random, "producer load");
    started_ = now.instant;
    running_ = true;
}

void ProducerProcess::step(const Now& now, const Input& input, Effects& out) {
    Turn turn{now, out, {}};
    if (const auto* started = std::get_if<Started>(&input))
        start(now, *started);
    if (!running_)
        return;
    if (std::holds_alternative<Stopping>(input))
        closing_ = true;
    run_load(turn); // what was due before this input was sent before it
    if (const auto answer = network_.take(turn, input))
        on_answer(turn, std::get<Received>(input).frame, *answer);
    on_failed(turn);
    expire(turn);
    run_load(turn);
    run_by_hand(turn);
    send_due(turn);
    network_.maintain(turn);
    if (!turn.failed.empty()) { // a rebootstrap hung up everywhere
        on_failed(turn);
        send_due(turn);
    }
    if (closing_ && accumulator_.active().empty() && in_flight_.empty()) {
        network_.close(turn);
        out.push_back(Exit{true, "the producer is closed"});
        running_ = false;
    }
    plan_wakeup(now.instant);
}

// --- answers
// --------------------------------------------------------------------------------------

void ProducerProcess::on_answer(Turn& turn, const Chain& frame,
                                const wire::AnsweredRequest& answer) {
    const auto place = std::find_if(in_flight_.begin(), in_flight_.end(),
                                    [&](const InFlight& r) { return r.tag == answer.tag; });
    if (place == in_flight_.end())
        return;
    InFlight request = std::move(*place);
    in_flight_.erase(place);
    wire::Reader reader(frame);
    reader.skip(answer.body_at);
    const auto response = wire::ProduceResponse::decode(reader, answer.version);
    if (response)
        learn_leaders(*response);
    for (ProducerBatch& batch : request.batches) {
        Outcome outcome{wire::Error::network_exception, no_offset, "an answer that can't be read"};
        if (response) {
            outcome = {wire::Error::unknown_server_error, no_offset, "left out of the answer"};
            for (const auto& topic : response->responses)
                for (const auto& part : topic.partition_responses)
                    if (part.index == batch.partition)
                        outcome = {wire::error_of(part.error_code), Offset{part.base_offset},
                                   part.error_message.value_or(std::string{})};
        }
        complete(turn, std::move(batch), outcome);
    }
}

void ProducerProcess::learn_leaders(const wire::ProduceResponse& response) {
    for (const auto& node : response.node_endpoints)
        network_.learn_broker(NodeId{node.node_id}, {node.host, node.port},
                              node.rack.value_or(std::string{}));
    for (const auto& topic : response.responses)
        for (const auto& part : topic.partition_responses) {
            const wire::Error error = wire::error_of(part.error_code);
            if ((error == wire::Error::not_leader_or_follower ||
                 error == wire::Error::fenced_leader_epoch) &&
                part.current_leader.leader_id >= 0)
                network_.learn_leader(load_topic, part.index, NodeId{part.current_leader.leader_id},
                                      LeaderEpoch{part.current_leader.leader_epoch});
        }
}

void ProducerProcess::on_failed(Turn& turn) {
    for (const wire::FailedRequest& failed : std::exchange(turn.failed, {})) {
        const auto place = std::find_if(in_flight_.begin(), in_flight_.end(),
                                        [&](const InFlight& r) { return r.tag == failed.tag; });
        if (place == in_flight_.end())
            continue;
        InFlight request = std::move(*place);
        in_flight_.erase(place);
        Outcome outcome{wire::Error::network_exception, no_offset,
                        failed.why == wire::NoAnswer::timed_out ? "no answer in request.timeout.ms"
                                                                : "the connection was lost"};
        for (ProducerBatch& batch : request.batches)
            complete(turn, std::move(batch), outcome);
    }
}

void ProducerProcess::complete(Turn& turn, ProducerBatch batch, const Outcome& outcome) {
    if (config_->max_in_flight == 1)
        accumulator_.queue(batch.partition).muted = false;
    if (batch.done)
        return accumulator_.release(batch.memory);
    if (outcome.error == wire::Error::none)
        return acknowledge(turn, batch, outcome.base_offset);
    last_error_ = cause_of(outcome.error, outcome.message);
    if (wire::is_invalid_metadata(outcome.error))
        network_.want_metadata();
    if (outcome.error == wire::Error::message_too_large && batch.records > 1)
        return accumulator_.put_back_split(batch);
    const bool in_time = turn.now.instant < batch.created + config_->delivery_timeout;
    if (in_time && batch.attempts < config_->retries && wire::is_retriable(outcome.error))
        return retry(turn, std::move(batch));
    fail(turn, batch, outcome.error, last_error_);
}

void ProducerProcess::retry(Turn& turn, ProducerBatch batch) {
    batch.retry_at = turn.now.instant + exponential_backoff(config_->common.retry_backoff,
                                                            config_->common.retry_backoff_max,
                                                            batch.attempts, network_.random());
    ++batch.attempts;
    ++counters_.retries;
    accumulator_.put_back(std::move(batch));
}

void ProducerProcess::acknowledge(Turn& turn, const ProducerBatch& batch, Offset base_offset) {
    accumulator_.release(batch.memory);
    const std::int64_t latency_us = (turn.now.instant - batch.created).us();
    ++counters_.batches;
    counters_.acknowledged += batch.records;
    counters_.latency_us += latency_us;
    counters_.latency_us_max = std::max(counters_.latency_us_max, latency_us);
    Note note{Fact::record_acknowledged, load_->topic, batch.partition, {}, {}};
    const bool placed = base_offset.value >= 0; // with acks=0 nobody tells
    note.numbers = {base_offset.value, placed ? base_offset.value + batch.records - 1 : -1,
                    config_->acks,     batch.first_sequence,
                    latency_us,        batch.records};
    turn.out.push_back(std::move(note));
}

void ProducerProcess::fail(Turn& turn, const ProducerBatch& batch, wire::Error error,
                           const std::string& why) {
    accumulator_.release(batch.memory);
    ++counters_.batches;
    counters_.failed += batch.records;
    Note note{Fact::record_failed, load_->topic, batch.partition, {}, why};
    note.numbers = {batch.records, wire::code(error), batch.first_sequence, batch.last_sequence};
    turn.out.push_back(std::move(note));
}

/// delivery.timeout.ms bounds a record's whole life, also while its request is still under way: its
/// fate is then unknown to us, and the answer, should it come, is ignored.
void ProducerProcess::expire(Turn& turn) {
    const Instant limit = turn.now.instant - config_->delivery_timeout;
    if (limit < Instant{})
        return;
    const std::string why = "delivery.timeout.ms passed since the batch was begun";
    for (InFlight& request : in_flight_)
        for (ProducerBatch& batch : request.batches)
            if (!batch.done && batch.created <= limit) {
                batch.done = true;
                fail(turn, batch, wire::Error::request_timed_out, last_error_ = why);
                batch.memory = 0;
            }
    std::vector<ProducerBatch> older;
    accumulator_.take_older(limit, older);
    for (const ProducerBatch& batch : older)
        fail(turn, batch, wire::Error::request_timed_out, last_error_ = why);
}

// --- sending
// --------------------------------------------------------------------------------------

void ProducerProcess::send_due(Turn& turn) {
    while (send_round(turn)) {
    }
}

/// One pass over the queues: at most one request to each broker that has a batch ready. True if any
/// was sent, so that there may be more.
bool ProducerProcess::send_round(Turn& turn) {
    sendable_at_ = never;
    std::vector<NodeId> nodes;
    for (const std::int32_t partition : accumulator_.active()) {
        if (accumulator_.queue(partition).muted)
            continue;
        const PartitionInfo* info = network_.metadata().partition(load_topic, partition);
        const NodeId leader = info == nullptr ? no_node : info->current_leader();
        if (leader == no_node) {
            network_.want_metadata();
            continue;
        }
        const Instant ready = accumulator_.ready_at(partition, info->epoch, flushing());
        if (turn.now.instant < ready)
            sendable_at_ = std::min(sendable_at_, ready);
        else if (std::find(nodes.begin(), nodes.end(), leader) == nodes.end())
            nodes.push_back(leader);
    }
    bool sent = false;
    for (const NodeId node : nodes)
        sent = send_to(turn, node) || sent;
    return sent;
}

bool ProducerProcess::send_to(Turn& turn, NodeId node) {
    if (!network_.ready(turn, node))
        return false;
    std::vector<ProducerBatch> batches = drain(node, turn.now.instant);
    if (batches.empty())
        return false;
    emit_request(turn, node, std::move(batches));
    return true;
}

/// The first batch of every partition that the broker leads, whether its own linger is over or not:
/// one of them is due, and the others travel with it. Up to max.request.size.
std::vector<ProducerBatch> ProducerProcess::drain(NodeId node, Instant now) {
    std::vector<ProducerBatch> batches;
    std::vector<std::int32_t> order = accumulator_.active();
    std::rotate(order.begin(), std::lower_bound(order.begin(), order.end(), drain_from_),
                order.end());
    std::size_t size = 0;
    for (const std::int32_t partition : order) {
        const PartitionInfo* info = network_.metadata().partition(load_topic, partition);
        PartitionQueue& queue = accumulator_.queue(partition);
        if (info == nullptr || info->current_leader() != node || queue.muted ||
            accumulator_.backing_off(partition, info->epoch, now))
            continue;
        size += queue.batches.front().size();
        if (!batches.empty() && size > static_cast<std::size_t>(config_->max_request_size)) {
            drain_from_ = partition;
            break;
        }
        ProducerBatch batch = accumulator_.take_first(partition);
        batch.tried_epoch = info->epoch;
        queue.muted = config_->max_in_flight == 1;
        batches.push_back(std::move(batch));
    }
    return batches;
}

void ProducerProcess::emit_request(Turn& turn, NodeId node, std::vector<ProducerBatch> batches) {
    const TopicInfo& topic = network_.metadata().topic(load_topic);
    auto version = network_.version_for<wire::ProduceRequest>(node);
    if (version && topic.id.is_zero())
        version = std::min<std::int16_t>(*version, produce_by_id_from - 1);
    wire::ProduceRequest request;
    request.acks = config_->acks;
    request.timeout_ms = static_cast<std::int32_t>(config_->common.request_timeout.ms());
    auto& data = request.topic_data.emplace_back();
    if (version.value_or(0) >= produce_by_id_from)
        data.topic_id = topic.id;
    else
        data.name = topic.name;
    for (const ProducerBatch& batch : batches) {
        auto& part = data.partition_data.emplace_back();
        part.index = batch.partition;
        part.records = Chain(batch.closed.bytes);
        counters_.bytes += static_cast<std::int64_t>(batch.closed.bytes.size());
    }
    ++counters_.requests;
    const std::uint64_t tag = next_tag_++;
    const bool answered = config_->acks != 0;
    const bool sent =
        version && (answered ? network_.send(turn, node, request, *version, tag,
                                             config_->common.request_timeout)
                             : network_.send_unanswered(turn, node, request, *version));
    if (sent && answered) {
        in_flight_.push_back({tag, node, std::move(batches)});
        return;
    }
    const Outcome outcome{sent ? wire::Error::none : wire::Error::unsupported_version, no_offset,
                          sent ? "" : "the broker speaks no version of Produce that we do"};
    for (ProducerBatch& batch : batches)
        complete(turn, std::move(batch), outcome);
}

// --- time
// -----------------------------------------------------------------------------------------

void ProducerProcess::plan_wakeup(Instant now) {
    wakeup_.reset();
    if (!running_)
        return;
    wakeup_ = earlier(network_.wakeup(), load_wakeup());
    if (!by_hand_.empty())
        wakeup_ = earlier(wakeup_, by_hand_.front().since + config_->max_block);
    if (sendable_at_ != never)
        wakeup_ = earlier(wakeup_, sendable_at_);
    auto oldest = accumulator_.oldest();
    for (const InFlight& request : in_flight_)
        for (const ProducerBatch& batch : request.batches)
            if (!batch.done)
                oldest = earlier(oldest, batch.created);
    if (oldest)
        wakeup_ = earlier(wakeup_, *oldest + config_->delivery_timeout);
    if (wakeup_ && *wakeup_ < now)
        wakeup_ = now;
}

} // namespace orrery::client
