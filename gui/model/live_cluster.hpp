// The parts of a snapshot that are read from the processes of a world. Each fills its own fields of
// the snapshot; live_nodes.cpp and live_partitions.cpp know nodes from the inside.
#pragma once

#include "gui/model/live_memory.hpp"
#include "gui/model/live_messages.hpp"
#include "gui/model/session.hpp"

namespace orrery::metadata {
class Image;
}
namespace orrery::sim::faults {
struct ActiveFault;
}

namespace orrery::gui::model {

struct Sights {
    const sim::World& world;
    const Memory& memory;
    const People& people = memory.people();
};

/// The image of whoever has replayed the most of the metadata log; null before anybody has.
const metadata::Image* furthest_image(const sim::World& world);
/// The active controller of the highest epoch; no_actor when there is none.
sim::ActorId active_controller(const sim::World& world);
TopicNames topic_names(const sim::World& world);

void fill_nodes(const Sights& sights, Snapshot& out);
void fill_clients(const Sights& sights, Snapshot& out);
/// Needs the messages in the air.
void fill_links(const Sights& sights, Snapshot& out);
/// Adds to nodes what they lead and to clients how far they lag: after those.
void fill_partitions(const Sights& sights, Snapshot& out);
/// Needs nothing else of the picture.
void fill_groups(const Sights& sights, const TopicNames& names, Snapshot& out);
/// Needs the partitions.
void fill_strips(const Sights& sights, const Focus& focus, Snapshot& out);
/// Needs the nodes.
void fill_quorum(const Sights& sights, const Focus& focus, Snapshot& out);
void fill_messages(const Sights& sights, MessageReader& reader, const TopicNames& topics,
                   const Focus& focus, Snapshot& out);
void fill_faults(const Sights& sights, Snapshot& out);
/// By which Verb::heal_fault names it.
std::uint64_t fault_number(const sim::faults::ActiveFault& fault);

NodeState state_of(const sim::Machine& machine);

} // namespace orrery::gui::model
