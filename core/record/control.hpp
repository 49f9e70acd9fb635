// Control records (KIP-98, KIP-595, KIP-630, KIP-853): records that the cluster writes into a log
// for itself. The key says which kind: int16 version, int16 type. The value is int16 version and a
// message of that version.
#pragma once

#include "core/base/bytes.hpp"
#include "core/record/batch_builder.hpp"
#include "core/record/records.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace orrery::record {

enum class ControlType : std::int16_t {
    abort = 0,           ///< EndTxnMarker
    commit = 1,          ///< EndTxnMarker
    leader_change = 2,   ///< LeaderChangeMessage: the first record of a quorum leader's epoch
    snapshot_header = 3, ///< SnapshotHeaderRecord
    snapshot_footer = 4, ///< SnapshotFooterRecord
    kraft_version = 5,   ///< KRaftVersionRecord
    kraft_voters = 6,    ///< VotersRecord
};
/// As Kafka's tools print it: "LEADER_CHANGE".
std::string_view name_of(ControlType type);

/// What a control batch's record is; nullopt for a key that is none or of an unknown type.
std::optional<ControlType> control_type_of(const Record& record);
/// A record's value without its version: the message's bytes. nullopt without a version.
struct ControlValue {
    std::int16_t version = 0;
    View message;
};
std::optional<ControlValue> control_value_of(const Record& record);

/// The four bytes of the key.
std::array<std::byte, 4> control_key(ControlType type);
/// The value: the version, then the message as it was encoded at that version.
Bytes control_value(std::int16_t version, View message);

/// A batch of one control record. `options.control` is set for you.
Batch control_batch(BatchOptions options, ControlType type, std::int16_t version, View message,
                    std::int64_t timestamp);

} // namespace orrery::record
