#include "sim/scenario/metrics.hpp"

#include "core/client/client.hpp"
#include "sim/scenario/group_metrics.hpp"
#include "sim/scenario/ledger.hpp"
#include "sim/scenario/looking.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

using Value = Comparison::Value;
using S = Subject;

constexpr MetricRow rows[] = {
    {"active_controller", S::cluster, "id of the active controller, -1 if there is none"},
    {"active_controllers", S::cluster, "how many controllers believe that they are active"},
    {"brokers_unfenced", S::cluster, "how many brokers are registered and not fenced"},
    {"offline_partitions", S::cluster, "how many partitions have no leader"},
    {"under_replicated", S::cluster, "how many partitions have an ISR smaller than their replicas"},
    {"topics", S::cluster, "how many topics there are"},
    {"leader", S::partition, "id of the leader, -1 if there is none"},
    {"leader_epoch", S::partition, "the leader epoch"},
    {"partition_epoch", S::partition, "the partition epoch"},
    {"isr", S::partition, "the ids of the in-sync replicas, sorted"},
    {"isr_size", S::partition, "how many replicas are in sync"},
    {"elr", S::partition, "the ids of the eligible leader replicas, sorted"},
    {"elr_size", S::partition, "how many eligible leader replicas there are"},
    {"high_watermark", S::partition, "the leader's high watermark"},
    {"log_end_offset", S::partition, "the leader's log end offset"},
    {"replica_high_watermark", S::replica, "that replica's high watermark"},
    {"replica_log_end_offset", S::replica, "that replica's log end offset"},
    {"state", S::actor,
     "running, paused, stopping, stopped, halted, killed, no power, not started"},
    {"lives", S::actor, "how often its process was started"},
    {"leads", S::node, "how many partitions it leads, as it sees it"},
    {"fenced", S::node, "1 if the controller has fenced it, else 0"},
    {"phase", S::node, "of its life with its controller: running, fenced, catching up, ..."},
    {"quorum_role", S::node, "leader, follower, candidate, ..."},
    {"quorum_epoch", S::node, "the quorum's epoch as it knows it"},
    {"metadata_offset", S::node, "how far it has replayed the metadata log"},
    {"sent", S::producer, "records it was given to send"},
    {"acknowledged", S::producer, "records that were acknowledged"},
    {"failed", S::producer, "records that it gave up"},
    {"retries", S::producer, "batches that it sent again"},
    {"lost", S::producer, "acknowledged records that the leaders no longer have"},
    {"duplicates", S::producer, "records that stand more than once in the leaders' logs"},
    {"consumed", S::consumer, "records it has read"},
    {"unread", S::consumer, "committed records that it has not read"},
    {"resets", S::consumer, "how often its position was reset"},
    {"truncations", S::consumer, "how often it found that what it had read is gone"},
    {"owned", S::consumer, "partitions that it has now"},
    {"coordinator", S::group, "id of the broker that coordinates it, -1 if there is none"},
    {"group_state", S::group, "Empty, PreparingRebalance, Stable, ...; none"},
    {"group_protocol", S::group, "classic, consumer; none"},
    {"group_epoch", S::group, "its generation, or its group epoch"},
    {"members", S::group, "how many members its coordinator knows"},
    {"idle_members", S::group, "of those, how many have no partition"},
    {"owned_partitions", S::group, "how many partitions its members have"},
    {"rebalances", S::group, "how many rebalances or new assignments were completed"},
    {"gaps", S::group, "how often a partition's records came later because it changed hands"},
    {"longest_gap_ms", S::group, "the longest of these"},
    {"gap_ms", S::group, "all of these together"},
    {"committed", S::group, "the sum of its committed offsets"},
    {"lag", S::group, "records below the high watermarks that it has not committed"},
    {"lag_ms", S::group, "how long the oldest of them has waited"},
    {"processed_never", S::group, "records below the high watermarks that no member has processed"},
    {"processed_once", S::group, "records that were processed once"},
    {"processed_again", S::group, "records that were processed twice or more"},
    {"skipped", S::group, "records that are committed, and that no member has processed"},
    {"partition_lag", S::group_partition, "records of it that the group has not committed"},
    {"partition_committed", S::group_partition, "the offset committed for it, -1 without one"},
    {"owner", S::group_partition, "the client that has it; nobody"},
};

Value ids(const std::vector<NodeId>& nodes) {
    std::vector<std::int64_t> list;
    for (const NodeId id : nodes)
        list.push_back(id.value);
    std::sort(list.begin(), list.end());
    return list;
}

Value number(std::size_t n) {
    return static_cast<std::int64_t>(n);
}

constexpr std::int64_t absent = -1;

template <class Counts>
std::int64_t count_partitions(const metadata::Image& image, Counts&& counts) {
    std::int64_t sum = 0;
    for (const auto& [id, topic] : image.topics())
        for (std::size_t i = 0; i < topic->partitions.size(); ++i)
            sum += counts(topic->partition(i)) ? 1 : 0;
    return sum;
}

Value of_cluster(const Sight& sight, std::string_view metric) {
    const metadata::Image& image = best_image(sight.world);
    if (metric == "active_controller") {
        const ActorId active = active_controller(sight.world);
        return active == no_actor ? Value{absent}
                                  : Value{std::int64_t{node_on(sight.world, active)->id().value}};
    }
    if (metric == "active_controllers") {
        std::int64_t count = 0;
        for (std::size_t i = 0; i < sight.world.actors(); ++i) {
            const auto* one = living_node(sight.world, {static_cast<std::int32_t>(i)});
            count += one != nullptr && one->controller() != nullptr && one->controller()->active();
        }
        return count;
    }
    if (metric == "brokers_unfenced") {
        std::int64_t count = 0;
        for (const auto& [id, broker] : image.brokers())
            count += broker->fenced ? 0 : 1;
        return count;
    }
    if (metric == "topics")
        return number(image.topics().size());
    return metric == "offline_partitions"
               ? count_partitions(image, [](const auto& p) { return !p.has_leader(); })
               : count_partitions(image,
                                  [](const auto& p) { return p.isr.size() < p.replicas.size(); });
}

Value of_partition(const Sight& sight, std::string_view metric, std::string_view of) {
    const auto place = partition_named(of);
    if (!place)
        return absent;
    if (metric == "high_watermark" || metric == "log_end_offset") {
        const auto* leader = leading_replica(sight.world, place->first, place->second);
        if (leader == nullptr)
            return absent;
        return metric == "high_watermark" ? leader->high_watermark.value : leader->log_end().value;
    }
    const metadata::Topic* topic = best_image(sight.world).topic(place->first);
    if (topic == nullptr || static_cast<std::size_t>(place->second) >= topic->partitions.size())
        return absent;
    const metadata::Partition& found = topic->partition(static_cast<std::size_t>(place->second));
    if (metric == "leader")
        return std::int64_t{found.leader.value};
    if (metric == "leader_epoch")
        return std::int64_t{found.leader_epoch.value};
    if (metric == "partition_epoch")
        return std::int64_t{found.partition_epoch.value};
    if (metric == "isr")
        return ids(found.isr);
    if (metric == "elr")
        return ids(found.elr);
    return number(metric == "isr_size" ? found.isr.size() : found.elr.size());
}

Value of_replica(const Sight& sight, std::string_view metric, std::string_view of) {
    const auto on = of.find(" on ");
    const auto place = partition_named(of.substr(0, on));
    if (on == std::string_view::npos || !place)
        return absent;
    const auto actors = resolve(sight, of.substr(on + 4));
    const node::Node* node = actors.empty() ? nullptr : node_on(sight.world, actors.front());
    if (node == nullptr || node->replicas() == nullptr)
        return absent;
    const replica::Partition* found = node->replicas()->find(place->first, place->second);
    if (found == nullptr)
        return absent;
    return metric == "replica_high_watermark" ? found->high_watermark.value
                                              : found->log_end().value;
}

Value of_actor(const World& world, std::string_view metric, ActorId actor) {
    const Machine& machine = world.machine(actor);
    if (metric == "lives")
        return std::int64_t{machine.lives};
    return machine.up() && machine.paused ? std::string("paused")
                                          : std::string(name_of(machine.life));
}

Value of_node(const Sight& sight, std::string_view metric, ActorId actor) {
    const node::Node* node = node_on(sight.world, actor);
    if (node == nullptr)
        return absent;
    if (metric == "fenced")
        return std::int64_t{best_image(sight.world).is_unfenced(node->id()) ? 0 : 1};
    if (metric == "phase")
        return std::string(name_of(node->lifecycle().phase()));
    if (metric == "metadata_offset")
        return node->image().offset().value;
    if (metric == "quorum_role")
        return node->quorum() != nullptr ? std::string(raft::name_of(node->quorum()->role()))
                                         : std::string("none");
    if (metric == "quorum_epoch")
        return std::int64_t{node->quorum() != nullptr ? node->quorum()->epoch().value : -1};
    std::int64_t leads = 0;
    if (node->replicas() != nullptr)
        node->replicas()->each([&](const replica::Partition& p) { leads += p.leads() ? 1 : 0; });
    return leads;
}

std::int64_t of_producer(const Sight& sight, std::string_view metric, ActorId actor) {
    const auto* client = sight.world.process<client::Client>(actor);
    const auto* account = sight.ledger.producers().find(actor);
    if (client == nullptr || client->producer() == nullptr || account == nullptr)
        return 0;
    if (metric == "sent")
        return client->producer()->counters().sent;
    if (metric == "retries")
        return client->producer()->counters().retries;
    if (metric == "acknowledged")
        return (*account)->acknowledged;
    if (metric == "failed")
        return (*account)->failed;
    return metric == "lost" ? sight.ledger.lost(sight.world, actor).records
                            : sight.ledger.duplicates(sight.world, actor);
}

std::int64_t of_consumer(const Sight& sight, std::string_view metric, ActorId actor) {
    const auto* client = sight.world.process<client::Client>(actor);
    const auto* account = sight.ledger.consumers().find(actor);
    if (client == nullptr || client->consumer() == nullptr || account == nullptr)
        return 0;
    if (metric == "consumed")
        return (*account)->consumed;
    if (metric == "resets")
        return client->consumer()->counters().resets;
    if (metric == "truncations")
        return client->consumer()->counters().truncations;
    if (metric == "owned") {
        const auto& all = client->consumer()->partitions();
        return std::count_if(all.begin(), all.end(), [](const auto& one) { return one.owned; });
    }
    return sight.ledger.unread(sight.world, actor);
}

} // namespace

std::string_view name_of(Subject subject) {
    switch (subject) {
    case Subject::cluster: return "the cluster";
    case Subject::partition: return "a partition (\"orders-0\")";
    case Subject::actor: return "a node or client (\"broker 1\")";
    case Subject::node: return "a node (\"broker 1\")";
    case Subject::producer: return "a producer";
    case Subject::consumer: return "a consumer";
    case Subject::replica: return "a replica (\"orders-0 on broker 1\")";
    case Subject::group: return "a group";
    case Subject::group_partition: return "a partition in a group (\"orders-0 in billing\")";
    }
    return "?";
}

std::span<const MetricRow> metrics() {
    return rows;
}

const MetricRow* metric_named(std::string_view name) {
    for (const MetricRow& row : rows)
        if (row.name == name)
            return &row;
    return nullptr;
}

Value value_of(const Sight& sight, std::string_view metric, std::string_view of) {
    const MetricRow* row = metric_named(metric);
    if (row == nullptr)
        return absent;
    if (row->subject == S::cluster)
        return of_cluster(sight, metric);
    if (row->subject == S::partition)
        return of_partition(sight, metric, of);
    if (row->subject == S::replica)
        return of_replica(sight, metric, of);
    if (row->subject == S::group)
        return value_of_group(sight, metric, of);
    if (row->subject == S::group_partition)
        return value_of_group_partition(sight, metric, of);
    const bool sums = row->subject == S::producer || row->subject == S::consumer;
    const auto actors = resolve(sight, of.empty() && sums ? "all clients" : of);
    std::int64_t sum = 0;
    for (const ActorId one : actors) {
        if (row->subject == S::actor)
            return of_actor(sight.world, metric, one);
        if (row->subject == S::node)
            return of_node(sight, metric, one);
        sum += row->subject == S::producer ? of_producer(sight, metric, one)
                                           : of_consumer(sight, metric, one);
    }
    return sums ? sum : absent;
}

} // namespace orrery::sim
