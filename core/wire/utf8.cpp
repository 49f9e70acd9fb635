// What Java makes of bytes that are not UTF-8: java.lang.String's decoder puts one U+FFFD for each
// malformed sequence, and says how long such a sequence is. The cases are its cases.
#include "core/wire/reader.hpp"

namespace orrery::wire {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool continues(unsigned char byte) {
    return (byte & 0xC0U) == 0x80U;
}

bool bad_second_of_three(unsigned char first, unsigned char second) {
    return (first == 0xE0U && (second & 0xE0U) == 0x80U) || !continues(second);
}

bool bad_second_of_four(unsigned char first, unsigned char second) {
    return (first == 0xF0U && (second < 0x90U || second > 0xBFU)) ||
           (first == 0xF4U && (second & 0xF0U) != 0x80U) || !continues(second);
}

/// How many bytes at `at` are one good character (good = true) or one malformed sequence.
struct Step {
    std::size_t size;
    bool good;
};

Step two(const unsigned char* at, std::size_t left) {
    if (left < 2)
        return {1, false};
    return continues(at[1]) ? Step{2, true} : Step{1, false};
}

Step three(const unsigned char* at, std::size_t left) {
    if (left < 3) {
        const bool first_alone = left == 2 && bad_second_of_three(at[0], at[1]);
        return {first_alone ? 1 : left, false};
    }
    if (bad_second_of_three(at[0], at[1]))
        return {1, false};
    if (!continues(at[2]))
        return {2, false};
    const bool surrogate = at[0] == 0xEDU && at[1] >= 0xA0U;
    return {3, !surrogate};
}

Step four(const unsigned char* at, std::size_t left) {
    if (left < 4) {
        if (at[0] > 0xF4U || (left > 1 && bad_second_of_four(at[0], at[1])))
            return {1, false};
        if (left == 3 && !continues(at[2]))
            return {2, false};
        return {left, false};
    }
    if (at[0] > 0xF4U || bad_second_of_four(at[0], at[1]))
        return {1, false};
    if (!continues(at[2]))
        return {2, false};
    return continues(at[3]) ? Step{4, true} : Step{3, false};
}

Step step(const unsigned char* at, std::size_t left) {
    if (at[0] < 0x80U)
        return {1, true};
    if (at[0] >= 0xC2U && at[0] <= 0xDFU)
        return two(at, left);
    if (at[0] >= 0xE0U && at[0] <= 0xEFU)
        return three(at, left);
    if (at[0] >= 0xF0U && at[0] <= 0xF7U)
        return four(at, left);
    return {1, false};
}

} // namespace

std::string java_utf8(std::string_view bytes) {
    std::string made;
    made.reserve(bytes.size());
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    for (std::size_t i = 0; i < bytes.size();) {
        const Step next = step(at + i, bytes.size() - i);
        made += next.good ? bytes.substr(i, next.size) : replacement;
        i += next.size;
    }
    return made;
}

} // namespace orrery::wire
