#include "core/log/dump_batches.hpp"

#include "core/record/control.hpp"
#include "core/record/legacy.hpp"

#include <algorithm>

namespace orrery::log {

namespace {

using record::Batch;
using record::BatchHeader;
using record::Record;
using record::View;

void put(std::string& out, std::string_view name, std::int64_t value) {
    out += name;
    out += ": ";
    out += std::to_string(value);
    out += ' ';
}
void put(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += ' ';
}
void put_flag(std::string& out, std::string_view name, bool value) {
    put(out, name, value ? std::string_view("true") : std::string_view("false"));
}
void end_line(std::string& out) {
    if (!out.empty() && out.back() == ' ')
        out.back() = '\n';
}

/// As text where it is printable, else in hex.
std::string readable(std::optional<View> bytes) {
    if (!bytes)
        return "null";
    const bool printable = std::all_of(bytes->begin(), bytes->end(), [](std::byte b) {
        return b >= std::byte{0x20} && b < std::byte{0x7F};
    });
    if (!printable)
        return "0x" + to_hex(*bytes);
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

void put_batch(std::string& out, const Batch& batch, std::size_t position, bool valid) {
    const BatchHeader& header = batch.header;
    put(out, "baseOffset", record::first_offset(batch).value);
    put(out, "lastOffset", header.last_offset().value);
    if (header.magic >= 2) {
        put(out, "count", header.count);
        put(out, "baseSequence", header.base_sequence);
        put(out, "lastSequence", header.last_sequence());
        put(out, "producerId", header.producer_id);
        put(out, "producerEpoch", header.producer_epoch);
        put(out, "partitionLeaderEpoch", header.leader_epoch.value);
        put_flag(out, "isTransactional", header.is_transactional());
        put_flag(out, "isControl", header.is_control());
        if (header.has_delete_horizon())
            put(out, "deleteHorizonMs", header.base_timestamp);
    }
    put(out, "position", static_cast<std::int64_t>(position));
    put(out, name_of(header.timestamp_type()), header.max_timestamp);
    put(out, "size", static_cast<std::int64_t>(header.size()));
    put(out, "magic", header.magic);
    put(out, "compresscodec",
        header.codec_is_known() ? name_of(header.codec()) : std::string_view("unknown"));
    put(out, "crc", header.crc);
    put_flag(out, "isvalid", valid);
    end_line(out);
}

void put_record(std::string& out, const BatchHeader& batch, const Record& record,
                DescribeRecord describe) {
    out += "| ";
    put(out, "offset", record.offset.value);
    put(out, name_of(batch.timestamp_type()), record.timestamp);
    put(out, "keySize", record.key ? static_cast<std::int64_t>(record.key->size()) : -1);
    put(out, "valueSize", record.value ? static_cast<std::int64_t>(record.value->size()) : -1);
    if (batch.magic >= 2)
        put(out, "sequence", record.sequence);
    for (const record::RecordHeader& header : record.headers.list())
        put(out, "header " + std::string(header.key), readable(header.value));
    if (batch.is_control()) {
        const auto type = record::control_type_of(record);
        put(out, "control", type ? name_of(*type) : std::string_view("unknown"));
        const auto value = record::control_value_of(record);
        put(out, "version", value ? value->version : -1);
        put(out, "message", readable(value ? std::optional(value->message) : std::nullopt));
    } else if (const std::string told = describe == nullptr ? "" : describe(record);
               !told.empty()) {
        put(out, "payload", told);
    } else {
        if (record.key)
            put(out, "key", readable(record.key));
        put(out, "payload", readable(record.value));
    }
    end_line(out);
}

} // namespace

Dump dump_batches(const Chain& content, DescribeRecord describe) {
    Dump dump;
    record::BatchReader reader(content);
    const auto note = [&](std::size_t position, std::string_view what) {
        if (!dump.error)
            dump.error = "byte " + std::to_string(position) + ": " + std::string(what);
    };
    while (true) {
        const std::size_t position = reader.consumed();
        const auto next = reader.next();
        if (!next) {
            note(position, next.error().what);
            return dump;
        }
        if (!*next) {
            if (position != content.size())
                note(position, "an incomplete last batch of " +
                                   std::to_string(content.size() - position) + " bytes");
            return dump;
        }
        const Batch& batch = **next;
        const bool valid = record::crc_is_valid(batch);
        put_batch(dump.text, batch, position, valid);
        if (!valid)
            note(position, "the checksum does not fit the batch");
        record::Records records(batch);
        for (Record record; records.next(record);)
            put_record(dump.text, batch.header, record, describe);
        if (records.error() != record::RecordsError::none)
            note(position, "records can't be read: " + std::string(name_of(records.error())));
    }
}

} // namespace orrery::log
