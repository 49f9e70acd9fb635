// Conditions at work: the state that a condition needs between events, and whether it holds.
#pragma once

#include "core/base/reflect.hpp"
#include "sim/checks/checks.hpp"
#include "sim/scenario/metrics.hpp"
#include "sim/scenario/scenario.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace orrery::sim {

/// A set of kinds of facts.
struct FactSet {
    std::array<std::uint64_t, 2> bits{};
    void add(Fact fact) { bits[index(fact) / 64] |= std::uint64_t{1} << index(fact) % 64; }
    bool meets(const FactSet& other) const {
        return ((bits[0] & other.bits[0]) | (bits[1] & other.bits[1])) != 0;
    }
    bool operator==(const FactSet&) const = default;
    ORRERY_FIELDS(bits)

private:
    static constexpr std::size_t index(Fact fact) { return static_cast<std::size_t>(fact); }
};

static_assert(static_cast<std::size_t>(Fact::process_ended) < 128, "the last fact has its bit");

/// Of one fact or count in a condition.
struct LeafState {
    std::int64_t count = 0; ///< facts that matched so far
    bool now = false;       ///< one did in this very event
    bool operator==(const LeafState&) const = default;
    ORRERY_FIELDS(count, now)
};

/// A condition's leaves, in the order in which one reads them.
using Leaves = std::vector<LeafState>;
Leaves leaves_of(const Condition& condition);

/// Counts the notes of an event; sets and clears `now`. True if any leaf matched or was cleared.
bool notice(const Condition& condition, Leaves& leaves, const Sight& sight,
            std::span<const Told> told);
/// Whether it holds after the event. With `ever` a fact holds if it has ever happened ("at the
/// end"); else only in the event in which it happens.
bool holds(const Condition& condition, const Leaves& leaves, const Sight& sight, bool ever = false);

/// The condition as a phrase: "isr_size of orders-0 is 3".
std::string words_of(const Condition& condition);
/// What its values are now, for an expectation that failed: "isr_size of orders-0 is 2".
std::string found(const Condition& condition, const Leaves& leaves, const Sight& sight);

} // namespace orrery::sim
