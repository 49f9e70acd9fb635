#include "core/controller/settings.hpp"

#include "core/metadata/versions.hpp"

namespace orrery::controller {

Settings settings_from(NodeId node, std::string cluster_id, metadata::Properties file) {
    Settings settings;
    settings.node = node;
    settings.cluster_id = std::move(cluster_id);
    settings.file = std::move(file);
    const metadata::Image empty;
    const metadata::ConfigView view{empty, settings.file, node};
    const auto ms = [&](std::string_view name) {
        return milliseconds(metadata::broker_number(view, name));
    };
    settings.session_timeout = ms("broker.session.timeout.ms");
    settings.no_op_interval = ms("metadata.max.idle.interval.ms");
    settings.rebalance = metadata::broker_flag(view, "auto.leader.rebalance.enable");
    settings.rebalance_interval =
        seconds(metadata::broker_number(view, "leader.imbalance.check.interval.seconds"));
    settings.unclean_interval = ms("unclean.leader.election.interval.ms");
    settings.default_partitions =
        static_cast<std::int32_t>(metadata::broker_number(view, "num.partitions"));
    settings.default_replication =
        static_cast<std::int16_t>(metadata::broker_number(view, "default.replication.factor"));
    for (const metadata::FeatureRow& row : metadata::feature_table())
        if (row.name != metadata::kraft_version_feature && row.production > 0)
            settings.bootstrap_features.emplace_back(row.name, row.production);
    return settings;
}

} // namespace orrery::controller
