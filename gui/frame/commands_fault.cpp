// Faults: what a hand does to the cluster. Each row makes an injection of the subject; without one
// it means the leader of the partition that the strips show.
#include "gui/frame/command.hpp"

namespace orrery::gui {

using model::Injection;
using model::NodeState;
using model::Verb;
using ui::Key;
using Deed = std::optional<Injection>;

namespace {

constexpr unsigned on_node = bit(Kind::node) | bit(Kind::client) | bit(Kind::member);
constexpr unsigned on_link = bit(Kind::link);
constexpr unsigned on_partition = bit(Kind::partition) | bit(Kind::record);
constexpr unsigned on_message = bit(Kind::message);

/// The process meant: the subject, the replica pointed at, else the leader of the partition in view
/// (or, when it has none, the replica that led last).
std::int32_t process(const Desk& desk, const Subject& subject) {
    if (subject.kind == Kind::node || subject.kind == Kind::client || subject.kind == Kind::member)
        return subject.node;
    if ((subject.kind == Kind::partition || subject.kind == Kind::record) && subject.node >= 0)
        return subject.node;
    const model::Partition* partition = desk.partition();
    if (partition == nullptr)
        return -1;
    if (partition->leader >= 0)
        return partition->leader;
    return partition->replicas.empty() ? -1 : partition->replicas.front().node;
}

NodeState state_of(const Desk& desk, std::int32_t id) {
    if (const model::Node* node = node_of(*desk.now, id))
        return node->state;
    if (const model::Client* client = client_of(*desk.now, id))
        return client->state;
    return NodeState::up;
}

Deed at_process(const Desk& desk, const Subject& subject, Verb verb, std::int64_t amount = 0) {
    const std::int32_t id = process(desk, subject);
    if (id < 0)
        return {};
    Injection deed;
    deed.verb = verb;
    deed.node = id;
    deed.amount = amount;
    return deed;
}

template <Verb verb, std::int64_t amount = 0>
Deed to_process(const Desk& desk, const Subject& subject) {
    return at_process(desk, subject, verb, amount);
}

Deed kill_or_restart(const Desk& desk, const Subject& subject) {
    const bool down = state_of(desk, process(desk, subject)) == NodeState::down;
    return at_process(desk, subject, down ? Verb::restart : Verb::kill);
}

Deed pause_or_resume(const Desk& desk, const Subject& subject) {
    const bool paused = state_of(desk, process(desk, subject)) == NodeState::paused;
    return at_process(desk, subject, paused ? Verb::resume : Verb::pause);
}

Deed at_link(const Subject& subject, Verb verb, std::int64_t amount = 0) {
    if (subject.kind != Kind::link)
        return {};
    Injection deed;
    deed.verb = verb;
    deed.node = subject.node;
    deed.other = subject.other;
    deed.amount = amount;
    return deed;
}

template <Verb verb, std::int64_t amount = 0>
Deed to_link(const Desk&, const Subject& subject) {
    return at_link(subject, verb, amount);
}

Deed cut_other_way(const Desk&, const Subject& subject) {
    Deed deed = at_link(subject, Verb::cut_one_way);
    if (deed)
        std::swap(deed->node, deed->other);
    return deed;
}

Deed cut_or_isolate(const Desk& desk, const Subject& subject) {
    if (subject.kind != Kind::link)
        return at_process(desk, subject, Verb::isolate);
    const model::Link* link = link_of(*desk.now, subject.node, subject.other);
    const bool cut = link != nullptr && link->cut_from_a && link->cut_from_b;
    return at_link(subject, cut ? Verb::heal_link : Verb::cut);
}

/// The link meant: the subject, else the one from the leader in view to its first follower.
Deed slow_link(const Desk& desk, const Subject& subject) {
    constexpr std::int64_t slow_ms = 200;
    if (subject.kind == Kind::link)
        return at_link(subject, Verb::slow_link, slow_ms);
    const model::Partition* partition = desk.partition();
    if (partition == nullptr || partition->leader < 0)
        return {};
    for (const model::Replica& replica : partition->replicas)
        if (replica.node != partition->leader)
            return at_link(link_subject(partition->leader, replica.node), Verb::slow_link, slow_ms);
    return {};
}

template <Verb verb>
Deed everywhere(const Desk&, const Subject&) {
    Injection deed;
    deed.verb = verb;
    return deed;
}

/// The producer meant, else the first that writes to the topic in view; to the partition in view,
/// if it writes there.
Deed produce_one(const Desk& desk, const Subject& subject) {
    const model::Partition* partition = desk.partition();
    const std::string topic = partition == nullptr ? std::string() : partition->topic;
    const model::Client* chosen = nullptr;
    for (const model::Client& client : desk.now->clients) {
        const bool meant = subject.kind == Kind::client && subject.node == client.id;
        const bool fits = chosen == nullptr && client.topic == topic;
        if (client.kind == model::ClientKind::producer && (meant || fits))
            chosen = &client;
    }
    if (chosen == nullptr)
        return {};
    Injection deed;
    deed.verb = Verb::produce;
    deed.node = chosen->id;
    deed.topic = chosen->topic;
    if (partition != nullptr && chosen->topic == topic)
        deed.partition = partition->index;
    return deed;
}

/// The controller meant, else the one that leads: its election is the one to see.
Deed force_election(const Desk& desk, const Subject& subject) {
    Injection deed;
    deed.verb = Verb::force_election;
    for (const model::Node& node : desk.now->nodes)
        if (node.role == model::QuorumRole::leader && node.state != NodeState::down)
            deed.node = node.id;
    if (const model::Node* meant = node_of(*desk.now, subject.node);
        subject.kind == Kind::node && meant != nullptr && meant->is_controller)
        deed.node = meant->id;
    if (deed.node < 0)
        return {};
    return deed;
}

template <Verb verb>
Deed to_partition(const Desk& desk, const Subject&) {
    const model::Partition* partition = desk.partition();
    if (partition == nullptr)
        return {};
    Injection deed;
    deed.verb = verb;
    deed.topic = partition->topic;
    deed.partition = partition->index;
    return deed;
}

template <Verb verb>
Deed to_message(const Desk&, const Subject& subject) {
    if (subject.kind != Kind::message)
        return {};
    Injection deed;
    deed.verb = verb;
    deed.id = subject.id;
    return deed;
}

Deed heal_one(const Desk&, const Subject& subject) {
    if (subject.kind != Kind::fault)
        return {};
    Injection deed;
    deed.verb = Verb::heal_fault;
    deed.id = subject.id;
    return deed;
}

const Command rows[] = {
    {"fault.kill",
     "Kill or restart",
     Menu::faults,
     plain(Key::k),
     {},
     on_node | on_partition,
     "Kills the process, or starts it again; its page cache lives. By default: the leader.",
     kill_or_restart},
    {"fault.pause",
     "Pause or resume",
     Menu::faults,
     plain(Key::p),
     {},
     on_node | on_partition,
     "Stops the process as a long garbage collection would, or lets it go on.",
     pause_or_resume},
    {"fault.shut_down",
     "Shut down cleanly",
     Menu::faults,
     {},
     {},
     on_node,
     "Asks the process to stop in good order.",
     to_process<Verb::shut_down>},
    {"fault.power",
     "Cut the power",
     Menu::faults,
     {},
     {},
     on_node,
     "The machine dies, and what was not synced to its disk with it.",
     to_process<Verb::power_off>},
    {"fault.wipe",
     "Restart with an empty disk",
     Menu::faults,
     {},
     {},
     bit(Kind::node),
     "Starts the process on a disk that lost everything.",
     to_process<Verb::restart_wiped>},
    {"fault.partition",
     "Cut off",
     Menu::faults,
     plain(Key::n),
     {},
     on_node | on_link,
     "Cuts the link, or the node from everybody.",
     cut_or_isolate},
    {"fault.cut_one_way",
     "Cut one way",
     Menu::faults,
     {},
     {},
     on_link,
     "What the first sends to the second is lost.",
     to_link<Verb::cut_one_way>},
    {"fault.cut_other_way",
     "Cut the other way",
     Menu::faults,
     {},
     {},
     on_link,
     "What the second sends to the first is lost.",
     cut_other_way},
    {"fault.slow_link",
     "Slow link",
     Menu::faults,
     plain(Key::s),
     {},
     on_link,
     "Adds 200 ms to the link.",
     slow_link},
    {"fault.throttle",
     "Throttle to 10 KB/s",
     Menu::faults,
     {},
     {},
     on_link,
     "Lets 10 KB a second through.",
     to_link<Verb::throttle_link, 10'000>},
    {"fault.reset",
     "Reset connections",
     Menu::faults,
     {},
     {},
     on_link,
     "Breaks the link's connections once.",
     to_link<Verb::reset_link>},
    {"fault.heal_link",
     "Heal link",
     Menu::faults,
     {},
     {},
     on_link,
     "Takes all faults off the link.",
     to_link<Verb::heal_link>},
    {"fault.disk",
     "Slow disk",
     Menu::faults,
     plain(Key::d),
     {},
     bit(Kind::node),
     "Adds 100 ms to each write.",
     to_process<Verb::slow_disk, 100>},
    {"fault.disk_stall",
     "Stall disk",
     Menu::faults,
     {},
     {},
     bit(Kind::node),
     "No write ends until it is healed.",
     to_process<Verb::stall_disk>},
    {"fault.disk_full",
     "Fill disk",
     Menu::faults,
     {},
     {},
     bit(Kind::node),
     "Writes fail for want of room.",
     to_process<Verb::fill_disk>},
    {"fault.disk_fail",
     "Fail disk",
     Menu::faults,
     {},
     {},
     bit(Kind::node),
     "Reads and writes fail.",
     to_process<Verb::fail_disk>},
    {"fault.clock",
     "Clock 1 min ahead",
     Menu::faults,
     {},
     {},
     bit(Kind::node),
     "Moves the machine's wall clock.",
     to_process<Verb::skew_clock, 60'000>},
    {"fault.heal_node",
     "Heal this node's links and disk",
     Menu::faults,
     {},
     {},
     bit(Kind::node),
     "Takes all faults off its links and disk.",
     to_process<Verb::heal_node>},
    {"fault.heal",
     "Heal everything",
     Menu::faults,
     plain(Key::h),
     {},
     0,
     "Takes all faults off links and disks; restarts nobody.",
     everywhere<Verb::heal_everything>},
    {"fault.heal_one",
     "Heal this fault",
     Menu::faults,
     {},
     {},
     bit(Kind::fault),
     "Takes the selected fault back.",
     heal_one},
    {"do.produce",
     "Produce one record",
     Menu::faults,
     plain(Key::c),
     {},
     bit(Kind::client) | on_partition,
     "Sends one record to the partition in view.",
     produce_one},
    {"do.election",
     "Force a controller election",
     Menu::faults,
     plain(Key::e),
     {},
     bit(Kind::node),
     "Ends a controller's patience: the leader resigns, a follower stands for election.",
     force_election},
    {"do.elect_preferred",
     "Elect the preferred leader",
     Menu::faults,
     {},
     {},
     on_partition,
     "Makes the first replica of the assignment lead, if it is in sync.",
     to_partition<Verb::elect_preferred>},
    {"do.elect_unclean",
     "Elect an unclean leader",
     Menu::faults,
     {},
     {},
     on_partition,
     "Makes any live replica lead; acknowledged records may be lost.",
     to_partition<Verb::elect_unclean>},
    {"message.drop",
     "Drop message",
     Menu::faults,
     {},
     {},
     on_message,
     "It never arrives, and its connection breaks: bytes come in order or not at all.",
     to_message<Verb::drop_message>},
    {"message.hold",
     "Hold message",
     Menu::faults,
     {},
     {},
     on_message,
     "It stays in the air until released, and what is behind it waits.",
     to_message<Verb::hold_message>},
    {"message.release",
     "Release message",
     Menu::faults,
     {},
     {},
     on_message,
     "Lets a held message fly on.",
     to_message<Verb::release_message>},
};

} // namespace

std::span<const Command> fault_commands() {
    return rows;
}

} // namespace orrery::gui
