#include "core/client/config_rows.hpp"

#include "core/base/nearest.hpp"

#include <charconv>
#include <limits>

namespace orrery::client {

namespace {

constexpr std::int64_t ns_max = std::numeric_limits<std::int64_t>::max();

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

/// Takes the part up to the next `separator` off the front.
std::string_view take_part(std::string_view& rest, char separator) {
    const auto end = rest.find(separator);
    const std::string_view part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return part;
}

std::string spoken_list(std::string_view words) {
    std::string text = "one of";
    while (!words.empty())
        (text += text.size() > 6 ? ", " : " ") += take_part(words, '|');
    return text;
}

/// "1H" of "1H30M": a number and its unit, a fraction only for seconds.
bool take_amount(std::string_view& rest, std::int64_t& whole, std::int64_t& nanos, char& unit) {
    whole = 0;
    nanos = 0;
    const auto digits = std::from_chars(rest.data(), rest.data() + rest.size(), whole);
    if (digits.ec != std::errc{} || whole < 0)
        return false;
    rest.remove_prefix(static_cast<std::size_t>(digits.ptr - rest.data()));
    if (!rest.empty() && rest.front() == '.') {
        rest.remove_prefix(1);
        std::int64_t worth = 100'000'000;
        while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
            nanos += (rest.front() - '0') * worth;
            worth /= 10;
            rest.remove_prefix(1);
        }
        if (rest.empty() || rest.front() != 'S')
            return false;
    }
    if (rest.empty())
        return false;
    unit = rest.front();
    rest.remove_prefix(1);
    return true;
}

std::int64_t seconds_in(char unit, bool in_time) {
    if (!in_time)
        return unit == 'D' ? 86'400 : 0;
    return unit == 'H' ? 3'600 : unit == 'M' ? 60 : unit == 'S' ? 1 : 0;
}

} // namespace

std::int64_t place_of(std::string_view word, std::string_view words) {
    for (std::int64_t place = 0; !words.empty(); ++place)
        if (take_part(words, '|') == word)
            return place;
    return -1;
}

bool parse_number(std::string_view text, std::int64_t& out) {
    text = trimmed(text);
    if (!text.empty() && text.front() == '+')
        text.remove_prefix(1);
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

bool parse_servers(std::string_view text, std::vector<Endpoint>& out) {
    out.clear();
    while (!text.empty()) {
        const std::string_view part = trimmed(take_part(text, ','));
        if (part.empty())
            continue;
        const auto colon = part.rfind(':');
        std::int64_t port = 0;
        if (colon == std::string_view::npos || colon == 0 ||
            !parse_number(part.substr(colon + 1), port) || port < 0 || port > 65'535)
            return false;
        std::string_view host = part.substr(0, colon);
        if (host.size() > 2 && host.front() == '[' && host.back() == ']')
            host = host.substr(1, host.size() - 2);
        out.push_back({std::string(host), static_cast<std::int32_t>(port)});
    }
    return !out.empty();
}

bool parse_duration(std::string_view text, Duration& out) {
    out = {};
    if (text.size() < 3 || text.front() != 'P')
        return false;
    text.remove_prefix(1);
    bool in_time = false;
    while (!text.empty()) {
        if (text.front() == 'T' && !in_time && text.size() > 1) {
            in_time = true;
            text.remove_prefix(1);
        }
        std::int64_t whole = 0;
        std::int64_t nanos = 0;
        char unit = 0;
        if (!take_amount(text, whole, nanos, unit))
            return false;
        const std::int64_t worth = seconds_in(unit, in_time);
        if (worth == 0 || whole > ns_max / 1'000'000'000 / worth)
            return false;
        const std::int64_t ns = whole * worth * 1'000'000'000;
        if (out.ns > ns_max - ns - nanos)
            return false;
        out.ns += ns + nanos;
    }
    return true;
}

Duration milliseconds_of(std::int64_t n) {
    return n > ns_max / 1'000'000 ? Duration{ns_max} : milliseconds(n);
}

template <class Config>
Result<void, InputError> apply_row(const ConfigRow<Config>& row, const ConfigPair& pair,
                                   Config& config) {
    const std::string_view value = pair.second;
    if (!row.words.empty()) {
        const std::int64_t place = place_of(trimmed(value), row.words);
        if (place < 0)
            return failure(InputError{pair.first, "\"" + pair.second + "\" is not a value of it",
                                      spoken_list(row.words)});
        if (row.number != nullptr)
            if (row.number != nullptr)
                row.number(config, place);
        return {};
    }
    if (row.text != nullptr) {
        if (!row.text(config, value))
            return failure(InputError{pair.first, "\"" + pair.second + "\" can't be read", ""});
        return {};
    }
    std::int64_t number = 0;
    if (!parse_number(value, number))
        return failure(InputError{pair.first, "\"" + pair.second + "\" is not a whole number", ""});
    if (number < row.low || number > row.high)
        return failure(InputError{pair.first, pair.second + " is out of range",
                                  std::to_string(row.low) + " to " + std::to_string(row.high)});
    row.number(config, number);
    return {};
}

template Result<void, InputError> apply_row(const ConfigRow<CommonConfig>&, const ConfigPair&,
                                            CommonConfig&);
template Result<void, InputError> apply_row(const ConfigRow<ProducerConfig>&, const ConfigPair&,
                                            ProducerConfig&);
template Result<void, InputError> apply_row(const ConfigRow<ConsumerConfig>&, const ConfigPair&,
                                            ConsumerConfig&);
template Result<void, InputError> apply_row(const ConfigRow<AdminConfig>&, const ConfigPair&,
                                            AdminConfig&);

} // namespace orrery::client
