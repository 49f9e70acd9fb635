// Batches of the metadata log, made and looked into.
#include "core/raft/batches.hpp"

#include "core/base/expect.hpp"
#include "core/record/batch_builder.hpp"
#include "core/record/records.hpp"
#include "core/wire/messages/leader_change_message.hpp"
#include "core/wire/messages/snapshot_footer_record.hpp"
#include "core/wire/messages/snapshot_header_record.hpp"
#include "core/wire/reader.hpp"
#include "core/wire/writer.hpp"

#include <array>

namespace orrery::raft {

namespace {

/// The body at version 0, the current one of each of these messages.
template <class Message>
Bytes body_of(const Message& message) {
    wire::Writer writer;
    expect(message.encode(writer, 0).has_value(), "a control record that version 0 can hold");
    return writer.take().flat();
}

record::Batch control_batch(const BatchPlace& place, ControlType type, const Bytes& body) {
    record::BatchOptions options;
    options.base_offset = place.base_offset;
    options.leader_epoch = place.epoch;
    options.control = true;
    record::BatchBuilder builder(options);
    std::array<std::byte, 4> key{};
    key[3] = static_cast<std::byte>(type);
    builder.append(place.timestamp_ms, record::View(key), body.span());
    return builder.build();
}

} // namespace

record::Batch data_batch(const BatchPlace& place, std::span<const Bytes> values) {
    record::BatchOptions options;
    options.base_offset = place.base_offset;
    options.leader_epoch = place.epoch;
    record::BatchBuilder builder(options);
    for (const Bytes& value : values)
        builder.append(place.timestamp_ms, std::nullopt, value.span());
    return builder.build();
}

record::Batch leader_change_batch(const BatchPlace& place, NodeId leader,
                                  const std::vector<NodeId>& voters,
                                  const std::vector<NodeId>& granting_voters) {
    wire::LeaderChangeMessage message;
    message.leader_id = leader.value;
    for (const NodeId voter : voters)
        message.voters.emplace_back().voter_id = voter.value;
    for (const NodeId voter : granting_voters)
        message.granting_voters.emplace_back().voter_id = voter.value;
    return control_batch(place, ControlType::leader_change, body_of(message));
}

record::Batch snapshot_header_batch(const BatchPlace& place,
                                    std::int64_t last_contained_log_timestamp_ms) {
    wire::SnapshotHeaderRecord header;
    header.last_contained_log_timestamp = last_contained_log_timestamp_ms;
    return control_batch(place, ControlType::snapshot_header, body_of(header));
}

record::Batch snapshot_footer_batch(const BatchPlace& place) {
    return control_batch(place, ControlType::snapshot_footer,
                         body_of(wire::SnapshotFooterRecord{}));
}

std::optional<ControlType> control_type(const record::Batch& batch) {
    if (!batch.header.is_control())
        return std::nullopt;
    record::Records records(batch);
    record::Record record;
    if (!records.next(record) || !record.key || record.key->size() < 4)
        return std::nullopt;
    const auto high = std::to_integer<unsigned>((*record.key)[2]);
    const auto low = std::to_integer<unsigned>((*record.key)[3]);
    return static_cast<ControlType>(static_cast<std::int16_t>(high << 8U | low));
}

std::optional<std::int64_t> last_contained_log_timestamp(const Chain& snapshot) {
    record::BatchReader batches(snapshot);
    const auto batch = batches.next();
    if (!batch || !*batch || control_type(**batch) != ControlType::snapshot_header)
        return std::nullopt;
    record::Records records(**batch);
    record::Record record;
    if (!records.next(record) || !record.value)
        return std::nullopt;
    wire::Reader reader(Bytes::copy(*record.value));
    const auto header = wire::SnapshotHeaderRecord::decode(reader, 0);
    if (!header)
        return std::nullopt;
    return header->last_contained_log_timestamp;
}

} // namespace orrery::raft
