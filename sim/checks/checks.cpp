#include "sim/checks/checks.hpp"

#include "core/base/expect.hpp"
#include "sim/checks/checker.hpp"

namespace orrery::sim {

namespace {

constexpr std::string_view unclean =
    "an unclean leader election was allowed, or more replicas than min.insync.replicas - 1 lost "
    "data that was not flushed, or a voter's disk was lost";
constexpr std::string_view unclean_or_unasked =
    "acks is 0 or 1 for what was acknowledged, an unclean leader election was allowed, or more "
    "replicas than min.insync.replicas - 1 lost data that was not flushed, or a voter's disk was "
    "lost";
constexpr std::string_view voter_lost = "a voter of the quorum lost its disk";

constexpr InvariantRow rows[] = {
    {Invariant::committed_is_kept, 1, "committed_is_kept",
     "What was acknowledged, or below a leader's high watermark, is in the log of every later "
     "leader, and of some replica at any time; where a topic is compacted, each key's last value.",
     unclean_or_unasked},
    {Invariant::in_sync_has_committed, 2, "in_sync_has_committed",
     "Every running member of the ISR or the ELR has all that is committed.", unclean},
    {Invariant::one_leader, 3, "one_leader",
     "A leader epoch has one leader; leader epoch and partition epoch only grow.", voter_lost},
    {Invariant::logs_match, 4, "logs_match",
     "Two logs that have the same offset in the same leader epoch have the same bytes there and "
     "before, or in a compacted topic the same records where both have them; leader epochs only "
     "grow along a log; below its high watermark each has what is committed.",
     unclean},
    {Invariant::high_watermark, 5, "high_watermark",
     "A leader's high watermark never goes back within its epoch, and nobody reads beyond it.",
     unclean},
    {Invariant::isr_rules, 6, "isr_rules",
     "ISR and ELR are replicas, and disjoint; the ELR is empty unless the ISR is below "
     "min.insync.replicas, and then keeps whoever left; the leader is in the ISR, and counts on "
     "all "
     "of it; no fenced broker is; at most one last known leader is kept, while nobody leads.",
     ""},
    {Invariant::min_isr, 7, "min_isr",
     "acks=all is only acknowledged for what is committed, and that is only done while the ISR has "
     "min.insync.replicas members.",
     ""},
    {Invariant::log_bounds, 8, "log_bounds",
     "Log start <= high watermark <= log end; a log start only grows; no replica cuts what is "
     "committed from its log, and none comes back without it.",
     unclean},
    {Invariant::fencing, 9, "fencing",
     "Nobody acts by an old epoch: a deposed leader appends nothing once it knows, and a broker's "
     "earlier life changes no ISR.",
     ""},
    {Invariant::storage, 10, "storage",
     "Every batch that a log holds and a consumer reads has the checksum it was written with; the "
     "indexes in memory and on disk are those that the batches give.",
     ""},
    {Invariant::one_owner, 20, "one_owner",
     "In one generation or epoch of a group a partition has one owner; no member is ahead of its "
     "group; a Stable group has come to its assignment.",
     ""},
    {Invariant::generations, 21, "generations",
     "A group's generation only grows; nobody commits by an old one after others did by a newer; a "
     "group.instance.id is one member's.",
     ""},
    {Invariant::committed_offsets, 22, "committed_offsets",
     "What a group has committed is known to every later coordinator; it goes back only where "
     "somebody sought or reset; who gets a partition skips nothing behind it.",
     unclean},
    {Invariant::quorum_elections, 23, "quorum_elections",
     "A quorum epoch has at most one leader; a voter votes once an epoch; epochs only grow.",
     voter_lost},
    {Invariant::metadata_logs_match, 24, "metadata_logs_match",
     "Metadata that was committed is the same in every log, no leader cuts its own, and images at "
     "one offset are equal.",
     voter_lost},
    {Invariant::metadata_commit, 25, "metadata_commit",
     "The quorum's high watermark only grows, by records of the leader's own epoch, and a majority "
     "of the voters has what is below it.",
     voter_lost},
    {Invariant::snapshots, 26, "snapshots",
     "A metadata log that does not begin at 0 has a snapshot from which it goes on; a snapshot "
     "holds "
     "what "
     "replay of the log gives; no active controller loads one.",
     ""},
};

} // namespace

std::span<const InvariantRow> invariants() {
    return rows;
}

const InvariantRow& row_of(Invariant invariant) {
    const auto index = static_cast<std::size_t>(invariant);
    expect(index < std::size(rows) && rows[index].invariant == invariant,
           "a row for every invariant, in order");
    return rows[index];
}

std::optional<Invariant> invariant_named(std::string_view name) {
    for (const InvariantRow& row : rows)
        if (row.name == name)
            return row.invariant;
    return std::nullopt;
}

bool may_lack_data(Invariant invariant) {
    return invariant == Invariant::committed_is_kept ||
           invariant == Invariant::in_sync_has_committed || invariant == Invariant::logs_match ||
           invariant == Invariant::high_watermark || invariant == Invariant::log_bounds;
}

const Broken* Checks::broken(Invariant invariant) const {
    for (const Broken& one : broken_)
        if (one.invariant == invariant && !one.excuse)
            return &one;
    return nullptr;
}

const Broken* Checks::excused(Invariant invariant) const {
    for (const Broken& one : broken_)
        if (one.invariant == invariant && one.excuse)
            return &one;
    return nullptr;
}

std::string Checks::suspended(Invariant invariant) const {
    if (const Excuse& excuse = excuses_[static_cast<std::size_t>(invariant)])
        return excuse.why;
    std::string text;
    if (may_lack_data(invariant))
        for (const auto& [key, memory] : partitions_)
            if (memory->excuse)
                text += (text.empty() ? "" : "; ") + text_of(key) + ": " + memory->excuse.why;
    return text;
}

void Checks::on_event(const World& world, std::span<const Told> told) {
    if (!told.empty())
        Checker(*this, world).on_notes(told);
    if (world.events() >= next_sweep_)
        sweep(world);
}

void Checks::sweep_whole(const World& world) {
    Checker(*this, world).sweep_whole();
}

void Checks::sweep(const World& world) {
    next_sweep_ = world.events() + sweep_every;
    Checker(*this, world).sweep();
}

} // namespace orrery::sim
