#include "gui/views/signs.hpp"

#include <algorithm>

namespace orrery::gui {

using ui::Glyph;
using ui::Ink;

Glyph glyph_of(model::Family family) {
    switch (family) {
    case model::Family::produce: return Glyph::triangle;
    case model::Family::replica_fetch: return Glyph::diamond;
    case model::Family::consumer_fetch: return Glyph::disc;
    case model::Family::control: return Glyph::square;
    case model::Family::transaction: return Glyph::hexagon;
    case model::Family::background: return Glyph::dot;
    }
    return Glyph::dot;
}

Ink ink_of(model::Family family) {
    const ui::Colours& c = ui::look().colours;
    switch (family) {
    case model::Family::produce: return c.leader;
    case model::Family::replica_fetch: return c.replica;
    case model::Family::consumer_fetch:
    case model::Family::transaction: return c.client;
    case model::Family::control: return c.control;
    case model::Family::background: return {c.dim, c.dim};
    }
    return {c.dim, c.dim};
}

std::string_view name_of(model::Family family) {
    switch (family) {
    case model::Family::produce: return "produce";
    case model::Family::replica_fetch: return "replica fetch";
    case model::Family::consumer_fetch: return "consumer fetch";
    case model::Family::control: return "controller / Raft";
    case model::Family::transaction: return "transaction";
    case model::Family::background: return "background";
    }
    return "";
}

std::string_view name_of(model::ReplicaState state) {
    switch (state) {
    case model::ReplicaState::leader: return "leader";
    case model::ReplicaState::in_sync: return "in sync";
    case model::ReplicaState::out_of_sync: return "out of sync";
    case model::ReplicaState::offline: return "offline";
    case model::ReplicaState::adding: return "adding";
    case model::ReplicaState::removing: return "removing";
    }
    return "";
}

std::string_view name_of(model::NodeState state) {
    switch (state) {
    case model::NodeState::up: return "up";
    case model::NodeState::starting: return "starting";
    case model::NodeState::fenced: return "FENCED";
    case model::NodeState::shutting_down: return "controlled shutdown";
    case model::NodeState::paused: return "PAUSED";
    case model::NodeState::down: return "DOWN";
    }
    return "";
}

std::string_view name_of(model::QuorumRole role) {
    switch (role) {
    case model::QuorumRole::none: return "none";
    case model::QuorumRole::observer: return "observer";
    case model::QuorumRole::unattached: return "unattached";
    case model::QuorumRole::follower: return "follower";
    case model::QuorumRole::prospective: return "prospective";
    case model::QuorumRole::candidate: return "CANDIDATE";
    case model::QuorumRole::leader: return "LEADER";
    case model::QuorumRole::resigned: return "resigned";
    }
    return "";
}

std::string_view name_of(model::Health health) {
    switch (health) {
    case model::Health::full: return "full ISR";
    case model::Health::under_replicated: return "under-replicated";
    case model::Health::at_min_isr: return "at min ISR";
    case model::Health::under_min_isr: return "under min ISR";
    case model::Health::no_leader: return "no leader";
    }
    return "";
}

Ink ink_of(model::Health health) {
    const ui::Colours& c = ui::look().colours;
    switch (health) {
    case model::Health::full: return c.replica;
    case model::Health::under_replicated:
    case model::Health::at_min_isr:
    case model::Health::under_min_isr:
    case model::Health::no_leader: return c.fault;
    }
    return c.replica;
}

std::string list_text(const std::vector<std::int32_t>& ids) {
    std::string text = "[";
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (i != 0)
            text += ", ";
        text += std::to_string(ids[i]);
    }
    return text + "]";
}

void replica_chip(ImDrawList* list, const ui::Rect& rect, const model::Replica& replica,
                  std::string_view words, bool selected) {
    const ui::Colours& c = ui::look().colours;
    ui::Chip chip;
    chip.words = words;
    chip.selected = selected;
    switch (replica.state) {
    case model::ReplicaState::leader:
        chip.glyph = Glyph::crown;
        chip.fill = chip.edge = c.leader.fill;
        chip.words_ink = chip.glyph_ink = c.on_fill;
        break;
    case model::ReplicaState::in_sync:
        chip.glyph = Glyph::tick;
        chip.edge = c.replica.fill;
        chip.words_ink = c.text;
        chip.glyph_ink = c.replica.fill;
        break;
    case model::ReplicaState::out_of_sync:
        chip.has_glyph = false;
        chip.edge = c.idle.fill;
        chip.hatch = ui::faded(c.idle.fill, 120);
        chip.words_ink = c.idle.text;
        break;
    case model::ReplicaState::offline:
        chip.glyph = Glyph::cross;
        chip.edge = c.fault.fill;
        chip.hatch = ui::faded(c.fault.fill, 50);
        chip.words_ink = c.text;
        chip.glyph_ink = c.fault.fill;
        break;
    case model::ReplicaState::adding:
    case model::ReplicaState::removing:
        chip.has_glyph = false;
        chip.dotted = true;
        chip.edge = c.dim;
        chip.words_ink = c.dim;
        break;
    }
    if (c.outline != 0 && chip.fill != 0)
        chip.edge = c.outline;
    ui::chip(list, rect, chip);
}

std::vector<ui::Point> points_from(const CowVector<model::Sample>& samples, Instant from) {
    std::vector<ui::Point> points;
    for (std::size_t i = samples.size(); i-- > 0;) {
        points.push_back({samples[i].at.ns, samples[i].value});
        if (samples[i].at < from)
            break;
    }
    std::reverse(points.begin(), points.end());
    return points;
}

bool hidden(const Desk& desk, const model::Message& message) {
    if (!desk.settings.hide_background)
        return false;
    return message.error.empty() && message.fate != model::Fate::held &&
           (message.empty || message.family == model::Family::background);
}

Trouble trouble_of(const model::Snapshot& snapshot) {
    Trouble trouble;
    for (const model::Partition& partition : snapshot.partitions) {
        if (partition.health == model::Health::full)
            continue;
        ++trouble.partitions;
        trouble.worst = std::max(trouble.worst, partition.health);
    }
    return trouble;
}

} // namespace orrery::gui
