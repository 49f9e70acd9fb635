// Responses that refuse a whole request. Each message has its own place for errors.
#include "core/controller/messages.hpp"

#include <type_traits>

namespace orrery::controller {

namespace {

struct Refuse {
    std::int16_t code;

    Response operator()(const wire::BrokerRegistrationRequest&) const {
        return top<wire::BrokerRegistrationResponse>();
    }
    Response operator()(const wire::BrokerHeartbeatRequest&) const {
        return top<wire::BrokerHeartbeatResponse>();
    }
    Response operator()(const wire::ControllerRegistrationRequest&) const {
        return top<wire::ControllerRegistrationResponse>();
    }
    Response operator()(const wire::UnregisterBrokerRequest&) const {
        return top<wire::UnregisterBrokerResponse>();
    }
    Response operator()(const wire::AlterPartitionRequest&) const {
        return top<wire::AlterPartitionResponse>();
    }
    Response operator()(const wire::AllocateProducerIdsRequest&) const {
        return top<wire::AllocateProducerIdsResponse>();
    }
    Response operator()(const wire::UpdateFeaturesRequest&) const {
        return top<wire::UpdateFeaturesResponse>();
    }
    Response operator()(const wire::CreateTopicsRequest& request) const {
        wire::CreateTopicsResponse response;
        for (const auto& topic : request.topics) {
            auto& result = response.topics.emplace_back();
            result.name = topic.name;
            result.error_code = code;
        }
        return response;
    }
    Response operator()(const wire::DeleteTopicsRequest& request) const {
        wire::DeleteTopicsResponse response;
        for (const std::string& name : request.topic_names) {
            auto& result = response.responses.emplace_back();
            result.name = name;
            result.error_code = code;
        }
        for (const auto& topic : request.topics) {
            auto& result = response.responses.emplace_back();
            result.name = topic.name;
            result.topic_id = topic.topic_id;
            result.error_code = code;
        }
        return response;
    }
    Response operator()(const wire::CreatePartitionsRequest& request) const {
        wire::CreatePartitionsResponse response;
        for (const auto& topic : request.topics) {
            auto& result = response.results.emplace_back();
            result.name = topic.name;
            result.error_code = code;
        }
        return response;
    }
    Response operator()(const wire::IncrementalAlterConfigsRequest& request) const {
        return resources<wire::IncrementalAlterConfigsResponse>(request);
    }
    Response operator()(const wire::AlterConfigsRequest& request) const {
        return resources<wire::AlterConfigsResponse>(request);
    }
    Response operator()(const wire::ElectLeadersRequest& request) const {
        wire::ElectLeadersResponse response;
        response.error_code = code;
        if (!request.topic_partitions)
            return response;
        for (const auto& topic : *request.topic_partitions) {
            auto& results = response.replica_election_results.emplace_back();
            results.topic = topic.topic;
            for (const std::int32_t partition : topic.partitions) {
                auto& result = results.partition_result.emplace_back();
                result.partition_id = partition;
                result.error_code = code;
            }
        }
        return response;
    }

private:
    template <class T>
    Response top() const {
        T response;
        response.error_code = code;
        return response;
    }
    template <class T, class From>
    Response resources(const From& request) const {
        T response;
        for (const auto& resource : request.resources) {
            auto& result = response.responses.emplace_back();
            result.resource_type = resource.resource_type;
            result.resource_name = resource.resource_name;
            result.error_code = code;
        }
        return response;
    }
};

/// What a response keeps of itself when it is taken back: the names of its items.
struct Withdraw {
    std::int16_t code;

    template <class T>
    void operator()(T& response) const {
        T refused;
        refused.error_code = code;
        response = std::move(refused);
    }
    void operator()(wire::CreateTopicsResponse& response) const {
        for (auto& old : response.topics) {
            wire::CreateTopicsResponse::CreatableTopicResult result;
            result.name = std::move(old.name);
            result.error_code = code;
            old = std::move(result);
        }
    }
    void operator()(wire::DeleteTopicsResponse& response) const { items(response.responses); }
    void operator()(wire::CreatePartitionsResponse& response) const { items(response.results); }
    void operator()(wire::IncrementalAlterConfigsResponse& response) const {
        items(response.responses);
    }
    void operator()(wire::AlterConfigsResponse& response) const { items(response.responses); }
    void operator()(wire::ElectLeadersResponse& response) const {
        response.error_code = code;
        for (auto& topic : response.replica_election_results)
            items(topic.partition_result);
    }

private:
    template <class Item>
    void items(std::vector<Item>& all) const {
        for (Item& item : all) {
            item.error_code = code;
            item.error_message = std::nullopt;
        }
    }
};

} // namespace

Response refuse(const Request& request, wire::Error error) {
    return std::visit(Refuse{wire::code(error)}, request);
}

void withdraw(Response& response, wire::Error error) {
    std::visit(Withdraw{wire::code(error)}, response);
}

} // namespace orrery::controller
