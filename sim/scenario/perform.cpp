// The verbs of a timeline, done: aimed at whoever is meant at this moment.
#include "core/client/client.hpp"
#include "sim/scenario/looking.hpp"
#include "sim/scenario/runner.hpp"
#include "sim/scenario/verbs.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

using Actors = std::vector<ActorId>;

template <class Fault>
void each(const Actors& actors, World& world, Observer* observer, Fault fault) {
    for (const ActorId actor : actors) {
        fault.actor = actor;
        faults::apply(world, fault, observer);
    }
}

/// A link fault between each of the ones and each of the others.
template <class Fault>
void each_link(const Actors& from, const Actors& to, World& world, Observer* observer,
               Fault fault) {
    for (const ActorId one : from)
        for (const ActorId other : to) {
            if (one == other)
                continue;
            fault.from = one;
            fault.to = other;
            faults::apply(world, fault, observer);
        }
}

} // namespace

bool is_admin_verb(std::string_view name) {
    constexpr std::string_view verbs[] = {"create_topic", "delete_topic", "add_partitions",
                                          "alter_config", "elect_leader"};
    return std::find(std::begin(verbs), std::end(verbs), name) != std::end(verbs);
}

client::AdminAction create_topic(const TopicPlan& topic) {
    client::CreateTopic action;
    action.topic = topic.name;
    if (topic.assignment.empty()) {
        action.partitions = topic.partitions;
        action.replication_factor = topic.replication_factor;
    } else {
        action.assignments = topic.assignment;
    }
    action.configs.assign(topic.configs.begin(), topic.configs.end());
    return action;
}

client::AdminAction action_of(const Verb& verb) {
    if (verb.name == "create_topic")
        return create_topic(verb.topic);
    if (verb.name == "delete_topic")
        return client::DeleteTopic{verb.topic.name};
    if (verb.name == "add_partitions")
        return client::AddPartitions{verb.topic.name, static_cast<std::int32_t>(verb.number),
                                     verb.topic.assignment};
    if (verb.name == "elect_leader") {
        const auto place = partition_named(verb.partition);
        return client::ElectLeaders{verb.unclean, {{place->first, {place->second}}}};
    }
    client::AlterConfigs action;
    if (verb.broker.empty())
        action.resource = {client::ResourceKind::topic, verb.topic.name};
    else
        action.resource = {client::ResourceKind::broker, verb.broker == "all" ? "" : verb.broker};
    for (const auto& [name, value] : verb.topic.configs)
        action.changes.push_back({name, client::ConfigOperation::set, value});
    for (const std::string& name : verb.remove)
        action.changes.push_back({name, client::ConfigOperation::remove, {}});
    return action;
}

/// One verb, on its way.
struct Performer {
    Runner& runner;
    const Verb& verb;
    Observer* observer;
    World& world = runner.world_;

    /// Whoever is meant now. That it is nobody is said: a fault that did not happen must not look
    /// like one that did no harm.
    Actors who(std::string_view text, std::span<const ActorId> named = {}) const {
        Actors actors = resolve(runner.sight(), text, named);
        if (actors.empty())
            tell("\"" + std::string(text) + "\" is nobody now");
        return actors;
    }

    /// The admin could not do what the timeline wants.
    void tell(const std::string& why) const {
        world.note(runner.admin_,
                   {Fact::admin_failed, {}, -1, {-1}, verb.name + " does nothing: " + why},
                   observer);
    }

    Actors those_down(Actors actors) const {
        const bool any = !actors.empty();
        std::erase_if(actors, [&](ActorId actor) { return world.machine(actor).up(); });
        if (any && actors.empty())
            tell("\"" + verb.who + "\" is up already");
        return actors;
    }

    bool process_verb(const Actors& actors) const {
        const auto is = [&](std::string_view name) { return verb.name == name; };
        const auto factor = static_cast<std::int32_t>(verb.number);
        if (is("kill"))
            each(actors, world, observer, faults::Kill{});
        else if (is("power_cut"))
            each(actors, world, observer, faults::CutPower{});
        else if (is("pause"))
            each(actors, world, observer, faults::Pause{});
        else if (is("resume"))
            each(actors, world, observer, faults::Resume{});
        else if (is("slow"))
            each(actors, world, observer, faults::Slow{{}, factor});
        else if (is("start"))
            each(those_down(actors), world, observer, faults::Start{});
        else if (is("restart"))
            each(actors, world, observer, faults::Restart{{}, verb.clean, verb.by});
        else if (is("stop"))
            each(actors, world, observer, faults::Stop{});
        else if (is("wipe"))
            each(actors, world, observer, faults::Wipe{});
        else
            return false;
        return true;
    }

    void machine_verb(const Actors& actors) const {
        const auto is = [&](std::string_view name) { return verb.name == name; };
        if (is("disk_slow"))
            each(actors, world, observer,
                 faults::SlowDisk{{}, static_cast<std::int32_t>(verb.number)});
        else if (is("disk_stall"))
            each(actors, world, observer, faults::StallDisk{});
        else if (is("disk_full"))
            each(actors, world, observer, faults::FillDisk{});
        else if (is("disk_fail"))
            each(actors, world, observer, faults::FailDisk{});
        else if (is("disk_heal"))
            each(actors, world, observer, faults::HealDisk{});
        else if (is("clock_skew"))
            each(actors, world, observer, faults::SkewClock{{}, verb.by});
        else if (is("clock_drift"))
            each(actors, world, observer, faults::DriftClock{{}, verb.number});
        else if (is("clock_jump"))
            each(actors, world, observer, faults::JumpClock{{}, verb.by});
    }

    void link_verb() const {
        const Actors from = who(verb.link.from);
        const Actors to = who(verb.link.to, from);
        if (from.size() == 1 && from == to)
            return tell("both ends of the link are " + world.name(from.front()));
        const bool both = verb.link.both_ways;
        if (verb.name == "cut") {
            each_link(from, to, world, observer, faults::CutLink{{}, {}, both});
        } else if (verb.name == "delay") {
            Latency extra;
            extra.base = verb.by;
            extra.spread = verb.jitter;
            if (verb.jitter.ns > 0)
                extra.shape = LatencyShape::uniform;
            each_link(from, to, world, observer, faults::DelayLink{{}, {}, extra, both});
        } else if (verb.name == "throttle") {
            each_link(from, to, world, observer, faults::ThrottleLink{{}, {}, verb.number, both});
        } else if (verb.name == "reset") {
            each_link(from, to, world, observer, faults::ResetLink{});
        } else if (verb.name == "flap") {
            each_link(from, to, world, observer,
                      faults::FlapLink{{}, {}, verb.period, verb.down, both});
        } else if (verb.name == "heal") {
            each_link(from, to, world, observer, faults::HealLink{{}, {}, both});
        }
    }

    void split() const {
        faults::Split fault;
        Actors named;
        for (const auto& group : verb.groups)
            for (const std::string& text : group)
                if (text.find("else") == std::string::npos && !text.starts_with("other "))
                    for (const ActorId actor : resolve(runner.sight(), text))
                        named.push_back(actor);
        for (const auto& group : verb.groups) {
            Actors& members = fault.groups.emplace_back();
            for (const std::string& text : group)
                for (const ActorId actor : who(text, named))
                    members.push_back(actor);
        }
        faults::apply(world, fault, observer);
    }

    void isolate() const {
        const Actors actors = who(verb.who);
        each_link(actors, who("everyone else", actors), world, observer, faults::CutLink{});
    }

    /// Only where there is such a message: a scenario may aim at one that is gone already.
    template <class F>
    void message(F fault) const {
        for (const ActorId from : who(verb.link.from))
            for (const ActorId to : who(verb.link.to)) {
                std::int64_t seen = 0;
                for (const Message& flying : world.in_flight())
                    seen += flying.from == from && flying.to == to ? 1 : 0;
                if (verb.number >= seen)
                    continue;
                fault.from = from;
                fault.to = to;
                fault.nth = static_cast<std::int32_t>(verb.number);
                faults::apply(world, fault, observer);
            }
    }

    bool message_verb() const {
        if (verb.name == "lose_message")
            message(faults::LoseMessage{});
        else if (verb.name == "hold_message")
            message(faults::HoldMessage{});
        else if (verb.name == "release_message")
            message(faults::ReleaseMessage{});
        else
            return false;
        return true;
    }

    /// What a person asks a process to do. It is told as a fault is, but marked as a deed.
    bool hand_verb() const {
        if (verb.name == "produce")
            each_told("is told to send a record", [&](ActorId actor) { produce_by(actor); });
        else if (verb.name == "force_election")
            each_told("loses patience with its quorum",
                      [&](ActorId actor) { lose_patience_of(actor); });
        else if (const auto deed = deed_of(verb))
            each_told(words_of(*deed), [&](ActorId actor) { tell_consumer(actor, *deed); });
        else
            return false;
        return true;
    }
    void tell_consumer(ActorId actor, const client::ConsumerDeed& deed) const {
        world.reach_into<client::Client>(
            actor,
            [&](client::Client& consumer, const Now& now, Effects& out) {
                consumer.tell(now, deed, out);
            },
            observer);
    }
    template <class Act>
    void each_told(std::string_view words, Act&& act) const {
        for (const ActorId actor : who(verb.who)) {
            if (!world.machine(actor).up() || world.machine(actor).paused)
                continue;
            Note told;
            told.fact = Fact::fault;
            told.text = world.name(actor) + " " + std::string(words);
            told.numbers[0] = actor.value;
            told.numbers[1] = no_actor.value;
            told.numbers[2] = faults::only_a_deed;
            if (const auto place = partition_named(verb.partition)) {
                told.topic = place->first;
                told.partition = place->second;
            }
            world.note(no_actor, told, observer);
            act(actor);
        }
    }
    void produce_by(ActorId actor) const {
        const auto place = partition_named(verb.partition);
        world.reach_into<client::Client>(
            actor,
            [&](client::Client& producer, const Now& now, Effects& out) {
                producer.send(now, place ? place->second : -1, out);
            },
            observer);
    }
    void lose_patience_of(ActorId actor) const {
        if (node_on(world, actor) != nullptr)
            world.reach_into<node::Node>(
                actor,
                [](node::Node& node, const Now& now, Effects& out) {
                    node.lose_patience(now, out);
                },
                observer);
    }

    void heal() const {
        if (!verb.link.from.empty())
            return link_verb();
        if (verb.who == "all" || verb.who.empty()) {
            faults::apply(world, faults::HealNetwork{}, observer);
            return;
        }
        const Actors actors = who(verb.who);
        each_link(actors, who("everyone else", actors), world, observer, faults::HealLink{});
    }

    void perform() const {
        if (is_admin_verb(verb.name)) {
            world.reach_into<client::Client>(
                runner.admin_,
                [&](client::Client& admin, const Now& now, Effects& out) {
                    admin.submit(now, action_of(verb), out);
                },
                observer);
        } else if (verb.name == "split") {
            split();
        } else if (verb.name == "isolate") {
            isolate();
        } else if (verb.name == "heal") {
            heal();
        } else if (message_verb() || hand_verb()) {
            return;
        } else if (!verb.link.from.empty()) {
            link_verb();
        } else if (const Actors actors = who(verb.who); !process_verb(actors)) {
            machine_verb(actors);
        }
    }
};

void Runner::perform(const Verb& verb, Observer* observer) {
    Performer{*this, verb, observer}.perform();
}

} // namespace orrery::sim
