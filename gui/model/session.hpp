// A run that can be played, stepped, sought and disturbed: what the window drives, and the one seam
// between the window and the world. The window knows nothing else of it; whoever owns a scenario
// and its history derives from Session, and tests derive a small scripted one.
//
// A session never asks a clock: the window's pace tells it how far to go. A deed done while the
// session stands in the past starts a branch; nothing is ever thrown away.
#pragma once

#include "core/base/result.hpp"
#include "gui/model/snapshot.hpp"

#include <string_view>

namespace orrery::gui::model {

/// How much an event matters, and so how long the pace dwells on it.
enum class Dwell : std::uint8_t {
    none,     ///< a heartbeat, an empty fetch, a timer that finds nothing to do
    delivery, ///< a message that matters
    notable   ///< leader, ISR, epoch, vote, truncation, error, a fault, a person's deed
};

/// What can be known of an event before it is handled: whether it is a delivery, not what will come
/// of it.
struct Ahead {
    Instant at;
    Instant sent; ///< of a delivery: when its message left, so that its flight can be seen
    Dwell dwell = Dwell::none;
    bool operator==(const Ahead&) const = default;
};

/// What the snapshot should hold in detail. Changes nothing in the world.
struct Focus {
    std::string topic;
    std::int32_t partition = -1;
    std::optional<std::int64_t> first_offset; ///< of the strips; none: follow the log's end
    std::int32_t offsets = 64;                ///< how many the strips show at most
    std::uint64_t message = 0;                ///< to be taken apart; 0 none
    bool metadata_log = false;                ///< fill Quorum::log's cells
    bool operator==(const Focus&) const = default;
};

/// What a hand can do to the world. In brackets: the fields of Injection that count.
enum class Verb : std::uint8_t {
    kill,            ///< the process dies, its page cache lives (node)
    power_off,       ///< the machine dies, unsynced writes with it (node)
    shut_down,       ///< cleanly (node)
    restart,         ///< (node)
    restart_wiped,   ///< with an empty disk (node)
    pause,           ///< (node)
    resume,          ///< (node)
    isolate,         ///< from everybody (node)
    cut,             ///< both ways (node, other)
    cut_one_way,     ///< what `node` sends to `other` is lost (node, other)
    slow_link,       ///< (node, other, amount: milliseconds added)
    throttle_link,   ///< (node, other, amount: bytes per second)
    reset_link,      ///< its connections break once (node, other)
    heal_link,       ///< (node, other)
    heal_node,       ///< all faults of its links and disk (node)
    heal_fault,      ///< (id: Fault::id)
    heal_everything, ///< every link and disk; no process is restarted
    slow_disk,       ///< (node, amount: milliseconds added)
    stall_disk,      ///< (node)
    fill_disk,       ///< (node)
    fail_disk,       ///< (node)
    skew_clock,      ///< (node, amount: milliseconds)
    produce,         ///< one record (node: a producer; topic, partition)
    force_election,  ///< a controller's election timer expires now (node)
    elect_preferred, ///< (topic, partition)
    elect_unclean,   ///< (topic, partition)
    drop_message,    ///< (id)
    hold_message,    ///< (id)
    release_message, ///< (id)
    stop_polling,    ///< its application is stuck (node: a consumer)
    poll_again,      ///< (node)
    leave_group,     ///< it unsubscribes (node)
    rebalance_group, ///< (group)
    reset_offsets,   ///< (group)
    switch_protocol, ///< (group)
    lesson_step      ///< what the lesson's "Do it for me" does
};

struct Injection {
    Verb verb{};
    std::int32_t node = -1;
    std::int32_t other = -1;
    std::string topic;
    std::int32_t partition = -1;
    std::string group;
    std::uint64_t id = 0;
    std::int64_t amount = 0;
    bool operator==(const Injection&) const = default;
    ORRERY_FIELDS(verb, node, other, topic, partition, group, id, amount)
};

class Session {
public:
    Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    virtual ~Session() = default;

    /// The present moment, with what the focus asks for. The same pointer as long as nothing
    /// changed; an old one stays as it was for as long as it is held.
    virtual SnapshotPtr snapshot() = 0;
    virtual void look_at(const Focus& focus) = 0;
    /// What the present branch was like at that time, or at its end if that is earlier. The session
    /// stays where it is.
    virtual SnapshotPtr glimpse(Instant at) = 0;

    /// The snapshot's `now` and `event`, without building one.
    virtual Instant now() const = 0;
    virtual std::uint64_t event() const = 0;
    /// The next event; nullopt when nothing will ever happen again.
    virtual std::optional<Ahead> ahead() = 0;
    /// Handles one event. Gives how much came of it: `notable` when it made a notable fact.
    virtual Dwell step() = 0;
    /// Handles every event up to and at `to` and lets the clock stand there. Not for going back.
    virtual void advance(Instant to) = 0;
    /// Stands where the branch was at that time, after all its events; beyond the branch's end this
    /// runs on. Nothing is lost: the branch keeps its end.
    virtual void seek(Instant to) = 0;
    /// Stands just after that many events.
    virtual void seek_event(std::uint64_t event) = 0;

    /// Why it cannot be done now, as a clause ("broker 2 is down"); nullopt when it can.
    virtual std::optional<std::string> why_not(const Injection& deed) const = 0;
    /// Does it, now. The error says why not. In the past of a branch this starts a new branch.
    virtual Result<void, InputError> inject(const Injection& deed) = 0;
    /// Takes the last deed back by standing just before it; redo stands where undo was called.
    virtual void undo() = 0;
    virtual void redo() = 0;
    /// Starts a branch here without a deed.
    virtual void branch_here() = 0;
    /// Stands at the end of another branch.
    virtual void go_to_branch(std::int32_t branch) = 0;

    /// Starts the scenario anew ("": the same file), or another, by its own seed or that one. When
    /// it can't be read all stays as it is, and the error says where what is wrong.
    virtual Result<void, InputError> open(std::string_view file,
                                          std::optional<std::uint64_t> seed) = 0;
    /// Saves scenario and deeds as a scenario file.
    virtual Result<void, InputError> save(std::string_view file) = 0;
};

} // namespace orrery::gui::model
