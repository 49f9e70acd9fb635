#include "gui/widgets/ruler.hpp"

#include <algorithm>

namespace orrery::gui::ui {

namespace {

std::string padded(std::int64_t value, std::size_t digits) {
    std::string text = std::to_string(value);
    return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

/// value / unit with one decimal below ten, none above.
std::string scaled(std::int64_t value, std::int64_t unit) {
    if (value >= 10 * unit)
        return std::to_string((value + unit / 2) / unit);
    const std::int64_t tenths = (value * 10 + unit / 2) / unit;
    if (tenths >= 100)
        return std::to_string(tenths / 10);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

constexpr std::int64_t second = 1'000'000'000;

} // namespace

std::string clock_text(Instant at) {
    const std::int64_t micros = at.ns / 1000;
    const std::int64_t part = micros % 1'000'000;
    return std::to_string(micros / 1'000'000) + "." + padded(part / 1000, 3) + " " +
           padded(part % 1000, 3);
}

std::string time_text(Instant at) {
    if (at == never)
        return "never";
    const std::int64_t millis = at.ns / 1'000'000;
    return std::to_string(millis / 1000) + "." + padded(millis % 1000, 3);
}

std::string duration_text(Duration duration) {
    const std::int64_t ns = duration.ns < 0 ? -duration.ns : duration.ns;
    const std::string sign = duration.ns < 0 ? "-" : "";
    if (ns == 0)
        return "0 s";
    if (ns >= 60 * second)
        return sign + scaled(ns, 60 * second) + " min";
    if (ns >= second)
        return sign + scaled(ns, second) + " s";
    if (ns >= 1'000'000)
        return sign + scaled(ns, 1'000'000) + " ms";
    return sign + scaled(ns, 1000) + " \xC2\xB5s";
}

std::string relative_text(Instant at, Instant now) {
    const std::int64_t millis = (at.ns - now.ns) / 1'000'000;
    const std::int64_t size = millis < 0 ? -millis : millis;
    return std::string(at.ns < now.ns ? "\xE2\x88\x92" : "+") + std::to_string(size / 1000) + "." +
           padded(size % 1000, 3) + " s";
}

std::string count_text(std::int64_t count) {
    if (count < 0)
        return "-" + count_text(-count);
    if (count >= 100'000'000)
        return scaled(count, 1'000'000) + " M";
    const std::string digits = std::to_string(count);
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i != 0 && (digits.size() - i) % 3 == 0)
            out += ' ';
        out += digits[i];
    }
    return out;
}

std::string bytes_text(std::int64_t bytes) {
    if (bytes < 1000)
        return std::to_string(bytes) + " B";
    if (bytes < 1'000'000)
        return scaled(bytes, 1000) + " KB";
    if (bytes < 1'000'000'000)
        return scaled(bytes, 1'000'000) + " MB";
    return scaled(bytes, 1'000'000'000) + " GB";
}

std::string rate_text(std::int64_t bytes_per_s) {
    if (bytes_per_s < 1000)
        return std::to_string(bytes_per_s) + "/s";
    if (bytes_per_s < 1'000'000)
        return scaled(bytes_per_s, 1000) + "k/s";
    return scaled(bytes_per_s, 1'000'000) + "M/s";
}

std::vector<Tick> ticks(Instant from, Instant to, int most) {
    std::vector<Tick> result;
    if (to <= from || most < 1)
        return result;
    const std::int64_t span = to.ns - from.ns;
    std::int64_t step = 1000; // 1 us
    constexpr std::int64_t growth[] = {2, 5, 10};
    std::int64_t decade = step;
    for (std::size_t i = 0; span / step > most; i = (i + 1) % 3) {
        step = decade * growth[i];
        if (i == 2)
            decade = step;
    }
    const std::int64_t first = (from.ns + step - 1) / step * step;
    for (std::int64_t at = first; at <= to.ns; at += step) {
        std::string words;
        if (step >= second)
            words = std::to_string(at / second) + " s";
        else if (step >= 1'000'000)
            words = std::to_string(at / second) + "." + padded(at % second / 1'000'000, 3) + " s";
        else
            words = clock_text({at}) + " s";
        result.push_back({{at}, std::move(words)});
    }
    return result;
}

} // namespace orrery::gui::ui
