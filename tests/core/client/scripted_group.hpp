// A coordinator that a test plays: it answers what a consumer in a group asks as a broker would,
// with one member and whatever others the test says, unless the test has put an error in the way.
// It serves records to Fetch, too: each partition has as many as `log_end` says.
#pragma once

#include "core/client/assignor.hpp"
#include "tests/core/client/fake_cluster.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace orrery::tests {

inline constexpr std::int16_t fetch_api = 1;
inline constexpr std::int16_t list_offsets_api = 2;
inline constexpr std::int16_t commit_api = 8;
inline constexpr std::int16_t fetch_committed_api = 9;
inline constexpr std::int16_t find_api = 10;
inline constexpr std::int16_t join_api = 11;
inline constexpr std::int16_t heartbeat_api = 12;
inline constexpr std::int16_t leave_api = 13;
inline constexpr std::int16_t sync_api = 14;
inline constexpr std::int16_t modern_api = 68;

struct ScriptedGroup {
    std::int32_t coordinator = 1;
    std::int32_t generation = 0;
    bool we_lead = true;
    std::string member_id; ///< that we gave out last
    std::vector<client::Subscription> others;
    /// What we are assigned while another leads.
    client::TopicPartitions assignment;
    /// What our last SyncGroup as leader decided: member id -> partitions.
    std::map<std::string, client::TopicPartitions> decided;
    std::map<std::pair<std::string, std::int32_t>, std::int64_t> committed;
    std::map<std::pair<std::string, std::int32_t>, std::int64_t> log_end;
    /// Errors to answer with before anything else, by api.
    std::map<std::int16_t, std::deque<wire::Error>> errors;
    std::map<std::int16_t, int> silent; ///< how many requests of the api get no answer
    std::vector<FakeRequest> seen;      ///< all but Fetch and ListOffsets

    std::size_t count(std::int16_t api) const;
    /// The last request of the api, which must be there.
    FakeRequest last(std::int16_t api) const;
    void handle(FakeCluster& cluster, const FakeRequest& request);

    // the consumer protocol: what the next heartbeats are answered with
    std::int32_t epoch = 0;
    std::int32_t interval_ms = 5'000;
    std::optional<client::TopicPartitions> target; ///< sent once, then taken away

private:
    bool refuse(FakeCluster& cluster, const FakeRequest& request, wire::Error error);
    void join(FakeCluster& cluster, const FakeRequest& request);
    void sync(FakeCluster& cluster, const FakeRequest& request);
    void commit(FakeCluster& cluster, const FakeRequest& request, wire::Error error);
    void fetch_committed(FakeCluster& cluster, const FakeRequest& request);
    void fetch(FakeCluster& cluster, const FakeRequest& request);
    void list_offsets(FakeCluster& cluster, const FakeRequest& request);
    void modern(FakeCluster& cluster, const FakeRequest& request, wire::Error error);
};

/// A consumer of the given settings (and group.id=g) before a cluster with a scripted coordinator.
struct GroupWorld {
    std::shared_ptr<ScriptedGroup> group = std::make_shared<ScriptedGroup>();
    FakeCluster cluster;
    GroupWorld(client::Reading reading, std::vector<client::ConfigPair> pairs);
    const client::ConsumerProcess& consumer() const { return *cluster.client.consumer(); }
    /// "orders-0 orders-2": what it owns now.
    std::string owned() const;
    std::vector<std::string> texts(Fact fact) const;
};

} // namespace orrery::tests
