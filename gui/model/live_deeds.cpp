#include "gui/model/live_deeds.hpp"

#include "core/client/client.hpp"
#include "core/metadata/image.hpp"
#include "core/node/node.hpp"
#include "gui/model/live_cluster.hpp"

#include <algorithm>

namespace orrery::gui::model {

namespace {

using sim::ActorId;
using sim::no_actor;
namespace faults = sim::faults;

constexpr std::int64_t slowest_disk = 1'000'000;

bool needs_node(Verb verb) {
    switch (verb) {
    case Verb::kill:
    case Verb::power_off:
    case Verb::shut_down:
    case Verb::restart:
    case Verb::restart_wiped:
    case Verb::pause:
    case Verb::resume:
    case Verb::isolate:
    case Verb::cut:
    case Verb::cut_one_way:
    case Verb::slow_link:
    case Verb::throttle_link:
    case Verb::reset_link:
    case Verb::heal_link:
    case Verb::heal_node:
    case Verb::slow_disk:
    case Verb::stall_disk:
    case Verb::fill_disk:
    case Verb::fail_disk:
    case Verb::skew_clock:
    case Verb::produce:
    case Verb::stop_polling:
    case Verb::poll_again:
    case Verb::leave_group:
    case Verb::force_election: return true;
    default: return false;
    }
}

bool needs_other(Verb verb) {
    return verb == Verb::cut || verb == Verb::cut_one_way || verb == Verb::slow_link ||
           verb == Verb::throttle_link || verb == Verb::reset_link || verb == Verb::heal_link;
}

std::vector<ActorId> everybody_but(const sim::World& world, ActorId one) {
    std::vector<ActorId> others;
    for (std::size_t i = 0; i < world.actors(); ++i)
        if (const ActorId actor{static_cast<std::int32_t>(i)}; actor != one)
            others.push_back(actor);
    return others;
}

bool link_is_wrong(const sim::World& world, ActorId a, ActorId b) {
    return world.link(a, b).fault != sim::LinkFault{} || world.link(b, a).fault != sim::LinkFault{};
}

bool disk_is_wrong(const sim::World& world, ActorId actor) {
    return world.machine(actor).disk->condition() != sim::DiskCondition{};
}

bool node_is_wrong(const sim::World& world, ActorId actor) {
    for (const ActorId other : everybody_but(world, actor))
        if (link_is_wrong(world, actor, other))
            return true;
    return disk_is_wrong(world, actor);
}

std::optional<faults::ActiveFault> fault_of(const sim::World& world, std::uint64_t id) {
    for (faults::ActiveFault& active : faults::active_faults(world))
        if (fault_number(active) == id)
            return std::move(active);
    return std::nullopt;
}

std::string down_clause(const Person& person, const sim::Machine& machine) {
    return person.name + " is down (" + std::string(name_of(machine.life)) + ")";
}

/// A message of the window's, as the world knows it: so many others are on the same way before it.
struct Flying {
    ActorId from = no_actor;
    ActorId to = no_actor;
    std::int32_t nth = 0;
    bool held = false;
};

std::optional<Flying> flying_message(const sim::World& world, std::uint64_t id) {
    const std::vector<sim::Message> all = world.in_flight();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const sim::Message& message = all[i];
        if (number_of(message.from, message.sender_connection, message.sent,
                      is_response(message.sender_connection), *message.frame) != id)
            continue;
        const auto ahead =
            std::count_if(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i),
                          [&](const sim::Message& other) {
                              return other.from == message.from && other.to == message.to;
                          });
        return Flying{message.from, message.to, static_cast<std::int32_t>(ahead), message.held};
    }
    return std::nullopt;
}

std::optional<std::string> why_not_message(const sim::World& world, const Injection& deed) {
    const auto flying = flying_message(world, deed.id);
    if (!flying)
        return "that message is no longer in the air";
    if (deed.verb == Verb::hold_message && flying->held)
        return "it is held already";
    if (deed.verb == Verb::release_message && !flying->held)
        return "no hand holds it";
    return std::nullopt;
}

std::optional<std::string> why_not_produce(const sim::World& world, const Person& person,
                                           ActorId actor, const Injection& deed) {
    const auto* process = world.process<client::Client>(actor);
    if (process == nullptr || process->producer() == nullptr)
        return person.name + " is no producer";
    const std::string& topic = process->producer()->load().topic;
    if (!deed.topic.empty() && deed.topic != topic)
        return person.name + " writes to " + topic + ", not to " + deed.topic;
    return std::nullopt;
}

std::optional<std::string> why_not_election(const sim::World& world, const Person& person,
                                            ActorId actor) {
    const auto* process = world.process<node::Node>(actor);
    if (process == nullptr || process->quorum() == nullptr || !process->quorum()->is_voter())
        return person.name + " is no voter of the quorum";
    return std::nullopt;
}

/// What the controller would answer anyway, so far as it can be known before.
std::optional<std::string> why_not_elect(const sim::World& world, const People& people,
                                         const Injection& deed) {
    const metadata::Image* image = furthest_image(world);
    const metadata::Topic* topic = image == nullptr ? nullptr : image->topic(deed.topic);
    if (topic == nullptr || deed.partition < 0 ||
        static_cast<std::size_t>(deed.partition) >= topic->partitions.size())
        return "no partition is chosen";
    const ActorId admin = world.find("admin");
    if (admin == no_actor || !world.machine(admin).up())
        return "no admin client is up to ask for it";
    const metadata::Partition& partition =
        topic->partition(static_cast<std::size_t>(deed.partition));
    const std::string name = deed.topic + "-" + std::to_string(deed.partition);
    if (deed.verb == Verb::elect_unclean) {
        if (partition.leader != no_node)
            return name + " has a leader; an unclean election is for a partition without one";
        return std::nullopt;
    }
    const NodeId preferred = partition.replicas.front();
    const std::string who = people.of(people.node(preferred.value)).name;
    if (partition.leader == preferred)
        return who + ", the preferred replica, leads " + name + " already";
    if (std::find(partition.isr.begin(), partition.isr.end(), preferred) == partition.isr.end())
        return who + ", the preferred replica, is not in the ISR of " + name;
    return std::nullopt;
}

std::optional<std::string> why_not_consumer(const sim::World& world, const Person& person,
                                            ActorId actor, Verb verb) {
    const auto* process = world.process<client::Client>(actor);
    const client::ConsumerProcess* consumer = process == nullptr ? nullptr : process->consumer();
    if (consumer == nullptr)
        return person.name + " is no consumer";
    const bool stuck = consumer->application().stuck;
    if (verb == Verb::stop_polling && stuck)
        return person.name + " does not poll already";
    if (verb == Verb::poll_again && !stuck)
        return person.name + " polls";
    if (verb == Verb::leave_group &&
        (consumer->group() == nullptr || !consumer->group()->subscribed))
        return person.name + " is in no group";
    return std::nullopt;
}

/// What nothing here can do, and what to do instead.
std::optional<std::string> why_not_group(Verb verb) {
    if (verb == Verb::rebalance_group)
        return "a group rebalances when members come, go or fall silent: add one, or let one leave";
    if (verb == Verb::reset_offsets)
        return "no admin client here can alter what is committed";
    return "a consumer reads group.protocol when it starts: change it in the scenario";
}

/// For a deed to one process or machine.
std::optional<std::string> why_not_node(const sim::World& world, const People& people,
                                        const Injection& deed, ActorId actor) {
    const Person& person = people.of(actor);
    const sim::Machine& machine = world.machine(actor);
    const bool up = machine.up();
    const bool of_consumer = deed.verb == Verb::stop_polling || deed.verb == Verb::poll_again ||
                             deed.verb == Verb::leave_group;
    if (of_consumer || deed.verb == Verb::produce || deed.verb == Verb::force_election) {
        if (!up)
            return down_clause(person, machine);
        if (machine.paused)
            return person.name + " is paused";
        if (of_consumer)
            return why_not_consumer(world, person, actor, deed.verb);
        return deed.verb == Verb::produce ? why_not_produce(world, person, actor, deed)
                                          : why_not_election(world, person, actor);
    }
    switch (deed.verb) {
    case Verb::kill:
    case Verb::pause:
    case Verb::shut_down:
        if (!up)
            return down_clause(person, machine);
        if (deed.verb == Verb::pause && machine.paused)
            return person.name + " is paused already";
        if (deed.verb == Verb::shut_down && machine.life == sim::Life::stopping)
            return person.name + " is shutting down already";
        return std::nullopt;
    case Verb::power_off:
        if (machine.life == sim::Life::no_power)
            return person.name + " has no power already";
        return std::nullopt;
    case Verb::resume:
        if (!machine.paused)
            return person.name + " is not paused";
        return std::nullopt;
    case Verb::restart:
        if (up)
            return person.name + " runs; kill it or shut it down first";
        if (machine.starts_at != never)
            return person.name + " is starting already";
        return std::nullopt;
    case Verb::restart_wiped:
        if (person.kind != PersonKind::node)
            return person.name + " is a client and has no disk";
        return std::nullopt;
    case Verb::heal_node:
        if (!node_is_wrong(world, actor))
            return "no link or disk of " + person.name + " has a fault";
        return std::nullopt;
    case Verb::slow_disk:
    case Verb::stall_disk:
    case Verb::fill_disk:
    case Verb::fail_disk:
        if (person.kind != PersonKind::node)
            return person.name + " is a client and has no disk";
        return std::nullopt;
    default: return std::nullopt;
    }
}

std::int32_t slow_factor(const sim::Machine& machine, std::int64_t amount_ms) {
    const std::int64_t one = std::max<std::int64_t>(1, machine.disk->model().sync.base.ns);
    const std::int64_t factor = 1 + amount_ms * 1'000'000 / one;
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(factor, 2, slowest_disk));
}

/// Everything to all others: cut or healed.
template <class LinkFaultOfAll>
void to_everybody(const sim::World& world, ActorId actor, std::vector<Doing>& out) {
    for (const ActorId other : everybody_but(world, actor)) {
        LinkFaultOfAll fault;
        fault.from = actor;
        fault.to = other;
        out.push_back(faults::Fault{fault});
    }
}

std::optional<faults::Fault> link_fault(const Injection& deed, ActorId from, ActorId to) {
    switch (deed.verb) {
    case Verb::cut: return faults::CutLink{from, to, true};
    case Verb::cut_one_way: return faults::CutLink{from, to, false};
    case Verb::slow_link:
        return faults::DelayLink{from, to, sim::constant_latency(milliseconds(deed.amount)), true};
    case Verb::throttle_link: return faults::ThrottleLink{from, to, deed.amount, true};
    case Verb::reset_link: return faults::ResetLink{from, to};
    case Verb::heal_link: return faults::HealLink{from, to, true};
    default: return std::nullopt;
    }
}

faults::Fault message_fault(Verb verb, const Flying& flying) {
    if (verb == Verb::drop_message)
        return faults::LoseMessage{flying.from, flying.to, flying.nth};
    if (verb == Verb::hold_message)
        return faults::HoldMessage{flying.from, flying.to, flying.nth};
    return faults::ReleaseMessage{flying.from, flying.to, flying.nth};
}

/// What is no fault, as a verb of scenario files.
std::optional<sim::Verb> verb_of(const People& people, const Injection& deed) {
    sim::Verb verb;
    verb.name = word_of(deed.verb);
    if (!deed.topic.empty() && deed.partition >= 0)
        verb.partition = deed.topic + "-" + std::to_string(deed.partition);
    switch (deed.verb) {
    case Verb::stop_polling:
    case Verb::poll_again:
    case Verb::leave_group:
    case Verb::produce:
    case Verb::force_election: verb.who = people.of(people.actor(deed.node)).name; return verb;
    case Verb::elect_preferred: return verb;
    case Verb::elect_unclean: verb.unclean = true; return verb;
    default: return std::nullopt;
    }
}

std::optional<faults::Fault> node_fault(const sim::World& world, const Injection& deed,
                                        ActorId actor) {
    switch (deed.verb) {
    case Verb::kill: return faults::Kill{actor};
    case Verb::power_off: return faults::CutPower{actor};
    case Verb::shut_down: return faults::Stop{actor};
    case Verb::restart: return faults::Start{actor, {}};
    case Verb::pause: return faults::Pause{actor};
    case Verb::resume: return faults::Resume{actor};
    case Verb::slow_disk:
        return faults::SlowDisk{actor, slow_factor(world.machine(actor), deed.amount)};
    case Verb::stall_disk: return faults::StallDisk{actor};
    case Verb::fill_disk: return faults::FillDisk{actor};
    case Verb::fail_disk: return faults::FailDisk{actor};
    case Verb::skew_clock: return faults::SkewClock{actor, milliseconds(deed.amount)};
    default: return std::nullopt;
    }
}

} // namespace

std::optional<std::string> why_not(const sim::World& world, const People& people,
                                   const Injection& deed) {
    const ActorId actor = people.actor(deed.node);
    const ActorId other = people.actor(deed.other);
    if (needs_node(deed.verb) && actor == no_actor)
        return "nobody has the id " + std::to_string(deed.node);
    if (needs_other(deed.verb) && (other == no_actor || other == actor))
        return "a link has two ends";
    if (deed.verb == Verb::heal_link && !link_is_wrong(world, actor, other))
        return "that link has no fault of its own";
    if (needs_node(deed.verb))
        return why_not_node(world, people, deed, actor);
    switch (deed.verb) {
    case Verb::heal_fault:
        if (!fault_of(world, deed.id))
            return "that fault is healed already";
        return std::nullopt;
    case Verb::heal_everything:
        for (std::size_t i = 0; i < world.actors(); ++i)
            if (node_is_wrong(world, {static_cast<std::int32_t>(i)}))
                return std::nullopt;
        if (world.network().groups.empty() && faults::held_messages(world).empty())
            return "no link and no disk has a fault";
        return std::nullopt;
    case Verb::elect_preferred:
    case Verb::elect_unclean: return why_not_elect(world, people, deed);
    case Verb::drop_message:
    case Verb::hold_message:
    case Verb::release_message: return why_not_message(world, deed);
    case Verb::rebalance_group:
    case Verb::reset_offsets:
    case Verb::switch_protocol: return why_not_group(deed.verb);
    default: return std::nullopt;
    }
}

std::vector<Doing> doings_of(const sim::World& world, const People& people, const Injection& deed) {
    const ActorId actor = people.actor(deed.node);
    const ActorId other = people.actor(deed.other);
    std::vector<Doing> out;
    if (const auto fault = link_fault(deed, actor, other)) {
        out.push_back(*fault);
        return out;
    }
    if (const auto fault = node_fault(world, deed, actor)) {
        out.push_back(*fault);
        return out;
    }
    const auto heal_disk = [&](ActorId one) {
        if (disk_is_wrong(world, one))
            out.push_back(faults::Fault{faults::HealDisk{one}});
    };
    switch (deed.verb) {
    case Verb::restart_wiped:
        out.push_back(faults::Fault{faults::Wipe{actor}});
        out.push_back(faults::Fault{faults::Start{actor, {}}});
        break;
    case Verb::isolate: to_everybody<faults::CutLink>(world, actor, out); break;
    case Verb::heal_node:
        to_everybody<faults::HealLink>(world, actor, out);
        heal_disk(actor);
        break;
    case Verb::heal_fault:
        if (const auto active = fault_of(world, deed.id))
            out.push_back(active->healing);
        break;
    case Verb::heal_everything:
        out.push_back(faults::Fault{faults::HealNetwork{}});
        for (std::size_t i = 0; i < world.actors(); ++i)
            heal_disk({static_cast<std::int32_t>(i)});
        break;
    case Verb::drop_message:
    case Verb::hold_message:
    case Verb::release_message:
        if (const auto flying = flying_message(world, deed.id))
            out.push_back(message_fault(deed.verb, *flying));
        break;
    default:
        if (auto verb = verb_of(people, deed))
            out.push_back(std::move(*verb));
        break;
    }
    return out;
}

std::string_view word_of(Verb verb) {
    switch (verb) {
    case Verb::kill: return "kill";
    case Verb::power_off: return "power_cut";
    case Verb::shut_down: return "stop";
    case Verb::restart: return "start";
    case Verb::restart_wiped: return "wipe";
    case Verb::pause: return "pause";
    case Verb::resume: return "resume";
    case Verb::isolate: return "isolate";
    case Verb::cut:
    case Verb::cut_one_way: return "cut";
    case Verb::slow_link: return "delay";
    case Verb::throttle_link: return "throttle";
    case Verb::reset_link: return "reset";
    case Verb::heal_link:
    case Verb::heal_node:
    case Verb::heal_fault:
    case Verb::heal_everything: return "heal";
    case Verb::slow_disk: return "disk_slow";
    case Verb::stall_disk: return "disk_stall";
    case Verb::fill_disk: return "disk_full";
    case Verb::fail_disk: return "disk_fail";
    case Verb::skew_clock: return "clock_skew";
    case Verb::elect_preferred:
    case Verb::elect_unclean: return "elect_leader";
    case Verb::produce: return "produce";
    case Verb::force_election: return "force_election";
    case Verb::stop_polling: return "stop_polling";
    case Verb::poll_again: return "poll_again";
    case Verb::leave_group: return "unsubscribe";
    case Verb::drop_message: return "lose_message";
    case Verb::hold_message: return "hold_message";
    case Verb::release_message: return "release_message";
    default: return "";
    }
}

} // namespace orrery::gui::model
