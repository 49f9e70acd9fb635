// What a broker passes on to the active controller, and what comes back.
#include "core/controller/messages.hpp"
#include "core/node/node.hpp"
#include "core/node/node_reply.hpp"
#include "core/node/node_step.hpp"
#include "core/wire/api.hpp"

#include <type_traits>

namespace orrery::node {

using wire::ApiKey;

namespace {

template <class Request>
struct AnswerTo {
    using Type = wire::AlterConfigsResponse;
};
template <>
struct AnswerTo<wire::IncrementalAlterConfigsRequest> {
    using Type = wire::IncrementalAlterConfigsResponse;
};

} // namespace

bool Node::forward(const Call& call, wire::Reader& body, Step& step) {
    switch (static_cast<ApiKey>(call.open.api_key)) {
    case ApiKey::incremental_alter_configs:
        return check_and_forward<wire::IncrementalAlterConfigsRequest>(call, body, step);
    case ApiKey::alter_configs:
        return check_and_forward<wire::AlterConfigsRequest>(call, body, step);
    default:
        forwarding_.add(call.id, call.frame, Forwarding::patience, step.instant());
        return true;
    }
}

/// What this broker can refuse by itself the controller never hears of.
template <class Request>
bool Node::check_and_forward(const Call& call, wire::Reader& body, Step& step) {
    const auto request = Request::decode(body, call.open.version);
    if (!request)
        return false;
    CheckedConfigs checked =
        check_configs(*request, {image_.published(), config_->properties, config_->id});
    if (!checked.any_refused()) {
        forwarding_.add(call.id, call.frame, Forwarding::patience, step.instant());
        return true;
    }
    if (checked.all_refused()) {
        reply(call.id, whole_answer(checked, typename AnswerTo<Request>::Type{}), step);
        return true;
    }
    const auto rest = wire::request_frame(without_refused(*request, checked), call.open.version,
                                          call.open.correlation, call.client_id);
    expect(rest.has_value(), "a part of a request can be said in its version");
    forwarding_.add(call.id, *rest, Forwarding::patience, step.instant());
    checked_[call.id] = std::move(checked);
    return true;
}

/// The controller's answer, and our own to what it was not asked.
template <class Response>
void Node::reply_whole(RequestId request, const Response& from_controller, Step& step) {
    if constexpr (std::is_same_v<Response, wire::IncrementalAlterConfigsResponse> ||
                  std::is_same_v<Response, wire::AlterConfigsResponse>) {
        if (const CheckedConfigs* checked = checked_.find(request)) {
            const Response whole = whole_answer(*checked, from_controller);
            checked_.erase(request);
            return reply(request, whole, step);
        }
    }
    reply(request, from_controller, step);
}

/// The same from the controller's bytes. False if they can't be read.
template <class Response>
bool Node::complete(RequestId request, const Bytes& from_controller, Step& step) {
    const ServedConnection* served = served_.find(connection_of(request));
    if (served == nullptr || !served->open)
        return true; // the client has gone
    const OpenRequest open = *served->open;
    wire::Reader reader{Chain(from_controller)};
    if (!wire::read_response_header(reader, open.api_key, open.version))
        return false;
    const auto response = Response::decode(reader, open.version);
    if (response)
        reply_whole(request, *response, step);
    return response.has_value();
}

bool Node::forward_answered(const PeerAnswer& answer, const Chain& frame, Step& step) {
    auto response = body_of<wire::EnvelopeResponse>(answer, frame);
    if (!response)
        return false;
    const auto done = forwarding_.on_answer(answer.ask, std::move(*response), step.instant());
    if (!done)
        return true;
    if (done->request.value == 0)
        creation_ended(done->frame);
    if (done->request.value == 0 || !done->response)
        return true;
    if (!checked_.contains(done->request)) {
        send_reply(done->request, Chain(*done->response), step);
        return true;
    }
    wire::Reader asked(done->frame);
    const auto header = wire::read_request_header(asked);
    const bool whole =
        header && (header->request_api_key == wire::AlterConfigsRequest::api_key
                       ? complete<wire::AlterConfigsResponse>(done->request, *done->response, step)
                       : complete<wire::IncrementalAlterConfigsResponse>(done->request,
                                                                         *done->response, step));
    if (!whole)
        hang_up(connection_of(done->request), step);
    return true;
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
        return creation_ended(forward.frame);
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
        std::visit([&](const auto& response) { reply_whole(forward.request, response, step); },
                   *refusal);
    else
        hang_up(connection_of(forward.request), step);
}

} // namespace orrery::node
