// Links, messages in the air and lately arrived, and the faults in force.
#include "core/base/fingerprint.hpp"
#include "gui/model/live_cluster.hpp"
#include "sim/faults/fault.hpp"

#include <algorithm>

namespace orrery::gui::model {

namespace {

constexpr Duration lost_is_seen_for = milliseconds(400);

using Pair = std::pair<sim::ActorId, sim::ActorId>;

/// Those that talk, and those whose link has a fault: all others are not worth a line.
std::vector<Pair> pairs_in_use(const sim::World& world) {
    std::vector<Pair> pairs;
    const auto add = [&](sim::ActorId a, sim::ActorId b) {
        if (a == sim::no_actor || b == sim::no_actor || a == b)
            return;
        const Pair pair = std::minmax(a, b);
        if (std::find(pairs.begin(), pairs.end(), pair) == pairs.end())
            pairs.push_back(pair);
    };
    for (const sim::Connection& connection : world.network().connections)
        if (connection.in_use)
            add(connection.end[0].actor, connection.end[1].actor);
    const auto count = static_cast<std::int32_t>(world.actors());
    for (std::int32_t a = 0; a < count; ++a)
        for (std::int32_t b = 0; b < count; ++b)
            if (a != b && world.link({a}, {b}).fault != sim::LinkFault{})
                add({a}, {b});
    return pairs;
}

Link link_from(const Sights& sights, Pair pair) {
    // In the window's order: a has the lower id.
    if (sights.people.id(pair.first) > sights.people.id(pair.second))
        std::swap(pair.first, pair.second);
    const Instant now = sights.world.now();
    const sim::Link& there = sights.world.link(pair.first, pair.second);
    const sim::Link& back = sights.world.link(pair.second, pair.first);
    Link link;
    link.a = sights.people.id(pair.first);
    link.b = sights.people.id(pair.second);
    link.latency = there.model.latency.base + there.model.latency.spread;
    link.extra = std::max(there.fault.extra.base + there.fault.extra.spread,
                          back.fault.extra.base + back.fault.extra.spread);
    link.cut_from_a = there.cut_at(now);
    link.cut_from_b = back.cut_at(now);
    link.limit_bytes_per_s = std::max(there.fault.bytes_per_second, back.fault.bytes_per_second);
    link.bytes_per_s = sights.memory.link_rate(now, pair.first, pair.second) +
                       sights.memory.link_rate(now, pair.second, pair.first);
    return link;
}

Message in_the_air(const Sights& sights, const sim::Message& message, MessageReader& reader,
                   const TopicNames& topics) {
    Envelope envelope{message.from, message.to, is_response(message.sender_connection),
                      message.frame, nullptr};
    if (envelope.response)
        envelope.request = sights.memory.request_of(message);
    const std::uint64_t id = number_of(message.from, message.sender_connection, message.sent,
                                       envelope.response, *message.frame);
    Message out = reader.read(id, envelope, sights.people, topics);
    out.sent = message.sent;
    out.due = message.due;
    // What meets a cut stays in the sender's kernel, to be sent again.
    if (message.stalled) {
        out.fate = Fate::held;
        out.due = never;
    }
    return out;
}

Message gone_by(const Sights& sights, const PastMessage& past, MessageReader& reader,
                const TopicNames& topics) {
    const Envelope envelope{past.from, past.to, past.response, &past.frame, &past.request};
    const std::uint64_t id =
        number_of(past.from, past.sender_connection, past.sent, past.response, past.frame);
    Message out = reader.read(id, envelope, sights.people, topics);
    out.sent = past.sent;
    out.due = past.due;
    out.fate = past.dropped ? Fate::dropped : Fate::delivered;
    out.dropped_at = past.dropped_at;
    return out;
}

} // namespace

void fill_links(const Sights& sights, Snapshot& out) {
    for (const Pair& pair : pairs_in_use(sights.world))
        out.links.push_back(link_from(sights, pair));
    std::sort(out.links.begin(), out.links.end(), [](const Link& x, const Link& y) {
        return std::pair(x.a, x.b) < std::pair(y.a, y.b);
    });
    for (const Message& message : out.messages)
        if (message.fate != Fate::dropped)
            for (Link& link : out.links)
                if ((link.a == message.from && link.b == message.to) ||
                    (link.b == message.from && link.a == message.to))
                    ++link.in_flight;
}

void fill_messages(const Sights& sights, MessageReader& reader, const TopicNames& topics,
                   const Focus& focus, Snapshot& out) {
    const std::vector<sim::Message> flying = sights.world.in_flight();
    for (const sim::Message& message : flying) {
        // A step's effects leave when its processor is done with it, a moment from now.
        out.messages.push_back(in_the_air(sights, message, reader, topics));
        if (out.messages.back().id == focus.message)
            out.detail = detail_of(
                out.messages.back(),
                {message.from, message.to, out.messages.back().response, message.frame,
                 out.messages.back().response ? sights.memory.request_of(message) : nullptr});
    }
    for (const PastMessage* past : sights.memory.past()) {
        out.recent.push_back(gone_by(sights, *past, reader, topics));
        const Message& message = out.recent.back();
        if (past->dropped && sights.world.now() - past->due < lost_is_seen_for)
            out.messages.push_back(message);
        if (message.id == focus.message)
            out.detail = detail_of(
                message, {past->from, past->to, past->response, &past->frame, &past->request});
    }
    std::stable_sort(out.messages.begin(), out.messages.end(),
                     [](const Message& a, const Message& b) { return a.id < b.id; });
}

void fill_faults(const Sights& sights, Snapshot& out) {
    for (const sim::faults::ActiveFault& active : sim::faults::active_faults(sights.world)) {
        Fault fault;
        fault.id = fault_number(active);
        fault.since = active.since;
        fault.text = sights.people.spoken(active.sentence);
        fault.node = sights.people.id(active.targets.first);
        fault.other = sights.people.id(active.targets.second);
        out.faults.push_back(std::move(fault));
    }
}

std::uint64_t fault_number(const sim::faults::ActiveFault& fault) {
    Hasher hasher;
    hasher.add(static_cast<std::uint64_t>(fault.since.ns));
    for (const char c : fault.sentence)
        hasher.add(static_cast<unsigned char>(c));
    return hasher.value() | 1U;
}

} // namespace orrery::gui::model
