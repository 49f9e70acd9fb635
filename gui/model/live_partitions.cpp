// Partitions, and the logs of the one that is looked at, as the nodes have them.
#include "core/metadata/record.hpp"
#include "core/node/node.hpp"
#include "core/record/records.hpp"
#include "gui/model/live_cluster.hpp"

#include <algorithm>

namespace orrery::gui::model {

namespace {

constexpr std::int64_t room_to_grow = 6; ///< empty cells behind the longest log
constexpr std::size_t shown_letters = 24;

const node::Node* node_of_id(const Sights& sights, std::int64_t id) {
    const sim::ActorId actor = sights.people.node(id);
    return actor == sim::no_actor ? nullptr : sights.world.process<node::Node>(actor);
}

std::vector<std::int32_t> numbers(const std::vector<NodeId>& ids) {
    std::vector<std::int32_t> out;
    out.reserve(ids.size());
    for (const NodeId id : ids)
        out.push_back(id.value);
    return out;
}

bool has(const std::vector<NodeId>& ids, NodeId id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

ReplicaState replica_state(const metadata::Partition& partition, NodeId id, bool alive) {
    if (!alive)
        return ReplicaState::offline;
    if (partition.leader == id)
        return ReplicaState::leader;
    if (has(partition.adding, id))
        return ReplicaState::adding;
    if (has(partition.removing, id))
        return ReplicaState::removing;
    return partition.in_isr(id) ? ReplicaState::in_sync : ReplicaState::out_of_sync;
}

Health health_of(const Partition& partition) {
    const auto in_sync = static_cast<std::int32_t>(partition.isr.size());
    if (partition.leader < 0)
        return Health::no_leader;
    if (in_sync < partition.min_isr)
        return Health::under_min_isr;
    if (partition.isr.size() >= partition.replicas.size())
        return Health::full;
    return in_sync == partition.min_isr ? Health::at_min_isr : Health::under_replicated;
}

Replica replica_from(const Sights& sights, const std::string& topic, std::int32_t index,
                     const metadata::Partition& partition, NodeId id, Partition& out) {
    Replica replica;
    replica.node = id.value;
    replica.eligible = partition.in_elr(id);
    const sim::ActorId actor = sights.people.node(id.value);
    const node::Node* process = node_of_id(sights, id.value);
    bool alive = actor != sim::no_actor && sights.world.machine(actor).up();
    if (process != nullptr && process->replicas() != nullptr) {
        alive = alive && !process->replicas()->log_dir_failed();
        if (const replica::Partition* own = process->replicas()->find(topic, index)) {
            replica.log_start = own->log_start().value;
            replica.log_end = own->log_end().value;
            replica.high_watermark = own->high_watermark.value;
            out.min_isr = own->settings->min_in_sync_replicas;
        }
    }
    replica.state = replica_state(partition, id, alive);
    return replica;
}

Partition partition_from(const Sights& sights, const std::string& topic, std::int32_t index,
                         const metadata::Partition& partition) {
    Partition out;
    out.topic = topic;
    out.index = index;
    out.leader = partition.leader.value;
    out.leader_epoch = partition.leader_epoch.value;
    out.partition_epoch = partition.partition_epoch.value;
    out.isr = numbers(partition.isr);
    out.elr = numbers(partition.elr);
    std::sort(out.isr.begin(), out.isr.end());
    for (const NodeId id : partition.replicas)
        out.replicas.push_back(replica_from(sights, topic, index, partition, id, out));
    const Replica* leader = nullptr;
    for (const Replica& replica : out.replicas) {
        if (replica.node == out.leader)
            leader = &replica;
        out.log_start = std::max(out.log_start, replica.log_start);
        out.log_end = std::max(out.log_end, replica.log_end);
        out.high_watermark = std::max(out.high_watermark, replica.high_watermark);
    }
    if (leader != nullptr) {
        out.log_start = leader->log_start;
        out.log_end = leader->log_end;
        out.high_watermark = leader->high_watermark;
        for (Replica& replica : out.replicas)
            replica.lag = out.log_end - replica.log_end;
    }
    out.last_stable = out.high_watermark;
    out.health = health_of(out);
    if (const RememberedPartition* known = sights.memory.partition({topic, index})) {
        out.before = known->before;
        out.records_per_s = sights.memory.partition_rate(sights.world.now(), *known);
    }
    return out;
}

// --- logs

/// The letters of a key or a value, without the dots that fill it up, and no longer than shown.
std::string letters(const std::optional<record::View>& bytes) {
    if (!bytes)
        return {};
    std::string text;
    for (const std::byte byte : *bytes) {
        const char c = static_cast<char>(byte);
        text += c >= ' ' && c < '\x7F' ? c : '?';
        if (text.size() > shown_letters)
            break;
    }
    while (text.size() > 1 && text.back() == '.')
        text.pop_back();
    if (text.size() > shown_letters)
        text.resize(shown_letters);
    return text;
}

std::string record_name(const record::Record& record) {
    if (!record.value)
        return {};
    const auto decoded = metadata::decode(Bytes::copy(*record.value));
    return decoded ? std::string(metadata::name_of(decoded->message)) : "?";
}

void add_cells(const log::StoredBatch& batch, const Strips& strips, bool metadata, Strip& row) {
    const record::BatchHeader header = batch.header();
    record::Records records(record::Batch{header, batch.bytes});
    record::Record record;
    bool first = true;
    while (records.next(record)) {
        Cell cell;
        cell.first_of_batch = std::exchange(first, false);
        cell.offset = record.offset.value;
        if (cell.offset < strips.first || cell.offset >= strips.end || cell.offset >= row.log_end)
            continue;
        cell.epoch = header.leader_epoch.value;
        cell.bytes = static_cast<std::int32_t>(record.size);
        cell.kind = header.is_control() ? CellKind::control
                    : record.value      ? CellKind::record
                                        : CellKind::tombstone;
        if (!header.is_control()) {
            cell.key = letters(record.key);
            cell.value = metadata ? record_name(record) : letters(record.value);
        }
        row.cells.push_back(std::move(cell));
    }
}

/// Where the log parts from the leader's: it holds an epoch for longer than the leader does, or one
/// that the leader never saw (KIP-101's question, asked of the values themselves).
std::optional<std::int64_t> divergence(const log::Log& log, const log::Log& leader) {
    std::optional<LeaderEpoch> epoch = log.latest_epoch();
    Offset end = log.end_offset();
    while (epoch) {
        const log::EpochEnd theirs = leader.end_offset_for(*epoch);
        if (theirs.epoch == *epoch || theirs.epoch == no_epoch) {
            if (theirs.epoch == *epoch)
                end = std::min(end, theirs.end_offset);
            break;
        }
        const log::EpochEnd ours = log.end_offset_for(theirs.epoch);
        if (ours.epoch == no_epoch)
            break;
        end = std::min({end, ours.end_offset, theirs.end_offset});
        if (ours.epoch == theirs.epoch)
            break;
        epoch = ours.epoch;
    }
    if (end < log.end_offset())
        return std::max(end.value, log.start_offset().value);
    return std::nullopt;
}

void fill_row(const log::Log& log, const Strips& strips, bool metadata, Strip& row) {
    row.log_start = log.start_offset().value;
    row.log_end = log.end_offset().value;
    if (const auto epoch = log.latest_epoch())
        row.leader_epoch = epoch->value;
    const auto entries = log.epochs().entries();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::int64_t end = i + 1 < entries.size() ? entries[i + 1].start.value : row.log_end;
        row.bands.push_back({entries[i].epoch.value, entries[i].start.value, end});
    }
    for (std::size_t s = 0; s < log.segment_count(); ++s) {
        const log::Segment& segment = log.segment(s);
        if (segment.end_offset().value <= strips.first)
            continue;
        for (std::size_t b = segment.find({std::max(strips.first, segment.base_offset.value)});
             b < segment.batches.size() && segment.batches[b].base_offset.value < strips.end; ++b)
            add_cells(segment.batches[b], strips, metadata, row);
    }
}

void choose_stretch(const Focus& focus, std::int64_t longest, Strips& strips) {
    if (focus.first_offset) {
        strips.first = *focus.first_offset;
        strips.end = strips.first + focus.offsets;
        return;
    }
    strips.end = longest + room_to_grow;
    strips.first = std::max<std::int64_t>(0, strips.end - focus.offsets);
}

Strip row_from(const Sights& sights, const Partition& partition, const Replica& replica,
               const log::Log* leader, const Strips& strips) {
    Strip row;
    row.node = replica.node;
    row.state = replica.state;
    row.eligible = replica.eligible;
    const node::Node* process = node_of_id(sights, replica.node);
    if (process == nullptr || process->replicas() == nullptr)
        return row;
    const replica::Partition* own = process->replicas()->find(partition.topic, partition.index);
    if (own == nullptr)
        return row;
    row.high_watermark = own->high_watermark.value;
    row.last_stable = own->last_stable().value;
    fill_row(own->log, strips, false, row);
    row.leader_epoch = std::max(row.leader_epoch, own->leader_epoch.value);
    if (leader != nullptr && leader != &own->log)
        row.diverges = divergence(own->log, *leader);
    return row;
}

} // namespace

const metadata::Image* furthest_image(const sim::World& world) {
    const metadata::Image* best = nullptr;
    for (std::size_t i = 0; i < world.actors(); ++i) {
        const auto* process = world.process<node::Node>({static_cast<std::int32_t>(i)});
        if (process != nullptr && process->quorum() != nullptr &&
            (best == nullptr || process->image().offset() > best->offset()))
            best = &process->image();
    }
    return best == nullptr ? nullptr : &best->published();
}

TopicNames topic_names(const sim::World& world) {
    TopicNames names;
    if (const metadata::Image* image = furthest_image(world))
        for (const auto& [name, id] : image->topic_names())
            names[id] = name;
    return names;
}

std::optional<PartitionState> partition_state(const sim::World& world, sim::ActorId node,
                                              std::string_view topic, std::int32_t partition) {
    const auto* process = world.process<node::Node>(node);
    if (process == nullptr)
        return std::nullopt;
    const metadata::Image& image =
        process->controller() != nullptr ? process->controller()->stable() : process->image();
    const metadata::Topic* found = image.topic(topic);
    if (found == nullptr || partition < 0 ||
        static_cast<std::size_t>(partition) >= found->partitions.size())
        return std::nullopt;
    const metadata::Partition& state = found->partition(static_cast<std::size_t>(partition));
    PartitionState out;
    out.leader = state.leader.value;
    out.leader_epoch = state.leader_epoch.value;
    out.partition_epoch = state.partition_epoch.value;
    out.isr = numbers(state.isr);
    out.elr = numbers(state.elr);
    std::sort(out.isr.begin(), out.isr.end());
    return out;
}

std::int32_t partitions_of(const sim::World& world, sim::ActorId node, std::string_view topic) {
    const auto* process = world.process<node::Node>(node);
    if (process == nullptr)
        return 0;
    const metadata::Image& image =
        process->controller() != nullptr ? process->controller()->stable() : process->image();
    const metadata::Topic* found = image.topic(topic);
    return found == nullptr ? 0 : static_cast<std::int32_t>(found->partitions.size());
}

void fill_partitions(const Sights& sights, Snapshot& out) {
    const metadata::Image* image = furthest_image(sights.world);
    if (image == nullptr)
        return;
    for (const auto& [name, id] : image->topic_names()) {
        const metadata::Topic& topic = *image->topic(id);
        for (std::size_t i = 0; i < topic.partitions.size(); ++i)
            out.partitions.push_back(
                partition_from(sights, name, static_cast<std::int32_t>(i), topic.partition(i)));
    }
    for (Node& node : out.nodes)
        for (const Partition& partition : out.partitions) {
            node.leads += partition.leader == node.id ? 1 : 0;
            for (const Replica& replica : partition.replicas)
                node.replicas += replica.node == node.id ? 1 : 0;
        }
    // A consumer knows the high watermark of its last answer; the eye wants the one of now.
    for (Client& client : out.clients) {
        client.lag = 0;
        for (Position& at : client.positions) {
            if (const Partition* partition = partition_of(out, at.topic, at.partition))
                at.lag = std::max<std::int64_t>(0, partition->high_watermark - at.position);
            client.lag += at.lag;
        }
    }
}

void fill_strips(const Sights& sights, const Focus& focus, Snapshot& out) {
    const Partition* partition = partition_of(out, focus.topic, focus.partition);
    if (partition == nullptr)
        return;
    Strips strips;
    strips.topic = partition->topic;
    strips.partition = partition->index;
    std::int64_t longest = 0;
    for (const Replica& replica : partition->replicas)
        longest = std::max(longest, replica.log_end);
    choose_stretch(focus, longest, strips);
    const log::Log* leader = nullptr;
    if (const node::Node* process = node_of_id(sights, partition->leader);
        process != nullptr && process->replicas() != nullptr)
        if (const auto* own = process->replicas()->find(partition->topic, partition->index))
            leader = &own->log;
    for (const bool leads : {true, false})
        for (const Replica& replica : partition->replicas)
            if ((replica.node == partition->leader) == leads)
                strips.rows.push_back(row_from(sights, *partition, replica, leader, strips));
    const auto& places = sights.memory.ghost_places();
    for (std::size_t i = places.size(); i-- > 0;) {
        const Ghost& ghost = sights.memory.ghosts()[i];
        if (sights.world.now() - ghost.cut_at > seconds(2))
            break;
        if (places[i].first == strips.topic && places[i].second == strips.partition)
            strips.ghosts.push_back(ghost);
    }
    out.strips = std::move(strips);
}

void fill_quorum(const Sights& sights, const Focus& focus, Snapshot& out) {
    Quorum& quorum = out.quorum;
    std::int64_t longest = 0;
    const log::Log* leader = nullptr;
    const raft::Quorum* known = nullptr;
    for (const Node& node : out.nodes) {
        const node::Node* process = node_of_id(sights, node.id);
        const raft::Quorum* own = process == nullptr ? nullptr : process->quorum();
        if (own == nullptr)
            continue;
        known = own;
        quorum.epoch = std::max(quorum.epoch, node.quorum_epoch);
        quorum.high_watermark = std::max(quorum.high_watermark, own->high_watermark().value);
        if (!own->is_voter())
            quorum.observers.push_back(node.id);
        longest = std::max(longest, node.metadata_end);
    }
    if (known == nullptr)
        return;
    for (const raft::Voter& voter : known->voters())
        quorum.voters.push_back(voter.id.value);
    std::sort(quorum.voters.begin(), quorum.voters.end());
    for (const Node& node : out.nodes)
        if (node.role == QuorumRole::leader && node.quorum_epoch == quorum.epoch &&
            node.state != NodeState::down) {
            quorum.leader = node.id;
            leader = &node_of_id(sights, node.id)->quorum()->log();
        }
    quorum.log.topic = "__cluster_metadata";
    quorum.log.partition = 0;
    Focus whole = focus;
    whole.first_offset.reset(); // that is for the partition in view
    choose_stretch(whole, longest, quorum.log);
    Strips bare = quorum.log;
    if (!focus.metadata_log)
        bare.first = bare.end; // no cells
    for (const std::int32_t voter : quorum.voters) {
        const Node* node = node_of(out, voter);
        const node::Node* process = node_of_id(sights, voter);
        if (node == nullptr || process == nullptr || process->quorum() == nullptr)
            continue;
        Strip row;
        row.node = voter;
        row.state = node->state == NodeState::down ? ReplicaState::offline
                    : voter == quorum.leader       ? ReplicaState::leader
                                                   : ReplicaState::in_sync;
        const log::Log& log = process->quorum()->log();
        fill_row(log, bare, true, row);
        row.high_watermark = row.last_stable = process->quorum()->high_watermark().value;
        if (leader != nullptr && leader != &log)
            row.diverges = divergence(log, *leader);
        quorum.log.rows.push_back(std::move(row));
    }
}

} // namespace orrery::gui::model
