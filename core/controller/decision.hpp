// What decisions rest on and what they give. A decision reads; it writes nothing but its records.
#pragma once

#include "core/controller/elections.hpp"
#include "core/controller/heartbeats.hpp"
#include "core/controller/settings.hpp"
#include "core/metadata/configs.hpp"
#include "core/metadata/image.hpp"
#include "core/wire/error.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orrery::controller {

using Records = std::vector<metadata::Record>;

template <class Response>
struct Decision {
    Response response;
    Records records;
};

/// Kafka's ApiError: a code, and a sentence when there is more to say than the code does.
struct Refusal {
    wire::Error error = wire::Error::none;
    std::optional<std::string> message;
    explicit operator bool() const { return error != wire::Error::none; }
};

struct Basis {
    const metadata::Image& image; ///< with all that was decided
    const Settings& settings;
    const Heartbeats& heartbeats;
    Instant now;

    metadata::ConfigView configs() const { return {image, settings.file, settings.node}; }
    std::int16_t metadata_version() const { return image.metadata_version(); }
};

/// STALE_BROKER_EPOCH unless the broker is registered with that epoch.
Refusal check_broker_epoch(const Basis& basis, NodeId broker, std::int64_t epoch);

// --- elections
/// What holds for the partitions of a topic.
ElectionRules rules_for(const Basis& basis, const metadata::Topic& topic);
bool unclean_allowed(const Basis& basis, const metadata::Topic& topic);

/// Who else than the image says may lead, while a decision about a broker is being made.
struct Shift {
    NodeId gone = no_node;    ///< leaves ISRs, and may not lead
    NodeId back = no_node;    ///< may lead though the image still has it fenced
    NodeId crashed = no_node; ///< was registered anew without a clean stop: not even eligible
};
/// A plan for the partition; its acceptable leaders are those that are up with a directory online.
PartitionPlan plan_for(const Basis& basis, const metadata::Topic& topic, std::int32_t partition,
                       const ElectionRules& rules, const Shift& shift = {});

/// Which partitions a shift concerns.
enum class Concerned : std::uint8_t { in_isr, in_elr, leaderless };
/// Records for all partitions of which `whom` is in the ISR (or the ELR), or that have no leader,
/// after the shift. `directory`: only replicas of `whom` in that directory.
void shift_partitions(const Basis& basis, const Shift& shift, Concerned concerned, NodeId whom,
                      Records& records, const Uuid* directory = nullptr);
/// The broker leads some partition.
bool leads_any(const metadata::Image& image, NodeId broker);

} // namespace orrery::controller
