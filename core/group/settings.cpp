#include "core/group/settings.hpp"

#include <algorithm>
#include <utility>

namespace orrery::group {

namespace {

MigrationPolicy policy_named(std::string name) {
    for (char& letter : name)
        if (letter >= 'A' && letter <= 'Z')
            letter = static_cast<char>(letter - 'A' + 'a');
    for (const auto policy :
         {MigrationPolicy::disabled, MigrationPolicy::downgrade, MigrationPolicy::upgrade})
        if (name == name_of(policy))
            return policy;
    return MigrationPolicy::bidirectional;
}

/// Reads the file's values, with Kafka's defaults, into typed members.
struct SettingsReader {
    const metadata::ConfigView& view;

    void read(Duration& to, std::string_view name) const {
        to = milliseconds(metadata::broker_number(view, name));
    }
    void read(std::int32_t& to, std::string_view name) const {
        to = static_cast<std::int32_t>(metadata::broker_number(view, name));
    }
    std::string text(std::string_view name) const {
        return metadata::broker_config(view, name).value_or("");
    }
};

} // namespace

Settings settings_from(NodeId node, metadata::Properties file) {
    Settings settings;
    settings.node = node;
    settings.file = std::move(file);
    const metadata::Image empty;
    const metadata::ConfigView view{empty, settings.file, node};
    const SettingsReader from{view};
    from.read(settings.offset_metadata_max_size, "offset.metadata.max.bytes");
    settings.offsets_retention =
        seconds(60 * metadata::broker_number(view, "offsets.retention.minutes"));
    from.read(settings.offsets_retention_check, "offsets.retention.check.interval.ms");
    from.read(settings.offsets_commit_timeout, "offsets.commit.timeout.ms");
    from.read(settings.offsets_load_buffer_size, "offsets.load.buffer.size");
    from.read(settings.offsets_topic_partitions, "offsets.topic.num.partitions");
    settings.offsets_topic_replication = static_cast<std::int16_t>(
        metadata::broker_number(view, "offsets.topic.replication.factor"));
    from.read(settings.offsets_topic_segment, "offsets.topic.segment.bytes");
    from.read(settings.min_session_timeout, "group.min.session.timeout.ms");
    from.read(settings.max_session_timeout, "group.max.session.timeout.ms");
    from.read(settings.initial_rebalance_delay, "group.initial.rebalance.delay.ms");
    from.read(settings.max_size, "group.max.size");
    const auto protocols = metadata::parse_list(from.text("group.coordinator.rebalance.protocols"));
    settings.consumer_protocol =
        std::find(protocols.begin(), protocols.end(), "consumer") != protocols.end();
    from.read(settings.consumer_session_timeout, "group.consumer.session.timeout.ms");
    from.read(settings.consumer_min_session_timeout, "group.consumer.min.session.timeout.ms");
    from.read(settings.consumer_max_session_timeout, "group.consumer.max.session.timeout.ms");
    from.read(settings.consumer_heartbeat, "group.consumer.heartbeat.interval.ms");
    from.read(settings.consumer_min_heartbeat, "group.consumer.min.heartbeat.interval.ms");
    from.read(settings.consumer_max_heartbeat, "group.consumer.max.heartbeat.interval.ms");
    from.read(settings.consumer_assignment_interval, "group.consumer.assignment.interval.ms");
    from.read(settings.consumer_min_assignment_interval,
              "group.consumer.min.assignment.interval.ms");
    from.read(settings.consumer_max_assignment_interval,
              "group.consumer.max.assignment.interval.ms");
    from.read(settings.consumer_max_size, "group.consumer.max.size");
    settings.consumer_assignors = metadata::parse_list(from.text("group.consumer.assignors"));
    from.read(settings.regex_refresh, "group.consumer.regex.refresh.interval.ms");
    settings.migration = policy_named(from.text("group.consumer.migration.policy"));
    return settings;
}

} // namespace orrery::group
