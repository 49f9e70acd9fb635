#include "core/base/random.hpp"

#include "core/base/hash.hpp"

namespace orrery {

Random::Random(std::uint64_t seed, std::string_view stream) : key_(0) {
    Hasher hasher;
    hasher.add(seed);
    hasher.add(hash_text(stream));
    key_ = hasher.value();
}

std::uint64_t Random::below(std::uint64_t n) {
    expect(n > 0, "a bound above zero");
    __extension__ using Wide = unsigned __int128;
    while (true) {
        const Wide product = static_cast<Wide>(next()) * n;
        const auto low = static_cast<std::uint64_t>(product);
        if (low >= n || low >= (0 - n) % n)
            return static_cast<std::uint64_t>(product >> 64U);
    }
}

Uuid Random::uuid() {
    while (true) {
        Uuid made;
        made.high = (next() & ~0xF000ULL) | 0x4000ULL;
        made.low = (next() & ~(3ULL << 62U)) | (2ULL << 62U);
        const bool leads_with_dash = (made.high >> 58U) == 62; // '-' would read as an option
        if (!leads_with_dash)
            return made;
    }
}

} // namespace orrery
