#include "core/metadata/record.hpp"

#include "core/base/expect.hpp"
#include "core/wire/reader.hpp"
#include "core/wire/writer.hpp"

#include <type_traits>

namespace orrery::metadata {

namespace {

constexpr std::uint32_t frame_version = 1;

/// The alternative of Message from I on whose type number is `type`, read from the reader.
template <std::size_t I = 0>
Result<Record> read_body(std::uint32_t type, std::uint32_t version, wire::Reader& reader) {
    if constexpr (I + 1 == std::variant_size_v<Message>) {
        return Record{UnappliedRecord{type, reader.raw(reader.remaining())},
                      static_cast<std::int16_t>(version)};
    } else {
        using T = std::variant_alternative_t<I, Message>;
        if (static_cast<std::uint32_t>(T::api_key) != type)
            return read_body<I + 1>(type, version, reader);
        if (version > static_cast<std::uint32_t>(T::highest_version))
            return failure(ParseError{"metadata record version is not known", reader.offset()});
        const auto short_version = static_cast<std::int16_t>(version);
        auto message = T::decode(reader, short_version);
        if (!message)
            return failure(message.error());
        return Record{std::move(*message), short_version};
    }
}

} // namespace

Bytes encode(const Record& record) {
    wire::Writer writer;
    writer.unsigned_varint(frame_version);
    std::visit(
        [&](const auto& message) {
            using T = std::decay_t<decltype(message)>;
            if constexpr (std::is_same_v<T, UnappliedRecord>) {
                writer.unsigned_varint(message.type);
                writer.unsigned_varint(static_cast<std::uint32_t>(record.version));
                writer.raw(message.body);
            } else {
                writer.unsigned_varint(static_cast<std::uint32_t>(T::api_key));
                writer.unsigned_varint(static_cast<std::uint32_t>(record.version));
                expect(message.encode(writer, record.version).has_value(),
                       "a metadata record that its version can say");
            }
        },
        record.message);
    return writer.take().flat();
}

Result<Record> decode(const Bytes& value) {
    wire::Reader reader{Chain(value)};
    if (reader.unsigned_varint() != frame_version)
        return failure(ParseError{"metadata record frame version is not 1", 0});
    const std::uint32_t type = reader.unsigned_varint();
    const std::uint32_t version = reader.unsigned_varint();
    if (!reader.ok())
        return failure(reader.error());
    if (type > 0x7fff || version > 0x7fff)
        return failure(ParseError{"metadata record type or version is too large", 1});
    auto record = read_body(type, version, reader);
    if (record && reader.remaining() > 0)
        return failure(ParseError{"bytes left over after a metadata record", reader.offset()});
    return record;
}

std::string_view name_of(const Message& message) {
    return std::visit(
        [](const auto& held) -> std::string_view {
            using T = std::decay_t<decltype(held)>;
            if constexpr (std::is_same_v<T, UnappliedRecord>)
                return "UnappliedRecord";
            else
                return T::message_name;
        },
        message);
}

} // namespace orrery::metadata
