#include "core/node/peers.hpp"

#include "core/base/expect.hpp"

#include <algorithm>
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
    dues_.push_back(never);
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
                PeerRequest&& request, Instant now, Effects& out) {
    Line& line = line_to(purpose, to, at);
    wire::ChannelContext context{now, ids_, random_, out, failed_now_};
    if (line.waiting.empty() && line.channel.ready(context))
        send(line, id, timeout, request, context);
    else
        line.waiting.push_back({id, now + timeout, std::move(request)});
    collect(line);
}

void Peers::send(Line& line, AskId id, Duration timeout, const PeerRequest& request,
                 wire::ChannelContext& context) {
    const auto each = [&](const auto& held) {
        using Request = std::decay_t<decltype(held)>;
        const auto done =
            line.channel.send(context, held, Request::highest_version, id.value, timeout);
        expect(done.has_value(), "a request of ours that its highest version can say");
    };
    std::visit(each, request);
}

/// Sends what waits, as far as the connection takes it.
void Peers::pump(Line& line, Instant now, Effects& out) {
    if (line.waiting.empty())
        return;
    wire::ChannelContext context{now, ids_, random_, out, failed_now_};
    std::size_t sent = 0;
    while (sent < line.waiting.size() && line.channel.ready(context)) {
        const Waiting& next = line.waiting[sent++];
        send(line, next.id, next.deadline - now, next.request, context);
    }
    line.waiting.erase(line.waiting.begin(),
                       line.waiting.begin() + static_cast<std::ptrdiff_t>(sent));
    collect(line);
}

/// To be called after whatever was done with a line.
void Peers::note_due(const Line& line) {
    std::optional<Instant> due = line.channel.wakeup();
    for (const Waiting& waiting : line.waiting)
        due = earlier(due, waiting.deadline);
    dues_[static_cast<std::size_t>(&line - lines_.data())] = due.value_or(never);
}

/// What the channel gave up in this call becomes an answer that says so.
void Peers::collect(Line& line) {
    note_due(line);
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
    note_due(line);
}

void Peers::on_connected(ConnectionId connection, Instant now, Effects& out) {
    Line* line = line_of(connection);
    if (line == nullptr)
        return;
    wire::ChannelContext context{now, ids_, random_, out, failed_now_};
    line->channel.on_connected(context);
    collect(*line);
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
        if (dues_[static_cast<std::size_t>(&line - lines_.data())] > now)
            continue;
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
        pump(line, now, out);
        note_due(line);
    }
}

std::optional<Instant> Peers::wakeup() const {
    Instant first = never;
    for (const Instant due : dues_)
        first = std::min(first, due);
    return first == never ? std::nullopt : std::optional(first);
}

std::vector<PeerAnswer> Peers::take_failed() {
    return std::exchange(failed_, {});
}

} // namespace orrery::node
