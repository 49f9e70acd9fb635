// print(value): the value as one line of text for logs, test failures and the inspector:
//     {fetched: 12, caught_up: {ns: 4000000}}
// A type with a form of its own offers `std::string to_text() const`.
#pragma once

#include "core/base/reflect.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace orrery {

template <class T>
void print_into(std::string& out, const T& value);

template <class T>
void print_into(std::string& out, const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::is_enum_v<T>) {
        if constexpr (requires { name_of(value); })
            out += name_of(value);
        else
            out += std::to_string(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::is_integral_v<T>) {
        out += std::to_string(value);
    } else if constexpr (requires { value.to_text(); }) {
        out += value.to_text();
    } else if constexpr (Reflected<T>) {
        std::size_t n = 0;
        const auto one = [&](const auto& field) {
            out += n == 0 ? "{" : ", ";
            out += nth_name(T::field_names, n++);
            out += ": ";
            print_into(out, field);
        };
        value.visit_fields([&](const auto&... field) { (one(field), ...); });
        out += n == 0 ? "{}" : "}";
    } else if constexpr (requires {
                             typename T::rep;
                             value.value;
                         }) {
        print_into(out, value.value);
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        out += '"';
        out += std::string_view(value);
        out += '"';
    } else if constexpr (requires {
                             value.has_value();
                             *value;
                         }) {
        if (value.has_value())
            print_into(out, *value);
        else
            out += "none";
    } else if constexpr (requires { value.valueless_by_exception(); }) {
        std::visit([&](const auto& held) { print_into(out, held); }, value);
    } else if constexpr (requires {
                             value.begin();
                             value.end();
                         }) {
        out += '[';
        bool first = true;
        for (const auto& element : value) {
            if (!first)
                out += ", ";
            first = false;
            print_into(out, element);
        }
        out += ']';
    } else if constexpr (requires {
                             value.first;
                             value.second;
                         }) {
        print_into(out, value.first);
        out += ": ";
        print_into(out, value.second);
    } else {
        static_assert(std::is_empty_v<T>, "this type does not print: give it ORRERY_FIELDS");
        out += "{}";
    }
}

template <class T>
std::string print(const T& value) {
    std::string out;
    print_into(out, value);
    return out;
}

} // namespace orrery
