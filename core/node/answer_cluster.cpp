// DescribeCluster: who is in the cluster, asked of a broker or (KIP-919) of a controller.
#include "core/node/answers.hpp"
#include "core/wire/error.hpp"

namespace orrery::node {

namespace {

constexpr std::int8_t brokers_asked = 1;
constexpr std::int8_t controllers_asked = 2;

void add_node(wire::DescribeClusterResponse& response, NodeId id, const metadata::Listener& at,
              const std::optional<std::string>& rack, bool fenced) {
    wire::DescribeClusterResponse::DescribeClusterBroker row;
    row.broker_id = id.value;
    row.host = at.host;
    row.port = at.port;
    row.rack = rack;
    row.is_fenced = fenced;
    response.brokers.push_back(std::move(row));
}

} // namespace

wire::DescribeClusterResponse answer_describe_cluster(const wire::DescribeClusterRequest& request,
                                                      const AnswerView& view, NodeId controller) {
    wire::DescribeClusterResponse response;
    response.endpoint_type = request.endpoint_type;
    const std::int8_t ours = view.controller_listener ? controllers_asked : brokers_asked;
    if (request.endpoint_type != ours) {
        const bool known =
            request.endpoint_type == brokers_asked || request.endpoint_type == controllers_asked;
        response.error_code = code(known ? wire::Error::mismatched_endpoint_type
                                         : wire::Error::unsupported_endpoint_type);
        const auto type_name = [](std::int8_t type) {
            return std::string(type == brokers_asked ? "BROKER" : "CONTROLLER");
        };
        response.error_message =
            known ? "The request was sent to an endpoint of type " + type_name(ours) +
                        ", but we wanted an endpoint of type " + type_name(request.endpoint_type)
                  : "Unsupported endpoint type " + std::to_string(request.endpoint_type);
        return response;
    }
    response.cluster_id = std::string(view.cluster_id);
    response.controller_id = controller.value;
    if (request.include_cluster_authorized_operations)
        response.cluster_authorized_operations = all_cluster_operations;
    if (view.controller_listener) {
        for (const auto& [id, node] : view.image.controllers())
            if (const metadata::Listener* at = node.listener(view.listener))
                add_node(response, id, *at, std::nullopt, false);
        return response;
    }
    for (const auto& [id, broker] : view.image.brokers()) {
        const metadata::Listener* at = broker->listener(view.listener);
        if (at == nullptr || (broker->fenced && !request.include_fenced_brokers))
            continue;
        add_node(response, id, *at, broker->rack, broker->fenced);
    }
    return response;
}

} // namespace orrery::node
