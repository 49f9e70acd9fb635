// Names of snapshot files.
#include "core/raft/snapshots.hpp"

#include <charconv>
#include <cstdint>

namespace orrery::raft {

namespace {

constexpr std::string_view suffix = ".checkpoint";
constexpr std::size_t offset_digits = 20;
constexpr std::size_t epoch_digits = 10;

std::string padded(std::int64_t number, std::size_t digits) {
    const std::string text = std::to_string(number);
    return std::string(digits - text.size(), '0') + text;
}

template <class Number>
std::optional<Number> parse_digits(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || text.front() == '-')
        return std::nullopt;
    return number;
}

} // namespace

std::string file_name_of(const SnapshotId& id) {
    std::string name = padded(id.end_offset.value, offset_digits);
    name += '-';
    name += padded(id.epoch.value, epoch_digits);
    return name += suffix;
}

std::optional<SnapshotId> parse_snapshot_name(std::string_view name) {
    if (name.size() != offset_digits + 1 + epoch_digits + suffix.size() ||
        name[offset_digits] != '-' || !name.ends_with(suffix))
        return std::nullopt;
    const auto offset = parse_digits<std::int64_t>(name.substr(0, offset_digits));
    const auto epoch = parse_digits<std::int32_t>(name.substr(offset_digits + 1, epoch_digits));
    if (!offset || !epoch)
        return std::nullopt;
    return SnapshotId{{*offset}, {*epoch}};
}

} // namespace orrery::raft
