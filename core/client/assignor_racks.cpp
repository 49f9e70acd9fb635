#include "core/client/assignor_racks.hpp"

#include <algorithm>
#include <set>

namespace orrery::client {

Racks::Racks(const AssignorView& view, const Numbers& members, const Numbers& partitions)
    : rack_of_(view.members(), no_rack) {
    for (const std::size_t member : members)
        if (const std::string_view rack = view.rack_of(member); !rack.empty()) {
            rack_of_[member] = rack_number(rack);
            ++members_in_[rack_of_[member]];
        }
    if (names_.empty())
        return;
    racks_of_.resize(view.partitions());
    std::set<std::set<std::string>> kinds; // of partitions, by the racks of their replicas
    std::set<std::string> all;
    for (const std::size_t partition : partitions) {
        const std::vector<std::string> racks = view.racks_of(partition);
        std::set<std::string> kind(racks.begin(), racks.end());
        for (std::size_t rack = 0; rack < names_.size(); ++rack)
            if (kind.contains(names_[rack]))
                racks_of_[partition].push_back(rack);
        all.insert(kind.begin(), kind.end());
        kinds.insert(std::move(kind));
    }
    const bool shared = std::any_of(names_.begin(), names_.end(),
                                    [&](const std::string& rack) { return all.contains(rack); });
    matter_ = shared && (kinds.size() > 1 || *kinds.begin() != all);
}

std::size_t Racks::rack_number(std::string_view rack) {
    const auto at = std::find(names_.begin(), names_.end(), rack);
    if (at != names_.end())
        return static_cast<std::size_t>(at - names_.begin());
    names_.emplace_back(rack);
    members_in_.push_back(0);
    return names_.size() - 1;
}

bool Racks::near(std::size_t member, std::size_t partition) const {
    if (rack_of_[member] == no_rack)
        return false;
    const Numbers& racks = racks_of_[partition];
    return std::binary_search(racks.begin(), racks.end(), rack_of_[member]);
}

std::size_t Racks::members_near(std::size_t partition) const {
    std::size_t members = 0;
    if (!known())
        return members;
    for (const std::size_t rack : racks_of_[partition])
        members += members_in_[rack];
    return members;
}

} // namespace orrery::client
