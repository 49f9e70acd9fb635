#include "gui/model/live_memory.hpp"

#include "core/base/hash.hpp"

#include <algorithm>

namespace orrery::gui::model {

namespace {

constexpr Duration sample_every = milliseconds(250);
constexpr std::size_t connections_max = 512; ///< with open requests: beyond, the old are forgotten
constexpr Duration request_forgotten_after = seconds(120);

std::int32_t int32_at(const Chain& frame, std::size_t at) {
    if (frame.size() < at + 4)
        return -1;
    std::uint32_t value = 0;
    const Bytes four = frame.slice(at, 4).flat();
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8U | static_cast<std::uint32_t>(four[i]);
    return static_cast<std::int32_t>(value);
}

/// A request's header begins with key, version and correlation id; a response's with the latter.
std::int32_t correlation_of(const Chain& frame, bool response) {
    return int32_at(frame, response ? 0 : 4);
}

} // namespace

std::uint64_t number_of(sim::ActorId from, ConnectionId sender, Instant sent, bool response,
                        const Chain& frame) {
    Hasher hasher;
    hasher.add(static_cast<std::uint64_t>(from.value));
    hasher.add(static_cast<std::uint64_t>(sender.value));
    hasher.add(static_cast<std::uint64_t>(sent.ns));
    hasher.add(static_cast<std::uint64_t>(correlation_of(frame, response)));
    return hasher.value() | 1U;
}

Memory::Memory(const sim::World& world) : people_(People(world)), nodes_(world.actors()) {
    timeline_.lanes = people_->lanes();
}

// --- messages ------------------------------------------------------------------------------------

void Memory::on_sent(const sim::World& world, const sim::Message& message) {
    if (!is_response(message.sender_connection)) {
        auto& open = open_[{message.from.value, message.sender_connection.value}];
        if (open.size() >= open_max)
            open.erase(open.begin());
        open.push_back({correlation_of(*message.frame, false), message.sent, *message.frame});
        if (open_.size() > connections_max)
            open_.erase_if([&](const auto& entry) {
                return entry.second.empty() ||
                       entry.second.back().sent + request_forgotten_after < world.now();
            });
    }
}

const Chain* Memory::request_of(const sim::Message& response) const {
    const auto* open =
        open_.find(ConnectionPlace{response.to.value, response.receiver_connection.value});
    if (open == nullptr)
        return nullptr;
    const std::int32_t correlation = correlation_of(*response.frame, true);
    for (const OpenRequest& request : *open)
        if (request.correlation == correlation)
            return &request.frame;
    return nullptr;
}

/// Answers come in the order of the requests, so what was asked before this one has no answer.
void Memory::keep(const sim::World& world, const sim::Message& message, bool dropped) {
    PastMessage past;
    past.from = message.from;
    past.to = message.to;
    past.sender_connection = message.sender_connection;
    past.sent = message.sent;
    past.due = world.now();
    past.response = is_response(message.sender_connection);
    past.dropped = dropped;
    past.frame = *message.frame;
    const std::int64_t whole = message.due.ns - message.sent.ns;
    if (dropped && whole > 0 && message.due != never)
        past.dropped_at = static_cast<std::int32_t>(
            std::clamp<std::int64_t>((world.now().ns - message.sent.ns) * 1000 / whole, 0, 1000));
    if (past.response) {
        if (const Chain* request = request_of(message))
            past.request = *request;
        if (auto* open =
                open_.find(ConnectionPlace{message.to.value, message.receiver_connection.value});
            open != nullptr && !dropped) {
            const std::int32_t correlation = correlation_of(past.frame, true);
            const auto asked =
                std::find_if(open->begin(), open->end(), [&](const OpenRequest& request) {
                    return request.correlation == correlation;
                });
            if (asked != open->end())
                open->erase(open->begin(), asked + 1);
        }
    }
    auto& ring = past_.edit();
    if (ring.size() < past_max)
        ring.push_back(std::move(past));
    else
        ring[past_at_] = std::move(past);
    past_at_ = (past_at_ + 1) % past_max;
}

std::vector<const PastMessage*> Memory::past() const {
    std::vector<const PastMessage*> list;
    list.reserve(past_->size());
    const std::size_t first = past_->size() < past_max ? 0 : past_at_;
    for (std::size_t i = 0; i < past_->size(); ++i)
        list.push_back(&(*past_)[(first + i) % past_->size()]);
    return list;
}

void Memory::on_delivered(const sim::World& world, const sim::Message& message) {
    delivered_ = number_of(message.from, message.sender_connection, message.sent,
                           is_response(message.sender_connection), *message.frame);
    delivered_event_ = world.events();
    link_bytes_.add(world.now(), link_place(message.from, message.to),
                    static_cast<std::int64_t>(message.frame->size()));
    keep(world, message, false);
}

void Memory::on_dropped(const sim::World& world, const sim::Message& message) {
    keep(world, message, true);
}

void Memory::forget_requests(std::int32_t actor, std::optional<std::int64_t> connection) {
    open_.erase_if([&](const auto& entry) {
        return entry.first.first == actor && (!connection || entry.first.second == *connection);
    });
}

// --- events and facts ----------------------------------------------------------------------------

void Memory::on_event(const sim::World& world, const sim::Event& event) {
    if (event.kind == sim::EventKind::closed)
        forget_requests(event.actor.value, event.connection.value);
    if (event.kind == sim::EventKind::started) {
        forget_requests(event.actor.value, std::nullopt);
        watch_lives(world);
    }
    if (event.time >= next_sample_)
        take_sample(world);
}

void Memory::on_note(const sim::World& world, sim::ActorId actor, const Note& note) {
    count(world, actor, note);
    tell(world, actor, note);
    if (note.fact == Fact::process_ended) // its machine says so a moment later
        groups_.on_death(world.now(), actor, timeline_);
    if (note.fact == Fact::fault || note.fact == Fact::healed || note.fact == Fact::process_ended ||
        note.fact == Fact::node_stopped)
        watch_lives(world);
}

/// Opens and closes the lanes' spans: a lane is down while all who are on it are.
void Memory::watch_lives(const sim::World& world) {
    std::vector<bool> up(timeline_.lanes.size(), false);
    bool changed = false;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const sim::ActorId actor{static_cast<std::int32_t>(i)};
        const bool lives = world.machine(actor).up();
        changed = changed || lives != nodes_[i].was_up;
        if (nodes_[i].was_up && !lives)
            groups_.on_death(world.now(), actor, timeline_);
        nodes_[i].was_up = lives;
        if (lives || world.machine(actor).lives == 0)
            up[static_cast<std::size_t>(people_->of(actor).lane)] = true;
    }
    if (!changed)
        return;
    for (std::size_t i = 1; i < timeline_.lanes.size(); ++i) {
        CowVector<Span>& down = timeline_.lanes[i].down;
        const bool open = !down.empty() && down.back().to == never;
        if (!up[i] && !open)
            down.push_back({world.now(), never});
        else if (up[i] && open)
            down.edit(down.size() - 1).to = world.now();
    }
}

RememberedPartition& Memory::remember(const PartitionPlace& place) {
    const std::size_t known = partitions_.size();
    RememberedPartition& partition = partitions_[place];
    if (partitions_.size() > known)
        partition.meter = known;
    return partition;
}

/// Rates: records that made a partition longer, that were acknowledged, that were read.
void Memory::count(const sim::World& world, sim::ActorId actor, const Note& note) {
    const Instant now = world.now();
    const auto client = static_cast<std::size_t>(std::max(0, actor.value));
    if (note.fact == Fact::appended) {
        RememberedPartition& partition = remember({note.topic, note.partition});
        const std::int64_t end = note.numbers[1] + 1;
        if (end > partition.end)
            partition_records_.add(now, partition.meter, end - partition.end);
        partition.end = std::max(partition.end, end);
    } else if (note.fact == Fact::truncated) {
        remember({note.topic, note.partition}).end = note.numbers[1];
    } else if (note.fact == Fact::record_acknowledged) {
        client_records_.add(now, client, note.numbers[5]);
        acknowledged_count_ += note.numbers[5];
    } else if (note.fact == Fact::record_consumed) {
        client_records_.add(now, client, note.numbers[3]);
    }
}

void Memory::take_sample(const sim::World& world) {
    const Instant now = world.now();
    const Sampled figures = sampled(world, *people_);
    in_sync_.push_back({now, figures.in_sync});
    lag_.push_back({now, figures.lag});
    acknowledged_.push_back({now, acknowledged_count_ * 4});
    acknowledged_count_ = 0;
    for (const auto& [group, lag] : group_lags(world))
        groups_.on_lag(now, group, lag, timeline_);
    next_sample_ = Instant{(now.ns / sample_every.ns + 1) * sample_every.ns};
}

// --- watching ------------------------------------------------------------------------------------

void Remembering::on_event(const sim::World& world, const sim::Event& event) {
    memory_.on_event(world, event);
    if (next_ != nullptr)
        next_->on_event(world, event);
}
void Remembering::on_note(const sim::World& world, sim::ActorId actor, const Note& note) {
    memory_.on_note(world, actor, note);
    if (next_ != nullptr)
        next_->on_note(world, actor, note);
}
void Remembering::on_sent(const sim::World& world, const sim::Message& message) {
    memory_.on_sent(world, message);
    if (next_ != nullptr)
        next_->on_sent(world, message);
}
void Remembering::on_delivered(const sim::World& world, const sim::Message& message) {
    memory_.on_delivered(world, message);
    if (next_ != nullptr)
        next_->on_delivered(world, message);
}
void Remembering::on_dropped(const sim::World& world, const sim::Message& message) {
    memory_.on_dropped(world, message);
    if (next_ != nullptr)
        next_->on_dropped(world, message);
}

} // namespace orrery::gui::model
