#include "core/node/node.hpp"

#include "core/node/node_step.hpp"

#include <variant>

namespace orrery::node {

namespace {

template <class... F>
struct Overload : F... {
    using F::operator()...;
};
template <class... F>
Overload(F...) -> Overload<F...>; // clang 14 does not guess it

} // namespace

Node::Node(Config config, Planted planted)
    : config_(Cow<Config>(std::move(config))), planted_(planted), random_(0, "before the start"),
      peers_(config_->id, 0) {}

void Node::step(const Now& now, const Input& input, Effects& out) {
    if (exited_)
        return;
    Step step(now, out);
    const auto route = Overload{
        [&](const Started& started) { boot(started, step); },
        [&](const Connected& connected) {
            if (peers_.owns(connected.connection))
                peers_.on_connected(connected.connection, now.instant, out);
            else
                accept(connected);
        },
        [&](const Received& received) {
            if (!peers_.owns(received.connection))
                return receive(received.connection, received.frame, step);
            const auto answer =
                peers_.on_received(received.connection, received.frame, now.instant, out);
            if (answer)
                answered(*answer, received.frame, step);
        },
        [&](const Closed& closed) {
            if (peers_.owns(closed.connection))
                peers_.on_closed(closed.connection, now.instant, out);
            else
                drop(closed.connection);
        },
        [&](const Wrote& wrote) { this->wrote(wrote, step); },
        [&](const Woke&) { wake(step); },
        [&](const Stopping&) { stop(step); },
    };
    std::visit(route, input);
    if (running())
        settle(step);
}

void Node::lose_patience(const Now& now, Effects& out) {
    if (!running())
        return;
    Step step(now, out);
    quorum_->lose_patience(step.now, step.raft);
    settle(step);
}

void Node::wrote(const Wrote& wrote, Step& step) {
    if (!running())
        return;
    const bool failed = wrote.fault != DiskFault::none;
    const bool metadata_log = wrote.file.starts_with(quorum_->config().directory);
    if (wrote.write == last_write && !failed)
        return finish_stop(step);
    if (quorum_->owns(wrote.write) || (failed && metadata_log))
        return quorum_->on_wrote(wrote.write, wrote.fault, step.now, step.raft);
    if (replicas_ && replicas_->owns(wrote.file))
        replicas_->on_wrote(wrote, step.now, step.replica);
    // Kafka halts with its last log directory, and we have but one.
    if (failed)
        halt("log directory failed: " + std::string(name_of(wrote.fault)) + " on " + wrote.file,
             step);
}

void Node::wake(Step& step) {
    if (!running())
        return;
    const Instant now = step.instant();
    const auto due = [&](std::optional<Instant> at) { return at && *at <= now; };
    if (due(peers_.wakeup()))
        peers_.wake(now, step.out);
    if (due(quorum_->wakeup()))
        quorum_->on_woke(step.now, step.raft);
    if (controller_ && due(controller_->wakeup()))
        controller_->wake(step.now, step.controller());
    if (replicas_ && due(replicas_->wakeup()))
        replicas_->wake(step.now, step.replica);
    if (groups_ && due(groups_->wakeup()))
        wake_groups(step);
    if (stop_patience_ <= now)
        halt("controlled shutdown took too long", step);
}

std::optional<Instant> Node::wakeup() const {
    if (!running())
        return std::nullopt;
    std::optional<Instant> due = earlier(quorum_->wakeup(), peers_.wakeup());
    due = earlier(due, forwarding_.wakeup());
    if (controller_)
        due = earlier(due, controller_->wakeup());
    if (config_->controller && !config_->broker && registration_retry_ != never)
        due = earlier(due, registration_retry_);
    if (replicas_) {
        due = earlier(due, replicas_->wakeup());
        due = earlier(due, groups_->wakeup());
        due = earlier(due, lifecycle_.wakeup());
    }
    if (stop_patience_ != never)
        due = earlier(due, stop_patience_);
    return due;
}

} // namespace orrery::node
