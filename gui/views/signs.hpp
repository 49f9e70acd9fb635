// The signs that views share: which shape and hue a message, a replica, a health has, and the words
// beside it. One place, so that the legend never lies.
#pragma once

#include "gui/frame/desk.hpp"
#include "gui/widgets/panels.hpp"
#include "gui/widgets/plot.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace orrery::gui {

ui::Glyph glyph_of(model::Family family);
ui::Ink ink_of(model::Family family);
std::string_view name_of(model::Family family);

std::string_view name_of(model::ReplicaState state);
std::string_view name_of(model::NodeState state);
std::string_view name_of(model::QuorumRole role);
std::string_view name_of(model::Health health);
ui::Ink ink_of(model::Health health);

/// "[1, 2, 3]".
std::string list_text(const std::vector<std::int32_t>& ids);

/// A chip for a replica: crown, tick, hatch or cross as its state is.
void replica_chip(ImDrawList* list, const ui::Rect& rect, const model::Replica& replica,
                  std::string_view words, bool selected);

/// A series for a plot that begins at `from`, with the value that held there.
std::vector<ui::Point> points_from(const CowVector<model::Sample>& samples, Instant from);

/// Heartbeats and empty fetches, when the settings hide them.
bool hidden(const Desk& desk, const model::Message& message);

/// How many partitions are worse than full, and the worst of them.
struct Trouble {
    int partitions = 0;
    model::Health worst = model::Health::full;
};
Trouble trouble_of(const model::Snapshot& snapshot);

} // namespace orrery::gui
