// Dispatch by api key: each request is decoded in its version and handed to the room that answers
// it. False means that the body could not be read, and the connection is closed.
#include "core/node/answers.hpp"
#include "core/node/node.hpp"
#include "core/node/node_reply.hpp"
#include "core/node/node_step.hpp"
#include "core/wire/api.hpp"
#include "core/wire/messages/describe_quorum_request.hpp"

#include <utility>

namespace orrery::node {

namespace {

using wire::ApiKey;

/// Requests that a broker passes on to the active controller (apis.md, column F).
bool forwarded(ApiKey key) {
    const wire::Api* api = wire::find_api(static_cast<std::int16_t>(key));
    return api != nullptr && api->forwardable;
}

} // namespace

bool Node::dispatch(const Call& call, wire::Reader& body, Step& step) {
    const auto key = static_cast<ApiKey>(call.open.api_key);
    if (key == ApiKey::api_versions) {
        const auto request = wire::ApiVersionsRequest::decode(body, call.open.version);
        if (!request)
            return false;
        reply(call.id, answer_api_versions(*request, call.open.version, view_for(call)), step);
        return true;
    }
    if (!call.controller_listener && forwarded(key))
        return forward(call, body, step);
    if (call.controller_listener) {
        switch (key) {
        case ApiKey::fetch:
        case ApiKey::vote:
        case ApiKey::begin_quorum_epoch:
        case ApiKey::end_quorum_epoch:
        case ApiKey::fetch_snapshot:
        case ApiKey::describe_quorum: return dispatch_quorum(call, body, step);
        case ApiKey::envelope: return open_envelope(call, body, step);
        default: return dispatch_controller(call, body, step);
        }
    }
    return dispatch_broker(call, body, step);
}

AnswerView Node::view_for(const Call& call) const {
    return {image_.published(),  config_->properties, config_->id,
            config_->cluster_id, call.listener,       call.controller_listener};
}

template <class Request>
bool Node::to_quorum(const Call& call, wire::Reader& body, Step& step) {
    const auto request = Request::decode(body, call.open.version);
    if (!request)
        return false;
    quorum_->on_request(call.id, call.open.version, *request, step.now, step.raft);
    return true;
}

bool Node::dispatch_quorum(const Call& call, wire::Reader& body, Step& step) {
    switch (static_cast<ApiKey>(call.open.api_key)) {
    case ApiKey::fetch: return to_quorum<wire::FetchRequest>(call, body, step);
    case ApiKey::vote: return to_quorum<wire::VoteRequest>(call, body, step);
    case ApiKey::begin_quorum_epoch:
        return to_quorum<wire::BeginQuorumEpochRequest>(call, body, step);
    case ApiKey::end_quorum_epoch: return to_quorum<wire::EndQuorumEpochRequest>(call, body, step);
    case ApiKey::fetch_snapshot: return to_quorum<wire::FetchSnapshotRequest>(call, body, step);
    default: return to_quorum<wire::DescribeQuorumRequest>(call, body, step);
    }
}

template <class Request>
bool Node::decide(const Call& call, wire::Reader& body, Step& step) {
    auto request = Request::decode(body, call.open.version);
    if (!request)
        return false;
    controller_->on_request(step.now, call.id, std::move(*request), step.controller());
    return true;
}

bool Node::dispatch_controller(const Call& call, wire::Reader& body, Step& step) {
    if (!controller_)
        return false;
    switch (static_cast<ApiKey>(call.open.api_key)) {
    case ApiKey::broker_registration:
        return decide<wire::BrokerRegistrationRequest>(call, body, step);
    case ApiKey::broker_heartbeat: return decide<wire::BrokerHeartbeatRequest>(call, body, step);
    case ApiKey::controller_registration:
        return decide<wire::ControllerRegistrationRequest>(call, body, step);
    case ApiKey::unregister_broker: return decide<wire::UnregisterBrokerRequest>(call, body, step);
    case ApiKey::alter_partition: return decide<wire::AlterPartitionRequest>(call, body, step);
    case ApiKey::create_topics: return decide<wire::CreateTopicsRequest>(call, body, step);
    case ApiKey::delete_topics: return decide<wire::DeleteTopicsRequest>(call, body, step);
    case ApiKey::create_partitions: return decide<wire::CreatePartitionsRequest>(call, body, step);
    case ApiKey::incremental_alter_configs:
        return decide<wire::IncrementalAlterConfigsRequest>(call, body, step);
    case ApiKey::alter_configs: return decide<wire::AlterConfigsRequest>(call, body, step);
    case ApiKey::elect_leaders: return decide<wire::ElectLeadersRequest>(call, body, step);
    case ApiKey::allocate_producer_ids:
        return decide<wire::AllocateProducerIdsRequest>(call, body, step);
    case ApiKey::update_features: return decide<wire::UpdateFeaturesRequest>(call, body, step);
    case ApiKey::describe_cluster: {
        const auto request = wire::DescribeClusterRequest::decode(body, call.open.version);
        if (!request)
            return false;
        reply(call.id, answer_describe_cluster(*request, view_for(call), quorum_->leader()), step);
        return true;
    }
    case ApiKey::describe_configs: {
        const auto request = wire::DescribeConfigsRequest::decode(body, call.open.version);
        if (!request)
            return false;
        reply(call.id, answer_describe_configs(*request, view_for(call)), step);
        return true;
    }
    default: return false;
    }
}

/// A broker forwards what a client asked of it: the request inside is served as if it came alone.
bool Node::open_envelope(const Call& call, wire::Reader& body, Step& step) {
    const auto envelope = wire::EnvelopeRequest::decode(body, call.open.version);
    if (!envelope)
        return false;
    const Chain frame(envelope->request_data);
    wire::Reader inner(frame);
    const auto header = wire::read_request_header(inner);
    ServedConnection* served = served_.find(connection_of(call.id));
    const EnvelopeTerms terms{call.open.version, call.open.correlation};
    const wire::Api* api = header ? wire::find_api(header->request_api_key) : nullptr;
    const bool known =
        api != nullptr && api->forwardable && api->speaks(header->request_api_version);
    if (!controller_ || !controller_->active() || !known) {
        wire::EnvelopeResponse refusal;
        refusal.error_code =
            code(known ? wire::Error::not_controller : wire::Error::invalid_request);
        reply(call.id, refusal, step);
        return true;
    }
    served->open = OpenRequest{header->request_api_key, header->request_api_version,
                               header->correlation_id, terms};
    const Call inside{call.id,   *served->open, header->client_id.value_or(""),
                      call.host, call.listener, true,
                      frame};
    return dispatch(inside, inner, step);
}

bool Node::dispatch_broker(const Call& call, wire::Reader& body, Step& step) {
    if (!replicas_)
        return false;
    const std::int16_t version = call.open.version;
    switch (static_cast<ApiKey>(call.open.api_key)) {
    case ApiKey::produce: {
        auto request = wire::ProduceRequest::decode(body, version);
        if (!request)
            return false;
        replicas_->produce(call.caller(), std::move(*request), step.now, step.replica);
        return true;
    }
    case ApiKey::fetch: {
        const auto request = wire::FetchRequest::decode(body, version);
        if (!request)
            return false;
        replicas_->fetch(call.caller(), *request, step.now, step.replica);
        return true;
    }
    case ApiKey::list_offsets: {
        const auto request = wire::ListOffsetsRequest::decode(body, version);
        if (!request)
            return false;
        replicas_->list_offsets(call.caller(), *request, step.replica);
        return true;
    }
    case ApiKey::offset_for_leader_epoch: {
        const auto request = wire::OffsetForLeaderEpochRequest::decode(body, version);
        if (!request)
            return false;
        replicas_->offset_for_leader_epoch(call.caller(), *request, step.replica);
        return true;
    }
    case ApiKey::delete_records: {
        const auto request = wire::DeleteRecordsRequest::decode(body, version);
        if (!request)
            return false;
        replicas_->delete_records(call.caller(), *request, step.now, step.replica);
        return true;
    }
    default: return dispatch_groups(call, body, step);
    }
}

/// What the image alone answers.
bool Node::dispatch_image(const Call& call, wire::Reader& body, Step& step) {
    const std::int16_t version = call.open.version;
    switch (static_cast<ApiKey>(call.open.api_key)) {
    case ApiKey::metadata: {
        const auto request = wire::MetadataRequest::decode(body, version);
        if (!request)
            return false;
        const NodeId shown = any_live_broker();
        const MetadataAnswer answer = answer_metadata(*request, version, view_for(call), shown);
        create_topics(answer.create, step);
        reply(call.id, answer.response, step);
        return true;
    }
    case ApiKey::describe_topic_partitions: {
        const auto request = wire::DescribeTopicPartitionsRequest::decode(body, version);
        if (!request)
            return false;
        reply(call.id, answer_topic_partitions(*request, view_for(call)), step);
        return true;
    }
    case ApiKey::describe_cluster: {
        const auto request = wire::DescribeClusterRequest::decode(body, version);
        if (!request)
            return false;
        const NodeId shown = any_live_broker();
        reply(call.id, answer_describe_cluster(*request, view_for(call), shown), step);
        return true;
    }
    case ApiKey::describe_configs: {
        const auto request = wire::DescribeConfigsRequest::decode(body, version);
        if (!request)
            return false;
        reply(call.id, answer_describe_configs(*request, view_for(call)), step);
        return true;
    }
    default: return false;
    }
}

/// Clients are shown some live broker as "controller": any forwards what only the controller may
/// do.
NodeId Node::any_live_broker() {
    std::vector<NodeId> live;
    for (const auto& [id, broker] : image_.brokers())
        if (!broker->fenced)
            live.push_back(id);
    if (live.empty())
        return no_node;
    return live[static_cast<std::size_t>(random_.below(live.size()))];
}

} // namespace orrery::node
