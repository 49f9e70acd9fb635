// Racks, as the assignors see them (KIP-881): a member reads more cheaply from a replica in its own
// rack. They make a difference only if some member's rack has replicas at all, and not every
// partition has replicas in all the racks that any has.
#pragma once

#include "core/client/assignor_view.hpp"

#include <string>

namespace orrery::client {

class Racks {
public:
    /// The racks of some members and some partitions, all by number.
    Racks(const AssignorView& view, const Numbers& members, const Numbers& partitions);

    /// Some member has a rack.
    bool known() const { return !names_.empty(); }
    /// Racks make a difference here.
    bool matter() const { return matter_; }
    /// The member has a rack, and the partition has a replica in it.
    bool near(std::size_t member, std::size_t partition) const;
    /// The member has a rack, and the partition has no replica in it.
    bool far(std::size_t member, std::size_t partition) const {
        return rack_of_[member] != no_rack && !near(member, partition);
    }
    /// How many members are in racks of the partition's replicas.
    std::size_t members_near(std::size_t partition) const;

private:
    static constexpr std::size_t no_rack = static_cast<std::size_t>(-1);
    std::size_t rack_number(std::string_view rack);

    bool matter_ = false;
    std::vector<std::string> names_; ///< of members' racks
    Numbers members_in_;             ///< by rack: how many
    Numbers rack_of_;                ///< by member, of all members
    /// By partition, of all: those racks that members have, ascending. Empty unless known().
    std::vector<Numbers> racks_of_;
};

} // namespace orrery::client
