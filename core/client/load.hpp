// Load: what a producer's application sends, as data: which topic, how fast, how big, with which
// keys. And what stands in each record, so that a checker can tell whose it is:
//
//     value = "NAME#SEQUENCE" and dots up to the record's size      "orders-app#1041......"
//     key   = "key-K"                                               "key-17"
//
// Sequences count the records of one load from 0, in the order in which they are sent, whatever
// becomes of them.
#pragma once

#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::client {

enum class KeyModel : std::uint8_t {
    none,     ///< no key: the sticky partitioner chooses
    sequence, ///< key number = sequence modulo `keys`
    skewed,   ///< key number drawn by `weights`
};
constexpr std::string_view name_of(KeyModel model) {
    switch (model) {
    case KeyModel::none: return "none";
    case KeyModel::sequence: return "sequence";
    case KeyModel::skewed: return "skewed";
    }
    return "?";
}

struct Load {
    std::string topic;
    std::string name;               ///< whose records these are
    std::int64_t records = 0;       ///< so many ...
    Duration per = seconds(1);      ///< ... in this time, evenly spaced
    Duration start_after{};         ///< from the process's start
    std::optional<Duration> length; ///< nothing is sent from start_after + length on
    std::int64_t count = -1;        ///< no more than these; -1 is no limit
    std::int32_t record_size = 100; ///< bytes of the value; no less than its name and number take
    KeyModel keys = KeyModel::none;
    std::int64_t key_count = 1;        ///< of KeyModel::sequence
    std::vector<std::int64_t> weights; ///< of KeyModel::skewed: key i is drawn with weight i
    std::int32_t partition = -1;       ///< sends all to this partition; -1 lets the key choose
    bool operator==(const Load&) const = default;
    ORRERY_FIELDS(topic, name, records, per, start_after, length, count, record_size, keys,
                  key_count, weights, partition)

    /// When record n is due, given when the process started; `never` if it isn't to be sent.
    Instant due(Instant started, std::int64_t n) const;
};

/// Fills `out` with the value of record n.
void write_value(const Load& load, std::int64_t n, std::vector<std::byte>& out);
/// Fills `out` with the key of record n (empty and false if it has none). Draws for skewed keys.
bool write_key(const Load& load, std::int64_t n, Random& random, std::vector<std::byte>& out);

/// Who sent a value, and as which of theirs. The name is a view into the value.
struct RecordIdentity {
    std::string_view producer;
    std::int64_t sequence = 0;
    bool operator==(const RecordIdentity&) const = default;
};
/// nullopt for a value that no load has written.
std::optional<RecordIdentity> identity_of(std::span<const std::byte> value);

/// What a consumer's record_consumed says it has read: the sum over the records of the hash of
/// offset and value, modulo 2^63. Equal digests of a range mean equal values at equal offsets.
std::int64_t digest_of(Offset offset, std::span<const std::byte> value);
constexpr std::int64_t add_digests(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(
        (static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b)) & 0x7FFFFFFFFFFFFFFFULL);
}

} // namespace orrery::client
