#include "core/group/consumer_update.hpp"

#include "core/group/consumer_notes.hpp"
#include "core/group/consumer_regex.hpp"
#include "core/group/consumer_topics.hpp"

#include <algorithm>
#include <utility>

namespace orrery::group {

namespace {

/// Regular expressions are not looked up again within this time, whatever the reason.
constexpr std::int64_t regex_refresh_min_ms = 10'000;

} // namespace

MemberUpdate::MemberUpdate(const Context& context, const ConsumerGroupView& group, std::string id,
                           Decision& decision)
    : context_(context), group_(group), decision_(decision), id_(std::move(id)),
      group_epoch_(group.state.epoch()), target_epoch_(group.state.assignment_epoch()),
      target_(group.state.target(id_)) {
    const ConsumerMember* known = group_.state.member(id_);
    is_new_ = !known;
    if (known)
        before_ = *known;
    after_ = before_;
}

void MemberUpdate::replace(const std::string& old) {
    replaced_ = old;
    is_new_ = false;
    before_ = *group_.state.member(old);
    before_.epoch = joining_epoch;
    before_.previous_epoch = joining_epoch;
    after_ = before_;
    target_ = group_.state.target(old);
    write_member_tombstones(group_.id, old, decision_.records);
    decision_.records.push_back(member_metadata_record(group_.id, id_, before_));
    decision_.records.push_back(target_assignment_record(group_.id, id_, target_));
    decision_.records.push_back(current_assignment_record(group_.id, id_, before_));
}

bool MemberUpdate::write_subscription() {
    if (after_ == before_ && !is_new_)
        return false;
    decision_.records.push_back(member_metadata_record(group_.id, id_, after_));
    return after_.topics != before_.topics;
}

Counts MemberUpdate::regexes_after() const {
    Counts regexes = group_.state.regexes();
    if (!before_.regex.empty())
        count(regexes, before_.regex, -1);
    if (!after_.regex.empty())
        count(regexes, after_.regex, +1);
    return regexes;
}

OrRefusal<RegexChange> MemberUpdate::update_regex() {
    RegexChange change = RegexChange::none;
    bool needed = false;
    const auto subscribers = [&](const std::string& regex) {
        const std::int32_t* members = group_.state.regexes().find(regex);
        return members ? *members : 0;
    };
    if (after_.regex != before_.regex) {
        change = RegexChange::changed;
        if (!before_.regex.empty() && subscribers(before_.regex) == 1)
            decision_.records.push_back(regex_tombstone(group_.id, before_.regex));
        if (after_.regex.empty()) {
            change = RegexChange::changed_and_resolved;
        } else if (subscribers(after_.regex) == 0) {
            if (const auto wrong = regex_error(after_.regex))
                return failure(Refusal{wire::Error::invalid_regular_expression,
                                       "SubscribedTopicRegex `" + after_.regex +
                                           "` is not a valid regular expression: " + *wrong + "."});
            needed = true;
        } else if (group_.state.resolved(after_.regex)) {
            change = RegexChange::changed_and_resolved;
        }
    }
    if ((!needed && group_.state.regexes().empty()) || group_.timers.resolve_at)
        return change;
    const auto& resolved = group_.state.resolved_regexes();
    const ResolvedRegex* last = resolved.empty() ? nullptr : &resolved.begin()->second;
    const std::int64_t now = context_.now.wall_ms;
    if (last && now <= last->timestamp_ms + regex_refresh_min_ms)
        return change;
    const Counts regexes = regexes_after();
    needed |= regexes.size() != resolved.size();
    needed |= (last ? last->version : 0) < group_.timers.topics_created;
    needed |= !last || now > last->timestamp_ms + context_.settings.regex_refresh.ms();
    if (needed && !regexes.empty())
        group_.timers.resolve_at = context_.now.instant;
    return change;
}

bool MemberUpdate::changes_assignor() const {
    if (before_.assignor == after_.assignor && !is_new_)
        return false;
    Counts counts = group_.state.assignors();
    const std::string preferred = preferred_assignor(counts, context_.settings);
    if (before_.assignor)
        count(counts, *before_.assignor, -1);
    if (after_.assignor)
        count(counts, *after_.assignor, +1);
    return preferred_assignor(counts, context_.settings) != preferred;
}

WantedTopics MemberUpdate::wanted_after() const {
    WantedTopics wanted = group_.state.wanted_topics();
    if (before_.topics != after_.topics || is_new_) {
        for (const std::string& topic : before_.topics)
            count_by_name(wanted, topic, -1);
        for (const std::string& topic : after_.topics)
            count_by_name(wanted, topic, +1);
    }
    if (before_.regex.empty() || before_.regex == after_.regex)
        return wanted;
    const std::int32_t* members = group_.state.regexes().find(before_.regex);
    const ResolvedRegex* resolved = group_.state.resolved(before_.regex);
    if (members && *members == 1 && resolved)
        for (const std::string& topic : resolved->topics)
            count_by_regex(wanted, topic, -1);
    return wanted;
}

void MemberUpdate::update_epoch(bool bump) {
    if (!bump && !group_.timers.must_look_at_topics(context_.now.instant, group_.state.epoch()))
        return;
    const std::int64_t hash =
        group_hash(context_.image, wanted_after(), group_.timers.topic_hashes());
    if (bump || hash != group_.state.metadata_hash())
        decision_.records.push_back(group_epoch_record(group_.id, ++group_epoch_, hash));
    group_.timers.looked_at_topics(context_.now.instant, group_epoch_);
    if (group_.state.has_partition_metadata())
        decision_.records.push_back(partition_metadata_tombstone(group_.id));
}

OrRefusal<void> MemberUpdate::update_target() {
    const ConsumerState& state = group_.state;
    if (state.assignment_epoch() >= group_epoch_ ||
        !may_assign(state, assignment_interval(context_, group_.id), context_.now.wall_ms))
        return {};
    Counts counts = state.assignors();
    if (before_.assignor)
        count(counts, *before_.assignor, -1);
    if (after_.assignor)
        count(counts, *after_.assignor, +1);
    const std::string assignor = preferred_assignor(counts, context_.settings);
    const auto targets = make_target(context_, state, assignor, id_, after_, replaced_);
    if (!targets)
        return failure(Refusal{wire::Error::unknown_server_error,
                               "Failed to compute a new target assignment for epoch " +
                                   std::to_string(group_epoch_) + ": " + assignor});
    for (const auto& [member, partitions] : *targets) {
        const std::string& known_as = member == id_ && !replaced_.empty() ? replaced_ : member;
        const MemberAssignment* old = state.targets().find(known_as);
        if (!old || *old != partitions)
            decision_.records.push_back(target_assignment_record(group_.id, member, partitions));
    }
    decision_.records.push_back(
        target_metadata_record(group_.id, group_epoch_, context_.now.wall_ms));
    note_target(decision_, context_.image, group_.id, group_epoch_, assignor, *targets);
    target_ = *targets->find(id_);
    target_epoch_ = group_epoch_;
    target_is_new_ = true;
    return {};
}

OrRefusal<void> MemberUpdate::move_on(bool subscription_changed, const SaidToOwn& owned) {
    if (!subscription_changed && after_.has_reconciled_to(target_epoch_))
        return {};
    // The group does not know a new regular expression yet, nor a subscription that this very
    // request changes; the member as it will be does.
    const auto next = reconcile(
        after_, {.group = group_.state,
                 .image = context_.image,
                 .target_epoch = target_epoch_,
                 .target = target_,
                 .subscription_changed = subscription_changed,
                 .owned = owned,
                 .assign_before_revoked = context_.settings.planted.assign_before_revoked});
    if (!next)
        return failure(Refusal{wire::Error::fenced_member_epoch,
                               "The consumer group member is in a unknown state. The member must "
                               "abandon all its partitions and rejoin."});
    if (*next == after_)
        return {};
    after_ = *next;
    decision_.records.push_back(current_assignment_record(group_.id, id_, after_));
    note_reconciled(decision_, context_.image, group_.id, id_, after_);
    if (!after_.uses_classic_protocol())
        watch_revocation();
    return {};
}

void MemberUpdate::watch_revocation() {
    if (after_.state == ConsumerMemberState::unrevoked_partitions)
        group_.timers.set_revocation(
            id_, context_.now.instant + milliseconds(after_.rebalance_timeout_ms), after_.epoch);
    else
        group_.timers.cancel(id_, ConsumerDeadline::revocation);
}

std::size_t MemberUpdate::members_after() const {
    return group_.state.members().size() + (is_new_ ? 1 : 0);
}

std::string_view MemberUpdate::state_after() const {
    std::size_t reconciled = 0;
    if (!target_is_new_) {
        const ConsumerMember* known = group_.state.member(replaced_.empty() ? id_ : replaced_);
        reconciled = group_.state.reconciled();
        if (known && known->has_reconciled_to(target_epoch_))
            --reconciled;
    }
    if (after_.has_reconciled_to(target_epoch_))
        ++reconciled;
    return consumer_state_name(members_after(), group_epoch_, target_epoch_, reconciled);
}

std::string_view consumer_state_name(std::size_t members, std::int32_t epoch,
                                     std::int32_t assignment_epoch, std::size_t reconciled) {
    if (members == 0)
        return "Empty";
    if (epoch > assignment_epoch)
        return "Assigning";
    return reconciled < members ? "Reconciling" : "Stable";
}

} // namespace orrery::group
