#include "tests/core/client/fake_cluster.hpp"

#include "core/wire/messages/api_versions_response.hpp"
#include "core/wire/messages/metadata_request.hpp"
#include "core/wire/messages/metadata_response.hpp"
#include "core/wire/schema.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <tuple>

namespace orrery::tests {

namespace {

constexpr std::int64_t wall_at_start = 1'767'225'600'000;

const wire::MessageSchema* request_schema(std::int16_t api_key) {
    return wire::find_message(wire::MessageKind::request, api_key);
}

} // namespace

FakeCluster::FakeCluster(client::Client under_test, std::int32_t brokers)
    : client(std::move(under_test)) {
    for (std::int32_t id = 1; id <= brokers; ++id)
        up[id] = in_metadata[id] = true;
}

FakeTopic& FakeCluster::add_topic(const std::string& name,
                                  const std::vector<std::int32_t>& leaders) {
    FakeTopic& topic = topics[name];
    topic.id = Uuid{0xABCD, topics.size()};
    for (const std::int32_t leader : leaders)
        topic.partitions.push_back({leader, 0});
    return topic;
}

void FakeCluster::step(const Input& input) {
    Effects out;
    ++steps;
    client.step({now, wall_at_start + now.ms()}, input, out);
    perform(out);
}

void FakeCluster::send_by_hand(std::int32_t partition) {
    Effects out;
    client.send({now, wall_at_start + now.ms()}, partition, out);
    perform(out);
}

void FakeCluster::tell(const client::ConsumerDeed& deed) {
    Effects out;
    client.tell({now, wall_at_start + now.ms()}, deed, out);
    perform(out);
}

void FakeCluster::perform(const Effects& out) {
    for (const Effect& effect : out) {
        effects.push_back(effect);
        perform(effect);
    }
}

void FakeCluster::run_for(Duration time) {
    const Instant end = now + time;
    while (true) {
        const auto next = std::min_element(
            pending_.begin(), pending_.end(), [](const Pending& a, const Pending& b) {
                return std::tie(a.at, a.order) < std::tie(b.at, b.order);
            });
        const Instant arrives = next == pending_.end() ? never : next->at;
        const Instant wakes = client.wakeup().value_or(never);
        if (std::min(arrives, wakes) > end)
            break;
        REQUIRE(steps < 3'000'000); // a client that wants to be woken for ever at one instant
        now = std::max(now, std::min(arrives, wakes));
        if (wakes < arrives) {
            step(Woke{});
        } else {
            const Input input = next->input;
            pending_.erase(next);
            step(input);
        }
    }
    now = end;
}

void FakeCluster::deliver(Input input, Duration after) {
    Instant at = now + after;
    if (const auto* received = std::get_if<Received>(&input)) // a connection keeps the order
        for (const Pending& pending : pending_)
            if (const auto* earlier = std::get_if<Received>(&pending.input);
                earlier && earlier->connection == received->connection)
                at = std::max(at, pending.at);
    pending_.push_back({at, order_++, std::move(input)});
}

void FakeCluster::forget_frames_of(ConnectionId connection) {
    std::erase_if(pending_, [&](const Pending& pending) {
        const auto* received = std::get_if<Received>(&pending.input);
        return received && received->connection == connection;
    });
}

void FakeCluster::perform(const Effect& effect) {
    if (const auto* dial = std::get_if<Dial>(&effect)) {
        const std::int32_t broker = std::stoi(dial->to.host.substr(1));
        dials.emplace_back(now, dial->to.host);
        if (up[broker]) {
            connections_[dial->connection.value] = broker;
            deliver(Connected{dial->connection, {}, {}}, latency);
        } else {
            deliver(Closed{dial->connection}, latency);
        }
    } else if (const auto* send = std::get_if<Send>(&effect)) {
        on_frame(*send);
    } else if (const auto* hang_up = std::get_if<HangUp>(&effect)) {
        connections_.erase(hang_up->connection.value);
        forget_frames_of(hang_up->connection);
    } else if (const auto* note = std::get_if<Note>(&effect)) {
        notes.push_back(*note);
    }
}

void FakeCluster::on_frame(const Send& send) {
    const auto connection = connections_.find(send.connection.value);
    if (connection == connections_.end())
        return; // it was reset, and the client doesn't know yet
    wire::Reader reader(send.frame);
    FakeRequest request;
    request.broker = connection->second;
    request.connection = send.connection;
    request.at = now;
    request.api_key = reader.int16();
    request.version = reader.int16();
    request.correlation = reader.int32();
    (void)reader.nullable_string(wire::Form::plain);
    const wire::MessageSchema* schema = request_schema(request.api_key);
    REQUIRE(schema != nullptr);
    if (schema->flexible.has(request.version))
        reader.skip(1);
    REQUIRE(reader.ok());
    request.body_at = reader.offset();
    request.frame = send.frame;
    if (request.api_key == 18 && answers_versions)
        answer_versions(request);
    else if (request.api_key == 3 && answers_metadata)
        answer_metadata(request);
    else if (handler)
        handler(*this, request);
    else
        requests.push_back(request);
}

void FakeCluster::answer_versions(const FakeRequest& request) {
    wire::ApiVersionsResponse response;
    for (std::int16_t key = 0; key < 76; ++key) {
        const wire::MessageSchema* schema = request_schema(key);
        if (schema == nullptr)
            continue;
        auto& entry = response.api_keys.emplace_back();
        entry.api_key = key;
        entry.min_version = schema->versions.low;
        const auto limit = highest.find(key);
        entry.max_version = limit == highest.end() ? schema->versions.high : limit->second;
    }
    reply(request, response);
}

void FakeCluster::answer_metadata(const FakeRequest& request) {
    ++metadata_requests;
    auto asked = request.as<wire::MetadataRequest>();
    wire::MetadataResponse response;
    response.cluster_id = "fake";
    response.controller_id = controller;
    for (const auto& [id, listed] : in_metadata) {
        if (!listed)
            continue;
        auto& broker = response.brokers.emplace_back();
        broker.node_id = id;
        broker.host = "b" + std::to_string(id);
        broker.port = 9092;
    }
    const bool stale = stale_broker == request.broker;
    if (!asked.topics) {
        asked.topics.emplace();
        for (const auto& [name, topic] : topics)
            asked.topics->emplace_back().name = name;
    }
    for (const auto& wanted : *asked.topics) {
        auto& topic = response.topics.emplace_back();
        topic.name = wanted.name;
        const auto known = topics.find(wanted.name.value_or(""));
        const bool there = known != topics.end();
        topic.error_code =
            wire::code(there ? known->second.error : wire::Error::unknown_topic_or_partition);
        if (!there || known->second.error != wire::Error::none)
            continue;
        topic.is_internal = wanted.name->starts_with("__");
        if (request.version >= 10)
            topic.topic_id = known->second.id;
        for (const FakePartition& partition : known->second.partitions) {
            const auto index = static_cast<std::int32_t>(topic.partitions.size());
            auto& entry = topic.partitions.emplace_back();
            entry.partition_index = index;
            entry.leader_id = stale ? 1 : partition.leader;
            entry.leader_epoch = request.version >= 7 ? partition.epoch - (stale ? 1 : 0) : -1;
            if (partition.leader < 0)
                entry.error_code = wire::code(wire::Error::leader_not_available);
        }
    }
    reply(request, response);
}

void FakeCluster::reset(std::int32_t broker) {
    for (auto at = connections_.begin(); at != connections_.end();) {
        if (at->second != broker) {
            ++at;
            continue;
        }
        forget_frames_of(ConnectionId{at->first});
        deliver(Closed{ConnectionId{at->first}}, latency);
        at = connections_.erase(at);
    }
}

FakeRequest FakeCluster::take(std::int16_t api_key) {
    const auto at = std::find_if(requests.begin(), requests.end(),
                                 [&](const FakeRequest& r) { return r.api_key == api_key; });
    REQUIRE(at != requests.end());
    FakeRequest request = *at;
    requests.erase(at);
    return request;
}

std::size_t FakeCluster::kept(std::int16_t api_key) const {
    return static_cast<std::size_t>(
        std::count_if(requests.begin(), requests.end(),
                      [&](const FakeRequest& r) { return r.api_key == api_key; }));
}

std::vector<Note> FakeCluster::facts(Fact fact) const {
    std::vector<Note> found;
    for (const Note& note : notes)
        if (note.fact == fact)
            found.push_back(note);
    return found;
}

bool FakeCluster::connected_to(std::int32_t broker) const {
    return std::any_of(connections_.begin(), connections_.end(),
                       [&](const auto& entry) { return entry.second == broker; });
}

std::vector<client::ConfigPair> with_servers(std::int32_t brokers,
                                             std::vector<client::ConfigPair> pairs) {
    std::string servers;
    for (std::int32_t id = 1; id <= brokers; ++id)
        servers += (id > 1 ? ",b" : "b") + std::to_string(id) + ":9092";
    pairs.insert(pairs.begin(), {"bootstrap.servers", servers});
    return pairs;
}

} // namespace orrery::tests
