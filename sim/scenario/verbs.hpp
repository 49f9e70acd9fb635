// Verbs that clients do: an admin's as its actions, a consumer's as its application's deeds.
#pragma once

#include "core/client/admin_actions.hpp"
#include "core/client/reading.hpp"
#include "sim/scenario/scenario.hpp"

#include <string_view>

namespace orrery::sim {

bool is_admin_verb(std::string_view name);
client::AdminAction create_topic(const TopicPlan& topic);
client::AdminAction action_of(const Verb& verb);

/// None: it is no verb of a consumer.
std::optional<client::ConsumerDeed> deed_of(const Verb& verb);
/// "stops to poll"
std::string words_of(const client::ConsumerDeed& deed);

} // namespace orrery::sim
