// How the records of a batch are compressed and what their timestamps mean: the numbers and names
// that Kafka gives them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace orrery::record {

/// The numbers of bits 0 to 2 of a batch's attributes.
enum class Codec : std::uint8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

/// As in the configs compression.type: "none", "gzip", "snappy", "lz4", "zstd".
constexpr std::string_view name_of(Codec codec) {
    switch (codec) {
    case Codec::none: return "none";
    case Codec::gzip: return "gzip";
    case Codec::snappy: return "snappy";
    case Codec::lz4: return "lz4";
    case Codec::zstd: return "zstd";
    }
    return "unknown";
}
constexpr std::optional<Codec> codec_named(std::string_view name) {
    for (const Codec codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd})
        if (name_of(codec) == name)
            return codec;
    return std::nullopt;
}

/// Whose clock stamped the records (KIP-32). Format 0 has no timestamps.
enum class TimestampType : std::int8_t { none = -1, create_time = 0, log_append_time = 1 };

/// As Kafka prints it and as in message.timestamp.type.
constexpr std::string_view name_of(TimestampType type) {
    switch (type) {
    case TimestampType::none: return "NoTimestampType";
    case TimestampType::create_time: return "CreateTime";
    case TimestampType::log_append_time: return "LogAppendTime";
    }
    return "unknown";
}

} // namespace orrery::record
