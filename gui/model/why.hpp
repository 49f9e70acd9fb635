// "Why did this change?": the latest notable fact about something, and the facts that led to it.
#pragma once

#include "gui/model/snapshot.hpp"

#include <string_view>
#include <vector>

namespace orrery::gui::model {

/// The index of the latest notable fact about that partition, or -1. What its readers do changes
/// nothing of it and does not count.
std::int64_t latest_about_partition(const Snapshot& snapshot, std::string_view topic,
                                    std::int32_t partition);
/// The same about a node: that it says, or that is about it.
std::int64_t latest_about_node(const Snapshot& snapshot, std::int32_t node);
/// The same about a group: its state, its members, who got what. `client` >= 0: only what that
/// client says, or what is about it.
std::int64_t latest_about_group(const Snapshot& snapshot, std::string_view group,
                                std::int32_t client = -1);

/// The chain of causes that ends with that fact, the first cause first; at most `most` links.
std::vector<std::size_t> chain_to(const Snapshot& snapshot, std::int64_t fact, std::size_t most);

} // namespace orrery::gui::model
