// `meta.properties` of version 1: which node of which cluster a log directory belongs to, and the
// directory's own id (KIP-858).
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/uuid.hpp"
#include "core/log/text_file.hpp"

#include <string>

namespace orrery::log {

struct MetaProperties {
    NodeId node_id = no_node;
    std::string cluster_id;
    Uuid directory_id; ///< zero if the file has none
    bool operator==(const MetaProperties&) const = default;
    ORRERY_FIELDS(node_id, cluster_id, directory_id)
};

/// The file as Kafka's storage tool writes it, but for the comment with the time.
Bytes encode(const MetaProperties& properties);
/// Errors: not version 1, a name that is missing, a value that is none.
FileResult<MetaProperties> decode_meta_properties(const Chain& content);

} // namespace orrery::log
