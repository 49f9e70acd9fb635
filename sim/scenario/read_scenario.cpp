// A scenario from its text: the parts read and put together, then held against each other, so that
// a name that the cluster doesn't have is told where it stands.
#include "core/client/config.hpp"
#include "core/metadata/configs.hpp"
#include "sim/checks/checks.hpp"
#include "sim/scenario/cast.hpp"
#include "sim/scenario/group_metrics.hpp"
#include "sim/scenario/metrics.hpp"
#include "sim/scenario/read.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace orrery::sim {

namespace {

using nlohmann::json;

class Checking {
public:
    explicit Checking(const Scenario& scenario) : scenario_(scenario) {}

    InputErrors errors() {
        check_cluster();
        for (std::size_t i = 0; i < scenario_.topics.size(); ++i)
            check_topic(scenario_.topics[i], "/topics/" + std::to_string(i));
        check_clients();
        for (const Moment& moment : scenario_.timeline)
            check_moment(moment);
        for (std::size_t i = 0; i < scenario_.expectations.size(); ++i)
            check_expectation(scenario_.expectations[i], "/expect/" + std::to_string(i));
        if (scenario_.lesson)
            for (std::size_t i = 0; i < scenario_.lesson->steps.size(); ++i)
                if (scenario_.lesson->steps[i].when)
                    check_condition(*scenario_.lesson->steps[i].when,
                                    "/lesson/steps/" + std::to_string(i) + "/when");
        return std::move(errors_);
    }

private:
    void fail(const std::string& path, std::string what, std::string hint = {}) {
        errors_.push_back({scenario_.file + ": " + path, std::move(what), std::move(hint)});
    }

    // --- cluster and topics
    void check_configs(metadata::ConfigScope scope, const ConfigPairs& configs,
                       const std::string& path) {
        for (const auto& [name, value] : configs) {
            const auto* definition = metadata::config_definition(scope, name);
            if (definition == nullptr) {
                std::vector<std::string> known;
                for (const auto& one : metadata::config_definitions(scope))
                    known.emplace_back(one.name);
                fail(path + "/" + name, "Kafka has no such config", hint_for(name, known));
            } else if (const auto error = metadata::config_error(*definition, value)) {
                fail(path + "/" + name, *error);
            }
        }
    }
    void check_cluster() {
        const auto as_pairs = [](const metadata::Properties& properties) {
            return ConfigPairs(properties.begin(), properties.end());
        };
        check_configs(metadata::ConfigScope::broker, as_pairs(scenario_.cluster.configs),
                      "/cluster/configs");
        std::set<std::int32_t> ids;
        bool broker = false;
        bool controller = false;
        for (std::size_t i = 0; i < scenario_.cluster.nodes.size(); ++i) {
            const NodePlan& node = scenario_.cluster.nodes[i];
            broker = broker || node.broker;
            controller = controller || node.controller;
            check_configs(metadata::ConfigScope::broker, as_pairs(node.configs),
                          "/cluster/nodes/" + std::to_string(i) + "/configs");
            if (!ids.insert(node.id.value).second)
                fail("/cluster", "two nodes have the id " + std::to_string(node.id.value));
        }
        if (!broker)
            fail("/cluster", "there is no broker", "say \"brokers\": 3");
        if (!controller)
            fail("/cluster", "there is no controller", "say \"controllers\": 3");
    }
    std::vector<std::string> broker_ids() const {
        std::vector<std::string> ids;
        for (const NodePlan& node : scenario_.cluster.nodes)
            if (node.broker)
                ids.push_back(std::to_string(node.id.value));
        return ids;
    }
    void check_topic(const TopicPlan& topic, const std::string& path) {
        const auto ids = broker_ids();
        check_configs(metadata::ConfigScope::topic, topic.configs, path + "/configs");
        if (topic.replication_factor > static_cast<std::int32_t>(ids.size()))
            fail(path + "/replication_factor",
                 "there are only " + std::to_string(ids.size()) + " brokers");
        for (std::size_t p = 0; p < topic.assignment.size(); ++p)
            for (std::size_t r = 0; r < topic.assignment[p].size(); ++r) {
                const std::string id = std::to_string(topic.assignment[p][r]);
                if (std::find(ids.begin(), ids.end(), id) == ids.end())
                    fail(path + "/assignment/" + std::to_string(p) + "/" + std::to_string(r),
                         "there is no broker " + id, hint_for(id, ids));
            }
    }

    // --- clients
    std::vector<std::string> topics() const {
        std::vector<std::string> names;
        for (const TopicPlan& topic : scenario_.topics)
            names.push_back(topic.name);
        for (const Moment& moment : scenario_.timeline)
            if (moment.verb.name == "create_topic")
                names.push_back(moment.verb.topic.name);
        return names;
    }
    void check_topic_name(const std::string& name, const std::string& path) {
        const auto known = topics();
        if (std::find(known.begin(), known.end(), name) == known.end())
            fail(path, "there is no topic \"" + name + "\"", hint_for(name, known));
    }
    void check_consumer(const ConsumerPlan& plan, const std::string& path) {
        if (!plan.topic.empty())
            check_topic_name(plan.topic, path + "/topic");
        for (std::size_t i = 0; i < plan.topics.size(); ++i)
            check_topic_name(plan.topics[i], path + "/topics/" + std::to_string(i));
        const bool alone = plan.group.empty();
        if (alone && plan.topic.empty())
            fail(path, "who subscribes has a group", "say \"group\": \"billing\"");
        if (alone && (plan.commit != client::CommitStrategy::automatic || plan.crash))
            fail(path, "who reads alone commits nothing", "say \"group\": \"billing\"");
        if (!alone && !plan.partitions.empty())
            fail(path + "/partitions", "a member of a group is given its partitions");
        if (plan.group.find(' ') != std::string::npos)
            fail(path + "/group", "a group's name has no blanks here");
    }
    void check_clients() {
        std::set<std::string> names{"admin"};
        for (const NodePlan& node : scenario_.cluster.nodes)
            names.insert(name_of_node(node));
        for (const ClientPlan& client : scenario_.clients) {
            const std::string& path = client.path;
            const bool produces = std::holds_alternative<ProducerPlan>(client.role);
            const std::string role = path + (produces ? "/producer" : "/consumer");
            if (!names.insert(client.name).second)
                fail(path + "/name", "\"" + client.name + "\" is taken");
            if (const auto* consumer = std::get_if<ConsumerPlan>(&client.role))
                check_consumer(*consumer, role);
            else
                check_topic_name(topic_of(client), role + "/topic");
            if (const auto made = make_client(scenario_.cluster, client); !made)
                fail(role + "/configs/" + made.error().where, made.error().what, made.error().hint);
        }
    }

    // --- what happens
    void check_who(const std::string& who, const std::string& path) {
        if (const auto error = who_error(scenario_, who))
            fail(path, error->what, error->hint);
    }
    void check_partition(const std::string& of, const std::string& path) {
        const auto place = partition_named(of);
        if (!place)
            return fail(path, "\"" + of + "\" is no partition", "write \"topic-0\"");
        check_topic_name(place->first, path);
        for (const TopicPlan& topic : scenario_.topics)
            if (topic.name == place->first && place->second >= topic.partitions &&
                !grows(topic.name))
                fail(path, topic.name + " has " + std::to_string(topic.partitions) +
                               (topic.partitions == 1 ? " partition" : " partitions") +
                               ", counted from 0");
    }
    bool grows(const std::string& topic) const {
        return std::any_of(
            scenario_.timeline.begin(), scenario_.timeline.end(), [&](const Moment& moment) {
                return moment.verb.name == "add_partitions" && moment.verb.topic.name == topic;
            });
    }
    /// What can be known before the run: a verb that is about nobody does nothing.
    void check_others(const std::string& from, const std::string& to, const std::string& path) {
        if (from == to && from.find(' ') != std::string::npos && !from.starts_with("all ") &&
            from.find(" of ") == std::string::npos)
            return fail(path, "both ends of the link are " + from);
        const bool brokers = to == "other brokers";
        if (!brokers && to != "other controllers")
            return;
        const auto& nodes = scenario_.cluster.nodes;
        const auto count = std::count_if(nodes.begin(), nodes.end(), [&](const NodePlan& node) {
            return brokers ? node.broker : node.controller;
        });
        const bool is_one =
            from.starts_with("node") ||
            (brokers ? from.starts_with("broker") || from.find(" of ") != std::string::npos
                     : from.find("controller") != std::string::npos);
        if (count == 1 && is_one)
            fail(path, "\"" + to + "\" is nobody: there is only one");
    }
    /// A producer writes to one topic.
    void check_produce(const Verb& verb, const std::string& path) {
        if (!verb.partition.empty())
            check_partition(verb.partition, path + "/partition");
        for (const ClientPlan& client : scenario_.clients) {
            const auto* producer = std::get_if<ProducerPlan>(&client.role);
            if (producer == nullptr || client.name != verb.who)
                continue;
            const auto place = partition_named(verb.partition);
            if (place && place->first != producer->topic)
                fail(path + "/partition", client.name + " writes to " + producer->topic);
            return;
        }
        fail(path + "/producer", "\"" + verb.who + "\" is no producer");
    }
    void check_moment(const Moment& moment) {
        const Verb& verb = moment.verb;
        const std::string path = moment.path + "/" + verb.name;
        if (!moment.at && !moment.when)
            fail(moment.path, "when it happens is missing", "say \"at\" or \"when\"");
        if (moment.at && moment.when)
            fail(moment.path, "has at and when, but only one may be there");
        if (moment.when)
            check_condition(*moment.when, moment.path + "/when");
        if (!verb.who.empty() && !(verb.name == "heal" && verb.who == "all"))
            check_who(verb.who, path);
        if (!verb.link.from.empty()) {
            check_who(verb.link.from, path);
            check_who(verb.link.to, path);
            check_others(verb.link.from, verb.link.to, path);
        }
        for (const auto& group : verb.groups)
            for (const std::string& who : group)
                check_who(who, path);
        if (verb.name == "create_topic")
            check_topic(verb.topic, path);
        else if (!verb.topic.name.empty())
            check_topic_name(verb.topic.name, path);
        if (verb.name == "produce")
            check_produce(verb, path);
        if (verb.name == "pause_consuming" || verb.name == "resume_consuming" ||
            verb.name == "seek" || verb.name == "elect_leader")
            check_partition(verb.partition, path + "/partition");
        if (verb.name == "alter_config")
            check_configs(verb.broker.empty() ? metadata::ConfigScope::topic
                                              : metadata::ConfigScope::broker,
                          verb.topic.configs, path + "/set");
    }

    // --- conditions
    void check_match(const FactMatch& match, const std::string& path) {
        if (!match.who.empty())
            check_who(match.who, path + "/who");
        if (!match.topic.empty())
            check_topic_name(match.topic, path + "/topic");
        std::vector<std::string> known;
        for (const std::string_view name : row_of(match.fact).numbers)
            if (!name.empty())
                known.emplace_back(name);
        for (const auto& [name, comparison] : match.where)
            if (std::find(known.begin(), known.end(), name) == known.end())
                fail(path + "/where/" + name,
                     std::string(name_of(match.fact)) + " has no number \"" + name + "\"",
                     hint_for(name, known));
    }
    void check_group(std::string_view group, const std::string& path) {
        const auto known = groups_of(scenario_);
        if (std::find(known.begin(), known.end(), group) == known.end())
            fail(path, "there is no group \"" + std::string(group) + "\"", hint_for(group, known));
    }
    void check_group_value(const MetricRow& row, const std::string& of, const std::string& path) {
        if (of.empty())
            return fail(path, "\"of\" is missing: " + std::string(row.name) + " is of " +
                                  std::string(name_of(row.subject)));
        if (row.subject == Subject::group)
            return check_group(of, path + "/of");
        const auto in = split_group(of);
        if (!in)
            return fail(path + "/of", "\"" + of + "\" says no group",
                        "write \"orders-0 in billing\"");
        check_partition(std::string(in->first), path + "/of");
        check_group(in->second, path + "/of");
    }
    void check_value(const Condition& condition, const std::string& path) {
        const MetricRow* row = metric_named(condition.metric);
        if (row == nullptr) {
            std::vector<std::string> known;
            for (const MetricRow& one : metrics())
                known.emplace_back(one.name);
            return fail(path + "/value", "there is no value \"" + condition.metric + "\"",
                        hint_for(condition.metric, known));
        }
        const std::string& of = condition.of;
        if (row->subject == Subject::group || row->subject == Subject::group_partition)
            return check_group_value(*row, of, path);
        const bool sums = row->subject == Subject::producer || row->subject == Subject::consumer;
        if (of.empty() && row->subject != Subject::cluster && !sums)
            return fail(path, "\"of\" is missing: " + condition.metric + " is of " +
                                  std::string(name_of(row->subject)));
        if (row->subject == Subject::partition)
            return check_partition(of, path + "/of");
        if (row->subject == Subject::replica) {
            const auto on = of.find(" on ");
            if (on == std::string::npos)
                return fail(path + "/of", "\"" + of + "\" is no replica",
                            "write \"orders-0 on broker 1\"");
            check_partition(of.substr(0, on), path + "/of");
            return check_who(of.substr(on + 4), path + "/of");
        }
        if (!of.empty() && row->subject != Subject::cluster)
            check_who(of, path + "/of");
    }
    void check_condition(const Condition& condition, const std::string& path) {
        if (condition.kind == Condition::Kind::value)
            check_value(condition, path);
        else if (condition.kind == Condition::Kind::fact)
            check_match(condition.match, path);
        else if (condition.kind == Condition::Kind::count)
            check_match(condition.match, path + "/count");
        const char* names[] = {"", "", "", "/all/", "/any/", "/no"};
        for (std::size_t i = 0; i < condition.parts.size(); ++i)
            check_condition(condition.parts[i],
                            path + names[static_cast<std::size_t>(condition.kind)] +
                                (condition.kind == Condition::Kind::no ? "" : std::to_string(i)));
    }
    void check_expectation(const Expectation& expectation, const std::string& path) {
        constexpr const char* words[] = {"always", "eventually", "never", "at_end", "breaks"};
        const std::string word = words[static_cast<std::size_t>(expectation.kind)];
        if (expectation.kind != Expectation::Kind::breaks)
            return check_condition(expectation.condition, path + "/" + word);
        if (invariant_named(expectation.invariant))
            return;
        std::vector<std::string> known;
        for (const InvariantRow& row : invariants())
            known.emplace_back(row.name);
        fail(path + "/breaks", "there is no invariant \"" + expectation.invariant + "\"",
             hint_for(expectation.invariant, known));
    }

    const Scenario& scenario_;
    InputErrors errors_;
};

} // namespace

Result<Scenario, InputErrors> read_scenario(std::string_view file, std::string_view text) {
    const auto document = read_document(file, text);
    if (!document)
        return failure(document.error());
    const json& from = *document;
    Scenario scenario;
    scenario.file = file;
    scenario.title = from.at("title").get<std::string>();
    scenario.duration = duration_of(from.at("duration"));
    scenario.cluster = read_cluster(from);
    for (const json& topic : from.value("topics", json::array()))
        scenario.topics.push_back(read_topic(topic));
    const json clients = from.value("clients", json::array());
    for (std::size_t i = 0; i < clients.size(); ++i)
        for (ClientPlan& plan : read_clients(clients[i])) {
            plan.path = "/clients/" + std::to_string(i);
            scenario.clients.push_back(std::move(plan));
        }
    const json timeline = from.value("timeline", json::array());
    for (std::size_t i = 0; i < timeline.size(); ++i)
        scenario.timeline.push_back(read_moment(timeline[i], "/timeline/" + std::to_string(i)));
    for (const json& expectation : from.value("expect", json::array()))
        scenario.expectations.push_back(read_expectation(expectation));
    if (from.contains("lesson"))
        scenario.lesson = read_lesson(from.at("lesson"));
    InputErrors errors = Checking(scenario).errors();
    if (!errors.empty())
        return failure(std::move(errors));
    return scenario;
}

} // namespace orrery::sim
