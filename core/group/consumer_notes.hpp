// The facts that a consumer group tells. `text` begins with the group's id and a blank.
#pragma once

#include "core/group/consumer_state.hpp"
#include "core/group/decision.hpp"
#include "core/metadata/image.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace orrery::group {

/// "orders-0,1 clicks-4", topics in order of their ids; "nothing".
std::string partitions_text(const metadata::Image& image, const MemberAssignment& partitions);
std::string partitions_text(const metadata::Image& image, const OwnedPartitions& partitions);

/// member_joined, member_left or member_fenced; `detail` is the member, and why.
void note_member(Decision& decision, Fact fact, const std::string& group, std::int32_t epoch,
                 std::size_t members, std::string_view detail);
/// A target assignment was made, for each member.
void note_target(Decision& decision, const metadata::Image& image, const std::string& group,
                 std::int32_t epoch, std::string_view assignor,
                 const ConsumerState::Targets& targets);
/// What a member has from now on, and of that, what it has to give up.
void note_reconciled(Decision& decision, const metadata::Image& image, const std::string& group,
                     const std::string& member, const ConsumerMember& value);
/// The group's state is another, if it is.
void note_state(Decision& decision, const std::string& group, std::string_view before,
                std::string_view after, std::int32_t epoch, std::int32_t assignment_epoch,
                std::size_t members);

} // namespace orrery::group
