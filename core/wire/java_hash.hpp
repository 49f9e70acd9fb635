// Java's hash codes, where Kafka's own behaviour hangs on them: the partition of an internal topic
// that keeps a group or a transactional id, and the order of some tables.
#pragma once

#include "core/base/uuid.hpp"

#include <cstdint>
#include <string_view>

namespace orrery::wire {

/// String.hashCode() of the text, whose UTF-8 is taken as the UTF-16 units that Java would hold.
std::int32_t java_hash(std::string_view utf8);
/// Uuid.hashCode() of Kafka's class.
std::int32_t java_hash(const Uuid& uuid);

/// The partition of __consumer_offsets or __transaction_state that keeps this id, as Kafka's
/// Utils.abs(hash) % partitions; `partitions` is above zero.
std::int32_t coordinator_partition(std::string_view id, std::int32_t partitions);

} // namespace orrery::wire
