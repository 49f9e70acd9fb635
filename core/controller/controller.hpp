// controller::Controller: decides. Requests of brokers, admins and clocks become metadata records;
// the records, applied, become the image; nothing else changes it. A value, like all else: copy it
// and history forks.
//
//     on_request ──> decide on latest() ──> records ──> Append (latest() has them at once)
//                                      └──> reply, parked under the last record's offset
//     on_committed ──> stable() moves on ──> parked replies up to there are given; facts are told
//
// Only the active controller (the quorum's leader) decides; all others keep stable() alone and
// answer NOT_CONTROLLER. Offsets: the active controller is the only writer of its log, so it knows
// the offset of each record before the quorum has appended it. The node performs `appends` in
// order, each as one batch, right after the call that gave them; the quorum's last offset must then
// be Append::first + records - 1. When the quorum refuses, it no longer leads: resign().
//
// Heartbeats are not in the log: who was heard of when lives only in the active controller, and a
// new one starts by giving every broker a fresh session (broker.session.timeout.ms).
#pragma once

#include "core/base/exchange.hpp"
#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "core/controller/heartbeats.hpp"
#include "core/controller/messages.hpp"
#include "core/controller/settings.hpp"
#include "core/metadata/image.hpp"

#include <optional>
#include <vector>

namespace orrery::controller {

/// Records to append to the metadata log as one atomic batch.
struct Append {
    Offset first;      ///< the offset its first record must get
    LeaderEpoch epoch; ///< of the quorum; an append in another must be refused
    std::vector<metadata::Record> records;
    bool operator==(const Append&) const = default;
    ORRERY_FIELDS(first, epoch, records)
};

/// What a call wants done. The caller owns the buffers.
struct Out {
    Effects& effects; ///< facts (Note) only
    std::vector<Reply<Response>>& replies;
    std::vector<Append>& appends;
};

class Controller {
public:
    /// `random` places replicas and draws topic ids.
    Controller(Settings settings, Random random);

    /// The quorum made this node its leader in `epoch` and all up to its start is committed:
    /// `committed` has it all, and the next record gets offset `log_end`. Writes the bootstrap
    /// records if the log has none.
    void become_active(const Now& now, LeaderEpoch epoch, const metadata::Image& committed,
                       Offset log_end, Out out);
    /// No longer the leader. Parked replies are answered NOT_CONTROLLER; what was not committed is
    /// forgotten. Fine to call on one that isn't active.
    void resign(const Now& now, Out out);

    /// Any request of messages.hpp. Answered now or, when it wrote, once that is committed.
    void on_request(const Now& now, RequestId id, const Request& request, Out out);
    /// The caller of a request is gone: its reply is not wanted any more.
    void forget(RequestId id);
    /// The committed image moved on to `image` by `changes`. On every controller, active or not.
    void on_committed(const Now& now, const metadata::Image& image,
                      const metadata::Changes& changes, Out out);
    /// The quorum itself appended (a leader change or voters record): the next record of ours gets
    /// offset `log_end`. Not needed for our own appends.
    void log_end_is(Offset log_end);
    /// A deadline of wakeup() has come (earlier does no harm).
    void wake(const Now& now, Out out);
    std::optional<Instant> wakeup() const;

    bool active() const { return active_.has_value(); }
    /// Of the term in which it is active.
    std::optional<LeaderEpoch> epoch() const;
    /// What is committed; and with what was decided but is not committed yet.
    const metadata::Image& stable() const { return stable_; }
    const metadata::Image& latest() const;
    const Settings& settings() const { return settings_; }
    /// Requests that wait for their records to be committed.
    std::size_t parked() const;

    bool operator==(const Controller&) const = default;
    ORRERY_FIELDS(settings_, random_, stable_, active_)

private:
    struct Parked {
        Offset last; ///< the last record that the reply rests on
        RequestId request;
        Response response;
        bool operator==(const Parked&) const = default;
        ORRERY_FIELDS(last, request, response)
    };
    /// What only the active controller has.
    struct Active {
        LeaderEpoch epoch;
        metadata::Image latest;
        Offset log_end;                  ///< of the next record
        Offset last_written = no_offset; ///< of this term; beyond stable: not committed yet
        Heartbeats heartbeats;           ///< of every broker that latest has
        std::vector<Parked> parked;      ///< in order of `last`
        Instant next_no_op = never;      ///< KIP-835: a record now and then, so that all see
        Instant next_session_check;      ///< sessions are looked at on a grid of an eighth
        Instant next_rebalance = never;
        Instant next_unclean = never;
        bool operator==(const Active&) const = default;
        ORRERY_FIELDS(epoch, latest, log_end, last_written, heartbeats, parked, next_no_op,
                      next_session_check, next_rebalance, next_unclean)
    };
    friend struct Term; // controller.cpp: one call to an active controller
    /// When a session may have ended: the first point of the grid after the earliest end.
    std::optional<Instant> session_check() const;

    Settings settings_;
    Random random_;
    metadata::Image stable_;
    std::optional<Active> active_;
};

} // namespace orrery::controller
