// The uniform assignor where members are subscribed to different topics, so that not everybody can
// take everything. It works topic by topic, and within a topic as water finds its level:
//
//   1. Keep: each member keeps what it has of the topics that it is still subscribed to.
//   2. Deal: topics with the most partitions per subscriber first, each partition that nobody holds
//      goes to the subscriber with the fewest partitions of all topics.
//   3. Level: within each topic, the subscriber with the most hands a partition of that topic to
//   the
//      one with the fewest, until they differ by one at most. Levelling a topic can tilt another,
//      so all are gone through again until one whole round moves nothing, or 16 rounds are over.
//
// Members that share a topic thus end within one of each other where that topic's partitions allow
// it; a chain (A and B share one topic, B and C another) may still be uneven end to end.
#pragma once

#include "core/group/numbered_topics.hpp"

namespace orrery::group {

/// uniform_assignment() of a group whose subscriptions differ.
GroupAssignment uniform_heterogeneous_assignment(const AssignableGroup& group,
                                                 const NumberedTopics& topics,
                                                 const NumberedSubscriptions& wanted);

} // namespace orrery::group
