#include "sim/history/recorder.hpp"

#include "sim/world/world.hpp"

namespace orrery::sim::history {

void Recorder::on_note(const World& world, ActorId actor, const Note& note) {
    if (row_of(note.fact).weight == Weight::notable)
        marks_.push_back({{world.events(), world.now(), acts_}, actor, note});
    if (next_)
        next_->on_note(world, actor, note);
}

void Recorder::on_event(const World& world, const Event& event) {
    if (next_)
        next_->on_event(world, event);
}

void Recorder::on_sent(const World& world, const Message& message) {
    if (next_)
        next_->on_sent(world, message);
}

void Recorder::on_delivered(const World& world, const Message& message) {
    if (next_)
        next_->on_delivered(world, message);
}

void Recorder::on_dropped(const World& world, const Message& message) {
    if (next_)
        next_->on_dropped(world, message);
}

} // namespace orrery::sim::history
