// Messages for the eye: what a frame on its way is, in Kafka's words, and any frame taken apart.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/uuid.hpp"
#include "gui/model/live_memory.hpp"
#include "gui/model/traffic.hpp"

#include <string>
#include <unordered_map>

namespace orrery::gui::model {

using TopicNames = FlatMap<Uuid, std::string>;

/// What there is to know of a frame.
struct Envelope {
    sim::ActorId from;
    sim::ActorId to;
    bool response = false;
    const Chain* frame = nullptr;
    const Chain* request = nullptr; ///< of a response; null when unknown
};

/// Family, api, version, correlation, size, error and key fields; the rest is left to the caller.
Message message_from(const Envelope& envelope, const People& people, const TopicNames& topics);

/// The frame as a tree with its bytes.
MessageDetail detail_of(const Message& message, const Envelope& envelope);

/// Remembers what frames are, since each is shown for many pictures.
class MessageReader {
public:
    const Message& read(std::uint64_t id, const Envelope& envelope, const People& people,
                        const TopicNames& topics);
    void forget() { known_.clear(); }

private:
    static constexpr std::size_t known_max = 4096;
    std::unordered_map<std::uint64_t, Message> known_;
};

} // namespace orrery::gui::model
