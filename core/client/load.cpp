#include "core/client/load.hpp"

#include "core/base/hash.hpp"

#include <algorithm>
#include <charconv>

namespace orrery::client {

namespace {

/// `before`, `between` and the number, one after the other, filled up with dots to `size`.
void write_text(std::vector<std::byte>& out, std::string_view before, std::string_view between,
                std::int64_t n, std::size_t size = 0) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
    const std::string_view number(digits, static_cast<std::size_t>(end - digits));
    const std::size_t text = before.size() + between.size() + number.size();
    out.assign(std::max(text, size), std::byte{'.'});
    auto* at = reinterpret_cast<char*>(out.data());
    at = std::copy(before.begin(), before.end(), at);
    at = std::copy(between.begin(), between.end(), at);
    std::copy(number.begin(), number.end(), at);
}

std::int64_t draw_weighted(const std::vector<std::int64_t>& weights, Random& random) {
    std::int64_t total = 0;
    for (const std::int64_t weight : weights)
        total += std::max<std::int64_t>(weight, 0);
    if (total <= 0)
        return 0;
    auto point = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(total)));
    std::int64_t key = 0;
    for (const std::int64_t weight : weights) {
        point -= std::max<std::int64_t>(weight, 0);
        if (point < 0)
            break;
        ++key;
    }
    return key;
}

} // namespace

Instant Load::due(Instant started, std::int64_t n) const {
    if (records <= 0 || (count >= 0 && n >= count))
        return never;
    __extension__ using Wide = __int128;
    const Wide after = static_cast<Wide>(per.ns) * n / records;
    if (after > never.ns / 2 || (length && after >= length->ns))
        return never;
    return started + start_after + Duration{static_cast<std::int64_t>(after)};
}

void write_value(const Load& load, std::int64_t n, std::vector<std::byte>& out) {
    write_text(out, load.name, "#", n, static_cast<std::size_t>(std::max(load.record_size, 0)));
}

bool write_key(const Load& load, std::int64_t n, Random& random, std::vector<std::byte>& out) {
    out.clear();
    if (load.keys == KeyModel::none)
        return false;
    const std::int64_t key = load.keys == KeyModel::sequence
                                 ? n % std::max<std::int64_t>(load.key_count, 1)
                                 : draw_weighted(load.weights, random);
    write_text(out, "key-", {}, key);
    return true;
}

std::optional<RecordIdentity> identity_of(std::span<const std::byte> value) {
    const std::string_view text{reinterpret_cast<const char*>(value.data()), value.size()};
    const auto mark = text.rfind('#');
    if (mark == std::string_view::npos)
        return std::nullopt;
    std::int64_t sequence = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + mark + 1, end, sequence);
    const bool dots = std::all_of(read.ptr, end, [](char c) { return c == '.'; });
    if (read.ec != std::errc{} || sequence < 0 || !dots)
        return std::nullopt;
    return RecordIdentity{text.substr(0, mark), sequence};
}

std::int64_t digest_of(Offset offset, std::span<const std::byte> value) {
    Hasher hasher;
    hasher.add(static_cast<std::uint64_t>(offset.value));
    hasher.add(hash_bytes(value));
    return static_cast<std::int64_t>(hasher.value() & 0x7FFFFFFFFFFFFFFFULL);
}

} // namespace orrery::client
