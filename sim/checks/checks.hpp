// The invariants: what must always hold in a Kafka cluster, each with a name, a sentence for the
// learner, and the situations in which Kafka itself does not promise it. Checks is the memory that
// they need: it is told each event with its notes, looks at the nodes that the notes are about, and
// now and then at all. It is a value and goes with the world it watches.
//
// Numbers are those of the catalogue in the project's design (replication 1 to 10, groups 20 to 22,
// quorum 23 to 26).
#pragma once

#include "core/base/cow_vector.hpp"
#include "core/base/fact.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/reflect.hpp"
#include "sim/checks/group_memory.hpp"
#include "sim/checks/partition_memory.hpp"
#include "sim/checks/quorum_memory.hpp"
#include "sim/world/world.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::sim {

enum class Invariant : std::uint8_t {
    committed_is_kept,
    in_sync_has_committed,
    one_leader,
    logs_match,
    high_watermark,
    isr_rules,
    min_isr,
    log_bounds,
    fencing,
    storage,
    one_owner,
    generations,
    committed_offsets,
    quorum_elections,
    metadata_logs_match,
    metadata_commit,
    snapshots,
};
inline constexpr std::size_t invariant_count = 17;

struct InvariantRow {
    Invariant invariant;
    std::int32_t number;           ///< in the catalogue
    std::string_view name;         ///< as written in scenario files: "committed_is_kept"
    std::string_view sentence;     ///< for the learner
    std::string_view not_promised; ///< when Kafka itself lets it break; may be empty
};
std::span<const InvariantRow> invariants();
const InvariantRow& row_of(Invariant invariant);
std::optional<Invariant> invariant_named(std::string_view name);

/// The first time that an invariant broke, and how; with an excuse if Kafka did not promise it.
struct Broken {
    Invariant invariant{};
    Instant at;
    std::uint64_t event = 0;
    std::string what;
    Excuse excuse;
    bool operator==(const Broken&) const = default;
    ORRERY_FIELDS(invariant, at, event, what, excuse)
};

/// A fact, and who told it.
struct Told {
    ActorId actor = no_actor;
    Note note;
    bool operator==(const Told&) const = default;
    ORRERY_FIELDS(actor, note)
};

class Checks {
public:
    /// After each event of the world: what was told in it. Cheap when nothing was.
    void on_event(const World& world, std::span<const Told> told);
    /// Looks at every replica and node; also done by itself every `sweep_every` events.
    void sweep(const World& world);
    /// Looks at all that a sweep passes over since it was looked at before: whole logs, all files.
    void sweep_whole(const World& world);

    /// In the order in which they broke; each invariant at most once with an excuse and once
    /// without.
    const std::vector<Broken>& broken() const { return broken_; }
    /// Its first break that nothing excuses; null if there is none.
    const Broken* broken(Invariant invariant) const;
    /// Its first break that Kafka allows; null if there is none.
    const Broken* excused(Invariant invariant) const;
    /// Why Kafka no longer promises it, of everything or of some partition; empty: it does.
    std::string suspended(Invariant invariant) const;
    /// How often it was looked at.
    std::uint64_t looks(Invariant invariant) const {
        return looks_[static_cast<std::size_t>(invariant)];
    }

    static constexpr std::uint64_t sweep_every = 1000;

    bool operator==(const Checks&) const = default;
    ORRERY_FIELDS(partitions_, groups_, quorum_, broken_, excuses_, looks_, next_sweep_)

private:
    friend class Checker; // checker.hpp: one pass over a world

    FlatMap<PartitionKey, Cow<PartitionMemory>> partitions_;
    FlatMap<std::string, Cow<GroupMemory>> groups_;
    QuorumMemory quorum_;
    std::vector<Broken> broken_;
    std::array<Excuse, invariant_count> excuses_; ///< for the whole cluster
    std::array<std::uint64_t, invariant_count> looks_{};
    std::uint64_t next_sweep_ = sweep_every;
};

} // namespace orrery::sim
