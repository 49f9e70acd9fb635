// A consumer in a group of the classic protocol: what it does in poll() to be a member, which
// partitions it gives up before it joins and takes in after, and what it decides when it leads.
//
// Eager members give up all they have before each join. Cooperative ones (all assignors are
// cooperative-sticky) keep what they have; who is told to give something up does so when the
// assignment comes and joins again at once, so that it can be given to its next owner (KIP-429).
//
// Source: ConsumerCoordinator.
#include "core/client/consumer.hpp"
#include "core/client/consumer_protocol.hpp"
#include "core/client/topic_pattern.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

/// How long close() may take: Kafka's default.
constexpr Duration close_timeout = seconds(30);

} // namespace

void ConsumerProcess::start_group() {
    group_.emplace();
    group_->subscribed = reading_->subscribes();
    group_->topics = reading_->topics;
    std::sort(group_->topics.begin(), group_->topics.end());
    group_->topics.erase(std::unique(group_->topics.begin(), group_->topics.end()),
                         group_->topics.end());
    for (const std::string& topic : group_->topics)
        network_.want_topic(topic);
    if (group_->subscribed)
        network_.keep_replicas();
    if (!reading_->pattern.empty())
        network_.want_all_topics();
}

// --- beside the application
// -----------------------------------------------------------------------

void ConsumerProcess::keep_membership(Turn& turn) {
    GroupTurn group = group_turn(turn);
    if (in_poll())
        group_->poll_deadline = never;
    if (modern())
        group_->modern.beat(group, group_->link, wanted(), group_->poll_deadline);
    else
        group_->member.beat(group, group_->link, group_->poll_deadline);
}

void ConsumerProcess::on_group_answer(Turn& turn, const Chain& frame,
                                      const wire::AnsweredRequest& answer) {
    GroupTurn group = group_turn(turn);
    if (group_->committed.tag == answer.tag)
        on_committed(turn, frame, answer);
    else if (!group_->link.on_answer(group, frame, answer) &&
             !group_->member.on_answer(group, group_->link, frame, answer) &&
             !group_->modern.on_answer(group, group_->link, frame, answer))
        group_->commits.on_answer(group, group_->link, frame, answer);
}

void ConsumerProcess::on_group_failed(Turn& turn, const wire::FailedRequest& failed) {
    GroupTurn group = group_turn(turn);
    if (group_->committed.tag == failed.tag) {
        group_->committed.tag.reset();
        group_->link.lose(group, "the connection to the coordinator was lost");
        committed_later(turn);
    } else if (!group_->link.on_failed(group, failed) &&
               !group_->member.on_failed(group, group_->link, failed) &&
               !group_->modern.on_failed(group, group_->link, failed)) {
        group_->commits.on_failed(group, group_->link, failed);
    }
}

std::optional<Instant> ConsumerProcess::group_wakeup(Instant now) const {
    std::optional<Instant> at = group_->link.wakeup(now);
    at = earlier(at, modern() ? group_->modern.wakeup(now) : group_->member.wakeup(now));
    at = earlier(at, group_->commits.wakeup(now));
    for (const Instant due :
         {group_->committed.retry_at, group_->poll_deadline, group_->closing_deadline})
        if (due > now && due != never)
            at = earlier(at, due);
    if (commits_automatically() && in_poll() && owns_any() && group_->next_auto_commit > now)
        at = earlier(at, group_->next_auto_commit);
    return at;
}

// --- in poll()
// ------------------------------------------------------------------------------------

void ConsumerProcess::poll_group(Turn& turn) {
    if (group_->link.fatal() != wire::Error::none)
        return on_fatal(turn, std::string(wire::name_of(group_->link.fatal())));
    const std::string& fatal = modern() ? group_->modern.fatal() : group_->member.fatal();
    if (!fatal.empty())
        return on_fatal(turn, fatal);
    if (std::exchange(group_->unsubscribing, false))
        unsubscribe_now(turn);
    if (!reading_->pattern.empty() && !is_topic_pattern(reading_->pattern))
        return on_fatal(turn, "the pattern can't be read: " + reading_->pattern);
    if (group_->subscribed && modern()) {
        poll_modern(turn);
    } else if (group_->subscribed) {
        notice_metadata();
        join_if_needed(turn);
    }
    auto_commit(turn);
}

/// What poll() throws ends most applications.
void ConsumerProcess::on_fatal(Turn& turn, const std::string& why) {
    last_error_ = why;
    turn.out.push_back(Note{Fact::client_failed, config_->group.id, -1, {}, why});
    end(turn, false, why);
}

void ConsumerProcess::join_if_needed(Turn& turn) {
    GroupTurn group = group_turn(turn);
    Membership& member = group_->member;
    if (const auto assignment = member.take_assignment())
        complete_join(turn, *assignment);
    if (member.state() == JoinState::assigning)
        lead(turn);
    if (!member.rejoin_needed() || !member.may_join(turn.now.instant) || !group_->link.ready(group))
        return;
    if (member.lost_generation() && owns_any())
        group_->prepared = false;
    if (!group_->prepared && !prepare_to_join(turn))
        return;
    group_->prepared = true;
    member.join(group, group_->link, offers());
}

bool ConsumerProcess::cooperative() const {
    const auto& assignors = config_->group.assignors;
    return std::all_of(assignors.begin(), assignors.end(),
                       [](Assignor assignor) { return assignor == Assignor::cooperative_sticky; });
}

/// Gives up what must be given up before joining. False while a commit for it is under way.
bool ConsumerProcess::prepare_to_join(Turn& turn) {
    const Membership& member = group_->member;
    if (member.lost_generation()) {
        group_->before_joining = 0;
        if (owns_any())
            disown(turn, Fact::partitions_lost, owned(), member.generation());
        return true;
    }
    if (commits_automatically() && owns_any() && group_->before_joining == 0) {
        group_->before_joining =
            begin_commit(turn, CommitKind::before_revocation, config_->group.max_poll_interval);
        for (ConsumerPartition& partition : partitions_)
            partition.leaving = partition.owned && !cooperative();
    }
    if (group_->commits.pending(group_->before_joining))
        return false;
    group_->before_joining = 0;
    TopicPartitions gone = owned();
    if (cooperative())
        gone.erase_if([&](const auto& entry) {
            return std::binary_search(group_->topics.begin(), group_->topics.end(), entry.first);
        });
    if (!gone.empty())
        disown(turn, Fact::partitions_revoked, gone, member.generation());
    return true;
}

std::vector<std::pair<Assignor, Bytes>> ConsumerProcess::offers() const {
    std::vector<std::pair<Assignor, Bytes>> all;
    for (const Assignor assignor : config_->group.assignors) {
        Subscription said;
        said.topics = group_->topics;
        said.generation = group_->last_generation;
        said.owned = assignor == Assignor::sticky ? group_->last_assignment : owned();
        if (!config_->common.client_rack.empty())
            said.rack = config_->common.client_rack;
        if (auto bytes = subscription_bytes(assignor, said))
            all.emplace_back(assignor, std::move(*bytes));
    }
    return all;
}

/// By name, or by a pattern whose latest match this member's metadata may not show yet.
bool ConsumerProcess::subscribes_to(const std::string& topic) const {
    return std::binary_search(group_->topics.begin(), group_->topics.end(), topic) ||
           (!reading_->pattern.empty() && !matching_topics(reading_->pattern, {topic}).empty());
}

void ConsumerProcess::complete_join(Turn& turn, const Bytes& bytes) {
    group_->prepared = false;
    Membership& member = group_->member;
    const auto assigned = read_assignment(bytes);
    if (!assigned)
        return on_fatal(turn, "the assignment can't be read");
    for (const auto& [topic, indexes] : *assigned)
        if (!subscribes_to(topic))
            return member.ask_rejoin("received assignments do not match subscription");
    group_->last_assignment = *assigned;
    group_->last_generation = member.generation();
    if (!member.leader())
        group_->assigned_from.clear();
    const TopicPartitions before = owned();
    const TopicPartitions gone = without(before, *assigned);
    if (!gone.empty()) {
        disown(turn, Fact::partitions_revoked, gone, member.generation());
        member.ask_rejoin("need to revoke partitions and re-join");
    }
    for (ConsumerPartition& partition : partitions_)
        partition.leaving = false;
    group_->next_auto_commit = turn.now.instant + config_->group.auto_commit_interval;
    own(turn, without(*assigned, before), member.generation());
}

// --- leading
// --------------------------------------------------------------------------------------

/// The topics as we know them, for an assignor.
std::vector<AssignableTopic>
ConsumerProcess::assignable(const std::vector<std::string>& topics) const {
    std::vector<AssignableTopic> all;
    const ClusterMetadata& metadata = network_.metadata();
    for (const std::string& name : topics) {
        const std::size_t index = metadata.find_topic({}, name);
        if (index == metadata.topics().size() || !metadata.topic(index).known)
            continue;
        AssignableTopic& topic = all.emplace_back();
        topic.name = name;
        const auto& partitions = metadata.topic(index).partitions;
        topic.partitions = static_cast<std::int32_t>(partitions.size());
        for (const PartitionInfo& partition : partitions) {
            auto& racks = topic.racks.emplace_back();
            for (const NodeId replica : partition.replicas)
                if (const BrokerInfo* broker = metadata.broker(replica);
                    broker != nullptr && !broker->rack.empty())
                    racks.push_back(broker->rack);
        }
    }
    return all;
}

/// Decides for all members, as soon as the metadata of all their topics is there.
void ConsumerProcess::lead(Turn& turn) {
    Membership& member = group_->member;
    GroupTurn group = group_turn(turn);
    group_->group_topics.clear();
    for (const Subscription& one : member.members())
        group_->group_topics.insert(group_->group_topics.end(), one.topics.begin(),
                                    one.topics.end());
    auto& topics = group_->group_topics;
    std::sort(topics.begin(), topics.end());
    topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
    bool known = true;
    for (const std::string& topic : topics) {
        const TopicInfo& info = network_.metadata().topic(network_.want_topic(topic));
        known = known && (info.known || info.error != wire::Error::none);
    }
    if (!known)
        return;
    group_->assigned_from = assignable(topics);
    std::vector<TopicPartitions> decision;
    if (!member.skips_assignment() && member.assignor())
        decision = assign(*member.assignor(), group_->assigned_from, member.members());
    member.sync(group, group_->link, decision);
}

/// A leader that sees other partitions than it has assigned calls its group together again.
void ConsumerProcess::notice_metadata() {
    Membership& member = group_->member;
    if (!reading_->pattern.empty() && group_->matched_in != network_.metadata_version()) {
        group_->matched_in = network_.metadata_version();
        match_pattern();
    }
    if (member.leader() && member.state() == JoinState::stable && !member.rejoin_needed() &&
        assignable(group_->group_topics) != group_->assigned_from)
        member.ask_rejoin("cached metadata has changed");
}

/// Subscribes to what matches the pattern now; other topics than before are worth a rebalance.
void ConsumerProcess::match_pattern() {
    std::vector<std::string> names;
    for (const NamedTopic& topic : network_.metadata().all_topics())
        if (!topic.internal || !config_->group.exclude_internal_topics)
            names.push_back(topic.name);
    std::vector<std::string> topics = matching_topics(reading_->pattern, names);
    if (topics == group_->topics)
        return;
    group_->topics = std::move(topics);
    for (const std::string& topic : group_->topics)
        network_.want_topic(topic);
    if (group_->member.state() == JoinState::stable)
        group_->member.ask_rejoin("the topics that match the pattern have changed");
}

// --- the end
// --------------------------------------------------------------------------------------

/// What a fact says of when it was: the generation, or the member's epoch.
std::int32_t ConsumerProcess::generation() const {
    return modern() ? group_->modern.epoch() : group_->member.generation();
}

/// The group has dropped us: what we have may be another's already.
bool ConsumerProcess::lost_membership() const {
    return modern() ? !group_->modern.in_group() : group_->member.lost_generation();
}

void ConsumerProcess::unsubscribe_now(Turn& turn) {
    GroupTurn group = group_turn(turn);
    if (owns_any())
        disown(turn, lost_membership() ? Fact::partitions_lost : Fact::partitions_revoked, owned(),
               generation());
    if (group_->subscribed && modern())
        group_->modern.leave(group, group_->link);
    else if (group_->subscribed)
        group_->member.leave(group, group_->link, "the consumer unsubscribed from all topics");
    group_->subscribed = false;
    group_->topics.clear();
}

/// close(): a last commit, then leaving, then the end, which comes in any case with the timeout.
void ConsumerProcess::close_group(Turn& turn) {
    if (group_->closing == Closing::asked) {
        group_->closing = Closing::committing;
        group_->closing_deadline = turn.now.instant + close_timeout;
        if (commits_automatically() && !all_consumed().empty())
            group_->closing_commit = begin_commit(turn, CommitKind::before_close, close_timeout);
    }
    if (turn.now.instant >= group_->closing_deadline)
        return end(turn, true, "the consumer is closed");
    if (group_->closing == Closing::committing) {
        if (group_->commits.pending(group_->closing_commit))
            return;
        unsubscribe_now(turn);
        group_->closing = Closing::leaving;
    }
    if (!group_->member.leaving() && !group_->modern.leaving() && !group_->commits.any_pending())
        end(turn, true, "the consumer is closed");
}

} // namespace orrery::client
