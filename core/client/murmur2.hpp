// Kafka's murmur2, by which a key chooses its partition: 32 bits, with the seed of Kafka's Java
// client (org.apache.kafka.common.utils.Utils.murmur2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace orrery::client {

std::uint32_t murmur2(std::span<const std::byte> key);

/// The partition of a key: the hash without its sign bit, modulo the count (> 0).
inline std::int32_t partition_of(std::span<const std::byte> key, std::int32_t partitions) {
    return static_cast<std::int32_t>(murmur2(key) & 0x7FFFFFFFU) % partitions;
}

} // namespace orrery::client
