// Answers that a broker gives from its metadata image alone: plain functions of the request and the
// image, one file a family (answer_*.cpp).
#pragma once

#include "core/group/coordinator.hpp"
#include "core/metadata/configs.hpp"
#include "core/metadata/image.hpp"
#include "core/wire/messages/api_versions_request.hpp"
#include "core/wire/messages/api_versions_response.hpp"
#include "core/wire/messages/describe_cluster_request.hpp"
#include "core/wire/messages/describe_cluster_response.hpp"
#include "core/wire/messages/describe_configs_request.hpp"
#include "core/wire/messages/describe_configs_response.hpp"
#include "core/wire/messages/describe_topic_partitions_request.hpp"
#include "core/wire/messages/describe_topic_partitions_response.hpp"
#include "core/wire/messages/find_coordinator_request.hpp"
#include "core/wire/messages/find_coordinator_response.hpp"
#include "core/wire/messages/metadata_request.hpp"
#include "core/wire/messages/metadata_response.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::node {

/// From where an answer is given: the image, who we are, and the listener that the request came by
/// (clients are told the addresses of that listener, and no other).
struct AnswerView {
    const metadata::Image& image;
    const metadata::Properties& properties;
    NodeId self;
    std::string_view cluster_id;
    std::string_view listener;
    bool controller_listener = false;
};

/// Which APIs a listener serves; see api_served().
bool api_served(std::int16_t api_key, bool controller_listener);

/// ApiVersions for a version that we speak. (KIP-511; KIP-584 features; KIP-1242 cluster and node
/// id: a client that means another node is told REBOOTSTRAP_REQUIRED.)
wire::ApiVersionsResponse answer_api_versions(const wire::ApiVersionsRequest& request,
                                              std::int16_t version, const AnswerView& view);
/// ApiVersions for a version that we don't: to be encoded in version 0, it lists ApiVersions alone.
wire::ApiVersionsResponse refuse_api_versions();

struct MetadataAnswer {
    wire::MetadataResponse response;
    std::vector<std::string> create; ///< topics that are to be created automatically
};
/// `controller` is the broker named as controller: any live one, since clients may send admin
/// requests to any (KIP-500); no_node if none lives.
MetadataAnswer answer_metadata(const wire::MetadataRequest& request, std::int16_t version,
                               const AnswerView& view, NodeId controller);
wire::DescribeTopicPartitionsResponse
answer_topic_partitions(const wire::DescribeTopicPartitionsRequest& request,
                        const AnswerView& view);

/// On a broker's listener `controller` is any live broker; on a controller's it is the active one.
wire::DescribeClusterResponse answer_describe_cluster(const wire::DescribeClusterRequest& request,
                                                      const AnswerView& view, NodeId controller);

wire::DescribeConfigsResponse answer_describe_configs(const wire::DescribeConfigsRequest& request,
                                                      const AnswerView& view);

struct CoordinatorAnswer {
    wire::FindCoordinatorResponse response;
    bool create_offsets_topic = false; ///< it isn't there; the client will ask again
};
/// Groups only: a transaction's coordinator is never available, a share group's an invalid request,
/// as by a Kafka that has no such coordinator. (KIP-699: many keys in one request.)
CoordinatorAnswer answer_find_coordinator(const wire::FindCoordinatorRequest& request,
                                          std::int16_t version, const AnswerView& view,
                                          const group::Coordinator& groups);

/// Bits of the operations that are allowed without an authorizer: all that the resource knows.
inline constexpr std::int32_t all_topic_operations = 3576;
inline constexpr std::int32_t all_cluster_operations = 8096;
inline constexpr std::int32_t operations_not_asked_for = -2147483647 - 1;

/// Kafka's rules for a topic's name: 1 to 249 of [a-zA-Z0-9._-], and neither "." nor "..".
bool valid_topic_name(std::string_view name);
/// __consumer_offsets, __transaction_state, __share_group_state.
bool internal_topic(std::string_view name);

/// One partition as Metadata and DescribeTopicPartitions show it.
struct PartitionView {
    std::int16_t error_code = 0;
    std::int32_t leader = -1;
    std::vector<std::int32_t> replicas;
    std::vector<std::int32_t> isr;
    std::vector<std::int32_t> offline;
};
PartitionView view_partition(const metadata::Partition& partition, const AnswerView& view,
                             bool errors_for_unavailable_listeners,
                             bool errors_for_unavailable_endpoints);
std::vector<std::int32_t> numbers_of(const std::vector<NodeId>& ids);

} // namespace orrery::node
