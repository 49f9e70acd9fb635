// What a run tells while it runs, kept for its report: the notable facts, each with its event. An
// observer, and no part of the runner: whoever wants a report hands one in.
#pragma once

#include "sim/world/observer.hpp"
#include "sim/world/world.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::sim {

struct Entry {
    std::uint64_t event = 0;
    Instant at;
    ActorId actor = no_actor;
    Note note;
};

class Chronicle final : public Observer {
public:
    /// `next` is handed everything too; may be null.
    explicit Chronicle(Observer* next = nullptr) : next_(next) {}
    const std::vector<Entry>& entries() const { return entries_; }

    void on_event(const World& world, const Event& event) override;
    void on_note(const World& world, ActorId actor, const Note& note) override;
    void on_sent(const World& world, const Message& message) override;
    void on_delivered(const World& world, const Message& message) override;
    void on_dropped(const World& world, const Message& message) override;

private:
    Observer* next_;
    std::vector<Entry> entries_;
};

/// Writes one line an event, and below it one for each fact it brought:
///     #1041    3.205117 s  broker-2        received   from broker-1, 312 bytes
///                          broker-2        orders-0 high watermark 41
/// into a text that the caller empties.
class Trace final : public Observer {
public:
    explicit Trace(Observer* next = nullptr) : next_(next) {}
    std::string take() { return std::move(text_); }

    void on_event(const World& world, const Event& event) override;
    void on_note(const World& world, ActorId actor, const Note& note) override;
    void on_sent(const World& world, const Message& message) override;
    void on_delivered(const World& world, const Message& message) override;
    void on_dropped(const World& world, const Message& message) override;

private:
    Observer* next_;
    std::string notes_; ///< of the event under way: its line comes first
    std::string text_;
};

} // namespace orrery::sim
