#include "sim/scenario/words.hpp"

#include "sim/scenario/conditions.hpp"

namespace orrery::sim {

namespace {

std::string fraction(std::int64_t value, std::size_t digits) {
    std::string text = std::to_string(value);
    return std::string(text.size() < digits ? digits - text.size() : 0, '0') + text;
}

} // namespace

std::string time_words(Instant at) {
    const std::string text =
        std::to_string(at.ns / 1'000'000'000) + "." + fraction(at.ns / 1'000 % 1'000'000, 6) + " s";
    return std::string(text.size() < 14 ? 14 - text.size() : 0, ' ') + text;
}

std::string short_time(Instant at) {
    return std::to_string(at.ns / 1'000'000'000) + "." + fraction(at.ns / 1'000'000 % 1'000, 3) +
           " s";
}

std::string padded(std::string text, std::size_t width) {
    text.append(text.size() < width ? width - text.size() : 1, ' ');
    return text;
}

std::string name_in(const World& world, ActorId actor) {
    return actor == no_actor ? "the world" : world.name(actor);
}

std::string with_commas(std::int64_t number) {
    std::string digits = std::to_string(number < 0 ? -number : number);
    for (std::size_t at = digits.size(); at > 3; at -= 3)
        digits.insert(at - 3, ",");
    return number < 0 ? "-" + digits : digits;
}

std::string title_of(const Expectation& expectation) {
    if (!expectation.name.empty())
        return expectation.name;
    if (expectation.kind != Expectation::Kind::breaks)
        return words_of(expectation.condition);
    return expectation.invariant + " breaks" +
           (expectation.excused_by.empty() ? "" : ", excused by " + expectation.excused_by);
}

std::string sentence_of(const Broken& broken) {
    return std::string(row_of(broken.invariant).name) + " broken" +
           (broken.excuse
                ? ", excused by " + broken.excuse.why + " since " + short_time(broken.excuse.since)
                : "") +
           ", at " + short_time(broken.at) + ", event " +
           with_commas(static_cast<std::int64_t>(broken.event)) + ": " + broken.what;
}

std::string hex(std::uint64_t value) {
    std::string text(16, '0');
    for (std::size_t i = 16; i-- > 0; value >>= 4U)
        text[i] = "0123456789abcdef"[value & 15U];
    return text;
}

} // namespace orrery::sim
