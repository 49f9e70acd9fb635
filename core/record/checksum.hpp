// The two checksums of record batches: CRC32C (format 2), by the machine's instruction where it has
// one, and zlib's CRC-32 (formats 0 and 1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace orrery::record {

/// CRC32C (Castagnoli) of the bytes; `so_far` continues an earlier one.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t so_far = 0);
/// The same by tables, for machines without the instruction, and for tests to compare with.
std::uint32_t crc32c_by_tables(std::span<const std::byte> bytes, std::uint32_t so_far = 0);
std::uint32_t crc32(std::span<const std::byte> bytes);

} // namespace orrery::record
