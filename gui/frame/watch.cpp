#include "gui/frame/watch.hpp"

#include <algorithm>

namespace orrery::gui {

namespace {

std::string ids_text(const std::vector<std::int32_t>& ids) {
    std::string text = "[";
    for (const std::int32_t id : ids)
        text += (text.size() == 1 ? "" : ", ") + std::to_string(id);
    return text + "]";
}

std::string standing_of(const model::Partition& p) {
    return (p.leader < 0 ? std::string("no leader") : "leader " + std::to_string(p.leader)) +
           ", epoch " + std::to_string(p.leader_epoch) + ", ISR " + ids_text(p.isr) +
           (p.elr.empty() ? "" : ", ELR " + ids_text(p.elr));
}

std::string standing_of(const model::Node& node) {
    constexpr std::string_view states[] = {"up",     "starting", "fenced", "shutting down",
                                           "paused", "down"};
    constexpr std::string_view roles[] = {"no voter",    "observer",  "unattached", "follower",
                                          "prospective", "candidate", "leader",     "resigned"};
    std::string words(states[static_cast<std::size_t>(node.state)]);
    if (node.is_controller)
        words += ", " + std::string(roles[static_cast<std::size_t>(node.role)]) +
                 " of quorum epoch " + std::to_string(node.quorum_epoch);
    return words;
}

std::string standing_of(const model::Client& client) {
    return client.last_error.empty() ? "no error" : client.last_error;
}

std::string standing_of(const model::Group& group) {
    return std::string(name_of(group.state)) + ", epoch " + std::to_string(group.epoch) + ", " +
           std::to_string(group.members.size()) + " members";
}

std::string standing_of(const model::GroupMember& member) {
    return member.state + ", epoch " + std::to_string(member.epoch) + ", owns " +
           std::to_string(member.owned.size()) + " of " + std::to_string(member.target.size());
}

std::string standing_of(const model::Link& link) {
    const bool cut = link.cut_from_a || link.cut_from_b;
    return std::string(cut ? "cut" : "open") + ", " + std::to_string(link.extra.ms()) + " ms added";
}

} // namespace

std::string standing_of(const model::Snapshot& snapshot, const Subject& subject) {
    switch (subject.kind) {
    case Kind::partition:
    case Kind::record:
        if (const auto* partition = partition_of(snapshot, subject.topic, subject.partition))
            return standing_of(*partition);
        return "";
    case Kind::node:
        if (const auto* node = node_of(snapshot, subject.node))
            return standing_of(*node);
        return "";
    case Kind::client:
        if (const auto* client = client_of(snapshot, subject.node))
            return standing_of(*client);
        return "";
    case Kind::link:
        if (const auto* link = link_of(snapshot, subject.node, subject.other))
            return standing_of(*link);
        return "";
    case Kind::group:
        if (const auto* group = group_of(snapshot, subject.group))
            return standing_of(*group);
        return "";
    case Kind::member:
        if (const auto* group = group_of(snapshot, subject.group)) {
            const auto* member = member_of(*group, subject.member);
            return member == nullptr ? "left the group" : standing_of(*member);
        }
        return "";
    default: return "";
    }
}

std::vector<Figure> figures_of(const model::Snapshot& snapshot, const Subject& subject) {
    using model::Tone;
    const std::string title = title_of(subject, snapshot);
    if (subject.kind == Kind::partition || subject.kind == Kind::record) {
        if (const auto* p = partition_of(snapshot, subject.topic, subject.partition)) {
            const std::string name = p->topic + "-" + std::to_string(p->index);
            return {{name + " ISR", "", Tone::replica, static_cast<std::int64_t>(p->isr.size())},
                    {name + " LEO\xE2\x88\x92HW", "", Tone::good, p->log_end - p->high_watermark}};
        }
    } else if (subject.kind == Kind::node) {
        if (const auto* node = node_of(snapshot, subject.node)) {
            if (!node->is_broker)
                return {{title + " log end", "", Tone::control, node->metadata_end}};
            return {{title + " leads", "", Tone::leader, node->leads},
                    {title + " in", "B/s", Tone::replica, node->bytes_in_per_s}};
        }
    } else if (subject.kind == Kind::client) {
        const auto* client = client_of(snapshot, subject.node);
        if (client != nullptr && client->kind == model::ClientKind::consumer)
            return {{title + " lag", "", Tone::client, client->lag}};
        if (client != nullptr && client->kind == model::ClientKind::producer)
            return {{title, "records/s", Tone::leader, client->records_per_s}};
    } else if (subject.kind == Kind::group) {
        if (const auto* group = group_of(snapshot, subject.group))
            return {{title + " lag", "", Tone::client, group->lag},
                    {title + " members", "", Tone::client,
                     static_cast<std::int64_t>(group->members.size())}};
    } else if (subject.kind == Kind::link) {
        if (const auto* link = link_of(snapshot, subject.node, subject.other))
            return {{title, "B/s", Tone::plain, link->bytes_per_s}};
    }
    return {};
}

bool Watches::plots(const Subject& subject) const {
    return std::find(plotted_.begin(), plotted_.end(), subject) != plotted_.end();
}

bool Watches::stops_for(const Subject& subject) const {
    return std::any_of(guards_.begin(), guards_.end(),
                       [&](const Guard& guard) { return guard.subject == subject; });
}

void Watches::toggle_plot(const model::Snapshot& snapshot, const Subject& subject) {
    if (const auto found = std::find(plotted_.begin(), plotted_.end(), subject);
        found != plotted_.end())
        plotted_.erase(found);
    else
        plotted_.push_back(subject);
    plot(snapshot);
}

void Watches::toggle_stop(const model::Snapshot& snapshot, const Subject& subject) {
    const auto found = std::find_if(guards_.begin(), guards_.end(),
                                    [&](const Guard& guard) { return guard.subject == subject; });
    if (found != guards_.end())
        guards_.erase(found);
    else
        guards_.push_back({subject, standing_of(snapshot, subject)});
}

std::string Watches::see(const model::Snapshot& snapshot) {
    const bool forth = snapshot.event > event_ && snapshot.branch == branch_;
    event_ = snapshot.event;
    branch_ = snapshot.branch;
    std::string changed;
    for (Guard& guard : guards_) {
        std::string now = standing_of(snapshot, guard.subject);
        if (now == guard.standing)
            continue;
        if (forth && changed.empty())
            changed = "Stopped: " + title_of(guard.subject, snapshot) + " was " + guard.standing +
                      " and is " + now;
        guard.standing = std::move(now);
    }
    plot(snapshot);
    return changed;
}

/// Keeps the series of what is still plotted, forgets what lies after this moment, adds it.
void Watches::plot(const model::Snapshot& snapshot) {
    std::vector<model::Series> next;
    for (const Subject& subject : plotted_)
        for (const Figure& figure : figures_of(snapshot, subject)) {
            model::Series one{figure.name, figure.unit, figure.tone, {}};
            for (model::Series& old : series_)
                if (old.name == figure.name)
                    one.samples = std::move(old.samples);
            std::size_t known = one.samples.size();
            while (known > 0 && one.samples[known - 1].at >= snapshot.now)
                --known;
            one.samples.truncate(known);
            one.samples.push_back({snapshot.now, figure.value});
            next.push_back(std::move(one));
        }
    series_ = std::move(next);
}

} // namespace orrery::gui
