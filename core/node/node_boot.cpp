// The beginning and the end of a node's life: identity from meta.properties, recovery of the logs,
// controlled shutdown, halt.
#include "core/log/meta_properties.hpp"
#include "core/node/features.hpp"
#include "core/node/node.hpp"
#include "core/node/node_step.hpp"

#include <algorithm>

namespace orrery::node {

namespace {

constexpr std::string_view identity_file = "meta.properties";
// Kafka gives controlled shutdown five minutes before it stops anyway.
constexpr Duration stop_patience = seconds(300);

const BootFile* find_file(const std::vector<BootFile>& files, std::string_view name) {
    for (const BootFile& file : files)
        if (file.name == name)
            return &file;
    return nullptr;
}

raft::Config quorum_config(const Config& node, const Uuid& directory,
                           const raft::Planted& planted) {
    raft::Config config;
    config.id = node.id;
    config.directory_id = directory;
    config.cluster_id = node.cluster_id;
    for (const VoterAddress& voter : node.voters)
        config.voters.push_back({voter.id, {}, voter.at});
    std::sort(config.voters.begin(), config.voters.end());
    for (const Listener& listener : node.listeners)
        if (listener.controller)
            config.listener_name = listener.name;
    const metadata::Image nothing;
    const metadata::ConfigView view{nothing, node.properties, node.id};
    const auto ms = [&](std::string_view name) {
        return milliseconds(metadata::broker_number(view, name));
    };
    config.election_timeout = ms("controller.quorum.election.timeout.ms");
    config.election_backoff_max = ms("controller.quorum.election.backoff.max.ms");
    config.fetch_timeout = ms("controller.quorum.fetch.timeout.ms");
    config.request_timeout = ms("controller.quorum.request.timeout.ms");
    config.retry_backoff = ms("controller.quorum.retry.backoff.ms");
    config.append_linger = ms("controller.quorum.append.linger.ms");
    config.segment_bytes = metadata::broker_number(view, "metadata.log.segment.bytes");
    if (const auto bytes = metadata::broker_config(view, "internal.metadata.log.segment.bytes"))
        config.segment_bytes = metadata::parse_number(*bytes).value_or(config.segment_bytes);
    config.segment_ms = metadata::broker_number(view, "metadata.log.segment.ms");
    config.retention_bytes = metadata::broker_number(view, "metadata.max.retention.bytes");
    config.retention_ms = metadata::broker_number(view, "metadata.max.retention.ms");
    config.planted = planted;
    return config;
}

SnapshotSchedule snapshot_schedule(const Config& node, Instant now) {
    const metadata::Image nothing;
    const metadata::ConfigView view{nothing, node.properties, node.id};
    SnapshotSchedule schedule;
    schedule.bytes_max =
        metadata::broker_number(view, "metadata.log.max.record.bytes.between.snapshots");
    schedule.interval =
        milliseconds(metadata::broker_number(view, "metadata.log.max.snapshot.interval.ms"));
    schedule.begin_anew(now);
    return schedule;
}

replica::Config replica_config(const Config& node, const replica::Planted& planted) {
    const metadata::Image nothing;
    const metadata::ConfigView view{nothing, node.properties, node.id};
    const auto number = [&](std::string_view name) { return metadata::broker_number(view, name); };
    const auto ms = [&](std::string_view name) { return milliseconds(number(name)); };
    const auto bytes = [&](std::string_view name) {
        return static_cast<std::int32_t>(number(name));
    };
    replica::Config config;
    config.node = node.id;
    config.properties = node.properties;
    config.lag_time_max = ms("replica.lag.time.max.ms");
    config.fetch_wait_max = ms("replica.fetch.wait.max.ms");
    config.fetch_min_bytes = bytes("replica.fetch.min.bytes");
    config.fetch_partition_bytes = bytes("replica.fetch.max.bytes");
    config.fetch_response_bytes = bytes("replica.fetch.response.max.bytes");
    config.fetch_backoff = ms("replica.fetch.backoff.ms");
    config.request_timeout = ms("replica.socket.timeout.ms");
    config.high_watermark_checkpoint = ms("replica.high.watermark.checkpoint.interval.ms");
    config.recovery_point_checkpoint = ms("log.flush.offset.checkpoint.interval.ms");
    config.log_start_checkpoint = ms("log.flush.start.offset.checkpoint.interval.ms");
    config.retention_check = ms("log.retention.check.interval.ms");
    config.cleaner_enable = metadata::broker_flag(view, "log.cleaner.enable");
    config.cleaner_backoff = ms("log.cleaner.backoff.ms");
    // Kafka keeps 24 bytes of each key, and the buffer nine tenths full.
    config.cleaner_keys = number("log.cleaner.dedupe.buffer.size") / 24 * 9 / 10;
    config.fetch_max_bytes = bytes("fetch.max.bytes");
    config.session_slots = bytes("max.incremental.fetch.session.cache.slots");
    config.planted = planted;
    return config;
}

LifecycleConfig lifecycle_config(const Config& node) {
    const metadata::Image nothing;
    const metadata::ConfigView view{nothing, node.properties, node.id};
    return {milliseconds(metadata::broker_number(view, "broker.heartbeat.interval.ms")),
            milliseconds(metadata::broker_number(view, "broker.session.timeout.ms"))};
}

} // namespace

/// Who we are on this disk. A disk without meta.properties is formatted with a fresh directory id,
/// as kafka-storage would; one of another cluster or node is refused, since its logs are not ours.
bool Node::read_identity(const Started& started, Step& step) {
    const BootFile* file = find_file(started.files, identity_file);
    if (file == nullptr) {
        directory_ = random_.uuid();
        const log::MetaProperties fresh{config_->id, config_->cluster_id, directory_};
        step.out.push_back(Replace{unwatched, std::string(identity_file), log::encode(fresh)});
        return true;
    }
    const auto found = log::decode_meta_properties(file->content);
    if (!found) {
        halt("meta.properties: " + found.error().what, step);
        return false;
    }
    if (found->cluster_id != config_->cluster_id || found->node_id != config_->id) {
        halt("meta.properties is of node " + std::to_string(found->node_id.value) + " of cluster " +
                 found->cluster_id,
             step);
        return false;
    }
    directory_ = found->directory_id;
    return true;
}

void Node::boot(const Started& started, Step& step) {
    random_ = Random(started.random, "node");
    incarnation_ = random_.uuid();
    peers_ = Peers(config_->id, random_.next());
    if (!read_identity(started, step))
        return;

    const std::uint64_t elections = random_.next();
    auto quorum = raft::Quorum::boot(quorum_config(*config_, directory_, planted_.raft),
                                     started.files, elections, step.now, step.raft);
    if (!quorum)
        return halt(quorum.error().where + ": " + quorum.error().what, step);
    quorum_ = std::move(*quorum);
    snapshots_ = snapshot_schedule(*config_, step.instant());

    if (config_->controller) {
        auto settings =
            controller::settings_from(config_->id, config_->cluster_id, config_->properties);
        settings.planted = planted_.controller;
        // A new cluster begins with what this release really has, not with all that Kafka 4.4 has:
        // a finalized feature is a promise that clients act upon.
        std::erase_if(settings.bootstrap_features, [](const auto& feature) {
            return std::none_of(
                std::begin(supported_features), std::end(supported_features),
                [&](const FeatureRange& known) { return known.name == feature.first; });
        });
        const std::uint64_t placement = random_.next();
        controller_.emplace(std::move(settings), Random(placement, "controller"));
    }
    if (config_->broker) {
        const replica::Boot found{started.files, random_.next()};
        replicas_.emplace(replica_config(*config_, planted_.replica), found, step.now,
                          step.replica);
        boot_groups(started.random);
        Registration registration{incarnation_, directory_, BrokerEpoch{-1}};
        if (const auto epoch = replicas_->cleanly_stopped_epoch())
            registration.previous_epoch = *epoch;
        lifecycle_ = Lifecycle(*config_, lifecycle_config(*config_), registration, step.instant());
    }
    registration_retry_ = step.instant();
    step.out.push_back(Note{Fact::node_up, {}, -1, {}, {}});
}

void Node::stop(Step& step) {
    if (stopping_ || !running())
        return;
    stopping_ = true;
    stop_patience_ = step.instant() + stop_patience;
    step.out.push_back(Note{Fact::node_stopping, {}, -1, {}, {}});
    if (replicas_) {
        replicas_->stopping();
        lifecycle_.stop(step.instant());
    } else {
        quorum_->begin_shutdown(step.now, step.raft);
    }
}

void Node::finish_stop(Step& step) {
    step.out.push_back(Note{Fact::node_stopped, {}, -1, {}, {}});
    step.out.push_back(Exit{true, "controlled shutdown"});
    exited_ = true;
}

void Node::halt(std::string why, Step& step) {
    step.out.push_back(Exit{false, std::move(why)});
    exited_ = true;
}

} // namespace orrery::node
