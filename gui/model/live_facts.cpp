// Facts as lines of the event log: what led to them, and what the timeline shows of them. What is
// told with every record (appends, high watermarks, acknowledgements) is counted elsewhere and not
// told as lines.
#include "gui/model/live_memory.hpp"
#include "gui/model/telling.hpp"
#include "sim/faults/fault.hpp"

namespace orrery::gui::model {

namespace {

bool is_of_world(Fact fact) {
    return fact == Fact::fault || fact == Fact::healed;
}

bool names_a_broker(Fact fact) {
    return fact == Fact::broker_registered || fact == Fact::broker_unfenced ||
           fact == Fact::broker_fenced || fact == Fact::broker_shutting_down;
}

/// Of group_state: it leaves its quiet.
bool begins_to_rebalance(const Note& note) {
    const auto ends = [&](std::string_view words) {
        return note.text.size() > words.size() &&
               note.text.compare(note.text.size() - words.size(), words.size(), words) == 0;
    };
    return ends("-> PreparingRebalance") || ends("-> Assigning") || ends("Stable -> Reconciling");
}

} // namespace

RememberedNode* Memory::node(std::int64_t id) {
    const sim::ActorId actor = people_->node(id);
    return actor == sim::no_actor ? nullptr : &nodes_[static_cast<std::size_t>(actor.value)];
}

void Memory::mark(Instant at, std::int32_t lane, Tone tone) {
    timeline_.lanes[static_cast<std::size_t>(lane)].marks.push_back({at, tone});
}

void Memory::flag(Instant at, std::uint64_t event, std::int32_t lane, std::string text, Tone tone) {
    for (std::size_t i = timeline_.flags.size(); i-- > 0;) {
        if (timeline_.flags[i].event != event)
            break;
        if (timeline_.flags[i].lane == lane)
            return;
    }
    timeline_.flags.push_back({at, event, lane, std::move(text), tone});
}

/// A few words for the timeline; empty for what gets a mark and no label.
std::string Memory::short_text(const Note& note) const {
    const std::string place = note.topic + "-" + std::to_string(note.partition);
    const auto number = [&](std::size_t i) { return std::to_string(note.numbers[i]); };
    switch (note.fact) {
    case Fact::fault:
    case Fact::healed: return people_->spoken(note.text);
    case Fact::process_ended: return "process ended";
    case Fact::broker_fenced: return "broker " + number(0) + " fenced";
    case Fact::broker_unfenced: { // at the start of a cluster it is no news
        const sim::ActorId actor = people_->node(note.numbers[0]);
        const bool again =
            actor != sim::no_actor && nodes_[static_cast<std::size_t>(actor.value)].fenced >= 0;
        return again ? "broker " + number(0) + " unfenced" : "";
    }
    case Fact::controller_active: return "active controller";
    case Fact::topic_created: return "topic " + note.topic;
    case Fact::topic_deleted: return "topic " + note.topic + " deleted";
    case Fact::became_leader: return "leads " + place;
    case Fact::truncated: return "cuts " + place;
    case Fact::isr_shrink_asked: return "ISR without " + number(0);
    case Fact::isr_expand_asked: return "ISR with " + number(0);
    case Fact::metadata_truncated: return "metadata cut";
    case Fact::group_state:
        return begins_to_rebalance(note) ? groups_.group_in(note) + " rebalances" : "";
    case Fact::member_fenced: return groups_.group_in(note) + " fences a member";
    case Fact::partitions_lost: return "lost its partitions";
    case Fact::commit_failed: return "commit refused";
    case Fact::log_dir_failed: return "log directory failed";
    case Fact::truncation_detected: return "truncation noticed";
    case Fact::offset_reset: return "offset reset";
    case Fact::client_failed: return "client failed";
    case Fact::partition_changed: return note.numbers[0] < 0 ? place + " without leader" : "";
    default: return "";
    }
}

/// What led to it, of what has been told so far; -1 when nothing that we know did.
std::int64_t Memory::cause_of(sim::ActorId actor, const Note& note, std::uint64_t event) {
    const auto of_node = [&](std::int64_t id, std::int64_t RememberedNode::*what) {
        const RememberedNode* found = node(id);
        return found == nullptr ? -1 : found->*what;
    };
    const auto of_partition = [&](std::int64_t RememberedPartition::*what) {
        const auto* found = partitions_.find(PartitionPlace{note.topic, note.partition});
        return found == nullptr ? std::int64_t{-1} : found->*what;
    };
    const auto same_event = [&](Fact fact) {
        for (std::size_t i = facts_.size(); i-- > 0 && facts_[i].event == event;)
            if (facts_[i].name == name_of(fact))
                return static_cast<std::int64_t>(i);
        return std::int64_t{-1};
    };
    switch (note.fact) {
    case Fact::broker_fenced: return of_node(note.numbers[0], &RememberedNode::wrong);
    case Fact::broker_unfenced: return of_node(note.numbers[0], &RememberedNode::registered);
    case Fact::broker_registered: return of_node(note.numbers[0], &RememberedNode::wrong);
    case Fact::partition_changed: {
        for (const Fact fact : {Fact::broker_fenced, Fact::broker_shutting_down,
                                Fact::broker_unfenced, Fact::topic_created})
            if (const std::int64_t found = same_event(fact); found >= 0)
                return found;
        return of_partition(&RememberedPartition::isr_asked);
    }
    case Fact::became_leader:
    case Fact::became_follower:
    case Fact::truncated:
    case Fact::truncation_detected:
    case Fact::isr_applied:
    case Fact::record_failed: return of_partition(&RememberedPartition::changed_by);
    case Fact::isr_refused: return of_partition(&RememberedPartition::isr_asked);
    case Fact::isr_shrink_asked: return of_node(note.numbers[0], &RememberedNode::wrong);
    case Fact::isr_expand_asked: return of_node(note.numbers[0], &RememberedNode::registered);
    case Fact::voted: return of_node(note.numbers[0], &RememberedNode::stood);
    case Fact::quorum_follower: return of_node(note.numbers[0], &RememberedNode::led);
    case Fact::prospective:
    case Fact::quorum_resigned: return last_wrong_;
    case Fact::candidate:
    case Fact::quorum_leader:
    case Fact::controller_active:
        return actor == sim::no_actor ? -1
                                      : (note.fact == Fact::controller_active
                                             ? nodes_[static_cast<std::size_t>(actor.value)].led
                                             : nodes_[static_cast<std::size_t>(actor.value)].stood);
    case Fact::node_up:
        return actor == sim::no_actor ? -1 : nodes_[static_cast<std::size_t>(actor.value)].wrong;
    default: return -1;
    }
}

void Memory::remember_fact(std::int64_t index, sim::ActorId actor, const Note& note) {
    RememberedNode* teller =
        actor == sim::no_actor ? nullptr : &nodes_[static_cast<std::size_t>(actor.value)];
    const auto about = [&](std::int64_t RememberedNode::*what) {
        if (RememberedNode* found = node(note.numbers[0]))
            found->*what = index;
    };
    switch (note.fact) {
    case Fact::fault:
    case Fact::healed:
    case Fact::process_ended:
    case Fact::node_stopping:
        last_wrong_ = index;
        if (teller != nullptr)
            teller->wrong = index;
        if (is_of_world(note.fact))
            for (const std::size_t i : {std::size_t{0}, std::size_t{1}})
                if (const auto actor_number = note.numbers[i];
                    actor_number >= 0 && actor_number < static_cast<std::int64_t>(nodes_.size()))
                    nodes_[static_cast<std::size_t>(actor_number)].wrong = index;
        break;
    case Fact::broker_fenced: about(&RememberedNode::fenced); break;
    case Fact::broker_registered: about(&RememberedNode::registered); break;
    case Fact::prospective:
    case Fact::candidate:
        if (teller != nullptr)
            teller->stood = index;
        break;
    case Fact::quorum_leader:
        if (teller != nullptr)
            teller->led = index;
        break;
    case Fact::isr_shrink_asked:
    case Fact::isr_expand_asked: remember({note.topic, note.partition}).isr_asked = index; break;
    case Fact::partition_changed: remember({note.topic, note.partition}).changed_by = index; break;
    default: break;
    }
}

/// Keeps what a partition was like before.
void Memory::partition_moved(const sim::World& world, sim::ActorId actor, const Note& note) {
    if (actor == sim::no_actor)
        return;
    const auto learn = [&](std::int32_t index) {
        auto fresh = partition_state(world, actor, note.topic, index);
        RememberedPartition& partition = remember({note.topic, index});
        if (!fresh || fresh == partition.state)
            return;
        if (const auto& old = partition.state)
            partition.before = PartitionBefore{world.now(),       world.events(),       old->leader,
                                               old->leader_epoch, old->partition_epoch, old->isr,
                                               old->elr};
        partition.state = std::move(fresh);
    };
    if (note.fact == Fact::partition_changed)
        return learn(note.partition);
    const std::int32_t count = partitions_of(world, actor, note.topic);
    for (std::int32_t i = 0; i < count; ++i)
        learn(i);
}

/// Which client it is about, and what led to it: a member that is taken out was hit by something.
void Memory::tell_of_group(const sim::World& world, const Note& note, FactLine& line) const {
    line.cause = groups_.cause_of(note, line.group);
    const bool of_member = note.fact == Fact::member_fenced || note.fact == Fact::member_left ||
                           note.fact == Fact::member_joined;
    if (!of_member || note.text.size() <= line.group.size())
        return;
    const std::string_view rest = std::string_view(note.text).substr(line.group.size() + 1);
    const sim::ActorId member =
        client_with_member(world, *people_, rest.substr(0, rest.find_first_of(" :,")));
    if (member == sim::no_actor)
        return;
    line.about = people_->id(member);
    if (note.fact == Fact::member_joined)
        return;
    line.cause = nodes_[static_cast<std::size_t>(member.value)].wrong;
    if (rest.find("session expired") != std::string_view::npos)
        line.config = "group.consumer.session.timeout.ms";
    else if (rest.find("session timed out") != std::string_view::npos)
        line.config = "session.timeout.ms";
    else if (rest.find("in time") != std::string_view::npos)
        line.config = "max.poll.interval.ms"; // the client's rebalance timeout
}

void Memory::tell(const sim::World& world, sim::ActorId actor, const Note& note) {
    const Telling telling = telling_of(note);
    if (telling.counted_only)
        return;
    FactLine line;
    line.event = world.events();
    line.at = world.now();
    line.node = is_of_world(note.fact) ? -1 : people_->id(actor);
    line.name = name_of(note.fact);
    line.text = people_->spoken(sentence_of(note));
    line.tone = telling.tone;
    line.notable = row_of(note.fact).weight == Weight::notable;
    line.topic = note.topic;
    line.partition = note.partition;
    if (names_a_broker(note.fact))
        line.about = static_cast<std::int32_t>(note.numbers[0]);
    else if (note.fact == Fact::isr_shrink_asked || note.fact == Fact::isr_expand_asked)
        line.about = static_cast<std::int32_t>(note.numbers[0]);
    else if (is_of_world(note.fact))
        line.about = people_->id(actor);
    line.cause = cause_of(actor, note, line.event);
    line.message = delivered_event_ == line.event ? delivered_ : 0;
    line.config = telling.config;
    line.kip = telling.kip;
    line.group = groups_.group_in(note);
    if (!line.group.empty())
        tell_of_group(world, note, line);

    const auto index = static_cast<std::int64_t>(facts_.size());
    const std::int32_t lane =
        is_of_world(note.fact) || actor == sim::no_actor ? 0 : people_->of(actor).lane;
    mark(line.at, lane, line.tone);
    if (line.notable)
        if (std::string text = short_text(note); !text.empty())
            flag(line.at, line.event, lane, std::move(text), line.tone);
    const std::string group = line.group;
    facts_.push_back(std::move(line));
    remember_fact(index, actor, note);
    if (!group.empty())
        groups_.on_fact(world.now(), actor, note, group, index, timeline_);
    if (note.fact == Fact::partition_changed || note.fact == Fact::topic_created ||
        note.fact == Fact::partitions_added)
        partition_moved(world, actor, note);
    if (note.fact == Fact::truncated && actor != sim::no_actor) {
        ghosts_.push_back({people_->id(actor), note.numbers[1], note.numbers[0], world.now()});
        ghost_places_.push_back({note.topic, note.partition});
    }
}

} // namespace orrery::gui::model
