// What deciding about a group sees and what it comes to. Deciding changes no state that the log
// holds: it yields records, and when they have been appended, applying them does. What is not in
// the log (timers, members that wait in JoinGroup) may change at once.
#pragma once

#include "core/base/exchange.hpp"
#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "core/group/messages.hpp"
#include "core/group/record.hpp"
#include "core/group/settings.hpp"
#include "core/metadata/image.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orrery::group {

/// What a decision may look at beside the group.
struct Context {
    const Now& now;
    const metadata::Image& image; ///< topics, their ids, partitions and racks; configs of groups
    const Settings& settings;
    Random& random; ///< member ids come from it
};

/// A consumer group whose last member of the consumer protocol goes, becomes a classic one by the
/// decision's records; what they do not say of it.
struct Downgrade {
    /// All that its members can; the records have only what was chosen of it.
    std::vector<
        std::pair<std::string, wire::ConsumerGroupMemberMetadataValue::ClassicMemberMetadata>>
        members;
    std::optional<std::string> rebalance; ///< why they have to join again; none: they need not
};

/// Records to append as one batch, and who is answered when they are committed (at once, if there
/// are none).
struct Decision {
    std::vector<Record> records;
    std::vector<Reply<Response>> replies;
    std::vector<Note> notes; ///< facts to tell when the records have been appended
    std::optional<Downgrade> downgrade = std::nullopt;
};

} // namespace orrery::group
