// Making a consumer group's target assignment: which assignor, how often, and what it is given.
#include "core/group/assignor.hpp"
#include "core/group/consumer_update.hpp"

#include <algorithm>
#include <utility>

namespace orrery::group {

namespace {

/// The topics that a member is subscribed to and that there are. Members of one group tend to want
/// the same, so the last answer is kept.
class SubscribedTopics {
public:
    SubscribedTopics(const metadata::Image& image, const ConsumerState& state)
        : image_(image), state_(state) {}

    const std::vector<Uuid>& of(const ConsumerMember& member) {
        if (known_ && topics_ == member.topics && regex_ == member.regex)
            return ids_;
        known_ = true;
        topics_ = member.topics;
        regex_ = member.regex;
        ids_.clear();
        add(member.topics);
        if (!member.regex.empty())
            if (const ResolvedRegex* resolved = state_.resolved(member.regex))
                add(resolved->topics);
        std::sort(ids_.begin(), ids_.end());
        ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
        all_.insert(all_.end(), ids_.begin(), ids_.end());
        return ids_;
    }
    /// All that were asked for until now.
    std::vector<AssignableTopic> all() {
        std::sort(all_.begin(), all_.end());
        all_.erase(std::unique(all_.begin(), all_.end()), all_.end());
        std::vector<AssignableTopic> topics;
        for (const Uuid& id : all_)
            topics.push_back({id, static_cast<std::int32_t>(image_.topic(id)->partitions.size())});
        return topics;
    }

private:
    void add(const std::vector<std::string>& names) {
        for (const std::string& name : names)
            if (const metadata::Topic* topic = image_.topic(std::string_view(name)))
                ids_.push_back(topic->id);
    }

    const metadata::Image& image_;
    const ConsumerState& state_;
    bool known_ = false;
    std::vector<std::string> topics_;
    std::string regex_;
    std::vector<Uuid> ids_;
    std::vector<Uuid> all_;
};

/// An assignor by its name or Kafka's class; null: there is none.
AssignmentResult (*assignor_named(std::string_view name))(const AssignableGroup&) {
    if (name == "uniform" || name == "org.apache.kafka.coordinator.group.assignor.UniformAssignor")
        return uniform_assignment;
    if (name == "range" || name == "org.apache.kafka.coordinator.group.assignor.RangeAssignor")
        return range_assignment;
    return nullptr;
}

/// A config of the group, or else the broker's setting for all.
Duration group_setting(const Context& context, const std::string& group, std::string_view name,
                       Duration of_broker, Duration least, Duration most) {
    const std::string* text = context.image.config({metadata::ResourceType::group, group}, name);
    const auto number = text ? metadata::parse_number(*text) : std::nullopt;
    return number ? std::clamp(milliseconds(*number), least, std::max(least, most)) : of_broker;
}

} // namespace

std::string preferred_assignor(const Counts& counts, const Settings& settings) {
    std::string preferred =
        settings.consumer_assignors.empty() ? "uniform" : settings.consumer_assignors.front();
    std::int32_t most = 0;
    for (const std::string& name : settings.consumer_assignors)
        if (const std::int32_t* members = counts.find(name); members && *members > most) {
            most = *members;
            preferred = name;
        }
    for (const auto& [name, members] : counts) // of a broker that had other assignors
        if (members > most) {
            most = members;
            preferred = name;
        }
    return preferred;
}

Duration session_timeout(const Context& context, const std::string& group) {
    const Settings& broker = context.settings;
    return group_setting(context, group, "consumer.session.timeout.ms",
                         broker.consumer_session_timeout, broker.consumer_min_session_timeout,
                         broker.consumer_max_session_timeout);
}

Duration heartbeat_interval(const Context& context, const std::string& group) {
    const Settings& broker = context.settings;
    return group_setting(context, group, "consumer.heartbeat.interval.ms",
                         broker.consumer_heartbeat, broker.consumer_min_heartbeat,
                         broker.consumer_max_heartbeat);
}

Duration assignment_interval(const Context& context, const std::string& group) {
    const Settings& broker = context.settings;
    return group_setting(
        context, group, "consumer.assignment.interval.ms", broker.consumer_assignment_interval,
        broker.consumer_min_assignment_interval, broker.consumer_max_assignment_interval);
}

bool may_assign(const ConsumerState& state, Duration interval, std::int64_t now_ms) {
    const std::int64_t last = state.assignment_timestamp_ms();
    return last == 0 || interval == Duration{} || now_ms >= last + interval.ms();
}

std::optional<ConsumerState::Targets>
make_target(const Context& context, const ConsumerState& state, const std::string& assignor,
            const std::string& id, const ConsumerMember& updated, const std::string& replaced) {
    const auto assign = assignor_named(assignor);
    if (!assign)
        return std::nullopt;
    bool has_updated = false;
    AssignableGroup group;
    group.members.reserve(state.members().size() + 1);
    SubscribedTopics topics(context.image, state);
    const auto add = [&](const std::string& member_id, const ConsumerMember& member,
                         const std::string& known_as) {
        group.members.push_back(
            {member_id, member.instance_id, topics.of(member), state.target(known_as)});
    };
    const std::string& updated_known_as = replaced.empty() ? id : replaced;
    for (const auto& [member_id, member] : state.members()) {
        if (!has_updated && id <= member_id) {
            add(id, updated, updated_known_as);
            has_updated = true;
        }
        if (member_id != id && member_id != replaced)
            add(member_id, *member, member_id);
    }
    if (!has_updated)
        add(id, updated, updated_known_as);
    group.topics = topics.all();
    auto assigned = assign(group);
    if (!assigned)
        return std::nullopt;
    ConsumerState::Targets targets;
    for (std::size_t i = 0; i < group.members.size(); ++i)
        targets[group.members[i].id] = std::move((*assigned)[i]);
    return targets;
}

} // namespace orrery::group
