// The schemas as tables: what the inspector walks to name the bytes of any frame, and the list by
// which tools and tests go through all messages. The same facts that decode and encode are
// generated from.
#pragma once

#include "core/base/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace orrery::wire {

class Reader;
class Writer;
struct Erased;

struct VersionSpan {
    std::int16_t low = 0;
    std::int16_t high = -1; ///< 32767: no end; below low: none
    constexpr bool has(std::int16_t version) const { return low <= version && version <= high; }
    bool operator==(const VersionSpan&) const = default;
};

enum class Kind : std::uint8_t {
    boolean,
    int8,
    int16,
    uint16,
    int32,
    uint32,
    int64,
    float64,
    uuid,
    string,
    bytes,
    records,
    structure,
};

struct StructSchema;

struct FieldSchema {
    std::string_view name; ///< as in C++: "max_wait_ms"
    Kind kind;
    bool array;
    VersionSpan versions;
    VersionSpan nullable;
    std::int32_t tag; ///< -1: not a tagged field
    bool ignorable;
    bool never_flexible;
    std::string_view default_text; ///< empty: zero, empty
    const StructSchema* structure;

    bool operator==(const FieldSchema&) const = delete;
};

struct StructSchema {
    std::string_view name;
    std::span<const FieldSchema> fields;
};

/// Which numbering a message's key belongs to, if any.
enum class MessageKind : std::uint8_t {
    request,
    response,
    header,
    data,              ///< control records, consumer protocol, files
    metadata_record,   ///< __cluster_metadata
    remote_log_record, ///< __remote_log_metadata
    group_key,         ///< __consumer_offsets
    group_value,
    share_key, ///< __share_group_state
    share_value,
    transaction_key, ///< __transaction_state
    transaction_value,
};

struct MessageSchema {
    std::string_view name;
    MessageKind kind;
    std::int16_t key; ///< API key or record type; -1: none
    VersionSpan versions;
    VersionSpan flexible;
    bool latest_unstable; ///< the highest version is not offered by default
    const StructSchema* body;
    const Erased* erased; ///< its struct, without its type: any_message.hpp

    /// Decodes a message and encodes it again in the same version.
    Result<void> recode(Reader& in, Writer& out, std::int16_t version) const;
};

/// By name.
std::span<const MessageSchema> all_messages();
/// nullptr if there is none.
const MessageSchema* find_message(std::string_view name);
const MessageSchema* find_message(MessageKind kind, std::int16_t key);

/// "int32", "[]FetchTopic".
std::string type_text(const FieldSchema& field);

} // namespace orrery::wire
