#include "core/metadata/versions.hpp"

#include <array>

namespace orrery::metadata {

namespace {

constexpr std::int16_t first_level = 7;
constexpr std::array<std::string_view, 28> level_names = {
    "3.3-IV3", "3.4-IV0", "3.5-IV0", "3.5-IV1", "3.5-IV2", "3.6-IV0", "3.6-IV1",
    "3.6-IV2", "3.7-IV0", "3.7-IV1", "3.7-IV2", "3.7-IV3", "3.7-IV4", "3.8-IV0",
    "3.9-IV0", "4.0-IV0", "4.0-IV1", "4.0-IV2", "4.0-IV3", "4.1-IV0", "4.1-IV1",
    "4.2-IV0", "4.2-IV1", "4.3-IV0", "4.4-IV0", "4.4-IV1", "4.4-IV2", "4.5-IV0",
};

/// The levels that brought new or changed metadata records.
constexpr std::array<std::int16_t, 11> changing_levels = {7, 8, 11, 13, 14, 15, 17, 23, 30, 32, 33};

constexpr FeatureRow features[] = {
    {elr_feature, 0, 1, 1},           {"group.version", 0, 1, 1},
    {kraft_version_feature, 0, 1, 1}, {metadata_version_feature, first_level, 33, 33},
    {"share.version", 0, 2, 2},       {"streams.version", 0, 1, 1},
    {"transaction.version", 0, 2, 2},
};

// The levels at which the log's format grew.
constexpr std::int16_t level_3_4_iv0 = 8;
constexpr std::int16_t level_3_7_iv0 = 15;
constexpr std::int16_t level_3_7_iv2 = 17;
constexpr std::int16_t level_4_0_iv1 = 23;
constexpr std::int16_t level_4_3_iv0 = 30;

constexpr bool reaches(std::int16_t metadata_version, std::int16_t level) {
    return metadata_version == 0 || metadata_version >= level;
}

} // namespace

std::span<const FeatureRow> feature_table() {
    return features;
}

std::string_view metadata_version_name(std::int16_t level) {
    const auto index = static_cast<std::size_t>(level - first_level);
    return level >= first_level && index < level_names.size() ? level_names[index] : "";
}

std::optional<std::int16_t> metadata_version_level(std::string_view name) {
    for (std::size_t i = 0; i < level_names.size(); ++i)
        if (level_names[i] == name)
            return static_cast<std::int16_t>(first_level + static_cast<std::int16_t>(i));
    return std::nullopt;
}

bool metadata_changes_between(std::int16_t low, std::int16_t high) {
    for (const std::int16_t level : changing_levels)
        if (level > low && level <= high)
            return true;
    return false;
}

std::int16_t register_broker_version(std::int16_t metadata_version) {
    if (reaches(metadata_version, level_4_3_iv0))
        return 4;
    if (reaches(metadata_version, level_3_7_iv2))
        return 3;
    return reaches(metadata_version, level_3_4_iv0) ? 2 : 1;
}

std::int16_t partition_version(std::int16_t metadata_version) {
    if (reaches(metadata_version, level_4_0_iv1))
        return 2;
    return reaches(metadata_version, level_3_7_iv2) ? 1 : 0;
}

std::int16_t partition_change_version(std::int16_t metadata_version) {
    return partition_version(metadata_version);
}

bool directories_supported(std::int16_t metadata_version) {
    return reaches(metadata_version, level_3_7_iv2);
}

bool elr_supported(std::int16_t metadata_version) {
    return reaches(metadata_version, level_4_0_iv1);
}

bool cordoned_dirs_supported(std::int16_t metadata_version) {
    return reaches(metadata_version, level_4_3_iv0);
}

bool controller_registration_supported(std::int16_t metadata_version) {
    return reaches(metadata_version, level_3_7_iv0);
}

} // namespace orrery::metadata
