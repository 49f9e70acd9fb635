#include "core/controller/features.hpp"

#include "core/controller/alter_configs.hpp"
#include "core/metadata/versions.hpp"

#include <algorithm>
#include <limits>

namespace orrery::controller {

namespace {

using wire::Error;

enum class Upgrade : std::int8_t { unknown = 0, upgrade = 1, safe_downgrade = 2, unsafe = 3 };

metadata::Record feature_record(const std::string& name, std::int16_t level) {
    wire::FeatureLevelRecord record;
    record.name = name;
    record.feature_level = level;
    return {std::move(record), 0};
}

std::string unsupported(const std::string& who, std::int16_t lowest, std::int16_t highest) {
    if (lowest == 0 && highest == 0)
        return who + " does not support this feature.";
    return who + " only supports versions " + std::to_string(lowest) + "-" +
           std::to_string(highest);
}

/// Why some node can't have the feature at that level; none when all can.
template <class Node>
std::optional<std::string> node_lacks(const Node& node, const std::string& who,
                                      const std::string& name, std::int16_t level) {
    metadata::SupportedFeature range;
    for (const metadata::SupportedFeature& feature : node.features)
        if (feature.name == name)
            range = feature;
    if (level == 0 || (level >= range.lowest && level <= range.highest))
        return std::nullopt;
    return unsupported(who + " " + std::to_string(node.id.value), range.lowest, range.highest);
}

std::optional<std::string> who_lacks(const Basis& basis, const std::string& name,
                                     std::int16_t level) {
    const auto table = metadata::feature_table();
    const auto row = std::find_if(table.begin(), table.end(),
                                  [&](const metadata::FeatureRow& r) { return r.name == name; });
    const std::string local = "Local controller " + std::to_string(basis.settings.node.value);
    if (row == table.end())
        return unsupported(local, 0, 0);
    if (level != 0 && (level < row->lowest || level > row->highest))
        return unsupported(local, row->lowest, row->highest);
    for (const auto& entry : basis.image.brokers())
        if (auto reason = node_lacks(*entry.second, "Broker", name, level))
            return reason;
    for (const auto& entry : basis.image.controllers())
        if (entry.first != basis.settings.node)
            if (auto reason = node_lacks(entry.second, "Controller", name, level))
                return reason;
    return std::nullopt;
}

std::optional<std::string> update_error(const Basis& basis, const std::string& name,
                                        std::int16_t level, Upgrade type) {
    if (type == Upgrade::unknown || static_cast<std::int8_t>(type) > 3)
        return "The controller does not support the given upgrade type.";
    if (level < 0)
        return "A feature version cannot be less than 0.";
    if (auto reason = who_lacks(basis, name, level))
        return reason;
    const std::int16_t present = basis.image.feature(name);
    if (level < present && type == Upgrade::upgrade)
        return "Can't downgrade the version of this feature without setting the upgrade type to "
               "either safe or unsafe downgrade.";
    if (level > present && type != Upgrade::upgrade)
        return "Can't downgrade to a newer version.";
    if (name == metadata::kraft_version_feature)
        return "Can't downgrade the version of this feature.";
    if (name == metadata::metadata_version_feature) {
        if (metadata::metadata_version_name(level).empty())
            return "Valid versions are from 7 to 34.";
        if (level < present && metadata::metadata_changes_between(level, present))
            return "Refusing to perform the requested downgrade because it might delete metadata "
                   "information.";
    }
    if (name == metadata::elr_feature && level > 0 &&
        !metadata::elr_supported(basis.metadata_version()))
        return "metadata.version 4.0-IV1 is needed for it.";
    return std::nullopt;
}

} // namespace

Decision<wire::UpdateFeaturesResponse>
decide_update_features(const Basis& basis, const wire::UpdateFeaturesRequest& request) {
    Decision<wire::UpdateFeaturesResponse> decision;
    bool elr = false;
    for (const auto& update : request.feature_updates) {
        // Version 0 knew only whether a downgrade is allowed.
        const Upgrade type = update.allow_downgrade ? Upgrade::safe_downgrade
                                                    : static_cast<Upgrade>(update.upgrade_type);
        const auto error = update_error(basis, update.feature, update.max_version_level, type);
        if (error) {
            decision.response.error_code = wire::code(Error::invalid_update_version);
            decision.response.error_message = "Invalid update version " +
                                              std::to_string(update.max_version_level) +
                                              " for feature " + update.feature + ". " + *error;
            decision.response.results.clear();
            decision.records.clear();
            return decision;
        }
        elr = elr || (update.feature == metadata::elr_feature && update.max_version_level > 0);
        decision.records.push_back(feature_record(update.feature, update.max_version_level));
        decision.response.results.emplace_back().feature = update.feature;
    }
    if (elr) {
        Records safety;
        elr_safety_records(basis, safety);
        decision.records.insert(decision.records.begin(), safety.begin(), safety.end());
    }
    if (request.validate_only)
        decision.records.clear();
    return decision;
}

Decision<wire::AllocateProducerIdsResponse>
decide_allocate_producer_ids(const Basis& basis, const wire::AllocateProducerIdsRequest& request) {
    Decision<wire::AllocateProducerIdsResponse> decision;
    const NodeId broker{request.broker_id};
    if (const Refusal stale = check_broker_epoch(basis, broker, request.broker_epoch)) {
        decision.response.error_code = wire::code(stale.error);
        return decision;
    }
    const std::int64_t first = basis.image.next_producer_id();
    if (first > std::numeric_limits<std::int64_t>::max() - producer_ids_per_block) {
        decision.response.error_code = wire::code(Error::unknown_server_error);
        return decision;
    }
    wire::ProducerIdsRecord record;
    record.broker_id = request.broker_id;
    record.broker_epoch = request.broker_epoch;
    record.next_producer_id = first + producer_ids_per_block;
    decision.records.push_back({std::move(record), 0});
    decision.response.producer_id_start = first;
    decision.response.producer_id_len = producer_ids_per_block;
    return decision;
}

Records activation_records(const Basis& basis) {
    Records records;
    const metadata::Image& image = basis.image;
    if (image.in_transaction()) {
        wire::AbortTransactionRecord abort;
        abort.reason = "Controller failover";
        records.push_back({std::move(abort), 0});
    }
    if (image.published().metadata_version() != 0)
        return records;
    wire::BeginTransactionRecord begin;
    begin.name = "Bootstrap records";
    records.push_back({std::move(begin), 0});
    // metadata.version first: it says how all after it is to be read.
    for (const auto& [name, level] : basis.settings.bootstrap_features)
        if (name == metadata::metadata_version_feature)
            records.push_back(feature_record(name, level));
    bool elr = false;
    for (const auto& [name, level] : basis.settings.bootstrap_features) {
        if (name == metadata::metadata_version_feature || level == 0)
            continue;
        elr = elr || name == metadata::elr_feature;
        records.push_back(feature_record(name, level));
    }
    if (elr) // with ELR, min.insync.replicas has to be one value for all
        elr_safety_records(basis, records);
    records.push_back({wire::EndTransactionRecord{}, 0});
    return records;
}

} // namespace orrery::controller
