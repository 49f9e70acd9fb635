// The buffers of one step, shared by the node_*.cpp files: where the rooms leave what they want
// until settle() has dealt with it. Never outlives Node::step.
#pragma once

#include "core/node/node.hpp"

#include <string>
#include <utility>
#include <vector>

namespace orrery::node {

struct Node::Step {
    const Now& now;
    Effects& out;
    raft::Out raft;
    std::vector<Reply<controller::Response>> decisions;
    std::vector<controller::Append> appends;
    replica::Out replica;
    std::vector<Reply<group::Response>> groups;
    std::vector<ConnectionId> resumed; ///< their reply has gone out: the next frame may come

    Step(const Now& at, Effects& effects)
        : now(at), out(effects), raft{effects, {}, {}}, replica{effects, {}, {}, {}, {}} {}

    controller::Out controller() { return {out, decisions, appends}; }
    Instant instant() const { return now.instant; }
};

/// Hands over all that a room left in `from`, and leaves it empty. False if there was nothing,
/// which is what nearly always is.
template <class T, class Use>
bool take_each(std::vector<T>& from, Use&& use) {
    if (from.empty())
        return false;
    for (T& each : std::exchange(from, {}))
        use(each);
    return true;
}

/// One request, with what is known of its sender. `frame` is header and body as they came; it and
/// the reader of the body live as long as the call.
struct Node::Call {
    RequestId id;
    OpenRequest open;
    std::string client_id;
    std::string host; ///< the client's address
    std::string listener;
    bool controller_listener = false;
    const Chain& frame;

    replica::Caller caller() const { return {id, open.version, client_id, listener}; }
};

/// The number of the write that ends a clean shutdown. The quorum numbers its own from one up.
inline constexpr WriteId last_write{std::uint64_t{1} << 63U};
/// And of the flushes before it, by which the logs are closed.
inline constexpr WriteId closing_writes{last_write.value + 1};

} // namespace orrery::node
