// The broker's settings that steer its group coordinator, by Kafka's names and with its defaults.
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "core/group/planted.hpp"
#include "core/metadata/configs.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::group {

/// group.consumer.migration.policy
enum class MigrationPolicy : std::uint8_t { disabled, downgrade, upgrade, bidirectional };
constexpr std::string_view name_of(MigrationPolicy policy) {
    switch (policy) {
    case MigrationPolicy::disabled: return "disabled";
    case MigrationPolicy::downgrade: return "downgrade";
    case MigrationPolicy::upgrade: return "upgrade";
    case MigrationPolicy::bidirectional: return "bidirectional";
    }
    return "?";
}

struct Settings {
    NodeId node = no_node;
    metadata::Properties file; ///< server.properties as given: what group configs fall back to

    // offsets
    std::int32_t offset_metadata_max_size = 4096;      ///< offset.metadata.max.bytes
    Duration offsets_retention = seconds(10'080 * 60); ///< offsets.retention.minutes
    Duration offsets_retention_check = seconds(600);   ///< offsets.retention.check.interval.ms
    Duration offsets_commit_timeout = seconds(5);      ///< offsets.commit.timeout.ms
    std::int32_t offsets_load_buffer_size = 5'242'880; ///< offsets.load.buffer.size
    std::int32_t offsets_topic_partitions = 50;        ///< offsets.topic.num.partitions
    std::int16_t offsets_topic_replication = 3;        ///< offsets.topic.replication.factor
    std::int32_t offsets_topic_segment = 104'857'600;  ///< offsets.topic.segment.bytes

    // the classic protocol
    Duration min_session_timeout = seconds(6);     ///< group.min.session.timeout.ms
    Duration max_session_timeout = seconds(1'800); ///< group.max.session.timeout.ms
    Duration initial_rebalance_delay = seconds(3); ///< group.initial.rebalance.delay.ms
    std::int32_t max_size = 2'147'483'647;         ///< group.max.size

    // the consumer protocol; groups may have configs of their own within the bounds
    bool consumer_protocol = true; ///< group.coordinator.rebalance.protocols has "consumer"
    Duration consumer_session_timeout = seconds(45);
    Duration consumer_min_session_timeout = seconds(45);
    Duration consumer_max_session_timeout = seconds(60);
    Duration consumer_heartbeat = seconds(5);
    Duration consumer_min_heartbeat = seconds(5);
    Duration consumer_max_heartbeat = seconds(15);
    Duration consumer_assignment_interval = seconds(1); ///< group.consumer.assignment.interval.ms
    Duration consumer_min_assignment_interval{};
    Duration consumer_max_assignment_interval = seconds(15);
    std::int32_t consumer_max_size = 2'147'483'647;                  ///< group.consumer.max.size
    std::vector<std::string> consumer_assignors{"uniform", "range"}; ///< the first is the default
    Duration regex_refresh = seconds(600); ///< group.consumer.regex.refresh.interval.ms
    MigrationPolicy migration = MigrationPolicy::bidirectional;

    Planted planted;
    bool operator==(const Settings&) const = default;
    ORRERY_FIELDS(node, file, offset_metadata_max_size, offsets_retention, offsets_retention_check,
                  offsets_commit_timeout, offsets_load_buffer_size, offsets_topic_partitions,
                  offsets_topic_replication, offsets_topic_segment, min_session_timeout,
                  max_session_timeout, initial_rebalance_delay, max_size, consumer_protocol,
                  consumer_session_timeout, consumer_min_session_timeout,
                  consumer_max_session_timeout, consumer_heartbeat, consumer_min_heartbeat,
                  consumer_max_heartbeat, consumer_assignment_interval,
                  consumer_min_assignment_interval, consumer_max_assignment_interval,
                  consumer_max_size, consumer_assignors, regex_refresh, migration, planted)
};

/// Reads the numbers; what the file lacks has Kafka 4.4's default.
Settings settings_from(NodeId node, metadata::Properties file);

} // namespace orrery::group
