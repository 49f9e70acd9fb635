#include "core/client/config.hpp"

#include "core/base/nearest.hpp"
#include "core/client/config_group.hpp"
#include "core/client/config_rows.hpp"
#include "core/client/config_without_effect.hpp"

#include <limits>

namespace orrery::client {

namespace {

constexpr std::int64_t int_max = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t long_max = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view plaintext_only = "PLAINTEXT|plaintext";
constexpr std::string_view booleans = "false|true|FALSE|TRUE|False|True";

constexpr bool truth(std::int64_t place) {
    return place % 2 == 1;
}
constexpr std::int32_t small(std::int64_t n) {
    return static_cast<std::int32_t>(n);
}

// The setters are spelled as captureless lambdas, so that a row reads: name, range, where it goes.
// clang-format off
const ConfigRow<CommonConfig> common_rows[] = {
    {"bootstrap.servers", {}, 0, 0, nullptr,
     [](CommonConfig& c, std::string_view v) { return parse_servers(v, c.bootstrap_servers); }},
    {"client.id", {}, 0, 0, nullptr,
     [](CommonConfig& c, std::string_view v) { c.client_id = v; return true; }},
    {"connections.max.idle.ms", {}, -long_max, long_max,
     [](CommonConfig& c, std::int64_t n) {
         c.connections_max_idle = milliseconds_of(n < 0 ? 0 : n);
     }},
    {"metadata.max.age.ms", {}, 0, long_max,
     [](CommonConfig& c, std::int64_t n) { c.metadata_max_age = milliseconds_of(n); }},
    {"metadata.recovery.rebootstrap.trigger.ms", {}, 0, long_max,
     [](CommonConfig& c, std::int64_t n) { c.rebootstrap_trigger = milliseconds_of(n); }},
    {"metadata.recovery.strategy", "none|rebootstrap|NONE|REBOOTSTRAP", 0, 0,
     [](CommonConfig& c, std::int64_t n) { c.rebootstrap = truth(n); }},
    {"reconnect.backoff.max.ms", {}, 0, long_max,
     [](CommonConfig& c, std::int64_t n) { c.reconnect_backoff_max = milliseconds_of(n); }},
    {"reconnect.backoff.ms", {}, 0, long_max,
     [](CommonConfig& c, std::int64_t n) { c.reconnect_backoff = milliseconds_of(n); }},
    {"request.timeout.ms", {}, 0, int_max,
     [](CommonConfig& c, std::int64_t n) { c.request_timeout = milliseconds_of(n); }},
    {"retry.backoff.max.ms", {}, 0, long_max,
     [](CommonConfig& c, std::int64_t n) { c.retry_backoff_max = milliseconds_of(n); }},
    {"retry.backoff.ms", {}, 0, long_max,
     [](CommonConfig& c, std::int64_t n) { c.retry_backoff = milliseconds_of(n); }},
    {"security.protocol", plaintext_only},
    {"socket.connection.setup.timeout.max.ms", {}, 0, long_max,
     [](CommonConfig& c, std::int64_t n) { c.setup_timeout_max = milliseconds_of(n); }},
    {"socket.connection.setup.timeout.ms", {}, 0, long_max,
     [](CommonConfig& c, std::int64_t n) { c.setup_timeout = milliseconds_of(n); }},
};

const ConfigRow<ProducerConfig> producer_rows[] = {
    {"acks", "all|-1|0|1", 0, 0,
     [](ProducerConfig& c, std::int64_t n) {
         c.acks = static_cast<std::int16_t>(n < 2 ? -1 : n - 2);
     }},
    {"batch.size", {}, 0, int_max,
     [](ProducerConfig& c, std::int64_t n) { c.batch_size = small(n); }},
    {"buffer.memory", {}, 0, long_max,
     [](ProducerConfig& c, std::int64_t n) { c.buffer_memory = n; }},
    {"client.rack", {}, 0, 0, nullptr,
     [](ProducerConfig& c, std::string_view v) { c.common.client_rack = v; return true; }},
    {"compression.type", "none|gzip|snappy|lz4|zstd", 0, 0,
     [](ProducerConfig& c, std::int64_t n) { c.compression = static_cast<record::Codec>(n); }},
    {"delivery.timeout.ms", {}, 0, int_max,
     [](ProducerConfig& c, std::int64_t n) { c.delivery_timeout = milliseconds_of(n); }},
    {"linger.ms", {}, 0, long_max,
     [](ProducerConfig& c, std::int64_t n) { c.linger = milliseconds_of(n); }},
    {"max.block.ms", {}, 0, long_max,
     [](ProducerConfig& c, std::int64_t n) { c.max_block = milliseconds_of(n); }},
    {"max.in.flight.requests.per.connection", {}, 1, int_max,
     [](ProducerConfig& c, std::int64_t n) { c.max_in_flight = small(n); }},
    {"max.request.size", {}, 0, int_max,
     [](ProducerConfig& c, std::int64_t n) { c.max_request_size = small(n); }},
    {"partitioner.adaptive.partitioning.enable", booleans, 0, 0,
     [](ProducerConfig& c, std::int64_t n) { c.adaptive = truth(n); }},
    {"partitioner.ignore.keys", booleans, 0, 0,
     [](ProducerConfig& c, std::int64_t n) { c.ignore_keys = truth(n); }},
    {"retries", {}, 0, int_max, [](ProducerConfig& c, std::int64_t n) { c.retries = small(n); }},
};

const ConfigRow<ConsumerConfig> consumer_rows[] = {
    {"allow.auto.create.topics", booleans, 0, 0,
     [](ConsumerConfig& c, std::int64_t n) { c.allow_auto_create_topics = truth(n); }},
    {"auto.commit.interval.ms", {}, 0, int_max,
     [](ConsumerConfig& c, std::int64_t n) { c.group.auto_commit_interval = milliseconds_of(n); }},
    {"auto.offset.reset", {}, 0, 0, nullptr,
     [](ConsumerConfig& c, std::string_view v) {
         const std::int64_t place = place_of(v, "earliest|latest|none");
         if (place >= 0) {
             c.reset = static_cast<OffsetReset>(place);
             return true;
         }
         c.reset = OffsetReset::by_duration;
         return v.starts_with("by_duration:") && parse_duration(v.substr(12), c.reset_by);
     }},
    {"check.crcs", booleans, 0, 0,
     [](ConsumerConfig& c, std::int64_t n) { c.check_crcs = truth(n); }},
    {"client.rack", {}, 0, 0, nullptr,
     [](ConsumerConfig& c, std::string_view v) { c.common.client_rack = v; return true; }},
    {"default.api.timeout.ms", {}, 0, int_max,
     [](ConsumerConfig& c, std::int64_t n) { c.group.api_timeout = milliseconds_of(n); }},
    {"enable.auto.commit", booleans, 0, 0,
     [](ConsumerConfig& c, std::int64_t n) { c.group.auto_commit = truth(n); }},
    {"exclude.internal.topics", booleans, 0, 0,
     [](ConsumerConfig& c, std::int64_t n) { c.group.exclude_internal_topics = truth(n); }},
    {"fetch.max.bytes", {}, 0, int_max,
     [](ConsumerConfig& c, std::int64_t n) { c.fetch_max_bytes = small(n); }},
    {"fetch.max.wait.ms", {}, 0, int_max,
     [](ConsumerConfig& c, std::int64_t n) { c.fetch_max_wait = milliseconds_of(n); }},
    {"fetch.min.bytes", {}, 0, int_max,
     [](ConsumerConfig& c, std::int64_t n) { c.fetch_min_bytes = small(n); }},
    {"group.id", {}, 0, 0, nullptr,
     [](ConsumerConfig& c, std::string_view v) { c.group.id = v; return true; }},
    {"group.instance.id", {}, 0, 0, nullptr,
     [](ConsumerConfig& c, std::string_view v) { c.group.instance_id = v; return true; }},
    {"group.protocol", "classic|consumer|CLASSIC|CONSUMER", 0, 0,
     [](ConsumerConfig& c, std::int64_t n) {
         c.group.protocol = truth(n) ? GroupProtocol::consumer : GroupProtocol::classic;
     }},
    {"group.remote.assignor", {}, 0, 0, nullptr,
     [](ConsumerConfig& c, std::string_view v) { c.group.remote_assignor = v; return true; }},
    {"heartbeat.interval.ms", {}, 0, int_max,
     [](ConsumerConfig& c, std::int64_t n) { c.group.heartbeat_interval = milliseconds_of(n); }},
    {"isolation.level", "read_uncommitted|read_committed", 0, 0,
     [](ConsumerConfig& c, std::int64_t n) { c.read_committed = truth(n); }},
    {"max.partition.fetch.bytes", {}, 0, int_max,
     [](ConsumerConfig& c, std::int64_t n) { c.max_partition_fetch_bytes = small(n); }},
    {"max.poll.interval.ms", {}, 1, int_max,
     [](ConsumerConfig& c, std::int64_t n) { c.group.max_poll_interval = milliseconds_of(n); }},
    {"max.poll.records", {}, 1, int_max,
     [](ConsumerConfig& c, std::int64_t n) { c.max_poll_records = small(n); }},
    {"partition.assignment.strategy", {}, 0, 0, nullptr,
     [](ConsumerConfig& c, std::string_view v) { return parse_assignors(v, c.group.assignors); }},
    {"session.timeout.ms", {}, 0, int_max,
     [](ConsumerConfig& c, std::int64_t n) { c.group.session_timeout = milliseconds_of(n); }},
};

const ConfigRow<AdminConfig> admin_rows[] = {
    {"default.api.timeout.ms", {}, 0, int_max,
     [](AdminConfig& c, std::int64_t n) { c.api_timeout = milliseconds_of(n); }},
    {"retries", {}, 0, int_max, [](AdminConfig& c, std::int64_t n) { c.retries = small(n); }},
};
// clang-format on

/// Settings that Orrery doesn't have yet: the one value that asks for nothing new, and what to say
/// of any other.
struct NotYet {
    std::string_view name;
    std::string_view fine;
    const char* what;
};
constexpr NotYet producer_not_yet[] = {
    {"enable.idempotence", "false",
     "the brokers don't give out producer ids yet, so the producer is not idempotent"},
    {"transactional.id", "", "there are no transactions yet"},
    {"transaction.two.phase.commit.enable", "false", "there are no transactions yet"},
    {"partitioner.class", "", "only the built-in partitioner is here"},
    {"partitioner.rack.aware", "false", "the partitioner doesn't look at racks yet"},
    {"partitioner.availability.timeout.ms", "0", "the partitioner doesn't avoid slow brokers yet"},
    {"compression.gzip.level", "-1", "codecs are used at their default level"},
    {"compression.lz4.level", "9", "codecs are used at their default level"},
    {"compression.zstd.level", "3", "codecs are used at their default level"},
};
constexpr NotYet admin_not_yet[] = {
    {"bootstrap.controllers", "", "the admin client talks to brokers: use bootstrap.servers"},
};

InputError unknown_name(const std::string& name, std::vector<std::string_view> known,
                        std::span<const std::string_view> without_effect) {
    known.insert(known.end(), without_effect.begin(), without_effect.end());
    known.insert(known.end(), common_without_effect.begin(), common_without_effect.end());
    for (const auto& row : common_rows)
        known.push_back(row.name);
    const std::string_view near = nearest(name, known);
    return {name, "no such config", near.empty() ? "" : "did you mean " + std::string(near) + "?"};
}

bool holds(std::span<const std::string_view> names, std::string_view name) {
    for (const std::string_view known : names)
        if (known == name)
            return true;
    return false;
}

/// One pair, through the tables in turn.
template <class Config>
Result<void, InputError> apply_pair(const ConfigPair& pair, std::span<const ConfigRow<Config>> rows,
                                    std::span<const NotYet> not_yet,
                                    std::span<const std::string_view> without_effect,
                                    Config& config) {
    for (const auto& row : rows)
        if (row.name == pair.first)
            return apply_row(row, pair, config);
    for (const auto& row : common_rows)
        if (row.name == pair.first)
            return apply_row(row, pair, config.common);
    for (const auto& row : not_yet)
        if (row.name == pair.first) {
            if (pair.second == row.fine)
                return {};
            return failure(
                InputError{pair.first, row.what,
                           row.fine.empty() ? "leave it out" : "only " + std::string(row.fine)});
        }
    if (holds(without_effect, pair.first) || holds(common_without_effect, pair.first))
        return {};
    std::vector<std::string_view> known;
    for (const auto& row : rows)
        known.push_back(row.name);
    for (const auto& row : not_yet)
        known.push_back(row.name);
    return failure(unknown_name(pair.first, std::move(known), without_effect));
}

template <class Config>
Result<Config, InputError> parse(std::span<const ConfigPair> pairs,
                                 std::span<const ConfigRow<Config>> rows,
                                 std::span<const NotYet> not_yet,
                                 std::span<const std::string_view> without_effect, Config config) {
    for (const ConfigPair& pair : pairs)
        if (const auto done = apply_pair(pair, rows, not_yet, without_effect, config); !done)
            return failure(done.error());
    if (config.common.bootstrap_servers.empty())
        return failure(InputError{"bootstrap.servers", "it is required", "host:port,host:port"});
    return config;
}

bool given(std::span<const ConfigPair> pairs, std::string_view name) {
    for (const ConfigPair& pair : pairs)
        if (pair.first == name)
            return true;
    return false;
}

} // namespace

Result<ProducerConfig, InputError> parse_producer_config(std::span<const ConfigPair> pairs) {
    auto config = parse<ProducerConfig>(pairs, producer_rows, producer_not_yet,
                                        producer_without_effect, ProducerConfig{});
    if (!config)
        return config;
    // As in KafkaProducer.configureDeliveryTimeout: a delivery must have the time for one try.
    const Duration one_try{config->linger.ns > long_max - config->common.request_timeout.ns
                               ? long_max
                               : config->linger.ns + config->common.request_timeout.ns};
    if (config->delivery_timeout < one_try) {
        if (given(pairs, "delivery.timeout.ms"))
            return failure(InputError{"delivery.timeout.ms",
                                      "it is less than linger.ms + request.timeout.ms",
                                      "at least " + std::to_string(one_try.ms())});
        config->delivery_timeout = one_try;
    }
    return config;
}

Result<ConsumerConfig, InputError> parse_consumer_config(std::span<const ConfigPair> pairs) {
    auto config =
        parse<ConsumerConfig>(pairs, consumer_rows, {}, consumer_without_effect, ConsumerConfig{});
    if (!config)
        return config;
    if (const auto fits = settle_group_config(pairs, config->group); !fits)
        return failure(fits.error());
    return config;
}

Result<AdminConfig, InputError> parse_admin_config(std::span<const ConfigPair> pairs) {
    AdminConfig defaults;
    defaults.common.connections_max_idle = seconds(300);
    return parse<AdminConfig>(pairs, admin_rows, admin_not_yet, admin_without_effect, defaults);
}

} // namespace orrery::client
