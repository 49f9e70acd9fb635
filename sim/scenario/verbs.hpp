// Verbs that an admin client does, as its actions.
#pragma once

#include "core/client/admin_actions.hpp"
#include "sim/scenario/scenario.hpp"

#include <string_view>

namespace orrery::sim {

bool is_admin_verb(std::string_view name);
client::AdminAction create_topic(const TopicPlan& topic);
client::AdminAction action_of(const Verb& verb);

} // namespace orrery::sim
