#include "sim/scenario/chronicle.hpp"

#include "core/base/fact.hpp"
#include "sim/scenario/words.hpp"

namespace orrery::sim {

void Chronicle::on_note(const World& world, ActorId actor, const Note& note) {
    if (row_of(note.fact).weight == Weight::notable)
        entries_.push_back({world.events(), world.now(), actor, note});
    if (next_ != nullptr)
        next_->on_note(world, actor, note);
}
void Chronicle::on_event(const World& world, const Event& event) {
    if (next_ != nullptr)
        next_->on_event(world, event);
}
void Chronicle::on_sent(const World& world, const Message& message) {
    if (next_ != nullptr)
        next_->on_sent(world, message);
}
void Chronicle::on_delivered(const World& world, const Message& message) {
    if (next_ != nullptr)
        next_->on_delivered(world, message);
}
void Chronicle::on_dropped(const World& world, const Message& message) {
    if (next_ != nullptr)
        next_->on_dropped(world, message);
}

void Trace::on_event(const World& world, const Event& event) {
    text_ += padded("#" + std::to_string(event.sequence), 9) + time_words(event.time) + "  " +
             padded(name_in(world, event.actor), 16) + std::string(name_of(event.kind));
    if (event.from != no_actor)
        text_ += ", from " + world.name(event.from);
    if (event.size > 0)
        text_ += ", " + std::to_string(event.size) + " bytes";
    text_ += "\n" + notes_;
    notes_.clear();
    if (next_ != nullptr)
        next_->on_event(world, event);
}
void Trace::on_note(const World& world, ActorId actor, const Note& note) {
    notes_ +=
        std::string(25, ' ') + padded(name_in(world, actor), 16) + "- " + sentence_of(note) + "\n";
    if (next_ != nullptr)
        next_->on_note(world, actor, note);
}
void Trace::on_sent(const World& world, const Message& message) {
    if (next_ != nullptr)
        next_->on_sent(world, message);
}
void Trace::on_delivered(const World& world, const Message& message) {
    if (next_ != nullptr)
        next_->on_delivered(world, message);
}
void Trace::on_dropped(const World& world, const Message& message) {
    if (next_ != nullptr)
        next_->on_dropped(world, message);
}

} // namespace orrery::sim
