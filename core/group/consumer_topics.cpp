#include "core/group/consumer_topics.hpp"

#include "core/base/hash.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace orrery::group {

namespace {

/// Bytes as hash4j puts them: numbers little-endian, a text as UTF-16 and its length behind it.
/// Names of topics are ASCII; a rack's other letters count by their bytes.
class HashedBytes {
public:
    void put(std::uint64_t number, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            bytes_.push_back(static_cast<std::byte>(number >> (8 * i)));
    }
    void put_int(std::size_t number) { put(number, 4); }
    void put_text(std::string_view text) {
        for (const char letter : text)
            put(static_cast<unsigned char>(letter), 2);
        put_int(text.size());
    }
    std::int64_t hash() const { return static_cast<std::int64_t>(hash_bytes(bytes_)); }

private:
    std::vector<std::byte> bytes_;
};

} // namespace

std::int64_t topic_hash(const metadata::Image& image, const metadata::Topic& topic) {
    HashedBytes bytes;
    bytes.put(0, 1); // the version of this layout
    bytes.put(topic.id.high, 8);
    bytes.put(topic.id.low, 8);
    bytes.put_text(topic.name);
    bytes.put_int(topic.partitions.size());
    std::vector<std::string_view> racks;
    for (std::size_t number = 0; number < topic.partitions.size(); ++number) {
        bytes.put_int(number);
        racks.clear();
        for (const NodeId replica : topic.partition(number).replicas)
            if (const auto* broker = image.broker(replica); broker && broker->rack)
                racks.push_back(*broker->rack);
        std::sort(racks.begin(), racks.end());
        for (const std::string_view rack : racks) {
            bytes.put_int(rack.size());
            bytes.put_text(rack);
        }
    }
    return bytes.hash();
}

std::int64_t group_hash(const metadata::Image& image, const WantedTopics& topics,
                        TopicHashes& known) {
    HashedBytes bytes;
    bool any = false;
    for (const auto& [name, wanted] : topics) {
        const metadata::Topic* topic = image.topic(std::string_view(name));
        if (!topic)
            continue;
        const std::int64_t* hash = known.find(name);
        if (!hash) {
            known[name] = topic_hash(image, *topic);
            hash = known.find(name);
        }
        bytes.put(static_cast<std::uint64_t>(*hash), 8);
        any = true;
    }
    return any ? bytes.hash() : 0;
}

} // namespace orrery::group
