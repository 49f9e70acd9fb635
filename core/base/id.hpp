// Strong numbers: an offset is not an epoch, and neither is a broker's id. There is no implicit way
// in or out; `.value` is the explicit one.
#pragma once

#include <compare>
#include <cstdint>

namespace orrery {

template <class Tag, class Rep>
struct Id {
    using rep = Rep;
    Rep value{};
    auto operator<=>(const Id&) const = default;
};

using NodeId = Id<struct NodeIdTag, std::int32_t>;           ///< broker.id = node.id; -1 is nobody
using Offset = Id<struct OffsetTag, std::int64_t>;           ///< a record's place in a partition
using LeaderEpoch = Id<struct LeaderEpochTag, std::int32_t>; ///< of a partition, or of the quorum
using PartitionEpoch = Id<struct PartitionEpochTag, std::int32_t>;
using RequestId = Id<struct RequestIdTag, std::uint64_t>; ///< a request that awaits our reply
using AskId = Id<struct AskIdTag, std::uint64_t>; ///< a request of ours that awaits a peer's
using BrokerEpoch = Id<struct BrokerEpochTag, std::int64_t>; ///< offset of the registration record

inline constexpr NodeId no_node{-1};
inline constexpr Offset no_offset{-1};
inline constexpr LeaderEpoch no_epoch{-1};

constexpr Offset operator+(Offset a, std::int64_t n) {
    return {a.value + n};
}
constexpr Offset operator-(Offset a, std::int64_t n) {
    return {a.value - n};
}
constexpr std::int64_t operator-(Offset a, Offset b) {
    return a.value - b.value;
}
constexpr LeaderEpoch operator+(LeaderEpoch a, std::int32_t n) {
    return {a.value + n};
}
constexpr PartitionEpoch operator+(PartitionEpoch a, std::int32_t n) {
    return {a.value + n};
}

} // namespace orrery
