// What a client is told: Kafka's own config names, with Kafka 4.4's defaults, as typed structs.
//
// parse_*_config takes (name, value) pairs. Every name that Kafka's client knows is accepted; those
// that could change nothing here (metrics, socket buffers, serializers, ...) are only checked for
// their type. A name nobody knows, a value that can't be, and a setting that asks for what Orrery
// doesn't have yet (idempotence, TLS) are InputErrors: `where` is the name, `hint` the
// nearest right name or the values allowed.
#pragma once

#include "core/base/process.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/client/assignor.hpp"
#include "core/record/codec.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace orrery::client {

using ConfigPair = std::pair<std::string, std::string>;

/// What producer, consumer and admin have in common: who to talk to and how patiently.
struct CommonConfig {
    std::vector<Endpoint> bootstrap_servers;
    std::string client_id;
    std::string client_rack;
    Duration request_timeout = seconds(30);
    Duration retry_backoff = milliseconds(100);
    Duration retry_backoff_max = seconds(1);
    Duration reconnect_backoff = milliseconds(50);
    Duration reconnect_backoff_max = seconds(1);
    Duration setup_timeout = seconds(10);
    Duration setup_timeout_max = seconds(30);
    Duration connections_max_idle = seconds(540);
    Duration metadata_max_age = seconds(300);
    Duration rebootstrap_trigger = seconds(300);
    bool rebootstrap = true; ///< metadata.recovery.strategy
    bool operator==(const CommonConfig&) const = default;
    ORRERY_FIELDS(bootstrap_servers, client_id, client_rack, request_timeout, retry_backoff,
                  retry_backoff_max, reconnect_backoff, reconnect_backoff_max, setup_timeout,
                  setup_timeout_max, connections_max_idle, metadata_max_age, rebootstrap_trigger,
                  rebootstrap)
};

struct ProducerConfig {
    CommonConfig common;
    std::int16_t acks = -1; ///< 0, 1, or -1 for all
    std::int32_t batch_size = 16'384;
    std::int64_t buffer_memory = 33'554'432;
    std::int32_t max_request_size = 1'048'576;
    record::Codec compression = record::Codec::none; ///< compression.type
    Duration linger = milliseconds(5);
    Duration max_block = seconds(60);
    Duration delivery_timeout = seconds(120);
    std::int32_t max_in_flight = 5; ///< max.in.flight.requests.per.connection
    std::int32_t retries = 2'147'483'647;
    bool ignore_keys = false; ///< partitioner.ignore.keys
    bool adaptive = true;     ///< partitioner.adaptive.partitioning.enable
    bool operator==(const ProducerConfig&) const = default;
    ORRERY_FIELDS(common, acks, batch_size, buffer_memory, max_request_size, compression, linger,
                  max_block, delivery_timeout, max_in_flight, retries, ignore_keys, adaptive)
};

enum class OffsetReset : std::uint8_t { earliest, latest, none, by_duration };
constexpr std::string_view name_of(OffsetReset reset) {
    switch (reset) {
    case OffsetReset::earliest: return "earliest";
    case OffsetReset::latest: return "latest";
    case OffsetReset::none: return "none";
    case OffsetReset::by_duration: return "by_duration";
    }
    return "?";
}

enum class GroupProtocol : std::uint8_t { classic, consumer };
constexpr std::string_view name_of(GroupProtocol protocol) {
    return protocol == GroupProtocol::classic ? "classic" : "consumer";
}

/// What a consumer is told of its group. With an empty id it has none.
struct GroupConfig {
    std::string id;
    std::string instance_id; ///< of a static member (KIP-345)
    GroupProtocol protocol = GroupProtocol::classic;
    std::string remote_assignor; ///< consumer protocol; empty: as the broker likes
    /// partition.assignment.strategy, the most wanted first
    std::vector<Assignor> assignors{Assignor::range, Assignor::cooperative_sticky};
    Duration session_timeout = seconds(45);
    Duration heartbeat_interval = seconds(3);
    Duration max_poll_interval = seconds(300);
    bool auto_commit = false; ///< enable.auto.commit; Kafka's default is true if there is a group
    Duration auto_commit_interval = seconds(5);
    Duration api_timeout = seconds(60); ///< default.api.timeout.ms
    bool exclude_internal_topics = true;
    bool operator==(const GroupConfig&) const = default;
    ORRERY_FIELDS(id, instance_id, protocol, remote_assignor, assignors, session_timeout,
                  heartbeat_interval, max_poll_interval, auto_commit, auto_commit_interval,
                  api_timeout, exclude_internal_topics)
};

struct ConsumerConfig {
    CommonConfig common;
    std::int32_t fetch_min_bytes = 1;
    std::int32_t fetch_max_bytes = 52'428'800;
    std::int32_t max_partition_fetch_bytes = 1'048'576;
    Duration fetch_max_wait = milliseconds(500);
    std::int32_t max_poll_records = 500;
    bool read_committed = false; ///< isolation.level
    bool check_crcs = true;
    OffsetReset reset = OffsetReset::latest; ///< auto.offset.reset
    Duration reset_by{};                     ///< of by_duration: so long before now
    bool allow_auto_create_topics = true;
    GroupConfig group;
    bool operator==(const ConsumerConfig&) const = default;
    ORRERY_FIELDS(common, fetch_min_bytes, fetch_max_bytes, max_partition_fetch_bytes,
                  fetch_max_wait, max_poll_records, read_committed, check_crcs, reset, reset_by,
                  allow_auto_create_topics, group)
};

struct AdminConfig {
    CommonConfig common;
    Duration api_timeout = seconds(60); ///< default.api.timeout.ms
    std::int32_t retries = 2'147'483'647;
    bool operator==(const AdminConfig&) const = default;
    ORRERY_FIELDS(common, api_timeout, retries)
};

/// bootstrap.servers is required by all three; the rest has Kafka's defaults.
Result<ProducerConfig, InputError> parse_producer_config(std::span<const ConfigPair> pairs);
Result<ConsumerConfig, InputError> parse_consumer_config(std::span<const ConfigPair> pairs);
Result<AdminConfig, InputError> parse_admin_config(std::span<const ConfigPair> pairs);

} // namespace orrery::client
