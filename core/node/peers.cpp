#include "core/node/peers.hpp"

#include "core/base/expect.hpp"

#include <utility>

namespace orrery::node {

Peers::Peers(NodeId self, std::uint64_t random) : self_(self), random_(random, "peers") {}

Peers::Line& Peers::line_to(Purpose purpose, NodeId to, const Endpoint& at) {
    for (Line& line : lines_) {
        if (line.purpose != purpose || line.channel.peer() != to)
            continue;
        if (line.channel.endpoint() != at)
            line.channel.move_to(at);
        return line;
    }
    // Nodes of one cluster are of one release: they need no ApiVersions round. A long poll of 500
    // ms on an idle connection must not look like a hung peer, so idleness never closes these.
    wire::ChannelConfig config;
    config.client_id = "node-" + std::to_string(self_.value) + "-" + std::string(name_of(purpose));
    config.negotiate = false;
    config.max_in_flight = 1;
    lines_.push_back({purpose, wire::Channel(Cow(std::move(config)), to, at), {}});
    return lines_.back();
}

Peers::Line* Peers::line_of(ConnectionId connection) {
    for (Line& line : lines_)
        if (line.channel.connection() == connection)
            return &line;
    return nullptr;
}

bool Peers::owns(ConnectionId connection) const {
    return connection.value < first_accepted_connection;
}

void Peers::ask(Purpose purpose, AskId id, NodeId to, const Endpoint& at, Duration timeout,
                PeerRequest request, Instant now, Effects& out) {
    Line& line = line_to(purpose, to, at);
    line.waiting.push_back({id, now + timeout, std::move(request)});
    pump(line, now, out);
}

/// Sends what waits, as far as the connection takes it.
void Peers::pump(Line& line, Instant now, Effects& out) {
    wire::ChannelContext context{now, ids_, random_, out, failed_now_};
    std::size_t sent = 0;
    while (sent < line.waiting.size() && line.channel.ready(context)) {
        const Waiting& next = line.waiting[sent];
        const auto send = [&](const auto& request) {
            using Request = std::decay_t<decltype(request)>;
            const auto done = line.channel.send(context, request, Request::highest_version,
                                                next.id.value, next.deadline - now);
            expect(done.has_value(), "a request of ours that its highest version can say");
        };
        std::visit(send, next.request);
        ++sent;
    }
    line.waiting.erase(line.waiting.begin(),
                       line.waiting.begin() + static_cast<std::ptrdiff_t>(sent));
    collect(line);
}

/// What the channel gave up in this call becomes an answer that says so.
void Peers::collect(Line& line) {
    for (const wire::FailedRequest& failed : failed_now_)
        failed_.push_back(
            {line.purpose, {failed.tag}, line.channel.peer(), false, failed.api_key, 0, 0});
    failed_now_.clear();
}

/// A peer that can't be reached now is no use to an asker that could turn to another one.
void Peers::fail_waiting(Line& line) {
    for (const Waiting& waiting : line.waiting)
        failed_.push_back({line.purpose, waiting.id, line.channel.peer(), false, 0, 0, 0});
    line.waiting.clear();
}

void Peers::on_connected(ConnectionId connection, Instant now, Effects& out) {
    Line* line = line_of(connection);
    if (line == nullptr)
        return;
    wire::ChannelContext context{now, ids_, random_, out, failed_now_};
    line->channel.on_connected(context);
    pump(*line, now, out);
}

void Peers::on_closed(ConnectionId connection, Instant now, Effects& out) {
    Line* line = line_of(connection);
    if (line == nullptr)
        return;
    wire::ChannelContext context{now, ids_, random_, out, failed_now_};
    line->channel.on_closed(context);
    collect(*line);
    fail_waiting(*line);
}

std::optional<PeerAnswer> Peers::on_received(ConnectionId connection, const Chain& frame,
                                             Instant now, Effects& out) {
    Line* line = line_of(connection);
    if (line == nullptr)
        return std::nullopt;
    wire::ChannelContext context{now, ids_, random_, out, failed_now_};
    const auto answered = line->channel.on_received(context, frame);
    collect(*line);
    const auto index = static_cast<std::size_t>(line - lines_.data());
    pump(lines_[index], now, out);
    if (!answered)
        return std::nullopt;
    const Line& from = lines_[index];
    return PeerAnswer{from.purpose,      {answered->tag},   from.channel.peer(), true,
                      answered->api_key, answered->version, answered->body_at};
}

void Peers::wake(Instant now, Effects& out) {
    for (Line& line : lines_) {
        const auto due = line.channel.wakeup();
        if (due && *due <= now) {
            wire::ChannelContext context{now, ids_, random_, out, failed_now_};
            line.channel.wake(context);
            collect(line);
        }
        std::erase_if(line.waiting, [&](const Waiting& waiting) {
            if (waiting.deadline > now)
                return false;
            failed_.push_back({line.purpose, waiting.id, line.channel.peer(), false, 0, 0, 0});
            return true;
        });
        if (!line.waiting.empty())
            pump(line, now, out);
    }
}

std::optional<Instant> Peers::wakeup() const {
    std::optional<Instant> due;
    for (const Line& line : lines_) {
        due = earlier(due, line.channel.wakeup());
        for (const Waiting& waiting : line.waiting)
            due = earlier(due, waiting.deadline);
    }
    return due;
}

std::vector<PeerAnswer> Peers::take_failed() {
    return std::exchange(failed_, {});
}

} // namespace orrery::node
