#include "core/group/consumer_timers.hpp"

#include <algorithm>
#include <limits>

namespace orrery::group {

void ConsumerTimers::set(const std::string& member, ConsumerDeadline deadline, Instant at) {
    members_.edit()[member].at[static_cast<std::size_t>(deadline)] = at;
    earliest_ = std::min(earliest_, at);
}

void ConsumerTimers::set_revocation(const std::string& member, Instant at, std::int32_t epoch) {
    set(member, ConsumerDeadline::revocation, at);
    members_.edit()[member].revocation_epoch = epoch;
}

bool ConsumerTimers::is_set(std::string_view member, ConsumerDeadline deadline) const {
    const ConsumerMemberTimers* timers = members_->find(member);
    return timers && timers->at[static_cast<std::size_t>(deadline)] != never;
}

void ConsumerTimers::cancel(std::string_view member, ConsumerDeadline deadline) {
    if (is_set(member, deadline))
        members_.edit().find(member)->at[static_cast<std::size_t>(deadline)] = never;
}

void ConsumerTimers::forget(std::string_view member) {
    if (members_->contains(member))
        members_.edit().erase(member);
}

void ConsumerTimers::forget_all() {
    members_ = {};
    earliest_ = never;
}

std::int32_t ConsumerTimers::revocation_epoch(std::string_view member) const {
    const ConsumerMemberTimers* timers = members_->find(member);
    return timers ? timers->revocation_epoch : 0;
}

std::optional<ExpiredMember> ConsumerTimers::expire(Instant now) {
    if (now < earliest_)
        return std::nullopt;
    const std::string* member = nullptr;
    std::size_t which = 0;
    Instant first = never;
    Instant second = never;
    for (const auto& [id, timers] : *members_)
        for (std::size_t i = 0; i < consumer_deadlines; ++i) {
            if (timers.at[i] < first) {
                second = first;
                first = timers.at[i];
                member = &id;
                which = i;
            } else {
                second = std::min(second, timers.at[i]);
            }
        }
    earliest_ = first;
    if (now < first)
        return std::nullopt;
    earliest_ = second;
    ExpiredMember expired{*member, static_cast<ConsumerDeadline>(which)};
    members_.edit()[expired.member].at[which] = never;
    return expired;
}

std::optional<Instant> ConsumerTimers::wakeup() const {
    const auto earliest = earliest_ == never ? std::nullopt : std::optional(earliest_);
    return earlier(earliest, resolve_at);
}

void ConsumerTimers::looked_at_topics(Instant now, std::int32_t group_epoch) {
    look_again_ = now + milliseconds(std::numeric_limits<std::int32_t>::max());
    looked_at_in_ = group_epoch;
}

void ConsumerTimers::forget_hash(std::string_view topic) {
    if (hashes_->contains(topic))
        hashes_.edit().erase(topic);
}

} // namespace orrery::group
