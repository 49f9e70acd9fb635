#include "core/group/migration.hpp"

#include "core/group/classic_turn.hpp"
#include "core/group/consumer_embedded.hpp"
#include "core/group/consumer_topics.hpp"

#include <algorithm>
#include <utility>

namespace orrery::group {

namespace {

Refusal no_upgrade(const ClassicGroup& classic, const std::string& why) {
    return {wire::Error::group_id_not_found, "Cannot upgrade classic group " + classic.id() +
                                                 " to consumer group because " + why + "."};
}

constexpr const char* malformed = "the embedded consumer protocol is malformed";
constexpr const char* custom_assignor =
    "an unsupported custom assignor is in use. Please refer to the documentation or switch to a "
    "default assignor before re-attempting the upgrade";

/// A classic member's assignment, with its generation as the epoch. The error is a sentence.
Result<OwnedPartitions, const char*> upgraded_assignment(const ClassicMember& member,
                                                         const metadata::Image& image,
                                                         std::int32_t generation) {
    OwnedPartitions owned;
    if (member.assignment.empty())
        return owned;
    const auto assignment = read_assignment(member.assignment);
    if (!assignment)
        return failure(malformed);
    if (assignment->user_data && !assignment->user_data->empty())
        return failure(custom_assignor);
    for (const auto& topic : assignment->assigned_partitions)
        if (const metadata::Topic* known = image.topic(std::string_view(topic.topic)))
            for (const std::int32_t partition : topic.partitions)
                owned[known->id][partition] = generation;
    return owned;
}

Result<ConsumerMember, const char*> upgraded_member(const ClassicMember& old,
                                                    const ClassicGroup& classic,
                                                    const metadata::Image& image) {
    const Bytes* metadata = old.metadata(*classic.protocol());
    const auto subscription = metadata ? read_subscription(*metadata) : std::nullopt;
    if (!subscription)
        return failure(malformed);
    auto owned = upgraded_assignment(old, image, classic.generation());
    if (!owned)
        return failure(owned.error());
    ConsumerMember member;
    member.epoch = classic.generation();
    member.previous_epoch = classic.generation();
    member.instance_id = old.instance_id;
    if (subscription->rack_id && !subscription->rack_id->empty())
        member.rack_id = subscription->rack_id;
    member.rebalance_timeout_ms = old.rebalance_timeout_ms;
    member.client_id = old.client_id;
    member.client_host = old.client_host;
    member.topics = as_subscription(subscription->topics);
    member.assigned = std::move(*owned);
    member.classic.emplace().session_timeout_ms = old.session_timeout_ms;
    for (const ClassicProtocol& protocol : old.protocols)
        member.classic->supported_protocols.push_back({protocol.name, protocol.metadata, {}});
    return member;
}

std::optional<Refusal> upgrade_forbidden(const Context& context, const ClassicGroup& classic) {
    const MigrationPolicy policy = context.settings.migration;
    if (policy != MigrationPolicy::upgrade && policy != MigrationPolicy::bidirectional)
        return no_upgrade(classic, "online upgrade is disabled");
    if (!classic.uses_consumer_protocol())
        return no_upgrade(classic, "the group does not use the consumer embedded protocol");
    if (classic.members().size() > static_cast<std::size_t>(context.settings.consumer_max_size))
        return no_upgrade(classic, "the group size exceeds the consumer group maximum size");
    if (!classic.protocol())
        return Refusal{wire::Error::unknown_server_error, std::nullopt};
    return std::nullopt;
}

bool allows_downgrade(MigrationPolicy policy) {
    return policy == MigrationPolicy::downgrade || policy == MigrationPolicy::bidirectional;
}

/// What all members can, and of that what most put first.
std::string chosen_protocol(const FlatMap<std::string, const ConsumerMember*>& members) {
    Counts known;
    for (const auto& [id, member] : members)
        for (const auto& protocol : member->classic->supported_protocols)
            count(known, protocol.name, 1);
    Counts votes;
    for (const auto& [id, member] : members)
        for (const auto& protocol : member->classic->supported_protocols)
            if (*known.find(protocol.name) == static_cast<std::int32_t>(members.size())) {
                count(votes, protocol.name, 1);
                break;
            }
    std::string chosen;
    std::int32_t most = 0;
    for (const auto& [name, members_for] : votes)
        if (members_for > most) {
            most = members_for;
            chosen = name;
        }
    return chosen;
}

Bytes protocol_metadata(const ConsumerMember& member, const std::string& protocol) {
    for (const auto& supported : member.classic->supported_protocols)
        if (supported.name == protocol)
            return supported.metadata;
    return {};
}

/// The consumer group's tombstones; a replaced member has its new id already.
void write_consumer_end(const DowngradeInput& input, const ReplacingMember* joining,
                        std::vector<Record>& records) {
    std::vector<std::string> ids;
    for (const auto& [id, member] : input.state.members())
        ids.push_back(joining && id == joining->replaced ? joining->id : id);
    for (const std::string& id : ids)
        records.push_back(current_assignment_tombstone(input.id, id));
    for (const std::string& id : ids)
        records.push_back(target_assignment_tombstone(input.id, id));
    records.push_back(target_metadata_tombstone(input.id));
    for (const std::string& id : ids)
        records.push_back(member_metadata_tombstone(input.id, id));
    for (const auto& [regex, resolved] : input.state.resolved_regexes())
        records.push_back(regex_tombstone(input.id, regex));
    records.push_back(partition_metadata_tombstone(input.id));
    records.push_back(group_epoch_tombstone(input.id));
}

} // namespace

OrRefusal<Upgrade> upgrade_group(const Context& context, const ClassicGroup& classic) {
    if (const auto forbidden = upgrade_forbidden(context, classic))
        return failure(*forbidden);
    const std::string& id = classic.id();
    std::vector<Record> members;
    std::vector<Record> targets;
    std::vector<Record> currents;
    WantedTopics wanted;
    for (const auto& [member_id, old] : classic.members()) {
        const auto member = upgraded_member(*old, classic, context.image);
        if (!member)
            return failure(no_upgrade(classic, member.error()));
        for (const std::string& topic : member->topics)
            count_by_name(wanted, topic, +1);
        members.push_back(member_metadata_record(id, member_id, *member));
        targets.push_back(
            target_assignment_record(id, member_id, plain_assignment(member->assigned)));
        currents.push_back(current_assignment_record(id, member_id, *member));
    }
    Upgrade upgrade{ConsumerGroup(id), {}};
    GroupMetadata tombstone;
    tombstone.key.group = id;
    TopicHashes hashes;
    auto& records = upgrade.records;
    records.emplace_back(std::move(tombstone));
    std::move(members.begin(), members.end(), std::back_inserter(records));
    records.push_back(
        group_epoch_record(id, classic.generation(), group_hash(context.image, wanted, hashes)));
    std::move(targets.begin(), targets.end(), std::back_inserter(records));
    records.push_back(target_metadata_record(id, classic.generation(), 0));
    std::move(currents.begin(), currents.end(), std::back_inserter(records));
    for (const Record& record : records)
        upgrade.group.apply(record);
    upgrade.group.start_classic_sessions(context);
    return upgrade;
}

bool may_downgrade(const Settings& settings, const ConsumerState& state,
                   const std::vector<std::string>& leaving) {
    const std::size_t left = state.members().size() - leaving.size();
    auto classic = static_cast<std::size_t>(state.classic_members());
    for (const std::string& id : leaving)
        if (state.member(id)->uses_classic_protocol())
            --classic;
    return allows_downgrade(settings.migration) && left > 0 && classic == left &&
           left <= static_cast<std::size_t>(settings.max_size);
}

bool may_downgrade_by(const Settings& settings, const ConsumerState& state,
                      const std::string& replaced) {
    const std::size_t members = state.members().size();
    return allows_downgrade(settings.migration) &&
           !state.member(replaced)->uses_classic_protocol() &&
           static_cast<std::size_t>(state.classic_members()) == members - 1 &&
           members <= static_cast<std::size_t>(settings.max_size);
}

void write_downgrade(const DowngradeInput& input, const std::vector<std::string>& leaving,
                     const ReplacingMember* joining, Decision& decision) {
    write_consumer_end(input, joining, decision.records);
    FlatMap<std::string, const ConsumerMember*> members;
    for (const auto& [id, member] : input.state.members())
        if (std::find(leaving.begin(), leaving.end(), id) == leaving.end() &&
            (!joining || id != joining->replaced))
            members[id] = &*member;
    if (joining)
        members[joining->id] = &joining->member;
    GroupMetadata record;
    record.key.group = input.id;
    record.version = 3;
    auto& value = record.value.emplace();
    value.protocol_type = "consumer";
    value.generation = input.state.epoch();
    value.protocol = chosen_protocol(members);
    value.leader = members.begin()->first;
    value.current_state_timestamp = input.now.wall_ms;
    decision.downgrade.emplace();
    for (const auto& [id, member] : members) {
        auto& stored = value.members.emplace_back();
        stored.member_id = id;
        stored.group_instance_id = member->instance_id;
        stored.client_id = member->client_id;
        stored.client_host = member->client_host;
        stored.rebalance_timeout = member->rebalance_timeout_ms;
        stored.session_timeout = member->classic->session_timeout_ms;
        stored.subscription = protocol_metadata(*member, *value.protocol);
        const std::string& known_as = joining && id == joining->id ? joining->replaced : id;
        stored.assignment =
            assignment_bytes(input.state.target(known_as), input.image, stored.subscription);
        decision.downgrade->members.emplace_back(id, *member->classic);
    }
    decision.records.emplace_back(std::move(record));
}

void ClassicTurn::downgraded(const Downgrade& downgrade) {
    group.supported_.clear();
    for (const auto& [id, known] : downgrade.members) {
        Cow<ClassicMember>* member = group.members_.find(id);
        if (!member)
            continue;
        auto& protocols = member->edit().protocols;
        protocols.clear();
        for (const auto& protocol : known.supported_protocols) {
            protocols.push_back({protocol.name, protocol.metadata});
            ++group.supported_[protocol.name];
        }
    }
    if (downgrade.rebalance)
        prepare_rebalance(*downgrade.rebalance);
}

void finish_downgrade(const Context& context, const Downgrade& downgrade, ClassicGroup& group,
                      ClassicOutcome& out) {
    group.loaded(context, out);
    ClassicTurn{group, context, out}.downgraded(downgrade);
}

} // namespace orrery::group
