// What a hand does to consumer groups and their members. What can't be done here is in the table as
// well: the session says why not.
#include "gui/frame/command.hpp"

namespace orrery::gui {

using model::Injection;
using model::NodeState;
using model::Verb;
using Deed = std::optional<Injection>;

namespace {

constexpr unsigned on_member = bit(Kind::client) | bit(Kind::member);
constexpr unsigned on_group = bit(Kind::group);

const model::Client* consumer_meant(const Desk& desk, const Subject& subject) {
    if (subject.kind != Kind::client && subject.kind != Kind::member)
        return nullptr;
    const model::Client* client = client_of(*desk.now, subject.node);
    return client != nullptr && client->kind == model::ClientKind::consumer ? client : nullptr;
}

Deed to_consumer(const Desk& desk, const Subject& subject, Verb verb) {
    const model::Client* client = consumer_meant(desk, subject);
    if (client == nullptr)
        return {};
    Injection deed;
    deed.verb = verb;
    deed.node = client->id;
    return deed;
}

Deed stop_or_poll(const Desk& desk, const Subject& subject) {
    const model::Client* client = consumer_meant(desk, subject);
    const bool stuck = client != nullptr && client->stuck;
    return to_consumer(desk, subject, stuck ? Verb::poll_again : Verb::stop_polling);
}

Deed leave(const Desk& desk, const Subject& subject) {
    return to_consumer(desk, subject, Verb::leave_group);
}

/// The group meant: the subject, or the one in view.
const model::Group* group_meant(const Desk& desk, const Subject& subject) {
    const model::Group* group = group_of(*desk.now, subject.group);
    return group != nullptr ? group : desk.selection.group(*desk.now);
}

/// A consumer of the group that does not run.
const model::Client* spare(const Desk& desk, const Subject& subject) {
    const model::Group* group = group_meant(desk, subject);
    for (const model::Client& client : desk.now->clients)
        if (group != nullptr && client.group == group->id && client.state == NodeState::down)
            return &client;
    return nullptr;
}

Deed add_member(const Desk& desk, const Subject& subject) {
    const model::Client* client = spare(desk, subject);
    if (client == nullptr)
        return {};
    Injection deed;
    deed.verb = Verb::restart;
    deed.node = client->id;
    return deed;
}

std::string nobody_to_add(const Desk& desk, const Subject& subject) {
    const model::Group* group = group_meant(desk, subject);
    if (group == nullptr)
        return "there is no group";
    return spare(desk, subject) != nullptr
               ? ""
               : "all consumers that the scenario has for " + group->id + " run";
}

template <Verb verb>
Deed to_group(const Desk& desk, const Subject& subject) {
    const model::Group* group = group_meant(desk, subject);
    if (group == nullptr)
        return {};
    Injection deed;
    deed.verb = verb;
    deed.group = group->id;
    return deed;
}

void show_groups(Desk& desk, const Subject&) {
    desk.show("groups");
}

std::string no_groups(const Desk& desk, const Subject&) {
    return desk.now->groups.empty() ? "there is no group" : "";
}

const Command rows[] = {
    {"group.show",
     "Show the group",
     Menu::view,
     {},
     {},
     on_group | on_member,
     "Brings the groups view to the front.",
     nullptr,
     show_groups,
     no_groups},
    {"group.stop_polling",
     "Stop polling or poll again",
     Menu::faults,
     {},
     {},
     on_member,
     "The application is stuck: it calls poll() no more, until max.poll.interval.ms takes it out.",
     stop_or_poll},
    {"group.leave",
     "Leave the group",
     Menu::faults,
     {},
     {},
     on_member,
     "The consumer unsubscribes: its partitions go to the others at once.",
     leave},
    {"group.add_member",
     "Add a member",
     Menu::faults,
     {},
     {},
     on_group,
     "Starts a consumer of the group that does not run.",
     add_member,
     nullptr,
     nobody_to_add},
    {"group.rebalance",
     "Rebalance now",
     Menu::faults,
     {},
     {},
     on_group,
     "Makes all members join again.",
     to_group<Verb::rebalance_group>},
    {"group.reset_offsets",
     "Reset offsets",
     Menu::faults,
     {},
     {},
     on_group,
     "Sets what the group has committed back to the beginning.",
     to_group<Verb::reset_offsets>},
    {"group.switch_protocol",
     "Switch protocol",
     Menu::faults,
     {},
     {},
     on_group,
     "Moves the group from the classic to the consumer protocol, or back.",
     to_group<Verb::switch_protocol>},
};

} // namespace

std::span<const Command> group_commands() {
    return rows;
}

} // namespace orrery::gui
