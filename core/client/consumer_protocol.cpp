#include "core/client/consumer_protocol.hpp"

#include "core/wire/messages/consumer_protocol_assignment.hpp"
#include "core/wire/messages/consumer_protocol_subscription.hpp"
#include "core/wire/reader.hpp"
#include "core/wire/writer.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

constexpr wire::Form plain = wire::Form::plain;

void add(TopicPartitions& to, const std::string& topic, const std::vector<std::int32_t>& more) {
    if (more.empty())
        return;
    std::vector<std::int32_t>& partitions = to[topic];
    partitions.insert(partitions.end(), more.begin(), more.end());
    std::sort(partitions.begin(), partitions.end());
    partitions.erase(std::unique(partitions.begin(), partitions.end()), partitions.end());
}

/// List is that of either message's topics with their partitions.
template <class List>
List listed(const TopicPartitions& from) {
    List list;
    for (const auto& [topic, partitions] : from) {
        list.emplace_back();
        list.back().topic = topic;
        list.back().partitions = partitions;
    }
    return list;
}

template <class List>
TopicPartitions mapped(const List& list) {
    TopicPartitions to;
    for (const auto& each : list)
        add(to, each.topic, each.partitions);
    return to;
}

template <class Message>
Result<Bytes> prefixed(const Message& message) {
    wire::Writer out;
    out.int16(Message::highest_version);
    if (const auto done = message.encode(out, Message::highest_version); !done)
        return failure(done.error());
    return out.take().flat();
}

/// A version that is newer than ours is read as ours, as Kafka does.
template <class Message>
Result<Message> read_prefixed(const Bytes& bytes) {
    wire::Reader in{Chain(bytes)};
    const std::int16_t version = in.int16();
    if (in.ok() && version < Message::lowest_version)
        in.fail("a version that never was");
    if (!in.ok())
        return failure(in.error());
    return Message::decode(in, std::min(version, Message::highest_version));
}

/// The user data of the sticky assignor; null for a member that never had an assignment.
std::optional<Bytes> sticky_memory(const Subscription& member) {
    if (member.generation == no_generation && member.owned.empty())
        return std::nullopt;
    wire::Writer out;
    out.length(plain, static_cast<std::int64_t>(member.owned.size()));
    for (const auto& [topic, partitions] : member.owned) {
        out.string(plain, topic);
        out.int32s(plain, partitions);
    }
    out.int32(member.generation);
    return out.take().flat();
}

void read_sticky_memory(const std::optional<Bytes>& user_data, Subscription& member) {
    member.owned.clear();
    member.generation = no_generation;
    if (!user_data)
        return;
    wire::Reader in{Chain(*user_data)};
    TopicPartitions owned;
    for (std::int32_t left = in.length(plain); left > 0 && in.ok(); --left) {
        const std::string topic = in.string(plain);
        add(owned, topic, in.int32s(plain));
    }
    if (!in.ok())
        return;
    member.owned = std::move(owned);
    if (const std::int32_t generation = in.int32(); in.ok())
        member.generation = generation;
}

/// The user data of the cooperative-sticky assignor.
Bytes cooperative_memory(const Subscription& member) {
    wire::Writer out;
    out.int32(member.generation);
    return out.take().flat();
}

void read_cooperative_memory(const std::optional<Bytes>& user_data, Subscription& member) {
    if (member.generation >= 0 || !user_data)
        return;
    wire::Reader in{Chain(*user_data)};
    const std::int32_t generation = in.int32();
    member.generation = in.ok() ? generation : no_generation;
}

} // namespace

Result<Bytes> subscription_bytes(Assignor assignor, const Subscription& member) {
    wire::ConsumerProtocolSubscription said;
    said.topics = member.topics;
    std::sort(said.topics.begin(), said.topics.end());
    said.generation_id = member.generation;
    said.rack_id = member.rack;
    if (assignor == Assignor::sticky) {
        said.user_data = sticky_memory(member);
    } else if (assignor == Assignor::cooperative_sticky) {
        said.owned_partitions = listed<decltype(said.owned_partitions)>(member.owned);
        said.user_data = cooperative_memory(member);
    }
    return prefixed(said);
}

Result<Subscription> read_subscription(Assignor assignor, const Bytes& bytes) {
    auto said = read_prefixed<wire::ConsumerProtocolSubscription>(bytes);
    if (!said)
        return failure(said.error());
    Subscription member;
    member.topics = std::move(said->topics);
    if (said->rack_id && !said->rack_id->empty())
        member.rack = std::move(said->rack_id);
    member.owned = mapped(said->owned_partitions);
    member.generation = std::max(said->generation_id, no_generation);
    if (assignor == Assignor::sticky)
        read_sticky_memory(said->user_data, member);
    else if (assignor == Assignor::cooperative_sticky)
        read_cooperative_memory(said->user_data, member);
    return member;
}

Result<Bytes> assignment_bytes(const TopicPartitions& partitions) {
    wire::ConsumerProtocolAssignment said;
    said.assigned_partitions = listed<decltype(said.assigned_partitions)>(partitions);
    return prefixed(said);
}

Result<TopicPartitions> read_assignment(const Bytes& bytes) {
    if (bytes.empty())
        return TopicPartitions{};
    const auto said = read_prefixed<wire::ConsumerProtocolAssignment>(bytes);
    if (!said)
        return failure(said.error());
    return mapped(said->assigned_partitions);
}

} // namespace orrery::client
