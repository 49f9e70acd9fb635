#include "core/log/dump.hpp"

#include "core/log/checkpoint.hpp"
#include "core/log/dump_batches.hpp"
#include "core/log/meta_properties.hpp"
#include "core/log/partition_metadata.hpp"
#include "core/log/quorum_state.hpp"
#include "core/log/segment.hpp"

#include <algorithm>

namespace orrery::log {

namespace {

constexpr std::string_view offset_checkpoints[] = {
    "recovery-point-offset-checkpoint", "replication-offset-checkpoint",
    "log-start-offset-checkpoint", "cleaner-offset-checkpoint"};

std::string line(std::string_view name, const std::string& value) {
    return std::string(name) + ": " + value + "\n";
}
std::string line(std::string_view name, std::int64_t value) {
    return line(name, std::to_string(value));
}

Dump failed(const FileError& error) {
    return {"", error.what};
}

Dump dump_offsets(const Chain& content) {
    const auto entries = decode_offsets(content);
    if (!entries)
        return failed(entries.error());
    Dump dump;
    for (const PartitionOffset& entry : *entries)
        dump.text += entry.topic + "-" + std::to_string(entry.partition) +
                     " offset: " + std::to_string(entry.offset.value) + "\n";
    return dump;
}

Dump dump_epochs(const Chain& content) {
    const auto entries = decode_epochs(content);
    if (!entries)
        return failed(entries.error());
    Dump dump;
    for (const EpochStart& entry : *entries)
        dump.text += "epoch: " + std::to_string(entry.epoch.value) +
                     " startOffset: " + std::to_string(entry.start.value) + "\n";
    return dump;
}

Dump dump_quorum_state(const Chain& content) {
    const auto state = decode_quorum_state(content);
    if (!state)
        return failed(state.error());
    return {line("leaderId", state->leader_id.value) +
                line("leaderEpoch", state->leader_epoch.value) +
                line("votedId", state->voted_id.value) +
                line("votedDirectoryId", state->voted_directory_id.to_text()),
            {}};
}

Dump dump_meta_properties(const Chain& content) {
    const auto found = decode_meta_properties(content);
    if (!found)
        return failed(found.error());
    return {line("node.id", found->node_id.value) + line("cluster.id", found->cluster_id) +
                line("directory.id", found->directory_id.to_text()),
            {}};
}

Dump dump_partition_metadata(const Chain& content) {
    const auto id = decode_partition_metadata(content);
    return id ? Dump{line("topic_id", id->to_text()), {}} : failed(id.error());
}

Dump dump_clean_shutdown(const Chain& content) {
    const auto epoch = decode_clean_shutdown(content);
    return epoch ? Dump{line("brokerEpoch", epoch->value), {}} : failed(epoch.error());
}

Dump dump_offset_index(Offset base, const Chain& content) {
    const auto index = decode_offset_index(content);
    if (!index)
        return {"", "no offset index: entries of 8 bytes must rise in offset and position"};
    Dump dump;
    for (const OffsetIndexEntry& entry : *index)
        dump.text += "offset: " + std::to_string((base + entry.relative_offset).value) +
                     " position: " + std::to_string(entry.position) + "\n";
    return dump;
}

Dump dump_time_index(Offset base, const Chain& content) {
    const auto index = decode_time_index(content);
    if (!index)
        return {"", "no time index: entries of 12 bytes must rise in timestamp and offset"};
    Dump dump;
    for (const TimeIndexEntry& entry : *index)
        dump.text += "timestamp: " + std::to_string(entry.timestamp) +
                     " offset: " + std::to_string((base + entry.relative_offset).value) + "\n";
    return dump;
}

std::string_view without_folders(std::string_view name) {
    const auto slash = name.rfind('/');
    return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

struct Known {
    std::string_view name;
    Dump (*dump)(const Chain& content);
};
constexpr Known known_names[] = {
    {offset_checkpoints[0], dump_offsets},        {offset_checkpoints[1], dump_offsets},
    {offset_checkpoints[2], dump_offsets},        {offset_checkpoints[3], dump_offsets},
    {"leader-epoch-checkpoint", dump_epochs},     {"quorum-state", dump_quorum_state},
    {"meta.properties", dump_meta_properties},    {"partition.metadata", dump_partition_metadata},
    {".kafka_cleanshutdown", dump_clean_shutdown}};

const Known* find_known(std::string_view name) {
    for (const Known& known : known_names)
        if (known.name == name)
            return &known;
    return nullptr;
}

bool holds_batches(std::string_view name) {
    return name.ends_with(".log") || name.ends_with(".checkpoint");
}

} // namespace

bool can_dump(std::string_view name) {
    name = without_folders(name);
    return find_known(name) != nullptr || holds_batches(name) ||
           parse_segment_file(name, ".index") || parse_segment_file(name, ".timeindex");
}

Dump dump_file(std::string_view name, const Chain& content, DescribeRecord describe) {
    name = without_folders(name);
    if (const Known* known = find_known(name))
        return known->dump(content);
    if (holds_batches(name))
        return dump_batches(content, describe);
    if (const auto base = parse_segment_file(name, ".index"))
        return dump_offset_index(*base, content);
    if (const auto base = parse_segment_file(name, ".timeindex"))
        return dump_time_index(*base, content);
    return {"",
            "'" + std::string(name) + "' is no name of a file that Kafka keeps in a log folder"};
}

} // namespace orrery::log
