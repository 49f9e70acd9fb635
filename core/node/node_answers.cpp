// What peers answered to our asks, and what they did not.
#include "core/node/node.hpp"
#include "core/node/node_reply.hpp"
#include "core/node/node_step.hpp"
#include "core/wire/api.hpp"
#include "core/wire/messages/controller_registration_response.hpp"

namespace orrery::node {

namespace {

using wire::ApiKey;

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

} // namespace orrery::node
