#include "gui/model/live_people.hpp"

#include <algorithm>

namespace orrery::gui::model {

namespace {

constexpr std::int32_t first_producer = 201;
constexpr std::int32_t first_consumer = 301;
constexpr std::int32_t first_admin = 401;

/// The number that a node's name ends with: "broker-1".
std::int32_t number_of(std::string_view name) {
    std::int32_t number = 0;
    for (const char c : name.substr(name.rfind('-') + 1))
        number = number * 10 + (c - '0');
    return number;
}

Person node_from(const std::string& name) {
    Person person;
    person.id = number_of(name);
    person.is_broker = !name.starts_with("controller-");
    person.is_controller = !name.starts_with("broker-");
    person.name = (person.is_broker ? "broker " : "controller ") + std::to_string(person.id);
    return person;
}

bool ends_word(std::string_view text, std::size_t at) {
    return at >= text.size() || text[at] < '0' || text[at] > '9';
}

} // namespace

People::People(const sim::World& world) {
    for (std::size_t i = 0; i < world.actors(); ++i) {
        const sim::ActorId actor{static_cast<std::int32_t>(i)};
        const sim::ActorSpec& spec = *world.machine(actor).spec;
        names_.push_back(spec.name);
        if (spec.kind == "broker" || spec.kind == "controller") {
            people_.push_back(node_from(spec.name));
            continue;
        }
        Person client;
        client.name = spec.name;
        client.kind = spec.kind == "consumer"   ? PersonKind::consumer
                      : spec.kind == "producer" ? PersonKind::producer
                                                : PersonKind::admin;
        client.id = client.kind == PersonKind::consumer   ? first_consumer
                    : client.kind == PersonKind::producer ? first_producer
                                                          : first_admin;
        people_.push_back(std::move(client));
    }
    // Nodes first: a client's id gives way to whoever has it.
    for (std::size_t i = 0; i < people_.size(); ++i) {
        if (people_[i].kind == PersonKind::node)
            continue;
        const auto taken = [&](std::int32_t id) {
            for (std::size_t j = 0; j < people_.size(); ++j)
                if (people_[j].id == id && (people_[j].kind == PersonKind::node || j < i))
                    return true;
            return false;
        };
        while (taken(people_[i].id))
            ++people_[i].id;
    }
    const std::vector<Lane> all = lanes();
    for (Person& person : people_)
        for (std::size_t lane = 0; lane < all.size(); ++lane)
            if (std::find(all[lane].nodes.begin(), all[lane].nodes.end(), person.id) !=
                all[lane].nodes.end())
                person.lane = static_cast<std::int32_t>(lane);
}

sim::ActorId People::actor(std::int32_t id) const {
    for (std::size_t i = 0; i < people_.size(); ++i)
        if (people_[i].id == id)
            return {static_cast<std::int32_t>(i)};
    return sim::no_actor;
}

sim::ActorId People::node(std::int64_t id) const {
    for (std::size_t i = 0; i < people_.size(); ++i)
        if (people_[i].kind == PersonKind::node && people_[i].id == id)
            return {static_cast<std::int32_t>(i)};
    return sim::no_actor;
}

std::vector<Lane> People::lanes() const {
    Lane controllers{"controllers", {}, {}, {}};
    Lane clients{"clients", {}, {}, {}};
    std::vector<Lane> brokers;
    for (const Person& person : people_) {
        if (person.kind != PersonKind::node)
            clients.nodes.push_back(person.id);
        else if (person.is_broker)
            brokers.push_back({person.name, {person.id}, {}, {}});
        else
            controllers.nodes.push_back(person.id);
    }
    std::vector<Lane> all{{"user", {}, {}, {}}};
    if (!controllers.nodes.empty())
        all.push_back(std::move(controllers));
    for (Lane& broker : brokers)
        all.push_back(std::move(broker));
    if (!clients.nodes.empty())
        all.push_back(std::move(clients));
    return all;
}

std::string People::spoken(std::string_view sentence) const {
    std::string text(sentence);
    for (std::size_t i = 0; i < people_.size(); ++i) {
        if (people_[i].kind != PersonKind::node)
            continue;
        for (std::size_t at = text.find(names_[i]); at != std::string::npos;
             at = text.find(names_[i], at + 1))
            if (ends_word(text, at + names_[i].size()))
                text.replace(at, names_[i].size(), people_[i].name);
    }
    return text;
}

} // namespace orrery::gui::model
