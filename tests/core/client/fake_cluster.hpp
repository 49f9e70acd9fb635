// A cluster that a test plays by hand: it accepts and refuses connections, answers ApiVersions and
// Metadata from what the test says the cluster is, and keeps every other request until the test (or
// its handler) answers it. Time jumps from event to event; every answer takes `latency`.
#pragma once

#include "core/client/client.hpp"
#include "core/wire/reader.hpp"
#include "core/wire/writer.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace orrery::tests {

/// A request that reached a broker.
struct FakeRequest {
    std::int32_t broker = 0;
    ConnectionId connection;
    Instant at;
    std::int16_t api_key = 0;
    std::int16_t version = 0;
    std::int32_t correlation = 0;
    std::size_t body_at = 0;
    Chain frame;

    template <class Request>
    Request as() const {
        wire::Reader reader(frame);
        reader.skip(body_at);
        auto request = Request::decode(reader, version);
        expect(request.has_value() && reader.remaining() == 0, "a request that a broker can read");
        return *request;
    }
};

struct FakePartition {
    std::int32_t leader = 1;
    std::int32_t epoch = 0;
};

struct FakeTopic {
    Uuid id;
    std::vector<FakePartition> partitions;
    wire::Error error = wire::Error::none;
};

class FakeCluster {
public:
    /// Brokers 1..n, on host "b1".."bn", port 9092.
    FakeCluster(client::Client under_test, std::int32_t brokers);

    // what the cluster is; change it at any time
    std::map<std::string, FakeTopic> topics;
    std::map<std::int32_t, bool> up;          ///< does the broker accept connections
    std::map<std::int32_t, bool> in_metadata; ///< is it listed
    std::int32_t controller = 1;
    Duration latency = milliseconds(1);
    bool answers_metadata = true;
    bool answers_versions = true;
    std::int32_t stale_broker = -1; ///< answers with broker 1 as leader and epochs less by one
    std::map<std::int16_t, std::int16_t> highest; ///< versions served at most, by api key
    /// Called for each request that isn't answered by the cluster itself. If null they are kept.
    std::function<void(FakeCluster&, const FakeRequest&)> handler;

    // what has happened
    client::Client client;
    Instant now{};
    std::vector<FakeRequest> requests; ///< kept, in order of arrival
    std::vector<Note> notes;
    std::vector<Effect> effects; ///< all of them
    std::vector<std::pair<Instant, std::string>> dials;
    std::size_t steps = 0;
    std::size_t metadata_requests = 0;

    FakeTopic& add_topic(const std::string& name, const std::vector<std::int32_t>& leaders);
    void start() { step(Started{{}, 42}); }
    void stop() { step(Stopping{}); }
    /// Lets time pass, delivering what is due.
    void run_for(Duration time);
    void step(const Input& input);
    /// A hand tells the client, a producer, to send one more record.
    void send_by_hand(std::int32_t partition);
    /// A hand makes the client, a consumer, do something.
    void tell(const client::ConsumerDeed& deed);
    /// Closes every connection to the broker, as a process that is killed does.
    void reset(std::int32_t broker);

    template <class Response>
    void reply(const FakeRequest& request, const Response& response) {
        wire::Writer writer;
        writer.int32(request.correlation);
        if (Response::is_flexible(request.version) && request.api_key != 18)
            writer.unsigned_varint(0);
        const auto encoded = response.encode(writer, request.version);
        expect(encoded.has_value(), "an answer that can be said");
        deliver(Received{request.connection, writer.take()}, latency);
    }
    /// Takes the oldest kept request of that api; fails the test if there is none.
    FakeRequest take(std::int16_t api_key);
    std::size_t kept(std::int16_t api_key) const;
    std::vector<Note> facts(Fact fact) const;
    bool connected_to(std::int32_t broker) const;

private:
    struct Pending {
        Instant at;
        std::uint64_t order = 0;
        Input input;
    };
    void deliver(Input input, Duration after);
    void forget_frames_of(ConnectionId connection);
    void perform(const Effects& out);
    void perform(const Effect& effect);
    void on_frame(const Send& send);
    void answer_versions(const FakeRequest& request);
    void answer_metadata(const FakeRequest& request);

    std::map<std::int64_t, std::int32_t> connections_; ///< number -> broker
    std::vector<Pending> pending_;
    std::uint64_t order_ = 0;
};

/// The pairs with bootstrap.servers of brokers 1..n before them.
std::vector<client::ConfigPair> with_servers(std::int32_t brokers,
                                             std::vector<client::ConfigPair> pairs);

} // namespace orrery::tests
