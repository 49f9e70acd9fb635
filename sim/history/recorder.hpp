// What a history remembers of what it saw: the notable facts, each with its place, for the ticks of
// the timeline and for "go to the next election".
#pragma once

#include "core/base/cow_vector.hpp"
#include "core/base/fact.hpp"
#include "sim/history/position.hpp"
#include "sim/world/observer.hpp"

namespace orrery::sim::history {

struct Mark {
    Position at;
    ActorId actor = no_actor;
    Note note;
    bool operator==(const Mark&) const = default;
    ORRERY_FIELDS(at, actor, note)
};

/// Hands everything on to another observer, if there is one, and keeps the notable notes.
class Recorder final : public Observer {
public:
    Recorder(Observer* next, CowVector<Mark>& marks, std::uint64_t acts)
        : next_(next), marks_(marks), acts_(acts) {}
    void on_event(const World& world, const Event& event) override;
    void on_note(const World& world, ActorId actor, const Note& note) override;
    void on_sent(const World& world, const Message& message) override;
    void on_delivered(const World& world, const Message& message) override;
    void on_dropped(const World& world, const Message& message) override;

private:
    Observer* next_;
    CowVector<Mark>& marks_;
    std::uint64_t acts_;
};

} // namespace orrery::sim::history
