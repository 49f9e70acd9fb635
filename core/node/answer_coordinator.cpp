// FindCoordinator: who coordinates a group, as the image has it. (KIP-699: many keys at once.)
#include "core/group/coordinator.hpp"
#include "core/node/answers.hpp"
#include "core/wire/error.hpp"

namespace orrery::node {

namespace {

using wire::Error;
using wire::FindCoordinatorRequest;
using wire::FindCoordinatorResponse;
using Coordinator = FindCoordinatorResponse::Coordinator;

enum class KeyType : std::int8_t { group = 0, transaction = 1, share = 2 };

/// What Kafka's clients show of the errors that are given here.
std::string_view sentence(Error error) {
    switch (error) {
    case Error::none: return "NONE";
    case Error::coordinator_not_available: return "The coordinator is not available.";
    case Error::invalid_request:
        return "This most likely occurs because of a request being malformed by the client library "
               "or the message was sent to an incompatible broker. See the broker logs for more "
               "details.";
    default: return "";
    }
}

Coordinator nobody(Error error) {
    Coordinator made;
    made.node_id = -1;
    made.port = -1;
    made.error_code = code(error);
    return made;
}

/// The leader of the partition, if it lives and can be reached by the client's listener.
Coordinator leader_of(const metadata::Topic& topic, std::int32_t partition,
                      const AnswerView& view) {
    const metadata::Partition* found = view.image.partition(topic.id, partition);
    const metadata::Broker* broker = found == nullptr ? nullptr : view.image.broker(found->leader);
    const metadata::Listener* at = broker == nullptr ? nullptr : broker->listener(view.listener);
    if (at == nullptr || broker->fenced)
        return nobody(Error::coordinator_not_available);
    Coordinator made;
    made.node_id = found->leader.value;
    made.host = at->host;
    made.port = at->port;
    return made;
}

Coordinator coordinator_of(std::string_view key, KeyType type, const AnswerView& view,
                           const group::Coordinator& groups, CoordinatorAnswer& answer) {
    if (type == KeyType::share) // this release coordinates no share groups
        return nobody(Error::invalid_request);
    if (type == KeyType::transaction) // nor transactions: there is none to be found, now
        return nobody(Error::coordinator_not_available);
    const metadata::Topic* topic = view.image.topic(group::offsets_topic);
    if (topic != nullptr)
        return leader_of(*topic, groups.partition_for(key), view);
    answer.create_offsets_topic = true;
    return nobody(Error::coordinator_not_available);
}

} // namespace

CoordinatorAnswer answer_find_coordinator(const FindCoordinatorRequest& request,
                                          std::int16_t version, const AnswerView& view,
                                          const group::Coordinator& groups) {
    CoordinatorAnswer answer;
    FindCoordinatorResponse& response = answer.response;
    const bool known = request.key_type >= 0 && request.key_type <= 2;
    const auto find = [&](const std::string& key) {
        Coordinator made =
            known ? coordinator_of(key, KeyType{request.key_type}, view, groups, answer)
                  : nobody(Error::invalid_request);
        made.key = key;
        return made;
    };
    if (version >= 4) {
        for (const std::string& key : request.coordinator_keys) {
            response.coordinators.push_back(find(key));
            if (!known)
                response.coordinators.back().error_message =
                    std::string(sentence(Error::invalid_request));
        }
        return answer;
    }
    Coordinator one = find(request.key);
    response.error_code = one.error_code;
    if (version >= 1)
        response.error_message = std::string(sentence(wire::error_of(one.error_code)));
    response.node_id = one.node_id;
    response.host = std::move(one.host);
    response.port = one.port;
    return answer;
}

} // namespace orrery::node
