#include "tests/gui/support/toy_world.hpp"

#include <algorithm>

namespace orrery::tests {

using model::Family;
using model::Fate;
using model::NodeState;
using model::Tone;
using model::Verb;

namespace {

constexpr Duration session = seconds(9);
constexpr Duration beat_every = milliseconds(500);
constexpr Duration fetch_wait = milliseconds(500);
constexpr std::size_t recent_max = 300;

bool has(const std::vector<std::int32_t>& ids, std::int32_t id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

std::string words_of(const std::vector<std::int32_t>& ids) {
    std::string text = "[";
    for (const std::int32_t id : ids)
        text += (text.size() > 1 ? ", " : "") + std::to_string(id);
    return text + "]";
}

} // namespace

ToyReplica* ToyPartition::replica(std::int32_t node) {
    for (ToyReplica& one : replicas)
        if (one.node == node)
            return &one;
    return nullptr;
}

const ToyReplica* ToyPartition::replica(std::int32_t node) const {
    for (const ToyReplica& one : replicas)
        if (one.node == node)
            return &one;
    return nullptr;
}

ToyWorld::ToyWorld(const ToyOptions& options) : options_(options) {
    for (const std::int32_t id : {1, 2, 3})
        brokers_[id].epoch = 29 + id;
    for (const std::int32_t id : {101, 102, 103, 201, 202, 301, 302, 303, 304})
        others_[id] = NodeState::up;
    for (int i = 0; i < options.partitions; ++i) {
        ToyPartition partition;
        partition.topic = i < 3 ? "orders" : "pay";
        partition.index = i < 3 ? i : i - 3;
        for (int r = 0; r < 3; ++r) {
            ToyReplica replica;
            replica.node = 1 + (i + r) % 3;
            replica.log.assign(8, 4);
            replica.high_watermark = 8;
            replica.fetched = 8;
            partition.replicas.push_back(replica);
            partition.isr.push_back(replica.node);
        }
        partition.leader = partition.replicas.front().node;
        std::sort(partition.isr.begin(), partition.isr.end());
        partitions_.push_back(std::move(partition));
    }
    timeline_.lanes = {
        {"user", {}, {}, {}},      {"controllers", {101, 102, 103}, {}, {}},
        {"broker 1", {1}, {}, {}}, {"broker 2", {2}, {}, {}},
        {"broker 3", {3}, {}, {}}, {"clients", {201, 202, 301, 302, 303, 304}, {}, {}}};
    for (const std::int32_t id : {1, 2, 3}) {
        later(milliseconds(40 * id), {ToyEvent::beat, id, 0, 0});
        later(session + milliseconds(40 * id), {ToyEvent::expire, id, 0, 0});
        for (const std::int32_t leader : {1, 2, 3})
            if (leader != id)
                later(milliseconds(13 * id + 7 * leader), {ToyEvent::fetch, id, 0, leader});
    }
    later(milliseconds(120), {ToyEvent::produce, 201, 0, 0});
    later(milliseconds(210), {ToyEvent::produce, 202, 0, 0});
    set_up_group();
    isr_size_.push_back({{}, 3});
    lag_.push_back({{}, 0});
}

void ToyWorld::later(Duration delay, ToyDue due) {
    queue_[{now_ + delay, ++sequence_}] = due;
}

bool ToyWorld::alive(std::int32_t node) const {
    if (const auto broker = brokers_.find(node); broker != brokers_.end())
        return broker->second.state == NodeState::up;
    const auto other = others_.find(node);
    return other != others_.end() && other->second == NodeState::up;
}

ToyWorld::Wire& ToyWorld::wire(std::int32_t a, std::int32_t b) {
    return wires_[{std::min(a, b), std::max(a, b)}];
}

const ToyWorld::Wire* ToyWorld::wire_between(std::int32_t a, std::int32_t b) const {
    const auto found = wires_.find({std::min(a, b), std::max(a, b)});
    return found == wires_.end() ? nullptr : &found->second;
}

std::size_t ToyWorld::lane_of(std::int32_t node) const {
    for (std::size_t i = 0; i < timeline_.lanes.size(); ++i)
        if (has(timeline_.lanes[i].nodes, node))
            return i;
    return 0;
}

void ToyWorld::mark(std::int32_t node, Tone tone) {
    timeline_.lanes[lane_of(node)].marks.push_back({now_, tone});
}

std::int64_t ToyWorld::say(std::int32_t node, std::string name, std::string text, Tone tone,
                           bool notable, const ToyPartition* partition, std::int64_t cause,
                           std::string flag) {
    model::FactLine line;
    line.event = event_;
    line.at = now_;
    line.node = node;
    line.name = std::move(name);
    line.text = std::move(text);
    line.tone = tone;
    line.notable = notable;
    line.cause = cause;
    if (partition != nullptr) {
        line.topic = partition->topic;
        line.partition = partition->index;
    }
    notables_ += notable ? 1 : 0;
    facts_.push_back(line);
    if (!flag.empty())
        timeline_.flags.push_back(
            {now_, event_, static_cast<std::int32_t>(lane_of(node)), std::move(flag), tone});
    return static_cast<std::int64_t>(facts_.size()) - 1;
}

std::uint64_t ToyWorld::send(std::int32_t from, std::int32_t to, Family family, std::string api,
                             bool response, std::string text, Duration flight, std::int64_t number,
                             bool empty) {
    model::Message message;
    message.id = ++sequence_;
    message.from = from;
    message.to = to;
    message.sent = now_;
    const Wire* link = wire_between(from, to);
    message.due = now_ + flight + (link == nullptr ? Duration{} : link->extra);
    message.family = family;
    message.api = std::move(api);
    message.response = response;
    message.empty = empty;
    message.version = 13;
    message.correlation = static_cast<std::int32_t>(message.id % 10'000);
    message.bytes = empty ? 60 : 180;
    message.text = std::move(text);
    messages_[message.id] = message;
    queue_[{message.due, ++sequence_}] = {ToyEvent::arrive, to, message.id, number};
    return message.id;
}

std::optional<model::Ahead> ToyWorld::ahead() const {
    if (queue_.empty())
        return std::nullopt;
    const auto& [key, due] = *queue_.begin();
    model::Ahead ahead;
    ahead.at = key.first;
    ahead.sent = key.first;
    if (due.what == ToyEvent::arrive) {
        const model::Message& message = messages_.at(due.message);
        ahead.sent = message.sent;
        ahead.dwell = message.empty ? model::Dwell::none : model::Dwell::delivery;
    }
    return ahead;
}

void ToyWorld::step() {
    if (queue_.empty())
        return;
    const auto first = queue_.begin();
    now_ = first->first.first;
    const ToyDue due = first->second;
    queue_.erase(first);
    ++event_;
    switch (due.what) {
    case ToyEvent::beat:
        if (alive(due.node))
            send(due.node, active_, Family::background, "BrokerHeartbeat", false, "alive",
                 milliseconds(2), 0, true);
        later(beat_every, due);
        break;
    case ToyEvent::produce: {
        later(options_.produce_every, due);
        const auto place = static_cast<std::size_t>(turn_++ % std::min(4, options_.partitions));
        const ToyPartition& partition = partitions_[place];
        if (alive(due.node) && partition.leader >= 0)
            send(due.node, partition.leader, Family::produce, "Produce", false,
                 partition.topic + "-" + std::to_string(partition.index) + " n=1", milliseconds(3),
                 static_cast<std::int64_t>(place), false);
        break;
    }
    case ToyEvent::fetch: fetch_from(due.node, static_cast<std::int32_t>(due.number)); break;
    case ToyEvent::consume: consume(due); break;
    case ToyEvent::evict: evict(due.node); break;
    case ToyEvent::hand_over: hand_over(); break;
    case ToyEvent::arrive: arrive(due); break;
    case ToyEvent::expire: {
        Broker& broker = brokers_[due.node];
        if (now_ - broker.heard >= session) {
            if (!broker.fenced)
                fence(due.node, last_kill_.count(due.node) != 0 ? last_kill_[due.node] : -1);
            later(session, due);
        } else
            later(broker.heard + session - now_, due);
        break;
    }
    case ToyEvent::started: {
        Broker& broker = brokers_[due.node];
        broker.state = NodeState::up;
        broker.fenced = false;
        broker.heard = now_;
        broker.since = now_;
        broker.epoch += 40;
        auto& down = timeline_.lanes[lane_of(due.node)].down;
        if (!down.empty())
            down.edit(down.size() - 1).to = now_;
        say(active_, "broker_unfenced", "broker " + std::to_string(due.node) + " is unfenced",
            Tone::control, true, nullptr, -1, "unfenced " + std::to_string(due.node));
        cut_divergence(due.node);
        for (ToyPartition& partition : partitions_)
            if (partition.leader < 0 && has(partition.isr, due.node))
                change(partition, due.node, partition.isr, -1);
        for (const std::int32_t leader : {1, 2, 3})
            if (leader != due.node)
                later(milliseconds(5), {ToyEvent::fetch, due.node, 0, leader});
        break;
    }
    }
}

void ToyWorld::fetch_from(std::int32_t follower, std::int32_t leader) {
    const Broker& broker = brokers_[follower];
    if (broker.state == NodeState::down || broker.state == NodeState::starting)
        return; // a restart begins fetching anew
    if (!alive(follower) || !alive(leader) || brokers_[leader].fenced) {
        later(milliseconds(200), {ToyEvent::fetch, follower, 0, leader});
        return;
    }
    const ToyPartition* behind = nullptr;
    for (const ToyPartition& partition : partitions_) {
        const ToyReplica* mine = partition.replica(follower);
        const ToyReplica* theirs = partition.replica(leader);
        const bool news = mine->log.size() < theirs->log.size() ||
                          mine->high_watermark < theirs->high_watermark ||
                          mine->fetched < static_cast<std::int64_t>(mine->log.size());
        if (partition.leader == leader && news && behind == nullptr)
            behind = &partition;
    }
    std::string text = "no news";
    if (behind != nullptr)
        text = behind->topic + "-" + std::to_string(behind->index) + " @" +
               std::to_string(behind->replica(follower)->log.size());
    send(follower, leader, Family::replica_fetch, "Fetch", false, text, milliseconds(2), leader,
         behind == nullptr);
}

void ToyWorld::arrive(const ToyDue& due) {
    model::Message message = messages_.at(due.message);
    const bool to_paused =
        brokers_.count(due.node) != 0 && brokers_[due.node].state == NodeState::paused;
    if (message.fate == Fate::held || to_paused) {
        queue_[{now_ + milliseconds(50), ++sequence_}] = due;
        return;
    }
    messages_.erase(due.message);
    const Wire* link = wire_between(message.from, message.to);
    const bool cut = link != nullptr && (message.from < message.to ? link->cut_ab : link->cut_ba);
    const bool lost = cut || !alive(message.to) || message.fate == Fate::dropped;
    message.fate = lost ? Fate::dropped : Fate::delivered;
    message.dropped_at = cut ? 500 : 960;
    recent_.push_back(message);
    if (recent_.size() > recent_max)
        recent_.erase(recent_.begin(), recent_.begin() + recent_max / 2);
    if (lost) {
        if (message.family == Family::produce) {
            errors_[message.from] = "REQUEST_TIMED_OUT";
            say(message.from, "record_failed",
                "Produce to " + std::to_string(message.to) + " is lost, will retry", Tone::fault,
                false);
        }
        if (message.family == Family::replica_fetch)
            later(milliseconds(300), {ToyEvent::fetch, message.response ? message.to : message.from,
                                      0, message.response ? message.from : message.to});
        return;
    }
    if (!message.empty) {
        mark(message.to, message.family == Family::produce          ? Tone::leader
                         : message.family == Family::replica_fetch  ? Tone::replica
                         : message.family == Family::consumer_fetch ? Tone::client
                                                                    : Tone::control);
        timeline_.arrows.push_back({static_cast<std::int32_t>(lane_of(message.from)),
                                    static_cast<std::int32_t>(lane_of(message.to)), message.sent,
                                    now_, Tone::plain});
    }
    if (message.response)
        handle_response(message, due.number);
    else
        handle_request(message, due.number);
}

void ToyWorld::handle_request(const model::Message& message, std::int64_t number) {
    if (message.family == Family::background) {
        brokers_[message.from].heard = now_;
        mark(active_, Tone::control);
        return;
    }
    if (message.family == Family::replica_fetch) {
        for (ToyPartition& partition : partitions_) {
            if (partition.leader != message.to)
                continue;
            ToyReplica* replica = partition.replica(message.from);
            replica->fetched = static_cast<std::int64_t>(replica->log.size());
            advance_high_watermark(partition);
            const bool caught_up =
                replica->fetched >= partition.replica(message.to)->high_watermark;
            if (!has(partition.isr, message.from) && caught_up && !brokers_[message.from].fenced) {
                auto isr = partition.isr;
                isr.push_back(message.from);
                std::sort(isr.begin(), isr.end());
                change(partition, partition.leader, isr, -1);
            }
        }
        send(message.to, message.from, message.family, "Fetch", true, message.text,
             message.empty ? fetch_wait / 4 : milliseconds(2), number, message.empty);
        return;
    }
    ToyPartition& partition = partitions_[static_cast<std::size_t>(number)];
    if (message.family == Family::produce) {
        if (partition.leader != message.to)
            return;
        ToyReplica* leader = partition.replica(message.to);
        leader->log.push_back(partition.leader_epoch);
        leader->fetched = static_cast<std::int64_t>(leader->log.size());
        say(message.to, "appended",
            partition.topic + "-" + std::to_string(partition.index) + " has " +
                std::to_string(leader->log.size() - 1) + " in leader epoch " +
                std::to_string(partition.leader_epoch),
            Tone::plain, false, &partition);
        advance_high_watermark(partition);
        send(message.to, message.from, Family::produce, "Produce", true, message.text,
             milliseconds(12), number, false);
        return;
    }
    send(message.to, message.from, Family::consumer_fetch, "Fetch", true, message.text,
         milliseconds(3), number, false);
}

void ToyWorld::handle_response(const model::Message& message, std::int64_t number) {
    if (message.family == Family::replica_fetch) {
        for (ToyPartition& partition : partitions_) {
            if (partition.leader != message.from)
                continue;
            const ToyReplica* leader = partition.replica(message.from);
            ToyReplica* mine = partition.replica(message.to);
            if (mine->log.size() < leader->log.size())
                mine->log = leader->log;
            mine->high_watermark =
                std::min(leader->high_watermark, static_cast<std::int64_t>(mine->log.size()));
        }
        later(milliseconds(message.empty ? 120 : 3),
              {ToyEvent::fetch, message.to, 0, message.from});
        return;
    }
    errors_.erase(message.to);
    ++done_[message.to];
    if (message.family == Family::consumer_fetch) {
        const ToyPartition& partition = partitions_[static_cast<std::size_t>(number)];
        if (const ToyReplica* leader = partition.replica(message.from))
            group_.positions[static_cast<std::int32_t>(number)] = leader->high_watermark;
    }
}

void ToyWorld::advance_high_watermark(ToyPartition& partition) {
    ToyReplica* leader = partition.replica(partition.leader);
    std::int64_t least = static_cast<std::int64_t>(leader->log.size());
    for (const std::int32_t id : partition.isr)
        least = std::min(least, partition.replica(id)->fetched);
    leader->high_watermark = std::max(leader->high_watermark, least);
}

void ToyWorld::change(ToyPartition& partition, std::int32_t leader, std::vector<std::int32_t> isr,
                      std::int64_t cause) {
    partition.before = model::PartitionBefore{
        now_,          event_, partition.leader, partition.leader_epoch, partition.partition_epoch,
        partition.isr, {}};
    const bool moved = leader != partition.leader;
    partition.leader = leader;
    partition.leader_epoch += moved ? 1 : 0;
    ++partition.partition_epoch;
    partition.isr = std::move(isr);
    if (leader >= 0) {
        ToyReplica* mine = partition.replica(leader);
        mine->fetched = static_cast<std::int64_t>(mine->log.size());
        // A new leader knows nothing of how far the others are until they fetch.
        if (moved)
            for (ToyReplica& replica : partition.replicas)
                if (replica.node != leader)
                    replica.fetched = std::min(replica.fetched, mine->high_watermark);
    }
    const std::string name = partition.topic + "-" + std::to_string(partition.index);
    const bool first = &partition == &partitions_.front();
    say(active_, "partition_changed",
        name + ": leader " + (leader < 0 ? "none" : std::to_string(leader)) + ", leader epoch " +
            std::to_string(partition.leader_epoch) + ", ISR " + words_of(partition.isr),
        moved ? Tone::leader : Tone::replica, true, &partition, cause,
        first ? (moved ? "leader of " + name + " is " + std::to_string(leader)
                       : "ISR " + words_of(partition.isr))
              : "");
    isr_size_.push_back({now_, static_cast<std::int64_t>(partitions_.front().isr.size())});
}

void ToyWorld::fence(std::int32_t node, std::int64_t cause) {
    brokers_[node].fenced = true;
    const std::int64_t fact =
        say(active_, "broker_fenced",
            "broker " + std::to_string(node) + " is fenced: no heartbeat for 9.0 s", Tone::control,
            true, nullptr, cause, "fenced " + std::to_string(node));
    auto& line = facts_.edit(static_cast<std::size_t>(fact));
    line.about = node;
    line.config = "broker.session.timeout.ms";
    for (ToyPartition& partition : partitions_) {
        if (!has(partition.isr, node))
            continue;
        auto isr = partition.isr;
        isr.erase(std::find(isr.begin(), isr.end(), node));
        std::int32_t leader = partition.leader;
        if (isr.empty()) {
            isr = partition.isr;
            leader = -1;
        } else if (leader == node)
            leader = isr.front();
        change(partition, leader, isr, fact);
    }
}

void ToyWorld::cut_divergence(std::int32_t node) {
    for (ToyPartition& partition : partitions_) {
        ToyReplica* mine = partition.replica(node);
        if (partition.leader < 0 || partition.leader == node)
            continue;
        const ToyReplica* leader = partition.replica(partition.leader);
        std::size_t same = 0;
        while (same < mine->log.size() && same < leader->log.size() &&
               mine->log[same] == leader->log[same])
            ++same;
        if (same == mine->log.size())
            continue;
        say(node, "truncated",
            "cuts " + partition.topic + "-" + std::to_string(partition.index) + " from " +
                std::to_string(mine->log.size()) + " to " + std::to_string(same),
            Tone::replica, true, &partition, -1, "truncates");
        ghost_of_.emplace_back(node, static_cast<std::size_t>(&partition - partitions_.data()));
        ghosts_.push_back({node, static_cast<std::int64_t>(same),
                           static_cast<std::int64_t>(mine->log.size()), now_});
        mine->log.resize(same);
        mine->high_watermark = std::min(mine->high_watermark, static_cast<std::int64_t>(same));
    }
}

} // namespace orrery::tests
