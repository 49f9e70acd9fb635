// How one config is read: a row a name, with what values it takes and where the value goes. The
// tables of rows are in config.cpp, the reading of a row in config_rows.cpp.
#pragma once

#include "core/client/config.hpp"

#include <string_view>

namespace orrery::client {

/// One config name of a client whose settings are a `Config`.
template <class Config>
struct ConfigRow {
    std::string_view name;
    /// Words the value must be one of, "all|-1|0|1"; empty: a number in [low, high], or any text.
    std::string_view words;
    std::int64_t low = 0;
    std::int64_t high = 0;
    /// Takes the number, or the place of the word in `words`.
    void (*number)(Config&, std::int64_t) = nullptr;
    /// Takes the text; false if it can't be.
    bool (*text)(Config&, std::string_view) = nullptr;
};

/// The place of the word in "a|b|c", case-sensitive as in Kafka except for booleans; -1 if absent.
std::int64_t place_of(std::string_view word, std::string_view words);
/// Reads a decimal number that fills the whole text (spaces around it aside, as Kafka trims).
bool parse_number(std::string_view text, std::int64_t& out);
/// Reads "host:port,host:port"; false if a part isn't that or there is none.
bool parse_servers(std::string_view text, std::vector<Endpoint>& out);
/// Reads an ISO-8601 duration of days to seconds ("PT1H30M", "P2DT0.5S"), not negative.
bool parse_duration(std::string_view text, Duration& out);
/// Milliseconds, capped where nanoseconds would overflow.
Duration milliseconds_of(std::int64_t n);

/// Gives the pair's value to the row's config; the error if the value can't be.
template <class Config>
Result<void, InputError> apply_row(const ConfigRow<Config>& row, const ConfigPair& pair,
                                   Config& config);

} // namespace orrery::client
