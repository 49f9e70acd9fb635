#include "core/record/control.hpp"

#include "core/record/big_endian.hpp"

#include <algorithm>

namespace orrery::record {

namespace {

constexpr std::int16_t key_version = 0;
constexpr std::int16_t last_type = 6;

} // namespace

std::string_view name_of(ControlType type) {
    switch (type) {
    case ControlType::abort: return "ABORT";
    case ControlType::commit: return "COMMIT";
    case ControlType::leader_change: return "LEADER_CHANGE";
    case ControlType::snapshot_header: return "SNAPSHOT_HEADER";
    case ControlType::snapshot_footer: return "SNAPSHOT_FOOTER";
    case ControlType::kraft_version: return "KRAFT_VERSION";
    case ControlType::kraft_voters: return "KRAFT_VOTERS";
    }
    return "UNKNOWN";
}

std::optional<ControlType> control_type_of(const Record& record) {
    if (!record.key || record.key->size() < 4)
        return std::nullopt;
    // A later version of the key may be longer; what is known of it stays in place.
    const auto type = load<std::int16_t>(record.key->data() + 2);
    if (load<std::int16_t>(record.key->data()) < 0 || type < 0 || type > last_type)
        return std::nullopt;
    return static_cast<ControlType>(type);
}

std::optional<ControlValue> control_value_of(const Record& record) {
    if (!record.value || record.value->size() < 2)
        return std::nullopt;
    return ControlValue{load<std::int16_t>(record.value->data()), record.value->subspan(2)};
}

std::array<std::byte, 4> control_key(ControlType type) {
    std::array<std::byte, 4> key{};
    store(key.data(), key_version);
    store(key.data() + 2, static_cast<std::int16_t>(type));
    return key;
}

Bytes control_value(std::int16_t version, View message) {
    std::byte* fill = nullptr;
    Bytes value = Bytes::allocate(2 + message.size(), &fill);
    store(fill, version);
    std::copy(message.begin(), message.end(), fill + 2);
    return value;
}

Batch control_batch(BatchOptions options, ControlType type, std::int16_t version, View message,
                    std::int64_t timestamp) {
    options.control = true;
    BatchBuilder builder(options);
    const auto key = control_key(type);
    const Bytes value = control_value(version, message);
    builder.append(timestamp, View(key), value.span());
    return builder.build();
}

} // namespace orrery::record
