#include "core/group/consumer_embedded.hpp"

#include "core/base/expect.hpp"
#include "core/wire/reader.hpp"
#include "core/wire/writer.hpp"

#include <algorithm>
#include <utility>

namespace orrery::group {

namespace {

/// The version that a message begins with, or the newest that we know.
template <class Message>
std::optional<std::int16_t> embedded_version(wire::Reader& in) {
    const std::int16_t version = in.int16();
    if (!in.ok() || version < Message::lowest_version)
        return std::nullopt;
    return std::min(version, Message::highest_version);
}

template <class Message>
std::optional<Message> read_embedded(const Bytes& bytes) {
    wire::Reader in{Chain(bytes)};
    const auto version = embedded_version<Message>(in);
    auto message = version ? Message::decode(in, *version) : failure(ParseError{});
    return message ? std::optional(std::move(*message)) : std::nullopt;
}

} // namespace

std::optional<wire::ConsumerProtocolSubscription> read_subscription(const Bytes& bytes) {
    return read_embedded<wire::ConsumerProtocolSubscription>(bytes);
}

std::optional<wire::ConsumerProtocolAssignment> read_assignment(const Bytes& bytes) {
    return read_embedded<wire::ConsumerProtocolAssignment>(bytes);
}

Bytes assignment_bytes(const MemberAssignment& assignment, const metadata::Image& image,
                       const Bytes& subscription) {
    wire::Reader asked{Chain(subscription)};
    const std::int16_t version =
        embedded_version<wire::ConsumerProtocolAssignment>(asked).value_or(0);
    wire::ConsumerProtocolAssignment message;
    for (const auto& [id, partitions] : assignment)
        if (const metadata::Topic* topic = image.topic(id))
            message.assigned_partitions.push_back({topic->name, partitions});
    wire::Writer out;
    out.int16(version);
    expect(message.encode(out, version).has_value(), "an assignment that can be written");
    return out.take().flat();
}

MemberAssignment plain_assignment(const OwnedPartitions& owned) {
    MemberAssignment plain;
    for (const auto& [topic, epochs] : owned)
        for (const auto& [partition, epoch] : epochs)
            plain[topic].push_back(partition);
    return plain;
}

} // namespace orrery::group
