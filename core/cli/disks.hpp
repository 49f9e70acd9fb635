// The simulated disks as real files: what each node's process would find on its disk, in a folder a
// node, under Kafka's own names.
#pragma once

#include "sim/world/world.hpp"

#include <optional>
#include <string>

namespace orrery::cli {

/// Makes the folder, and says why it can't take the disks; nothing if it can. One that exists must
/// be empty: what is written shall not mix with what was there.
std::optional<std::string> prepare_folder(const std::string& folder);

/// Writes FOLDER/<actor>/<file> for every file of every actor that has a disk with something on it,
/// as its process sees it: the page cache, not what would survive a power cut. Says what could not
/// be written; nothing if all was.
std::optional<std::string> write_disks(const sim::World& world, const std::string& folder);

} // namespace orrery::cli
