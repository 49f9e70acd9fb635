// What peers answered to our asks, and what they did not.
#include "core/node/node.hpp"
#include "core/node/node_reply.hpp"
#include "core/node/node_step.hpp"
#include "core/wire/api.hpp"
#include "core/wire/messages/controller_registration_response.hpp"

namespace orrery::node {

namespace {

using wire::ApiKey;

/// The response's body in the frame; nothing if it can't be read, which is as good as no answer.
template <class Response>
std::optional<Response> body_of(const PeerAnswer& answer, const Chain& frame) {
    wire::Reader reader(frame);
    reader.skip(answer.body_at);
    auto response = Response::decode(reader, answer.version);
    return response ? std::optional(std::move(*response)) : std::nullopt;
}

} // namespace

void Node::answered(const PeerAnswer& answer, const Chain& frame, Step& step) {
    // One line an API: who asked is clear from the purpose of the connection.
    const auto to_quorum = [&](auto response) {
        if (response)
            quorum_->on_answer(answer.ask, std::move(*response), step.now, step.raft);
        return response.has_value();
    };
    const auto to_replicas = [&](auto response) {
        if (response)
            replicas_->on_answer(answer.ask, std::move(*response), step.now, step.replica);
        return response.has_value();
    };
    const auto to_lifecycle = [&](auto response) {
        if (response)
            lifecycle_.on_answer(answer.ask, *response, step.instant());
        return response.has_value();
    };
    if (!running())
        return;
    bool read = false;
    switch (static_cast<ApiKey>(answer.api_key)) {
    case ApiKey::vote: read = to_quorum(body_of<wire::VoteResponse>(answer, frame)); break;
    case ApiKey::begin_quorum_epoch:
        read = to_quorum(body_of<wire::BeginQuorumEpochResponse>(answer, frame));
        break;
    case ApiKey::end_quorum_epoch:
        read = to_quorum(body_of<wire::EndQuorumEpochResponse>(answer, frame));
        break;
    case ApiKey::fetch_snapshot:
        read = to_quorum(body_of<wire::FetchSnapshotResponse>(answer, frame));
        break;
    case ApiKey::fetch:
        read = answer.purpose == Purpose::quorum
                   ? to_quorum(body_of<wire::FetchResponse>(answer, frame))
                   : to_replicas(body_of<wire::FetchResponse>(answer, frame));
        break;
    case ApiKey::list_offsets:
        read = to_replicas(body_of<wire::ListOffsetsResponse>(answer, frame));
        break;
    case ApiKey::alter_partition:
        read = to_replicas(body_of<wire::AlterPartitionResponse>(answer, frame));
        break;
    case ApiKey::broker_registration:
        read = to_lifecycle(body_of<wire::BrokerRegistrationResponse>(answer, frame));
        break;
    case ApiKey::broker_heartbeat:
        read = to_lifecycle(body_of<wire::BrokerHeartbeatResponse>(answer, frame));
        break;
    case ApiKey::controller_registration: read = registered(answer, frame, step); break;
    case ApiKey::envelope: read = forward_answered(answer, frame, step); break;
    default: break;
    }
    if (!read)
        unanswered(answer, step);
}

bool Node::registered(const PeerAnswer& answer, const Chain& frame, Step& step) {
    const auto response = body_of<wire::ControllerRegistrationResponse>(answer, frame);
    if (!response)
        return false;
    registration_ask_ = 0;
    if (response->error_code != code(wire::Error::none))
        registration_retry_ = step.instant() + seconds(1);
    return true;
}

bool Node::forward_answered(const PeerAnswer& answer, const Chain& frame, Step& step) {
    auto response = body_of<wire::EnvelopeResponse>(answer, frame);
    if (!response)
        return false;
    auto done = forwarding_.on_answer(answer.ask, std::move(*response), step.instant());
    if (done && done->request.value != 0 && done->response)
        send_reply(done->request, Chain(*done->response), step);
    return true;
}

void Node::unanswered(const PeerAnswer& answer, Step& step) {
    if (!running())
        return;
    switch (answer.purpose) {
    case Purpose::quorum: quorum_->on_no_answer(answer.ask, step.now, step.raft); break;
    case Purpose::replica_fetch:
    case Purpose::alter_partition:
        replicas_->on_no_answer(answer.ask, step.now, step.replica);
        break;
    case Purpose::lifecycle:
        if (answer.ask.value == registration_ask_ && registration_ask_ != 0) {
            registration_ask_ = 0;
            registration_retry_ = step.instant() + seconds(1);
        } else {
            lifecycle_.on_no_answer(answer.ask, step.instant());
        }
        break;
    case Purpose::forwarding: forwarding_.on_no_answer(answer.ask, step.instant()); break;
    }
}

namespace {

/// Decodes a request that was forwarded and says REQUEST_TIMED_OUT to all of it.
template <class Request>
std::optional<controller::Response> time_out(wire::Reader& body, std::int16_t version) {
    auto request = Request::decode(body, version);
    if (!request)
        return std::nullopt;
    return controller::refuse(std::move(*request), wire::Error::request_timed_out);
}

std::optional<controller::Response> time_out(std::int16_t api_key, wire::Reader& body,
                                             std::int16_t version) {
    switch (static_cast<ApiKey>(api_key)) {
    case ApiKey::create_topics: return time_out<wire::CreateTopicsRequest>(body, version);
    case ApiKey::delete_topics: return time_out<wire::DeleteTopicsRequest>(body, version);
    case ApiKey::create_partitions: return time_out<wire::CreatePartitionsRequest>(body, version);
    case ApiKey::incremental_alter_configs:
        return time_out<wire::IncrementalAlterConfigsRequest>(body, version);
    case ApiKey::alter_configs: return time_out<wire::AlterConfigsRequest>(body, version);
    case ApiKey::elect_leaders: return time_out<wire::ElectLeadersRequest>(body, version);
    case ApiKey::update_features: return time_out<wire::UpdateFeaturesRequest>(body, version);
    case ApiKey::unregister_broker: return time_out<wire::UnregisterBrokerRequest>(body, version);
    default: return std::nullopt;
    }
}

} // namespace

void Node::refuse_forwarded(const Forwarded& forward, Step& step) {
    if (forward.request.value == 0)
        return;
    wire::Reader reader(forward.frame);
    const auto header = wire::read_request_header(reader);
    if (!header)
        return;
    if (header->request_api_key == static_cast<std::int16_t>(ApiKey::describe_quorum)) {
        wire::DescribeQuorumResponse response;
        response.error_code = code(wire::Error::request_timed_out);
        return reply(forward.request, response, step);
    }
    const auto refusal = time_out(header->request_api_key, reader, header->request_api_version);
    if (refusal)
        std::visit([&](const auto& response) { reply(forward.request, response, step); }, *refusal);
    else
        hang_up(connection_of(forward.request), step);
}

} // namespace orrery::node
