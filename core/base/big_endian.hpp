// Numbers on Kafka's wire and in its files are big-endian wherever they are not varints.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace orrery::big_endian {

template <std::integral T>
constexpr T swap_bytes(T value) {
    using Unsigned = std::make_unsigned_t<T>;
    if constexpr (sizeof(T) == 1)
        return value;
    else if constexpr (sizeof(T) == 2)
        return static_cast<T>(__builtin_bswap16(static_cast<Unsigned>(value)));
    else if constexpr (sizeof(T) == 4)
        return static_cast<T>(__builtin_bswap32(static_cast<Unsigned>(value)));
    else
        return static_cast<T>(__builtin_bswap64(static_cast<Unsigned>(value)));
}

/// The number at `from`, of which sizeof(T) bytes must be there.
template <std::integral T>
T load(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof(T));
    if constexpr (std::endian::native == std::endian::little)
        value = swap_bytes(value);
    return value;
}

template <std::integral T>
void store(std::byte* to, T value) {
    if constexpr (std::endian::native == std::endian::little)
        value = swap_bytes(value);
    std::memcpy(to, &value, sizeof(T));
}

} // namespace orrery::big_endian
