// A scenario as plain data: what a file says, checked and in types. Names of nodes, topics and
// clients are still text here, because who "the leader of orders-0" is, only the moment knows.
#pragma once

#include "core/base/fact.hpp"
#include "core/client/reading.hpp"
#include "sim/scenario/document.hpp"
#include "sim/scenario/plan.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace orrery::sim {

using ConfigPairs = std::vector<std::pair<std::string, std::string>>;

/// Text in one or more languages, by their codes; plain text is English.
using Text = std::map<std::string, std::string>;

struct TopicPlan {
    std::string name;
    std::int32_t partitions = 1;
    std::int16_t replication_factor = -1; ///< -1: default.replication.factor
    std::vector<std::vector<std::int32_t>>
        assignment; ///< replicas by partition; empty: the controller's choice
    ConfigPairs configs;
    bool operator==(const TopicPlan&) const = default;
    ORRERY_FIELDS(name, partitions, replication_factor, assignment, configs)
};

enum class Keys : std::uint8_t { none, sequence, skewed };

struct ProducerPlan {
    std::string topic;
    std::int64_t records_per_1000s = 1'000'000; ///< the rate in thousandths of a record a second
    std::int64_t count = -1;                    ///< -1: no limit
    std::int32_t record_size = 100;
    Keys keys = Keys::none;
    std::int64_t key_count = 0; ///< of Keys::sequence; 0: every sequence number is a key of its own
    std::vector<std::int64_t> key_weights; ///< of Keys::skewed
    Duration start;
    std::optional<Duration> stop;
    ConfigPairs configs;
    bool operator==(const ProducerPlan&) const = default;
    ORRERY_FIELDS(topic, records_per_1000s, count, record_size, keys, key_count, key_weights, start,
                  stop, configs)
};

struct ConsumerPlan {
    std::string topic;
    std::vector<std::int32_t> partitions; ///< empty: all
    std::int64_t records_per_second = 0;  ///< 0: at once
    Duration start;
    std::optional<Duration> stop;
    ConfigPairs configs;
    /// Its group.id; then partitions come from the group. Empty: it reads alone.
    std::string group;
    std::vector<std::string> topics; ///< in a group: instead of `topic` or `pattern`
    std::string pattern;
    Duration time_per_record;
    client::CommitStrategy commit = client::CommitStrategy::automatic;
    std::optional<client::Crash> crash;
    std::optional<Duration> restart_after; ///< so long after its process first ended
    bool operator==(const ConsumerPlan&) const = default;
    ORRERY_FIELDS(topic, partitions, records_per_second, start, stop, configs, group, topics,
                  pattern, time_per_record, commit, crash, restart_after)
};

struct ClientPlan {
    std::string name;
    std::variant<ProducerPlan, ConsumerPlan> role;
    std::string path{}; ///< in the file, for errors: "/clients/2"
    bool operator==(const ClientPlan&) const = default;
    ORRERY_FIELDS(name, role, path)
};

// --- conditions
// -----------------------------------------------------------------------------------

/// What a value is held against. Numbers, words ("running") and lists ([1, 2]) can be.
struct Comparison {
    enum class Kind : std::uint8_t { is, is_not, at_least, at_most, above, below, has };
    using Value = std::variant<std::int64_t, std::string, std::vector<std::int64_t>>;
    Kind kind = Kind::is;
    Value value;
    bool operator==(const Comparison&) const = default;
    ORRERY_FIELDS(kind, value)
};
bool holds(const Comparison& comparison, const Comparison::Value& value);

/// A fact of a kind, told by somebody, about something, with numbers like these.
struct FactMatch {
    Fact fact{};
    std::string who; ///< empty: anybody
    std::string topic;
    std::int32_t partition = -1;
    std::vector<std::pair<std::string, Comparison>> where; ///< by the names of the fact's numbers
    std::string text_has;
    bool operator==(const FactMatch&) const = default;
    ORRERY_FIELDS(fact, who, topic, partition, where, text_has)
};

/// A fact that happens, a count of facts so far, a value of the cluster, or a combination of such.
struct Condition {
    enum class Kind : std::uint8_t { fact, count, value, all, any, no };
    Kind kind = Kind::value;
    FactMatch match;              ///< of fact and count
    std::string metric;           ///< of value: "isr_size"
    std::string of;               ///< "orders-0", "broker 1", "producer-a"; empty: the cluster
    Comparison comparison;        ///< of count and value
    std::vector<Condition> parts; ///< of all, any, no
    bool operator==(const Condition&) const = default;
    ORRERY_FIELDS(kind, match, metric, of, comparison, parts)
};

// --- what happens
// ---------------------------------------------------------------------------------

/// Two ends of links; each may be several actors.
struct LinkEnds {
    std::string from;
    std::string to;
    bool both_ways = true;
    bool operator==(const LinkEnds&) const = default;
    ORRERY_FIELDS(from, to, both_ways)
};

/// A verb of the timeline, or of a hand on the window. `name` is the schema's word for it; which of
/// the other members it uses, the schema says.
struct Verb {
    std::string name; ///< "kill", "cut", "create_topic"
    std::string who;
    LinkEnds link;
    std::vector<std::vector<std::string>> groups; ///< split
    Duration by; ///< delay, clock_skew, clock_jump; down time of a restart
    Duration jitter;
    Duration period;
    Duration down;
    /// Factor, ppm, bytes a second, partitions; which message, from 0; an offset; records.
    std::int64_t number = 0;
    bool clean = true;  ///< restart
    TopicPlan topic;    ///< create_topic, delete_topic, add_partitions; configs of alter_config
    std::string broker; ///< alter_config: an id, or "all"
    std::vector<std::string> remove; ///< alter_config: names to delete
    std::string partition;           ///< elect_leader, produce: "orders-0"
    bool unclean = false;            ///< elect_leader
    client::CrashPoint point{};      ///< crash_at
    bool operator==(const Verb&) const = default;
    ORRERY_FIELDS(name, who, link, groups, by, jitter, period, down, number, clean, topic, broker,
                  remove, partition, unclean, point)
};

struct Moment {
    std::string path; ///< in the file, for reports: "/timeline/2"
    std::optional<Duration> at;
    std::optional<Condition> when;
    Duration after; ///< so long after `when` holds
    Verb verb;
    bool operator==(const Moment&) const = default;
    ORRERY_FIELDS(path, at, when, after, verb)
};

struct Expectation {
    enum class Kind : std::uint8_t { always, eventually, never, at_end, breaks };
    std::string name;
    std::string because;
    Kind kind = Kind::at_end;
    Condition condition;
    std::string invariant;  ///< of breaks
    std::string excused_by; ///< of breaks: what the excuse says; empty: excused or not
    Duration from;
    std::optional<Duration> by;
    bool operator==(const Expectation&) const = default;
    ORRERY_FIELDS(name, because, kind, condition, invariant, excused_by, from, by)
};

struct LessonStep {
    std::optional<Condition> when; ///< the first step has none: it is shown from the beginning
    Text text;
    Text look_at;
    bool operator==(const LessonStep&) const = default;
    ORRERY_FIELDS(when, text, look_at)
};

struct Lesson {
    Text title;
    Text intro;
    std::vector<LessonStep> steps;
    std::vector<Text> tries;
    bool operator==(const Lesson&) const = default;
    ORRERY_FIELDS(title, intro, steps, tries)
};

struct Scenario {
    std::string file;
    std::string title;
    Duration duration;
    ClusterPlan cluster;
    std::vector<TopicPlan> topics;
    std::vector<ClientPlan> clients;
    std::vector<Moment> timeline;
    std::vector<Expectation> expectations;
    std::optional<Lesson> lesson;
    bool operator==(const Scenario&) const = default;
    ORRERY_FIELDS(file, title, duration, cluster, topics, clients, timeline, expectations, lesson)
};

/// Reads a scenario from its text; `file` is for messages. All that is wrong is told at once:
/// against the schema, or, where that is fine, against the cluster and its names.
Result<Scenario, InputErrors> read_scenario(std::string_view file, std::string_view text);

} // namespace orrery::sim
