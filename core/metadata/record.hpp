// Metadata records: what the log of the quorum holds, and nothing else changes the metadata of a
// cluster. A record in a batch's record has a value of this form (no key):
//
//     01 02 00  05 'o' 'r' ...       frame version 1, type 2 (TopicRecord), version 0, the body
//
// where the first three are unsigned varints. Which version of a record the controller writes is
// decided by the cluster's metadata.version (versions.hpp); whoever reads takes what is there.
//
// Types this project does not apply (quotas, tokens, access control), or does not know, are kept as
// their bytes: a log that has them can be replayed, snapshot and passed on without loss.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/reflect.hpp"
#include "core/base/result.hpp"
#include "core/wire/messages/abort_transaction_record.hpp"
#include "core/wire/messages/begin_transaction_record.hpp"
#include "core/wire/messages/broker_registration_change_record.hpp"
#include "core/wire/messages/clear_elr_record.hpp"
#include "core/wire/messages/config_record.hpp"
#include "core/wire/messages/end_transaction_record.hpp"
#include "core/wire/messages/feature_level_record.hpp"
#include "core/wire/messages/fence_broker_record.hpp"
#include "core/wire/messages/no_op_record.hpp"
#include "core/wire/messages/partition_change_record.hpp"
#include "core/wire/messages/partition_record.hpp"
#include "core/wire/messages/producer_ids_record.hpp"
#include "core/wire/messages/register_broker_record.hpp"
#include "core/wire/messages/register_controller_record.hpp"
#include "core/wire/messages/remove_topic_record.hpp"
#include "core/wire/messages/topic_record.hpp"
#include "core/wire/messages/unfence_broker_record.hpp"
#include "core/wire/messages/unregister_broker_record.hpp"
#include "core/wire/messages/unregister_controller_record.hpp"
#include "core/wire/messages/zk_migration_state_record.hpp"

#include <cstdint>
#include <string_view>
#include <variant>

namespace orrery::metadata {

/// A record that is not applied: its type, its version, and the bytes of its body.
struct UnappliedRecord {
    std::uint32_t type = 0;
    Bytes body;
    bool operator==(const UnappliedRecord&) const = default;
    ORRERY_FIELDS(type, body)
};

using Message = std::variant<
    wire::RegisterBrokerRecord, wire::UnregisterBrokerRecord, wire::TopicRecord,
    wire::PartitionRecord, wire::ConfigRecord, wire::PartitionChangeRecord, wire::FenceBrokerRecord,
    wire::UnfenceBrokerRecord, wire::RemoveTopicRecord, wire::FeatureLevelRecord,
    wire::ProducerIdsRecord, wire::BrokerRegistrationChangeRecord, wire::NoOpRecord,
    wire::ZkMigrationStateRecord, wire::BeginTransactionRecord, wire::EndTransactionRecord,
    wire::AbortTransactionRecord, wire::RegisterControllerRecord, wire::ClearElrRecord,
    wire::UnregisterControllerRecord, UnappliedRecord>;

/// A record and the version it is (to be) written in.
struct Record {
    Message message;
    std::int16_t version = 0;
    bool operator==(const Record&) const = default;
    ORRERY_FIELDS(message, version)
};

/// The value that the log keeps. A field that the version can't say is the writer's bug: expect().
Bytes encode(const Record& record);
/// The record in a value of the log. Unknown types are UnappliedRecord; an error is a frame version
/// other than 1, a version of a known type that Kafka 4.4 doesn't know, a damaged body, or bytes
/// left over.
Result<Record> decode(const Bytes& value);
/// "PartitionChangeRecord".
std::string_view name_of(const Message& message);

} // namespace orrery::metadata
