// The topics of a consumer group as a number: when it changes, topics came, grew, moved or went,
// and the group needs a new assignment. It is Kafka's own number (xxh3 over id, name, partitions
// and the racks of their replicas), since it stands in the log and another broker goes on with it.
//
// Sources: Utils.computeTopicHash, Utils.computeGroupHash (KIP-1101).
#pragma once

#include "core/base/flat_map.hpp"
#include "core/group/consumer_state.hpp"
#include "core/metadata/image.hpp"

#include <cstdint>
#include <string>

namespace orrery::group {

/// Hashes of topics by name, so that each is worked out once until the topic changes.
using TopicHashes = FlatMap<std::string, std::int64_t>;

std::int64_t topic_hash(const metadata::Image& image, const metadata::Topic& topic);
/// Of those of the topics that there are; 0 if there are none. Adds to `known` what it works out.
std::int64_t group_hash(const metadata::Image& image, const WantedTopics& topics,
                        TopicHashes& known);

} // namespace orrery::group
