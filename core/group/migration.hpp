// Online migration (KIP-848): a group of the classic protocol becomes a consumer group when its
// first member of the consumer protocol comes, and a classic one again when the last of them goes.
// In between, members of both protocols are in it. group.consumer.migration.policy says which way a
// group may go.
//
// Sources: GroupMetadataManager (convertToConsumerGroup, convertToClassicGroup),
// ConsumerGroup.fromClassicGroup, ClassicGroup.fromConsumerGroup.
#pragma once

#include "core/group/classic_group.hpp"
#include "core/group/consumer_group.hpp"
#include "core/group/consumer_update.hpp"

#include <string>
#include <vector>

namespace orrery::group {

/// A consumer group made of a classic one, and the records that make it: of the classic group's
/// end, and of all that the new one knows.
struct Upgrade {
    ConsumerGroup group;
    std::vector<Record> records;
};
/// GROUP_ID_NOT_FOUND if the policy forbids it, if the group is none of consumers, is too large, or
/// speaks what can't be read or kept; UNKNOWN_SERVER_ERROR (as in Kafka) if it has not chosen its
/// protocol yet.
OrRefusal<Upgrade> upgrade_group(const Context& context, const ClassicGroup& classic);

/// The group that is to become classic.
struct DowngradeInput {
    const metadata::Image& image;
    const Now& now;
    const std::string& id;
    const ConsumerState& state;
};
/// A static member of the classic protocol that takes the place of one of the consumer protocol.
struct ReplacingMember {
    std::string id;
    ConsumerMember member;
    std::string replaced;
};
/// Without these members only such of the classic protocol are left, and the policy allows it.
bool may_downgrade(const Settings& settings, const ConsumerState& state,
                   const std::vector<std::string>& leaving);
/// The same when a member of the classic protocol takes the place of this static one.
bool may_downgrade_by(const Settings& settings, const ConsumerState& state,
                      const std::string& replaced);
/// Writes the end of the consumer group, and the classic one without `leaving`. `joining` may be
/// null.
void write_downgrade(const DowngradeInput& input, const std::vector<std::string>& leaving,
                     const ReplacingMember* joining, Decision& decision);
/// The records of write_downgrade() have been applied: sessions begin, members join again.
void finish_downgrade(const Context& context, const Downgrade& downgrade, ClassicGroup& group,
                      ClassicOutcome& out);

} // namespace orrery::group
