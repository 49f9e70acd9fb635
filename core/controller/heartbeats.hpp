// What the active controller knows of brokers beside the log: when each was last heard of, how far
// it has read the metadata, and where its controlled shutdown began. Kept in memory only; a new
// active controller gives each unfenced broker a fresh session.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <optional>
#include <string_view>

namespace orrery::controller {

/// Why a broker was fenced last, for the fact.
enum class FencedFor : std::uint8_t { session_ended, asked, shut_down };
constexpr std::string_view name_of(FencedFor why) {
    switch (why) {
    case FencedFor::session_ended: return "its session has ended";
    case FencedFor::asked: return "it asked for it";
    case FencedFor::shut_down: return "it shuts down";
    }
    return "?";
}

struct Heard {
    /// When its last heartbeat came. None: no session to lose; it did not send one since it
    /// registered, or the session has ended.
    std::optional<Instant> contact;
    Offset registered_at;               ///< of its registration's record
    Offset metadata_offset = no_offset; ///< what it said it has read; -1 until it says
    /// In controlled shutdown: the last record written when that began. It may go once all others
    /// have read that far, so that none still fetches from it. -1: not going.
    Offset shutdown_offset = no_offset;
    bool fenced = true;
    FencedFor fenced_for = FencedFor::session_ended;
    bool operator==(const Heard&) const = default;
    ORRERY_FIELDS(contact, registered_at, metadata_offset, shutdown_offset, fenced, fenced_for)

    bool shutting_down() const { return shutdown_offset >= Offset{0}; }
    bool has_session(Instant now, Duration timeout) const {
        return contact && now <= *contact + timeout;
    }
};

/// By broker, for every registered one.
using Heartbeats = FlatMap<NodeId, Heard>;

/// The lowest metadata offset among the brokers that are neither fenced nor shutting down; beyond
/// any when there is none.
Offset lowest_active_offset(const Heartbeats& heartbeats);
/// The earliest contact of those that have a session to lose.
std::optional<Instant> earliest_contact(const Heartbeats& heartbeats);

} // namespace orrery::controller
