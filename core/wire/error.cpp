#include "core/wire/error.hpp"

#include <array>
#include <cstddef>

namespace orrery::wire {

namespace {

struct Row {
    Error error;
    std::string_view name; ///< in lower case, as in the table
    bool retriable;
    bool invalid_metadata;
};

constexpr Row rows[] = {
#define ORRERY_ROW(name, number, retriable, invalid_metadata)                                      \
    {Error::name, #name, retriable, invalid_metadata},
    ORRERY_ERRORS(ORRERY_ROW)
#undef ORRERY_ROW
};

constexpr std::size_t longest_name = 64;

constexpr char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// The names in capitals, made once by the compiler.
constexpr auto capitals = [] {
    std::array<std::array<char, longest_name>, std::size(rows)> all{};
    for (std::size_t i = 0; i < std::size(rows); ++i)
        for (std::size_t j = 0; j < rows[i].name.size(); ++j)
            all[i][j] = upper(rows[i].name[j]);
    return all;
}();

/// The table begins with -1 and has no gaps, so a code finds its row by counting.
constexpr bool rows_are_dense() {
    for (std::size_t i = 0; i < std::size(rows); ++i)
        if (code(rows[i].error) != static_cast<int>(i) - 1)
            return false;
    return true;
}
static_assert(rows_are_dense());

std::size_t index_of(Error error) {
    return static_cast<std::size_t>(code(error) + 1);
}

} // namespace

Error error_of(std::int16_t number) {
    if (number < -1 || number + 1 >= static_cast<int>(std::size(rows)))
        return Error::unknown_server_error;
    return static_cast<Error>(number);
}

std::string_view name_of(Error error) {
    const std::size_t i = index_of(error);
    return {capitals[i].data(), rows[i].name.size()};
}

std::optional<Error> error_named(std::string_view name) {
    for (const Row& row : rows)
        if (name_of(row.error) == name)
            return row.error;
    return std::nullopt;
}

bool is_retriable(Error error) {
    return rows[index_of(error)].retriable;
}

bool is_invalid_metadata(Error error) {
    return rows[index_of(error)].invalid_metadata;
}

} // namespace orrery::wire
