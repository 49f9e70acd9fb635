// Who is who: the actors of a simulated world under the ids by which the window knows them. A node
// has its own id; clients get ids that no node has.
#pragma once

#include "gui/model/story.hpp"
#include "sim/world/world.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::gui::model {

enum class PersonKind : std::uint8_t { node, producer, consumer, admin };

struct Person {
    std::int32_t id = -1;
    PersonKind kind = PersonKind::node;
    bool is_broker = false;
    bool is_controller = false;
    std::string name; ///< for people: "broker 1", "producer-a"
    std::int32_t lane = 0;
    bool operator==(const Person&) const = default;
    ORRERY_FIELDS(id, kind, is_broker, is_controller, name, lane)
};

class People {
public:
    People() = default;
    explicit People(const sim::World& world);

    std::size_t size() const { return people_.size(); }
    const Person& of(sim::ActorId actor) const {
        return people_[static_cast<std::size_t>(actor.value)];
    }
    /// The window's id; -1 for nobody.
    std::int32_t id(sim::ActorId actor) const { return actor.value < 0 ? -1 : of(actor).id; }
    /// no_actor when nobody has that id.
    sim::ActorId actor(std::int32_t id) const;
    /// A node by its id, not a client; no_actor when there is none.
    sim::ActorId node(std::int64_t id) const;
    bool is_node(sim::ActorId actor) const { return of(actor).kind == PersonKind::node; }
    /// One lane for the person at the window, one for the controllers, one a broker, one for all
    /// clients.
    std::vector<Lane> lanes() const;
    /// A sentence of the world's with the names that people use: "broker 1", not "broker-1".
    std::string spoken(std::string_view sentence) const;

    bool operator==(const People&) const = default;
    ORRERY_FIELDS(people_, names_)

private:
    std::vector<Person> people_;     ///< by actor
    std::vector<std::string> names_; ///< the world's, by actor
};

} // namespace orrery::gui::model
