// The world's private way to have an observer for the length of one public call. Not for others.
#pragma once

#include "sim/world/world.hpp"

namespace orrery::sim {

class World::Watching {
public:
    Watching(World& world, Observer* observer) : world_(world), before_(world.scratch_.observer) {
        world_.scratch_.observer = observer ? observer : before_;
    }
    Watching(const Watching&) = delete;
    Watching& operator=(const Watching&) = delete;
    ~Watching() { world_.scratch_.observer = before_; }

private:
    World& world_;
    Observer* before_; ///< of a command that calls another
};

/// What the trace calls effects; events are below.
enum class Traced : std::uint64_t {
    sent = 32,
    dialed,
    hung_up,
    wrote,
    replaced,
    truncated,
    flushed,
    erased,
    noted,
    exited,
    life,
};

/// A chain's hash by its pieces: cheaper than of the bytes as one, and as good for a trace.
inline std::uint64_t trace_hash_of(const Chain& chain) {
    if (chain.pieces() == 1)
        return hash_bytes(chain.piece(0));
    Hasher hasher;
    for (std::size_t i = 0; i < chain.pieces(); ++i)
        hasher.add(hash_bytes(chain.piece(i)));
    return hasher.value();
}

} // namespace orrery::sim
