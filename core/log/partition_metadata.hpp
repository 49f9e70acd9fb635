// `partition.metadata` in a partition's folder: the id of the topic that the log belongs to
// (KIP-516), so that data of a deleted topic is not taken for that of a new one by the same name.
#pragma once

#include "core/base/uuid.hpp"
#include "core/log/text_file.hpp"

namespace orrery::log {

/// The file as Kafka writes it: "version: 0", "topic_id: ...".
Bytes encode_partition_metadata(const Uuid& topic_id);
/// The topic id. Errors: not version 0, no id, the zero id.
FileResult<Uuid> decode_partition_metadata(const Chain& content);

} // namespace orrery::log
