// CRC32C three ways at once: the instruction takes three cycles but one can start each cycle, so
// three independent stretches run side by side and are joined. Joining needs "the checksum after n
// more zero bytes", a linear map over the 32 bits, kept as four tables of 256.
#include "core/record/checksum.hpp"

#include <zlib.h>

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#define ORRERY_CRC32C_TARGET __attribute__((target("sse4.2")))
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#define ORRERY_CRC32C_TARGET
#endif

namespace orrery::record {

namespace {

constexpr std::uint32_t polynomial = 0x82F63B78; // Castagnoli's, bits reversed

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// tables[k][b]: the effect of byte b followed by k zero bytes.
constexpr Tables make_tables() {
    Tables tables{};
    for (std::uint32_t b = 0; b < 256; ++b) {
        std::uint32_t crc = b;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 1U) != 0 ? (crc >> 1U) ^ polynomial : crc >> 1U;
        tables[0][b] = crc;
    }
    for (std::size_t k = 1; k < 8; ++k)
        for (std::size_t b = 0; b < 256; ++b)
            tables[k][b] = (tables[k - 1][b] >> 8U) ^ tables[0][tables[k - 1][b] & 255U];
    return tables;
}
constexpr Tables tables = make_tables();

std::uint32_t update_by_tables(std::uint32_t crc, const std::byte* at, std::size_t size) {
    const auto byte = [](const std::byte* from, unsigned i) {
        return std::to_integer<std::uint32_t>(from[i]);
    };
    for (; size >= 8; size -= 8, at += 8) {
        const std::uint32_t low =
            crc ^ (byte(at, 0) | byte(at, 1) << 8U | byte(at, 2) << 16U | byte(at, 3) << 24U);
        crc = tables[7][low & 255U] ^ tables[6][(low >> 8U) & 255U] ^
              tables[5][(low >> 16U) & 255U] ^ tables[4][low >> 24U] ^ tables[3][byte(at, 4)] ^
              tables[2][byte(at, 5)] ^ tables[1][byte(at, 6)] ^ tables[0][byte(at, 7)];
    }
    for (; size > 0; --size, ++at)
        crc = (crc >> 8U) ^ tables[0][(crc ^ byte(at, 0)) & 255U];
    return crc;
}

#if defined(ORRERY_CRC32C_TARGET)

constexpr std::size_t long_stretch = 4096;
constexpr std::size_t short_stretch = 256;

using Map = std::array<std::array<std::uint32_t, 256>, 4>;

/// What `zeros` zero bytes do to a checksum; `zeros` is a power of two.
constexpr Map make_zeros_map(std::size_t zeros) {
    std::array<std::uint32_t, 32> effect{}; // of each bit alone
    for (unsigned bit = 0; bit < 32; ++bit) {
        const std::uint32_t crc = 1U << bit;
        effect[bit] = (crc >> 8U) ^ tables[0][crc & 255U];
    }
    for (std::size_t done = 1; done < zeros; done *= 2) {
        std::array<std::uint32_t, 32> doubled{};
        for (unsigned bit = 0; bit < 32; ++bit)
            for (unsigned other = 0; other < 32; ++other)
                if (((effect[bit] >> other) & 1U) != 0)
                    doubled[bit] ^= effect[other];
        effect = doubled;
    }
    Map map{};
    for (unsigned k = 0; k < 4; ++k)
        for (unsigned b = 1; b < 256; ++b)
            map[k][b] =
                map[k][b & (b - 1)] ^ effect[8 * k + static_cast<unsigned>(std::countr_zero(b))];
    return map;
}
constexpr Map after_long = make_zeros_map(long_stretch);
constexpr Map after_short = make_zeros_map(short_stretch);

std::uint64_t shifted(const Map& map, std::uint64_t crc) {
    return map[0][crc & 255U] ^ map[1][(crc >> 8U) & 255U] ^ map[2][(crc >> 16U) & 255U] ^
           map[3][(crc >> 24U) & 255U];
}

ORRERY_CRC32C_TARGET inline std::uint64_t step(std::uint64_t crc, const std::byte* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
#if defined(__x86_64__)
    return _mm_crc32_u64(crc, word);
#else
    return __crc32cd(static_cast<std::uint32_t>(crc), word);
#endif
}

/// As many triples of stretches as fit, from `at` on.
ORRERY_CRC32C_TARGET std::uint64_t triples(std::uint64_t crc, const std::byte*& at,
                                           std::size_t& size, std::size_t stretch,
                                           const Map& after) {
    while (size >= 3 * stretch) {
        std::uint64_t second = 0;
        std::uint64_t third = 0;
        for (std::size_t i = 0; i < stretch; i += 8) {
            crc = step(crc, at + i);
            second = step(second, at + stretch + i);
            third = step(third, at + 2 * stretch + i);
        }
        crc = shifted(after, crc) ^ second;
        crc = shifted(after, crc) ^ third;
        at += 3 * stretch;
        size -= 3 * stretch;
    }
    return crc;
}

ORRERY_CRC32C_TARGET std::uint32_t update_by_hardware(std::uint32_t start, const std::byte* at,
                                                      std::size_t size) {
    std::uint64_t crc = start;
    crc = triples(crc, at, size, long_stretch, after_long);
    crc = triples(crc, at, size, short_stretch, after_short);
    for (; size >= 8; size -= 8, at += 8)
        crc = step(crc, at);
    return update_by_tables(static_cast<std::uint32_t>(crc), at, size);
}

bool hardware_has_crc32c() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("sse4.2") != 0;
#else
    return true;
#endif
}

#endif

} // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t so_far) {
#if defined(ORRERY_CRC32C_TARGET)
    static const bool by_hardware = hardware_has_crc32c();
    if (by_hardware)
        return ~update_by_hardware(~so_far, bytes.data(), bytes.size());
#endif
    return crc32c_by_tables(bytes, so_far);
}

std::uint32_t crc32c_by_tables(std::span<const std::byte> bytes, std::uint32_t so_far) {
    return ~update_by_tables(~so_far, bytes.data(), bytes.size());
}

std::uint32_t crc32(std::span<const std::byte> bytes) {
    return static_cast<std::uint32_t>(
        ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

} // namespace orrery::record
