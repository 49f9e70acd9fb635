#include "core/group/record.hpp"

#include "core/base/expect.hpp"
#include "core/wire/reader.hpp"
#include "core/wire/writer.hpp"

#include <type_traits>
#include <utility>

namespace orrery::group {

namespace {

constexpr std::int16_t key_version = 0;

template <class Message>
std::optional<Bytes> stored_as(std::int16_t number, std::int16_t version, const Message& message) {
    wire::Writer out;
    out.int16(number);
    if (!message.encode(out, version))
        return std::nullopt;
    return out.take().flat();
}

/// Reads a record of one type; the number of its key has been read already.
template <class Typed>
Result<Record> read(wire::Reader& key, const std::optional<Bytes>& value) {
    Typed made;
    auto known = decltype(made.key)::decode(key, key_version);
    if (!known)
        return failure(known.error());
    made.key = std::move(*known);
    if (!value)
        return Record{std::move(made)};
    using Value = typename Typed::ValueType;
    wire::Reader in{Chain(*value)};
    const std::int16_t version = in.int16();
    if (!in.ok())
        return failure(ParseError{"a coordinator record's value has no version", 0});
    if (version < Value::lowest_version || version > Value::highest_version)
        return failure(ParseError{"a coordinator record's value has an unknown version", 0});
    auto read = Value::decode(in, version);
    if (!read)
        return failure(read.error());
    made.value = std::move(*read);
    made.version = version;
    return Record{std::move(made)};
}

/// The alternative of Record whose key has the number; StoredRecord if there is none.
template <std::size_t I = 0>
Result<Record> read_numbered(std::int16_t number, wire::Reader& key, const StoredRecord& stored) {
    using Alternative = std::variant_alternative_t<I, Record>;
    if constexpr (std::is_same_v<Alternative, StoredRecord>) {
        return Record{stored};
    } else {
        if (decltype(Alternative::key)::api_key == number)
            return read<Alternative>(key, stored.value);
        return read_numbered<I + 1>(number, key, stored);
    }
}

} // namespace

std::optional<StoredRecord> try_encode(const Record& record) {
    return std::visit(
        [](const auto& typed) -> std::optional<StoredRecord> {
            using Typed = std::decay_t<decltype(typed)>;
            if constexpr (std::is_same_v<Typed, StoredRecord>) {
                return typed;
            } else {
                auto key = stored_as(decltype(Typed::key)::api_key, key_version, typed.key);
                if (!key)
                    return std::nullopt;
                StoredRecord stored{std::move(*key), std::nullopt};
                if (!typed.value)
                    return stored;
                stored.value = stored_as(typed.version, typed.version, *typed.value);
                return stored.value ? std::optional(std::move(stored)) : std::nullopt;
            }
        },
        record);
}

StoredRecord encode(const Record& record) {
    auto stored = try_encode(record);
    expect(stored.has_value(), "a coordinator record that its version can say");
    return std::move(*stored);
}

Result<Record> decode(const StoredRecord& stored) {
    wire::Reader key{Chain(stored.key)};
    const std::int16_t number = key.int16();
    if (!key.ok())
        return failure(ParseError{"a coordinator record's key has no type", 0});
    return read_numbered(number, key, stored);
}

std::string_view name_of(const Record& record) {
    return std::visit(
        [](const auto& typed) -> std::string_view {
            using Typed = std::decay_t<decltype(typed)>;
            if constexpr (std::is_same_v<Typed, StoredRecord>) {
                return "unknown";
            } else {
                constexpr std::string_view key = decltype(Typed::key)::message_name;
                return key.substr(0, key.size() - std::string_view("Key").size());
            }
        },
        record);
}

} // namespace orrery::group
