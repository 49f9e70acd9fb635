// Kafka's configs as data: every name that Kafka 4.4 knows with its type, default and limits (from
// the tables in schema/), how a value is checked, and which value is in effect where several
// places set one.
//
// A topic's config is looked for in this order (as DescribeConfigs lists synonyms): set on the
// topic; set dynamically on the broker; on the default of all brokers; in the broker's own file;
// the built-in default. The last four go by the broker's name for it ("log.segment.bytes" for
// "segment.bytes"), or names: retention.ms is log.retention.ms, else .minutes, else .hours.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/metadata/image.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::metadata {

/// Whose config it is.
enum class ConfigScope : std::uint8_t {
    broker,
    topic,
    group,
    client_metrics,
    producer,
    consumer,
    admin,
};

/// With the numbers of DescribeConfigs.
enum class ConfigType : std::int8_t {
    boolean = 1,
    string = 2,
    int32 = 3,
    int16 = 4,
    int64 = 5,
    float64 = 6,
    list = 7,
    class_name = 8,
    password = 9,
};
std::string_view name_of(ConfigType type); ///< "BOOLEAN"

/// Where a value in effect comes from, with the numbers of DescribeConfigs.
enum class ConfigSource : std::int8_t {
    unknown = 0,
    topic = 1,
    dynamic_broker = 2,
    dynamic_default_broker = 3,
    static_broker = 4,
    default_config = 5,
    dynamic_broker_logger = 6,
    client_metrics = 7,
    group = 8,
};

/// How a broker's config may be changed while it runs (KIP-226).
enum class UpdateMode : std::uint8_t { read_only, per_broker, cluster_wide };

struct ConfigDefinition {
    std::string_view name;
    ConfigType type{};
    std::optional<std::string_view> default_value; ///< none: null, or required
    std::string_view allowed;     ///< as Kafka writes it: "[1,...]", "[a, b]", "non-empty string"
    std::string_view importance;  ///< "HIGH"
    std::string_view broker_name; ///< what a topic's or group's config falls back to; may be empty
    UpdateMode update = UpdateMode::read_only; ///< of broker configs
    bool internal = false;                     ///< not shown by DescribeConfigs
    bool required = false;
    bool sensitive() const { return type == ConfigType::password; }
};

/// All definitions of a scope, in order of their names.
std::span<const ConfigDefinition> config_definitions(ConfigScope scope);
/// Null when Kafka has no such config.
const ConfigDefinition* config_definition(ConfigScope scope, std::string_view name);

// --- checking
/// Kafka's sentence about a value that its definition does not allow ("Invalid value x for
/// configuration y: Not a number of type INT"); none when it is fine.
std::optional<std::string> config_error(const ConfigDefinition& definition, std::string_view value);
/// What is wrong with the whole set of a resource's configs; none when they are fine. Error
/// code is INVALID_CONFIG.
std::optional<std::string> configs_error(ConfigScope scope, const ConfigMap& configs);
/// Why a running broker refuses to have these dynamic configs (KIP-226): all that are set on it,
/// or, with `whole_cluster`, on the default of all brokers. In Kafka's order: configs that can't
/// change while it runs, security configs without a listener, values that are none, configs that a
/// broker has for itself. None when all are fine; the error code is INVALID_REQUEST.
std::optional<std::string> dynamic_configs_error(const ConfigMap& configs, bool whole_cluster);
/// The definitive form of a typed value; nullopt if it isn't one.
std::optional<std::int64_t> parse_number(std::string_view value);
std::optional<bool> parse_flag(std::string_view value);
/// "a, b,,c" as Kafka splits lists: a b c, without blanks around.
std::vector<std::string> parse_list(std::string_view value);

// --- what is in effect
/// server.properties of a node, or the config of a scenario: names to values.
using Properties = FlatMap<std::string, std::string>;

/// Whose eyes: an image, and the node whose own file and dynamic configs count.
struct ConfigView {
    const Image& image;
    const Properties& file;
    NodeId node;
};

struct ConfigSynonym {
    std::string name; ///< the name at its place: "log.segment.bytes"
    std::optional<std::string> value;
    ConfigSource source{};
    bool operator==(const ConfigSynonym&) const = default;
    ORRERY_FIELDS(name, value, source)
};
/// All places that set the config, first the one in effect. Empty: unknown name, or nowhere set
/// and without a default.
std::vector<ConfigSynonym> topic_synonyms(const ConfigView& view, std::string_view topic,
                                          std::string_view name);
std::vector<ConfigSynonym> broker_synonyms(const ConfigView& view, std::string_view name);

/// The value in effect by a known name (expect()s that Kafka has it); none for null. Cheap enough
/// for a decision, not for each record: keep what a hot path needs.
std::optional<std::string> topic_config(const ConfigView& view, std::string_view topic,
                                        std::string_view name);
std::optional<std::string> broker_config(const ConfigView& view, std::string_view name);
/// The same as a number or flag. A file's value was checked at boot; should it be none all the
/// same, the built-in default stands.
std::int64_t topic_number(const ConfigView& view, std::string_view topic, std::string_view name);
bool topic_flag(const ConfigView& view, std::string_view topic, std::string_view name);
std::int64_t broker_number(const ConfigView& view, std::string_view name);
bool broker_flag(const ConfigView& view, std::string_view name);

} // namespace orrery::metadata
