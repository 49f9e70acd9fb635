// The toy as a snapshot.
#include "tests/gui/support/toy_world.hpp"

#include <algorithm>

namespace orrery::tests {

using model::NodeState;

namespace {

constexpr Duration session = seconds(9);

bool has(const std::vector<std::int32_t>& ids, std::int32_t id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

} // namespace

void ToyWorld::fill_nodes(model::Snapshot& out) const {
    for (const auto& [id, broker] : brokers_) {
        model::Node node;
        node.id = id;
        node.is_broker = true;
        node.rack = std::string(1, static_cast<char>('a' + id - 1));
        node.state =
            broker.fenced && broker.state == NodeState::up ? NodeState::fenced : broker.state;
        node.broker_epoch = broker.epoch;
        node.session = {std::max(Duration{}, broker.heard + session - now_), session};
        if (broker.state == NodeState::down)
            node.state_text = broker.fenced ? "session expired" : "the controller waits";
        node.role = model::QuorumRole::observer;
        node.quorum_epoch = quorum_epoch_;
        node.quorum_leader = active_;
        node.disk_used = 420;
        node.bytes_in_per_s = 1200;
        node.bytes_out_per_s = 2900;
        node.metadata_end = 880 + static_cast<std::int64_t>(facts_.size());
        node.metadata_applied = node.metadata_end;
        for (const ToyPartition& partition : partitions_) {
            node.leads += partition.leader == id ? 1 : 0;
            node.replicas += partition.replica(id) != nullptr ? 1 : 0;
        }
        node.up_for = broker.state == NodeState::down ? Duration{} : now_ - broker.since;
        out.nodes.push_back(std::move(node));
    }
    for (const std::int32_t id : {101, 102, 103}) {
        model::Node node;
        node.id = id;
        node.is_controller = true;
        node.state = others_.at(id);
        node.role = id == active_ ? model::QuorumRole::leader : model::QuorumRole::follower;
        node.active_controller = id == active_;
        node.quorum_epoch = quorum_epoch_;
        node.quorum_leader = active_;
        node.voted_for = active_;
        node.election = {milliseconds(700 + (now_.ms() + id * 37) % 900), milliseconds(2000)};
        node.metadata_end = 880 + static_cast<std::int64_t>(facts_.size());
        node.metadata_applied = node.metadata_end;
        node.up_for = now_ - Instant{};
        out.nodes.push_back(std::move(node));
    }
    out.quorum.leader = active_;
    out.quorum.epoch = quorum_epoch_;
    out.quorum.voters = {101, 102, 103};
    out.quorum.observers = {1, 2, 3};
    out.quorum.high_watermark = 880 + static_cast<std::int64_t>(facts_.size());
}

void ToyWorld::fill_clients(model::Snapshot& out) const {
    for (const auto& [id, state] : others_) {
        if (id < 200)
            continue;
        model::Client client;
        client.id = id;
        client.state = state;
        const bool consumer = id >= 300;
        client.kind = consumer ? model::ClientKind::consumer : model::ClientKind::producer;
        client.name = consumer ? "billing-" + std::to_string(id - 300)
                               : std::string("producer ") + static_cast<char>('A' + id - 201);
        client.summary = consumer ? "group billing" : id == 201 ? "acks=all" : "acks=1";
        if (!consumer)
            client.topic = id == 201 ? "orders" : "pay";
        client.records_per_s = id == 201 ? 120 : 80;
        if (const auto done = done_.find(id); done != done_.end())
            client.records_done = done->second;
        if (const auto error = errors_.find(id); error != errors_.end())
            client.last_error = error->second;
        if (consumer) {
            client.group = "billing";
            const auto owned = group_.owned.find(id);
            for (const std::int32_t place :
                 owned == group_.owned.end() ? std::vector<std::int32_t>() : owned->second) {
                const ToyPartition& partition = partitions_[static_cast<std::size_t>(place)];
                std::int64_t end = 0;
                for (const ToyReplica& replica : partition.replicas)
                    end = std::max(end, replica.high_watermark);
                const std::int64_t at = group_.positions.at(place);
                client.positions.push_back(
                    {partition.topic, partition.index, at, group_.committed.at(place), end - at});
                client.lag += end - at;
            }
        }
        out.clients.push_back(std::move(client));
    }
}

void ToyWorld::fill_links(model::Snapshot& out) const {
    const auto add = [&](std::int32_t a, std::int32_t b, std::int64_t rate) {
        model::Link link;
        link.a = std::min(a, b);
        link.b = std::max(a, b);
        link.latency = milliseconds(2);
        link.bytes_per_s = rate;
        for (const auto& [id, message] : messages_)
            link.in_flight +=
                (message.from == a && message.to == b) || (message.from == b && message.to == a)
                    ? 1
                    : 0;
        if (const Wire* wire = wire_between(a, b)) {
            link.extra = wire->extra;
            link.cut_from_a = wire->cut_ab;
            link.cut_from_b = wire->cut_ba;
        }
        out.links.push_back(link);
    };
    add(1, 2, 4000);
    add(1, 3, 4000);
    add(1, 102, 30);
    add(1, 201, 900);
    add(2, 3, 4000);
    add(2, 102, 30);
    add(2, 201, 900);
    add(2, 202, 900);
    add(2, 302, 700);
    add(3, 102, 30);
    add(3, 301, 700);
    add(3, 303, 700);
    for (const auto& [pair, wire] : wires_) {
        if (!wire.cut_ab && !wire.cut_ba && wire.extra.ns == 0)
            continue;
        model::Fault fault;
        fault.id =
            static_cast<std::uint64_t>(pair.first) * 1000 + static_cast<std::uint64_t>(pair.second);
        fault.since = wire.since;
        fault.node = pair.first;
        fault.other = pair.second;
        fault.text = std::to_string(pair.first) + " - " + std::to_string(pair.second) +
                     (wire.extra.ns > 0 ? " slow" : " cut");
        out.faults.push_back(std::move(fault));
    }
}

void ToyWorld::fill_partitions(model::Snapshot& out) const {
    for (const ToyPartition& partition : partitions_) {
        model::Partition p;
        p.topic = partition.topic;
        p.index = partition.index;
        p.leader = partition.leader;
        p.leader_epoch = partition.leader_epoch;
        p.partition_epoch = partition.partition_epoch;
        p.min_isr = 2;
        p.isr = partition.isr;
        p.before = partition.before;
        const ToyReplica* leader = partition.replica(partition.leader);
        for (const ToyReplica& replica : partition.replicas) {
            model::Replica r;
            r.node = replica.node;
            r.log_end = static_cast<std::int64_t>(replica.log.size());
            r.high_watermark = replica.high_watermark;
            const bool down = brokers_.at(replica.node).state == NodeState::down;
            r.state = down                               ? model::ReplicaState::offline
                      : replica.node == partition.leader ? model::ReplicaState::leader
                      : has(partition.isr, replica.node) ? model::ReplicaState::in_sync
                                                         : model::ReplicaState::out_of_sync;
            if (leader != nullptr)
                r.lag = static_cast<std::int64_t>(leader->log.size()) - r.log_end;
            p.log_end = std::max(p.log_end, r.log_end);
            p.high_watermark = std::max(p.high_watermark, r.high_watermark);
            p.replicas.push_back(r);
        }
        if (leader != nullptr) {
            p.log_end = static_cast<std::int64_t>(leader->log.size());
            p.high_watermark = leader->high_watermark;
        }
        p.last_stable = p.high_watermark;
        const std::size_t isr = partition.isr.size();
        p.health = partition.leader < 0 ? model::Health::no_leader
                   : isr < 2            ? model::Health::under_min_isr
                   : isr < 3            ? model::Health::at_min_isr
                                        : model::Health::full;
        out.partitions.push_back(std::move(p));
    }
}

void ToyWorld::fill_strips(model::Snapshot& out, const model::Focus& focus) const {
    for (std::size_t place = 0; place < partitions_.size(); ++place) {
        const ToyPartition& partition = partitions_[place];
        if (partition.topic != focus.topic || partition.index != focus.partition)
            continue;
        model::Strips strips;
        strips.topic = partition.topic;
        strips.partition = partition.index;
        for (const ToyReplica& replica : partition.replicas)
            strips.end = std::max(strips.end, static_cast<std::int64_t>(replica.log.size()));
        strips.end += 6;
        strips.first = std::max<std::int64_t>(0, strips.end - focus.offsets);
        const ToyReplica* leader = partition.replica(partition.leader);
        std::vector<const ToyReplica*> order;
        if (leader != nullptr)
            order.push_back(leader);
        for (const ToyReplica& replica : partition.replicas)
            if (&replica != leader)
                order.push_back(&replica);
        for (const ToyReplica* replica : order) {
            model::Strip row;
            row.node = replica->node;
            row.state = out.partitions[place].replicas.front().state;
            for (const model::Replica& one : out.partitions[place].replicas)
                if (one.node == replica->node)
                    row.state = one.state;
            row.log_end = static_cast<std::int64_t>(replica->log.size());
            row.high_watermark = row.last_stable = replica->high_watermark;
            row.leader_epoch = replica->log.empty() ? 0 : replica->log.back();
            if (replica == leader)
                row.leader_epoch = partition.leader_epoch;
            for (std::int64_t offset = strips.first; offset < row.log_end; ++offset) {
                const auto at = static_cast<std::size_t>(offset);
                model::Cell cell;
                cell.offset = offset;
                cell.epoch = replica->log[at];
                cell.bytes = 96;
                cell.key = "order-" + std::to_string(offset % 7);
                row.cells.push_back(std::move(cell));
                const bool same = leader == nullptr ||
                                  (at < leader->log.size() && leader->log[at] == replica->log[at]);
                const bool newer = leader != nullptr && at >= leader->log.size();
                if (!row.diverges && (!same || newer))
                    row.diverges = offset;
            }
            strips.rows.push_back(std::move(row));
        }
        for (std::size_t i = 0; i < ghosts_.size(); ++i)
            if (ghost_of_[i].second == place)
                strips.ghosts.push_back(ghosts_[i]);
        out.strips = std::move(strips);
    }
}

void ToyWorld::fill_detail(model::Snapshot& out, const model::Focus& focus) const {
    const model::Message* found = focus.message == 0 ? nullptr : message_of(out, focus.message);
    if (found == nullptr)
        return;
    model::MessageDetail detail;
    detail.message = *found;
    const auto field = [&](int depth, std::string name, std::string value, int first, int count) {
        detail.tree.push_back({depth, std::move(name), std::move(value), first, count});
    };
    field(0, "header", "", 0, 14);
    field(1, "request_api_key", "1", 0, 2);
    field(1, "request_api_version", std::to_string(found->version), 2, 2);
    field(1, "correlation_id", std::to_string(found->correlation), 4, 4);
    field(1, "client_id", "orrery", 8, 6);
    field(0, "max_wait_ms", "500", 14, 4);
    field(0, "min_bytes", "1", 18, 4);
    field(0, "topics", "", 22, 42);
    field(1, "topic", found->text, 22, 16);
    field(1, "partitions", "", 38, 26);
    field(2, "fetch_offset", "25", 38, 8);
    for (int i = 0; i < 64; ++i)
        detail.frame.push_back(static_cast<std::uint8_t>((i * 37 + found->correlation) % 251));
    out.detail = std::move(detail);
}

void ToyWorld::fill(model::Snapshot& out, const model::Focus& focus) const {
    out.scenario = "Kill the leader";
    out.seed = 42;
    out.now = now_;
    out.event = event_;
    fill_nodes(out);
    fill_clients(out);
    fill_links(out);
    fill_partitions(out);
    fill_groups(out);
    for (const auto& [id, message] : messages_)
        out.messages.push_back(message);
    // What was lost a moment ago is still seen.
    for (const model::Message& message : recent_)
        if (message.fate == model::Fate::dropped && now_ - message.due < milliseconds(400))
            out.messages.push_back(message);
    std::sort(out.messages.begin(), out.messages.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    out.recent = recent_;
    out.facts = facts_;
    fill_strips(out, focus);
    fill_detail(out, focus);
    out.series = {{"ISR of orders-0", "", model::Tone::replica, isr_size_},
                  {"lag billing", "", model::Tone::client, lag_}};
    model::Check check;
    check.name = "acknowledged records are kept";
    check.sentence = "A record acknowledged with acks=all is never lost.";
    check.state = model::CheckState::holds;
    check.times = event_;
    out.checks.push_back(check);
    check.name = "one leader an epoch";
    check.sentence = "No two replicas lead a partition in the same leader epoch.";
    out.checks.push_back(check);
    check.name = "high watermark grows";
    check.sentence = "A leader never takes its high watermark back.";
    out.checks.push_back(check);
    constexpr const char* titles[] = {"Topics, partitions, offsets",
                                      "Keys and murmur2",
                                      "acks 0 / 1 / all",
                                      "ISR and min.insync",
                                      "Kill the leader",
                                      "RF n tolerates n−1",
                                      "High watermark",
                                      "Epochs and truncation",
                                      "Unclean election",
                                      "Slow follower",
                                      "Consumer groups",
                                      "Idle consumers",
                                      "Rebalance: classic and 848",
                                      "Delivery semantics",
                                      "Transactions and fencing",
                                      "Retention and compaction",
                                      "Follower fetching",
                                      "Controller failover",
                                      "Quorum loss",
                                      "Split brain by partition"};
    for (int i = 0; i < 20; ++i)
        out.lessons.push_back({i + 1, titles[i], i < 12 ? "toy" : "", i < 4});
    model::Lesson lesson;
    lesson.number = 5;
    lesson.title = "Kill the leader";
    lesson.steps = 3;
    const ToyPartition& watched = partitions_.front();
    lesson.step = watched.leader_epoch > 4 ? 2 : !alive(watched.leader) ? 1 : 0;
    lesson.can_do = lesson.step == 0;
    lesson.text = lesson.step == 0   ? "Right-click broker 1 and choose Kill, or press K."
                  : lesson.step == 1 ? "Nobody knows yet: the controller waits for "
                                       "broker.session.timeout.ms (9 s). Watch the arc."
                                     : "Broker 1 is fenced and another replica leads. Restart it: "
                                       "press K once more.";
    lesson.look_at = "the crown on orders-0 moving, and the ISR going from 3 to 2.";
    lesson.hint = "The arc in the corner of broker 1 is its session.";
    out.lesson = lesson;
}

} // namespace orrery::tests
