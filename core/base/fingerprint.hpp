// fingerprint(value): the value's hash, through ORRERY_FIELDS, containers, optionals, variants,
// ids. A type with secrets of its own (Bytes, Cow) offers `void hash_into(Hasher&) const`.
#pragma once

#include "core/base/hash.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <variant>

namespace orrery {

namespace detail {

struct AnyField {
    template <class T>
    operator T() const; // never defined: only asked whether it fits
};

template <class T, class... Fields>
constexpr std::size_t count_fields() {
    if constexpr (sizeof...(Fields) > 64)
        return sizeof...(Fields);
    else if constexpr (requires { T{Fields{}..., AnyField{}}; })
        return count_fields<T, Fields..., AnyField>();
    else
        return sizeof...(Fields);
}

template <class T>
constexpr bool lists_all_fields() {
    if constexpr (std::is_aggregate_v<T>)
        return count_fields<T>() == count_names(T::field_names);
    else
        return true;
}

} // namespace detail

template <class T>
void hash_into(Hasher& hasher, const T& value) {
    if constexpr (std::is_enum_v<T>) {
        hasher.add(static_cast<std::uint64_t>(static_cast<std::underlying_type_t<T>>(value)));
    } else if constexpr (std::is_integral_v<T>) {
        hasher.add(static_cast<std::uint64_t>(value));
    } else if constexpr (requires { value.hash_into(hasher); }) {
        value.hash_into(hasher);
    } else if constexpr (Reflected<T>) {
        static_assert(detail::lists_all_fields<T>(), "ORRERY_FIELDS forgets a member");
        value.visit_fields([&](const auto&... field) { (hash_into(hasher, field), ...); });
    } else if constexpr (requires {
                             typename T::rep;
                             value.value;
                         }) {
        hash_into(hasher, value.value);
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        hasher.add(hash_text(value));
    } else if constexpr (requires {
                             value.has_value();
                             *value;
                         }) {
        hasher.add(value.has_value() ? 1 : 0);
        if (value.has_value())
            hash_into(hasher, *value);
    } else if constexpr (requires { value.valueless_by_exception(); }) {
        hasher.add(value.index());
        std::visit([&](const auto& held) { hash_into(hasher, held); }, value);
    } else if constexpr (requires {
                             value.begin();
                             value.end();
                         }) {
        std::uint64_t count = 0;
        for (const auto& element : value) {
            hash_into(hasher, element);
            ++count;
        }
        hasher.add(count);
    } else if constexpr (requires {
                             value.first;
                             value.second;
                         }) {
        hash_into(hasher, value.first);
        hash_into(hasher, value.second);
    } else {
        static_assert(std::is_empty_v<T>, "this type has no fingerprint: give it ORRERY_FIELDS");
    }
}

template <class T>
std::uint64_t fingerprint(const T& value) {
    Hasher hasher;
    hash_into(hasher, value);
    return hasher.value();
}

} // namespace orrery
