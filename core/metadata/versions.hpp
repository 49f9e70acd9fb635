// metadata.version and the other features a cluster can finalize: which levels Kafka 4.4 knows, and
// what a level means for the records that the controller writes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace orrery::metadata {

inline constexpr std::string_view metadata_version_feature = "metadata.version";
inline constexpr std::string_view kraft_version_feature = "kraft.version";
inline constexpr std::string_view elr_feature = "eligible.leader.replicas.version";

/// A feature as a node of Kafka 4.4 supports it.
struct FeatureRow {
    std::string_view name;
    std::int16_t lowest;
    std::int16_t highest;    ///< that a release supports; not the unstable ones above
    std::int16_t production; ///< what a new cluster starts with
};
/// In order of their names. kraft.version is among them, though it is set by a control record of
/// the quorum and never by a FeatureLevelRecord.
std::span<const FeatureRow> feature_table();

/// Level 33 is "4.4-IV2". Empty for a level that 4.4 does not know.
std::string_view metadata_version_name(std::int16_t level);
std::optional<std::int16_t> metadata_version_level(std::string_view name);
/// A downgrade from `high` to `low` would lose what records of some level between can say.
bool metadata_changes_between(std::int16_t low, std::int16_t high);

// --- what the controller may write at a metadata.version; 0 (none finalized yet) is the latest
std::int16_t register_broker_version(std::int16_t metadata_version);
std::int16_t partition_version(std::int16_t metadata_version);
std::int16_t partition_change_version(std::int16_t metadata_version);
/// KIP-858: partitions know their replicas' log directories.
bool directories_supported(std::int16_t metadata_version);
/// KIP-966: records have a place for eligible leader replicas.
bool elr_supported(std::int16_t metadata_version);
/// KIP-1066: brokers say which log directories take no new replicas.
bool cordoned_dirs_supported(std::int16_t metadata_version);
/// KIP-919: controllers register.
bool controller_registration_supported(std::int16_t metadata_version);

} // namespace orrery::metadata
