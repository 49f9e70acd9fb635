// Clients from JSON: producers, consumers alone, and consumers that share a group.
#include "sim/scenario/read.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace orrery::sim {

namespace {

using client::CommitStrategy;
using client::CrashPoint;
using nlohmann::json;

std::optional<Duration> maybe_duration(const json& from, const char* name) {
    return from.contains(name) ? std::optional(duration_of(from.at(name))) : std::nullopt;
}

/// The one of `all` that has the name; the schema has checked that there is one.
template <class Enum, std::size_t N>
Enum named(const std::array<Enum, N>& all, std::string_view name) {
    for (const Enum one : all)
        if (name_of(one) == name)
            return one;
    return all[0];
}

ProducerPlan read_producer(const json& from) {
    ProducerPlan plan;
    plan.topic = from.at("topic").get<std::string>();
    // The one place where a number with a point enters: it is made whole at once.
    const auto rate = parse_duration(from.value("rate", json(1000)).dump());
    plan.records_per_1000s = rate ? rate->ns / 1000 : 0;
    plan.count = from.value("count", std::int64_t{-1});
    plan.record_size = from.value("record_size", 100);
    const std::string keys = from.value("keys", "none");
    if (keys.starts_with("sequence")) {
        plan.keys = Keys::sequence;
        const auto percent = keys.find('%');
        if (percent != std::string::npos)
            plan.key_count = metadata::parse_number(keys.substr(percent + 1)).value_or(0);
    }
    plan.key_weights = from.value("key_weights", std::vector<std::int64_t>{});
    if (!plan.key_weights.empty())
        plan.keys = Keys::skewed;
    plan.start = maybe_duration(from, "start").value_or(Duration{});
    plan.stop = maybe_duration(from, "stop");
    plan.configs = read_configs(from);
    return plan;
}

ConsumerPlan read_consumer(const json& from) {
    ConsumerPlan plan;
    plan.topic = from.value("topic", "");
    plan.group = from.value("group", "");
    plan.topics = from.value("topics", std::vector<std::string>{});
    plan.pattern = from.value("pattern", "");
    plan.partitions = from.value("partitions", std::vector<std::int32_t>{});
    plan.records_per_second = from.value("records_per_second", std::int64_t{0});
    plan.time_per_record = maybe_duration(from, "time_per_record").value_or(Duration{});
    plan.commit = named(std::array{CommitStrategy::automatic, CommitStrategy::after_processing,
                                   CommitStrategy::before_processing, CommitStrategy::asynchronous,
                                   CommitStrategy::none},
                        from.value("commit", "automatic"));
    if (from.contains("crash"))
        plan.crash = client::Crash{from.at("crash").value("after_records", std::int64_t{0}),
                                   read_crash_point(from.at("crash"))};
    plan.restart_after = maybe_duration(from, "restart_after");
    plan.start = maybe_duration(from, "start").value_or(Duration{});
    plan.stop = maybe_duration(from, "stop");
    plan.configs = read_configs(from);
    return plan;
}

} // namespace

client::CrashPoint read_crash_point(const json& from) {
    return named(std::array{CrashPoint::before_processing, CrashPoint::after_processing,
                            CrashPoint::after_commit},
                 from.at("point").get<std::string>());
}

std::vector<ClientPlan> read_clients(const json& from) {
    const std::string name = from.at("name").get<std::string>();
    if (from.contains("producer"))
        return {{name, read_producer(from.at("producer"))}};
    const json& consumer = from.at("consumer");
    const bool several = consumer.contains("members");
    const Duration stagger = maybe_duration(consumer, "stagger").value_or(Duration{});
    std::vector<ClientPlan> clients;
    for (std::int64_t i = 0; i < consumer.value("members", std::int64_t{1}); ++i) {
        ConsumerPlan plan = read_consumer(consumer);
        const std::string its_name = several ? name + "-" + std::to_string(i + 1) : name;
        plan.start = plan.start + stagger * i;
        if (consumer.value("static", false))
            plan.configs.emplace_back("group.instance.id", its_name);
        clients.push_back({its_name, std::move(plan)});
    }
    return clients;
}

} // namespace orrery::sim
