#include "sim/world/latency.hpp"

#include <array>
#include <bit>

namespace orrery::sim {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr unsigned table_bits = 10;
constexpr std::size_t table_size = std::size_t{1} << table_bits;
constexpr unsigned fraction = 32; ///< binary digits after the point in both tables

/// The whole square root of n.
constexpr std::uint64_t root(Wide n) {
    std::uint64_t r = 0;
    for (int bit = 63; bit >= 0; --bit) {
        const std::uint64_t tried = r | (std::uint64_t{1} << bit);
        if (static_cast<Wide>(tried) * tried <= n)
            r = tried;
    }
    return r;
}

/// log2(1 + (i + 1/2) / 1024) for each i, by repeated squaring.
constexpr auto make_logarithms() {
    std::array<std::uint64_t, table_size> table{};
    for (std::size_t i = 0; i < table_size; ++i) {
        Wide x = (Wide{1} << 62) + ((static_cast<Wide>(2 * i + 1) << 62) >> (table_bits + 1));
        for (unsigned bit = 0; bit < fraction; ++bit) {
            x = (x * x) >> 62;
            const bool two_or_more = (x >> 63) != 0;
            table[i] = table[i] * 2 + (two_or_more ? 1 : 0);
            if (two_or_more)
                x >>= 1;
        }
    }
    return table;
}

/// 2^(i / 1024) for each i, from the square roots of 2.
constexpr auto make_powers() {
    std::array<std::uint64_t, table_size> table{};
    std::array<std::uint64_t, table_bits> roots{}; // 2^(1/2), 2^(1/4)...
    std::uint64_t r = std::uint64_t{2} << 61;
    for (auto& each : roots) {
        r = root(static_cast<Wide>(r) << 61);
        each = r;
    }
    for (std::size_t i = 0; i < table_size; ++i) {
        Wide product = Wide{1} << 61;
        for (unsigned bit = 0; bit < table_bits; ++bit)
            if ((i >> (table_bits - 1 - bit)) & 1U)
                product = (product * roots[bit]) >> 61;
        table[i] = static_cast<std::uint64_t>(product >> (61 - fraction));
    }
    return table;
}

constexpr auto logarithms = make_logarithms();
constexpr auto powers = make_powers();
constexpr std::uint64_t ln2 = 2977044472; ///< 0.693147… with 32 binary digits
/// A thousandfold and more: a delay beyond that is a stall, and stalls are faults.
constexpr std::uint64_t tail_max = std::uint64_t{20} << fraction;

/// -log2 of an even draw from (0, 1], 32 binary digits: the exponent's zeros are a fair coin's run,
/// so the tail is exact however far it goes.
std::uint64_t minus_log2(std::uint64_t even) {
    const auto zeros = static_cast<std::uint64_t>(std::countl_zero(even | 1));
    const std::uint64_t mantissa = ((even | 1) << zeros) << 1U;
    const std::uint64_t log = logarithms[mantissa >> (64 - table_bits)];
    return ((zeros + 1) << fraction) - log;
}

Duration times(Duration spread, std::uint64_t factor) {
    return {static_cast<std::int64_t>(
        (static_cast<Wide>(static_cast<std::uint64_t>(spread.ns)) * factor) >> fraction)};
}

} // namespace

Duration Latency::draw_shaped(Random& random) const {
    if (shape == LatencyShape::uniform)
        return {base.ns + random.between(0, spread.ns)};
    const std::uint64_t log = minus_log2(random.next());
    if (shape == LatencyShape::exponential) {
        const auto mean_one =
            static_cast<std::uint64_t>((static_cast<Wide>(log) * ln2) >> fraction);
        return base + times(spread, mean_one);
    }
    // Pareto of index 2: 1/sqrt(u), which is 2 to the half of -log2 u.
    const std::uint64_t half = (log < tail_max ? log : tail_max) / 2;
    const std::uint64_t power = powers[(half >> (fraction - table_bits)) & (table_size - 1)]
                                << (half >> fraction);
    return base + times(spread, power - (std::uint64_t{1} << fraction));
}

} // namespace orrery::sim
