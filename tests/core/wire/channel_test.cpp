// A channel against a peer that the test plays: dialing, versions, order, deadlines.
#include "core/base/fingerprint.hpp"
#include "core/base/print.hpp"
#include "core/wire/channel.hpp"
#include "core/wire/error.hpp"
#include "core/wire/messages/api_versions_request.hpp"
#include "core/wire/messages/api_versions_response.hpp"
#include "core/wire/messages/heartbeat_request.hpp"
#include "core/wire/messages/metadata_request.hpp"
#include "core/wire/messages/produce_request.hpp"
#include "core/wire/reader.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::wire;

namespace {

/// A channel with what its owner would hold, and a peer that answers by hand.
struct Owner {
    explicit Owner(const ChannelConfig& config = {})
        : channel(Cow(config), NodeId{3}, Endpoint{"b3", 9092}) {}

    Channel channel;
    ConnectionIds ids;
    Random random{1, "channel test"};
    Effects out;
    std::vector<FailedRequest> failed;
    Instant now{1'000'000'000};

    ChannelContext context() { return {now, ids, random, out, failed}; }
    bool ready() {
        auto c = context();
        return channel.ready(c);
    }
    void connected() {
        auto c = context();
        channel.on_connected(c);
    }
    void closed() {
        auto c = context();
        channel.on_closed(c);
    }
    void wake() {
        auto c = context();
        channel.wake(c);
    }
    std::optional<AnsweredRequest> received(const Chain& frame) {
        auto c = context();
        return channel.on_received(c, frame);
    }
    template <class Request>
    bool send(const Request& request, std::uint64_t tag, Duration timeout = seconds(30)) {
        auto c = context();
        const auto version = channel.version_for<Request>();
        return version && channel.send(c, request, *version, tag, timeout).has_value();
    }
    /// Correlation id and version of the last frame sent.
    std::pair<std::int32_t, std::int16_t> last_sent() const {
        Reader reader(std::get<Send>(out.back()).frame);
        reader.skip(2);
        const std::int16_t version = reader.int16();
        return {reader.int32(), version};
    }
    template <class Response>
    std::optional<AnsweredRequest> answer(const Response& response, std::int16_t version,
                                          std::int32_t correlation) {
        Writer writer;
        writer.int32(correlation);
        REQUIRE(response.encode(writer, version).has_value());
        return received(writer.take());
    }
    void answer_versions(std::int16_t in_version, Error error, std::int16_t produce_to = 13) {
        ApiVersionsResponse response;
        response.error_code = code(error);
        response.api_keys.push_back({0, 3, produce_to, {}});
        response.api_keys.push_back({3, 0, 13, {}});
        response.api_keys.push_back({18, 0, in_version == 0 ? std::int16_t{3} : in_version, {}});
        CHECK(!answer(response, in_version, last_sent().first).has_value());
    }
    void become_ready() {
        ready();
        connected();
        answer_versions(5, Error::none);
        REQUIRE(channel.state() == ChannelState::ready);
    }
};

/// An answer's header and a body of four bytes.
Chain answer_to(std::int32_t correlation, bool flexible) {
    Writer writer;
    writer.int32(correlation);
    if (flexible)
        writer.unsigned_varint(0);
    writer.int32(77);
    return writer.take();
}

} // namespace

TEST_CASE("a channel dials when it is wanted, asks for versions, and is ready then") {
    Owner owner;
    CHECK(!owner.channel.wakeup().has_value());
    CHECK(!owner.ready());
    CHECK(owner.channel.state() == ChannelState::dialing);
    REQUIRE(owner.out == Effects{Dial{ConnectionId{1}, Endpoint{"b3", 9092}}});
    CHECK(!owner.ready()); // and it is dialed once
    CHECK(owner.out.size() == 1);
    owner.connected();
    CHECK(owner.channel.state() == ChannelState::negotiating);
    CHECK(owner.last_sent() == std::pair<std::int32_t, std::int16_t>{0, 5});
    CHECK(!owner.channel.version_for<ProduceRequest>().has_value());
    owner.answer_versions(5, Error::none, 9);
    CHECK(owner.ready());
    CHECK(owner.channel.version_for<ProduceRequest>() == std::int16_t{9});
    CHECK(owner.channel.version_for<MetadataRequest>() == std::int16_t{13});
    CHECK(!owner.channel.version_for<HeartbeatRequest>().has_value()); // the peer has none
    CHECK(!owner.channel.version_for(0, {10, 13}).has_value());        // no overlap
}

TEST_CASE("a peer that doesn't know our ApiVersions is asked in the version that it knows") {
    Owner owner;
    owner.ready();
    owner.connected();
    owner.answer_versions(0, Error::unsupported_version);
    CHECK(owner.channel.state() == ChannelState::negotiating);
    CHECK(owner.last_sent() == std::pair<std::int32_t, std::int16_t>{1, 3});
    owner.answer_versions(3, Error::none);
    CHECK(owner.ready());
}

TEST_CASE("a peer that refuses even that is left, and dialed again after a backoff") {
    Owner owner;
    owner.ready();
    owner.connected();
    owner.answer_versions(5, Error::cluster_authorization_failed);
    CHECK(owner.out.back() == Effect(HangUp{ConnectionId{1}}));
    CHECK(owner.channel.backing_off(owner.now));
    CHECK(!owner.ready());
    const auto due = owner.channel.wakeup();
    REQUIRE(due.has_value());
    CHECK(*due - owner.now >= milliseconds(40));
    CHECK(*due - owner.now <= milliseconds(60));
    owner.now = *due;
    owner.wake();
    CHECK(!owner.channel.wakeup().has_value());
    owner.ready();
    CHECK(owner.out.back() == Effect(Dial{ConnectionId{2}, Endpoint{"b3", 9092}}));
}

TEST_CASE("without negotiation a channel is ready when connected, with our own versions") {
    ChannelConfig config;
    config.negotiate = false;
    Owner owner(config);
    owner.ready();
    owner.connected();
    CHECK(owner.ready());
    CHECK(owner.out.size() == 1);
    CHECK(owner.channel.version_for<ProduceRequest>() == ProduceRequest::highest_version);
}

TEST_CASE("answers are paired with requests in their order, and say where their body begins") {
    Owner owner;
    owner.become_ready();
    REQUIRE(owner.send(MetadataRequest{}, 100));
    const auto first = owner.last_sent().first;
    REQUIRE(owner.send(ProduceRequest{}, 101));
    const auto second = owner.last_sent().first;
    CHECK(second == first + 1);
    CHECK(owner.channel.in_flight() == 2);
    const auto answer = owner.received(answer_to(first, true));
    REQUIRE(answer.has_value());
    CHECK(*answer == AnsweredRequest{100, 3, 13, 5});
    CHECK(owner.received(answer_to(second, true))->tag == 101);
    CHECK(owner.failed.empty());
}

TEST_CASE("no more goes out than may be in flight") {
    ChannelConfig config;
    config.max_in_flight = 2;
    Owner owner(config);
    owner.become_ready();
    CHECK(owner.send(MetadataRequest{}, 1));
    CHECK(owner.ready());
    CHECK(owner.send(MetadataRequest{}, 2));
    CHECK(!owner.ready());
    CHECK(owner.received(answer_to(1, true)).has_value());
    CHECK(owner.ready());
}

TEST_CASE(
    "an answer out of turn, or none that can be read, ends the connection and all in flight") {
    for (const Chain& frame : {answer_to(99, true), Chain(Bytes::copy("ab")), Chain{}}) {
        Owner owner;
        owner.become_ready();
        owner.send(MetadataRequest{}, 1);
        owner.send(MetadataRequest{}, 2);
        CHECK(!owner.received(frame).has_value());
        CHECK(owner.out.back() == Effect(HangUp{ConnectionId{1}}));
        CHECK(owner.failed == std::vector<FailedRequest>{{1, 3, NoAnswer::disconnected},
                                                         {2, 3, NoAnswer::disconnected}});
        CHECK(owner.channel.state() == ChannelState::disconnected);
    }
}

TEST_CASE("a request past its deadline takes the connection and the others with it") {
    Owner owner;
    owner.become_ready();
    owner.send(MetadataRequest{}, 1, seconds(10));
    owner.send(MetadataRequest{}, 2, seconds(2));
    CHECK(owner.channel.wakeup() == owner.now + seconds(2));
    owner.now = owner.now + seconds(2) - nanoseconds(1);
    owner.wake();
    CHECK(owner.failed.empty());
    owner.now = owner.now + nanoseconds(1);
    owner.wake();
    CHECK(owner.failed ==
          std::vector<FailedRequest>{{1, 3, NoAnswer::disconnected}, {2, 3, NoAnswer::timed_out}});
    CHECK(owner.out.back() == Effect(HangUp{ConnectionId{1}}));
}

TEST_CASE("dials that fail back off ever longer, and one that becomes ready begins anew") {
    Owner owner;
    std::int64_t middle = 50;
    for (int i = 0; i < 9; ++i) {
        owner.ready();
        CHECK(owner.channel.state() == ChannelState::dialing);
        owner.closed();
        CHECK(!owner.ready());
        const std::int64_t wait = (*owner.channel.wakeup() - owner.now).ms();
        CHECK(wait >= middle * 8 / 10 - 1);
        CHECK(wait <= std::min<std::int64_t>(middle * 12 / 10, 1'000));
        owner.now = *owner.channel.wakeup();
        middle = std::min<std::int64_t>(middle * 2, 1'000);
    }
    owner.become_ready();
    owner.closed();
    owner.ready();
    CHECK(*owner.channel.wakeup() - owner.now <= milliseconds(60));
}

TEST_CASE("a dial that hangs is given up, later each time") {
    Owner owner;
    owner.ready();
    const Duration first = *owner.channel.wakeup() - owner.now;
    CHECK(first >= seconds(8));
    CHECK(first <= seconds(12));
    owner.now = *owner.channel.wakeup();
    owner.wake();
    CHECK(owner.out.back() == Effect(HangUp{ConnectionId{1}}));
    owner.now = owner.now + seconds(1);
    owner.ready();
    CHECK(*owner.channel.wakeup() - owner.now >= seconds(16));
}

TEST_CASE("a request that its version can't say is refused, and nothing is sent") {
    Owner owner;
    owner.become_ready();
    const auto sent = owner.out.size();
    ProduceRequest request;
    request.topic_data.emplace_back().partition_data.emplace_back();
    MetadataRequest metadata;
    metadata.allow_auto_topic_creation = false; // there since version 4
    auto context = owner.context();
    CHECK(!owner.channel.send(context, metadata, 1, 9, seconds(1)).has_value());
    CHECK(owner.out.size() == sent);
    CHECK(owner.channel.in_flight() == 0);
    REQUIRE(owner.send(request, 10));
    CHECK(owner.last_sent().first == 1); // its number was not used up
}

TEST_CASE("an idle connection is hung up, a busy one is not") {
    ChannelConfig config;
    config.max_idle = seconds(9);
    Owner owner(config);
    owner.become_ready();
    CHECK(owner.channel.wakeup() == owner.now + seconds(9));
    owner.send(MetadataRequest{}, 1, seconds(30));
    CHECK(owner.channel.wakeup() == owner.now + seconds(30));
    owner.received(answer_to(1, true));
    owner.now = owner.now + seconds(9);
    owner.wake();
    CHECK(owner.channel.state() == ChannelState::disconnected);
    CHECK(owner.failed.empty());
}

TEST_CASE("a channel and its copy are equal, print and go on alike") {
    Owner owner;
    owner.become_ready();
    owner.send(MetadataRequest{}, 1);
    Owner copy = owner;
    CHECK(copy.channel == owner.channel);
    CHECK(fingerprint(copy.channel) == fingerprint(owner.channel));
    CHECK(print(copy.channel).find("state_: ready") != std::string::npos);
    owner.closed();
    CHECK(!(copy.channel == owner.channel));
    copy.closed();
    CHECK(copy.channel == owner.channel);
}
