// Configs: the tables, Kafka's sentences about bad values, and which of several values counts.
#include "core/metadata/configs.hpp"
#include "core/metadata/versions.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::metadata;

namespace {

std::string verdict(std::string name, std::string value) {
    ConfigMap configs;
    configs[name] = std::move(value);
    return configs_error(ConfigScope::topic, configs).value_or("ok");
}

void set(Image& image, ResourceType type, std::string resource, std::string name,
         std::string value) {
    wire::ConfigRecord record;
    record.resource_type = static_cast<std::int8_t>(type);
    record.resource_name = std::move(resource);
    record.name = std::move(name);
    record.value = std::move(value);
    REQUIRE(image.apply({record, 0}, image.offset() + 1, LeaderEpoch{1}, nullptr).has_value());
}

} // namespace

TEST_CASE("the tables know Kafka's configs with their types, defaults and limits") {
    CHECK(config_definitions(ConfigScope::broker).size() == 379);
    CHECK(config_definitions(ConfigScope::topic).size() == 38);
    CHECK(config_definitions(ConfigScope::producer).size() == 120);
    const ConfigDefinition* min_isr = config_definition(ConfigScope::topic, "min.insync.replicas");
    REQUIRE(min_isr);
    CHECK(min_isr->type == ConfigType::int32);
    CHECK(min_isr->default_value == "1");
    CHECK(min_isr->broker_name == "min.insync.replicas");
    const ConfigDefinition* log_dirs = config_definition(ConfigScope::broker, "log.dirs");
    REQUIRE(log_dirs);
    CHECK(!log_dirs->default_value.has_value());
    CHECK(log_dirs->update == UpdateMode::read_only);
    CHECK(config_definition(ConfigScope::broker, "listeners")->update == UpdateMode::per_broker);
    CHECK(config_definition(ConfigScope::broker, "ssl.key.password")->sensitive());
    CHECK(config_definition(ConfigScope::topic, "no.such") == nullptr);
}

TEST_CASE("every default is a value that its own definition allows") {
    for (const auto scope :
         {ConfigScope::broker, ConfigScope::topic, ConfigScope::group, ConfigScope::client_metrics,
          ConfigScope::producer, ConfigScope::consumer, ConfigScope::admin})
        for (const ConfigDefinition& definition : config_definitions(scope)) {
            INFO(definition.name);
            if (definition.default_value)
                CHECK(config_error(definition, *definition.default_value).value_or("ok") == "ok");
        }
}

TEST_CASE("bad values are refused in Kafka's words") {
    const std::string invalid = "Invalid value ";
    CHECK(verdict("min.insync.replicas", "0") ==
          invalid + "0 for configuration min.insync.replicas: Value must be at least 1");
    CHECK(verdict("min.insync.replicas", "x") ==
          invalid + "x for configuration min.insync.replicas: Not a number of type INT");
    CHECK(verdict("retention.ms", "-5") ==
          invalid + "-5 for configuration retention.ms: Value must be at least -1");
    CHECK(verdict("retention.ms", "") ==
          invalid + " for configuration retention.ms: Not a number of type LONG");
    CHECK(verdict("cleanup.policy", "foo") ==
          invalid + "foo for configuration cleanup.policy: String must be one of: compact, delete");
    CHECK(verdict("compression.type", "zip") ==
          invalid + "zip for configuration compression.type: String must be one of: uncompressed, "
                    "zstd, lz4, snappy, gzip, producer");
    CHECK(verdict("preallocate", "maybe") ==
          invalid + "maybe for configuration preallocate: Expected value to be either true or "
                    "false");
    CHECK(verdict("min.cleanable.dirty.ratio", "2") ==
          invalid + "2.0 for configuration min.cleanable.dirty.ratio: Value must be no more than "
                    "1");
    CHECK(verdict("compression.gzip.level", "0") ==
          invalid + "0 for configuration compression.gzip.level: Value must be between 1 and 9 or "
                    "equal to -1");
    CHECK(verdict("compression.zstd.level", "23") ==
          invalid + "23 for configuration compression.zstd.level: Value must be no more than 22");
    CHECK(verdict("segment.bytes", "99999999999") ==
          invalid + "99999999999 for configuration segment.bytes: Not a number of type INT");
    CHECK(verdict("leader.replication.throttled.replicas", "abc") ==
          invalid + "[abc] for configuration leader.replication.throttled.replicas: "
                    "leader.replication.throttled.replicas must be the literal '*' or a list of "
                    "replicas in the following format: "
                    "[partitionId]:[brokerId],[partitionId]:[brokerId],...");
    CHECK(verdict("nosuch.config", "1") == "Unknown topic config name: nosuch.config");
    ConfigMap lags;
    lags["min.compaction.lag.ms"] = "10";
    lags["max.compaction.lag.ms"] = "5";
    CHECK(configs_error(ConfigScope::topic, lags) ==
          "conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)");
}

TEST_CASE("good values pass, however they are written") {
    CHECK(verdict("retention.ms", " 7 ") == "ok");
    CHECK(verdict("retention.ms", "+7") == "ok");
    CHECK(verdict("cleanup.policy", "delete, compact") == "ok");
    CHECK(verdict("cleanup.policy", "") == "ok");
    CHECK(verdict("unclean.leader.election.enable", "TRUE") == "ok");
    CHECK(verdict("compression.gzip.level", "-1") == "ok");
    CHECK(verdict("leader.replication.throttled.replicas", "*") == "ok");
    CHECK(verdict("leader.replication.throttled.replicas", "0:1,1:2") == "ok");
    CHECK(parse_list("a, b,,c,") == std::vector<std::string>{"a", "b", "", "c"});
}

TEST_CASE("a topic's config is looked for on the topic, the broker, all brokers, the file, last "
          "the default") {
    Image image;
    Properties file;
    const ConfigView view{image, file, NodeId{1}};
    const auto retention = [&] { return topic_number(view, "orders", "retention.ms"); };
    CHECK(retention() == 604800000);
    CHECK(topic_synonyms(view, "orders", "retention.ms").front().source ==
          ConfigSource::default_config);
    file["log.retention.hours"] = "2";
    CHECK(retention() == 7200000);
    file["log.retention.minutes"] = "3";
    CHECK(retention() == 180000);
    set(image, ResourceType::broker, "", "log.retention.ms", "40");
    CHECK(retention() == 40);
    set(image, ResourceType::broker, "2", "log.retention.ms", "41");
    CHECK(retention() == 40);
    set(image, ResourceType::broker, "1", "log.retention.ms", "42");
    CHECK(retention() == 42);
    set(image, ResourceType::topic, "orders", "retention.ms", "43");
    CHECK(retention() == 43);
    const auto synonyms = topic_synonyms(view, "orders", "retention.ms");
    REQUIRE(synonyms.size() == 6);
    CHECK(synonyms[0] == ConfigSynonym{"retention.ms", "43", ConfigSource::topic});
    CHECK(synonyms[1] == ConfigSynonym{"log.retention.ms", "42", ConfigSource::dynamic_broker});
    CHECK(synonyms[3] == ConfigSynonym{"log.retention.minutes", "3", ConfigSource::static_broker});
    CHECK(synonyms[5] == ConfigSynonym{"log.retention.hours", "168", ConfigSource::default_config});
    CHECK(topic_number({image, file, NodeId{3}}, "other", "retention.ms") == 40);
    file["log.retention.minutes"] = "-1";
    CHECK(topic_number({Image(), file, NodeId{3}}, "other", "retention.ms") == -1);
    CHECK(broker_number(view, "num.partitions") == 1);
}

TEST_CASE("a broker takes only its dynamic configs while it runs") {
    using Configs = ConfigMap;
    const auto one = [](const char* name, const char* value, bool whole_cluster) {
        Configs configs;
        configs[name] = value;
        return dynamic_configs_error(configs, whole_cluster);
    };
    CHECK_FALSE(one("log.retention.ms", "1000", true).has_value());
    CHECK_FALSE(one("custom.plugin", "anything", true).has_value());
    Configs fixed;
    fixed["log.dirs"] = "/tmp";
    fixed["broker.rack"] = "a";
    fixed["log.retention.ms"] = "soon"; // what can't be changed at all comes first
    CHECK(dynamic_configs_error(fixed, false) ==
          "Cannot update these configs dynamically: [broker.rack, log.dirs]");
    CHECK(one("log.retention.ms", "soon", false) ==
          "Invalid value soon for configuration log.retention.ms: Not a number of type LONG");
    CHECK(one("ssl.keystore.location", "/tmp/keys", false) ==
          "These security configs can be dynamically updated only per-listener using the listener "
          "prefix: [ssl.keystore.location]");
    CHECK_FALSE(one("listener.name.external.ssl.keystore.location", "/tmp/keys", false));
    CHECK(one("listener.name.external.ssl.keystore.location", "/tmp/keys", true) ==
          "Cannot update these configs at default cluster level, broker id must be specified: "
          "[listener.name.external.ssl.keystore.location]");
    CHECK_FALSE(one("listeners", "PLAINTEXT://:9092", false).has_value());
    CHECK(one("listeners", "PLAINTEXT://:9092", true).has_value());
    CHECK_FALSE(one("max.connections", "100", true).has_value());
}

TEST_CASE("features have Kafka 4.4's levels") {
    CHECK(metadata_version_name(33) == "4.4-IV2");
    CHECK(metadata_version_level("4.0-IV1") == 23);
    CHECK(metadata_version_name(6).empty());
    CHECK(register_broker_version(33) == 4);
    CHECK(register_broker_version(29) == 3);
    CHECK(partition_version(22) == 1);
    CHECK(partition_version(16) == 0);
    CHECK(!metadata_changes_between(31, 31));
    CHECK(!metadata_changes_between(30, 31));
    CHECK(metadata_changes_between(31, 33));
}
