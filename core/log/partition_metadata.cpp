#include "core/log/partition_metadata.hpp"

#include "core/log/properties.hpp"

namespace orrery::log {

Bytes encode_partition_metadata(const Uuid& topic_id) {
    return Bytes::copy("version: 0\ntopic_id: " + topic_id.to_text());
}

FileResult<Uuid> decode_partition_metadata(const Chain& content) {
    const auto found = decode_properties(content);
    if (!found)
        return failure(found.error());
    const std::string* version = find_property(*found, "version");
    if (version == nullptr || *version != "0")
        return failure(FileError{"version 0 expected"});
    const std::string* text = find_property(*found, "topic_id");
    if (text == nullptr)
        return failure(FileError{"no topic_id"});
    const auto id = Uuid::parse(*text);
    if (!id || id->is_zero())
        return failure(FileError{"topic_id '" + *text + "' is no topic's id"});
    return *id;
}

} // namespace orrery::log
