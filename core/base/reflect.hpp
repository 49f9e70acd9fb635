// Every state struct compares, prints and fingerprints. A struct names its fields once:
//
//     struct FollowerState {
//         Offset fetched;
//         Instant caught_up;
//         bool operator==(const FollowerState&) const = default;
//         ORRERY_FIELDS(fetched, caught_up)
//     };
//
// and fingerprint(x) and print(x) (core/base/fingerprint.hpp, core/base/print.hpp) do the rest,
// member by member. A struct that forgets a member would hash equal to one that differs, so the
// generic code asserts that an aggregate lists as many fields as it has.
#pragma once

#include <cstddef>
#include <string_view>

// A visitor is handed all fields in one call. It is a template, so that a struct costs a reader of
// its header nothing: a std::tie here once took half the time of a build.
#define ORRERY_FIELDS(...)                                                                         \
    [[maybe_unused]] static constexpr std::string_view field_names = #__VA_ARGS__;                 \
    template <class OrreryVisitor>                                                                 \
    constexpr decltype(auto) visit_fields(OrreryVisitor&& orrery_visitor) {                        \
        return orrery_visitor(__VA_ARGS__);                                                        \
    }                                                                                              \
    template <class OrreryVisitor>                                                                 \
    constexpr decltype(auto) visit_fields(OrreryVisitor&& orrery_visitor) const {                  \
        return orrery_visitor(__VA_ARGS__);                                                        \
    }

namespace orrery {

/// A struct that used ORRERY_FIELDS.
template <class T>
concept Reflected = requires {
    T::field_names;
};

/// How many names a list "a, b, c" has.
constexpr std::size_t count_names(std::string_view names) {
    std::size_t count = names.empty() ? 0 : 1;
    for (const char c : names)
        count += c == ',' ? 1 : 0;
    return count;
}

/// The n-th name of a list "a, b, c".
constexpr std::string_view nth_name(std::string_view names, std::size_t n) {
    for (; n > 0; --n)
        names.remove_prefix(names.find(',') + 1);
    while (!names.empty() && names.front() == ' ')
        names.remove_prefix(1);
    return names.substr(0, names.find(','));
}

} // namespace orrery
