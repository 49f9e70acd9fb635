// Random numbers from named streams. A stream is a key, made of the seed and a name ("network",
// "node 3", "disk 2"), and a count of draws: the n-th number is a function of (seed, name, n)
// alone. So a draw more in one place moves nothing elsewhere, and a copy of a stream goes on alike.
#pragma once

#include "core/base/expect.hpp"
#include "core/base/reflect.hpp"
#include "core/base/uuid.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace orrery {

class Random {
public:
    /// No default: a stream that was never seeded is a bug.
    Random(std::uint64_t seed, std::string_view stream);

    /// 64 even bits.
    std::uint64_t next() {
        std::uint64_t z = key_ + (++drawn_) * 0x9E3779B97F4A7C15ULL;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31U);
    }
    /// Even in [0, n), n > 0 (Lemire's multiply and reject).
    std::uint64_t below(std::uint64_t n);
    /// Even in [low, high], low <= high.
    std::int64_t between(std::int64_t low, std::int64_t high) {
        expect(low <= high, "a range that is not empty");
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
    }
    /// True with a chance of n in a million.
    bool chance_ppm(std::uint32_t n) { return n > 0 && below(1'000'000) < n; }
    /// A random (version 4) uuid that does not begin with '-', as Kafka's random-uuid.
    Uuid uuid();
    template <class Vector>
    void shuffle(Vector& items) {
        for (std::size_t i = items.size(); i > 1; --i) {
            const auto j = static_cast<std::size_t>(below(i));
            std::swap(items[i - 1], items[j]);
        }
    }
    bool operator==(const Random&) const = default;
    ORRERY_FIELDS(key_, drawn_)

private:
    std::uint64_t key_;
    std::uint64_t drawn_ = 0;
};

} // namespace orrery
