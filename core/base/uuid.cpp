#include "core/base/uuid.hpp"

namespace orrery {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bits [from, from + 6) of the 128, counted from the highest; bits past the end are zero.
std::size_t six_bits(const Uuid& uuid, unsigned from) {
    std::size_t bits = 0;
    for (unsigned i = from; i < from + 6; ++i) {
        bits <<= 1U;
        if (i < 64)
            bits |= (uuid.high >> (63 - i)) & 1U;
        else if (i < 128)
            bits |= (uuid.low >> (127 - i)) & 1U;
    }
    return bits;
}

} // namespace

std::string Uuid::to_text() const {
    std::string text;
    text.reserve(22);
    for (unsigned from = 0; from < 128; from += 6)
        text += alphabet[six_bits(*this, from)];
    return text;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() != 22)
        return std::nullopt;
    Uuid uuid;
    unsigned at = 0;
    for (const char c : text) {
        const auto digit = alphabet.find(c);
        if (digit == std::string_view::npos)
            return std::nullopt;
        for (unsigned bit = 6; bit-- > 0; ++at) {
            const std::uint64_t one = (digit >> bit) & 1U;
            if (at < 64)
                uuid.high |= one << (63 - at);
            else if (at < 128)
                uuid.low |= one << (127 - at);
            else if (one != 0)
                return std::nullopt;
        }
    }
    return uuid;
}

} // namespace orrery
