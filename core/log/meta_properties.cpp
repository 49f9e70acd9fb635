#include "core/log/meta_properties.hpp"

#include "core/log/properties.hpp"

namespace orrery::log {

Bytes encode(const MetaProperties& properties) {
    std::string text = "node.id=" + std::to_string(properties.node_id.value) + "\n";
    if (!properties.directory_id.is_zero())
        text += "directory.id=" + properties.directory_id.to_text() + "\n";
    text += "version=1\ncluster.id=" + properties.cluster_id + "\n";
    return Bytes::copy(text);
}

FileResult<MetaProperties> decode_meta_properties(const Chain& content) {
    const auto found = decode_properties(content);
    if (!found)
        return failure(found.error());
    const auto missing = [](const char* name) {
        return failure(FileError{std::string("no ") + name});
    };
    const std::string* version = find_property(*found, "version");
    if (version == nullptr)
        return missing("version");
    if (*version != "1")
        return failure(FileError{"version is " + *version + ", not 1"});
    MetaProperties properties;
    const std::string* node = find_property(*found, "node.id");
    if (node == nullptr)
        return missing("node.id");
    const auto id = parse_number<std::int32_t>(*node);
    if (!id || *id < 0)
        return failure(FileError{"node.id '" + *node + "' is no node's number"});
    properties.node_id = {*id};
    const std::string* cluster = find_property(*found, "cluster.id");
    if (cluster == nullptr)
        return missing("cluster.id");
    properties.cluster_id = *cluster;
    if (const std::string* directory = find_property(*found, "directory.id")) {
        const auto uuid = Uuid::parse(*directory);
        if (!uuid)
            return failure(FileError{"directory.id '" + *directory + "' is no uuid"});
        properties.directory_id = *uuid;
    }
    return properties;
}

} // namespace orrery::log
