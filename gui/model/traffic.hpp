// What the window knows of messages: those in the air, those that arrived or were lost of late, and
// one taken apart to its fields and bytes.
#pragma once

#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::gui::model {

/// What a message is for; the map gives each family its shape and colour.
enum class Family : std::uint8_t {
    produce,
    replica_fetch,
    consumer_fetch,
    control, ///< between brokers and controllers, and inside the quorum
    transaction,
    background ///< heartbeats, metadata, api versions
};

enum class Fate : std::uint8_t { flying, held, delivered, dropped };

struct Message {
    std::uint64_t id = 0; ///< unique in a run
    std::int32_t from = -1;
    std::int32_t to = -1;
    Instant sent;
    Instant due; ///< when it arrives, arrived, or was lost
    Fate fate = Fate::flying;
    std::int32_t dropped_at = 0; ///< per mille of the way, when dropped
    Family family = Family::background;
    std::string api; ///< Kafka's name without "Request": "Fetch"
    bool response = false;
    bool empty = false; ///< a fetch that carries no records, a heartbeat: hidden by default
    std::int16_t version = 0;
    std::int32_t correlation = 0;
    std::int32_t bytes = 0;
    std::string error; ///< Kafka's name of the worst error code in it; empty: none
    std::string text;  ///< the key fields: "orders-0 @25"
    bool operator==(const Message&) const = default;
    ORRERY_FIELDS(id, from, to, sent, due, fate, dropped_at, family, api, response, empty, version,
                  correlation, bytes, error, text)
};

/// One field of a decoded message: a row of the tree.
struct Field {
    std::int32_t depth = 0;
    std::string name;
    std::string value; ///< empty for structs and arrays
    std::int32_t first_byte = 0;
    std::int32_t byte_count = 0;
    bool operator==(const Field&) const = default;
    ORRERY_FIELDS(depth, name, value, first_byte, byte_count)
};

/// The message that is looked at.
struct MessageDetail {
    Message message;
    std::vector<Field> tree; ///< in the order of the bytes
    std::vector<std::uint8_t> frame;
    bool operator==(const MessageDetail&) const = default;
    ORRERY_FIELDS(message, tree, frame)
};

} // namespace orrery::gui::model
