// The consumer protocol is not there yet: groups of it are taken from no request and no record.
#include "core/group/consumer_group.hpp"

#include <utility>

namespace orrery::group {

ConsumerGroup::ConsumerGroup(std::string id) : id_(std::move(id)) {}
Decision ConsumerGroup::heartbeat(const Context&, const Caller& caller,
                                  const wire::ConsumerGroupHeartbeatRequest&) {
    Decision decision;
    wire::ConsumerGroupHeartbeatResponse response;
    response.error_code = wire::code(wire::Error::unsupported_version);
    decision.replies.push_back({caller.request, std::move(response)});
    return decision;
}
wire::Error ConsumerGroup::check_commit(std::string_view, std::int32_t, std::int16_t) const {
    return wire::Error::unknown_member_id;
}
wire::Error ConsumerGroup::check_fetch(std::string_view, std::int32_t) const {
    return wire::Error::none;
}
wire::ConsumerGroupDescribeResponse::DescribedGroup ConsumerGroup::describe(const Context&) const {
    return {};
}
wire::Error ConsumerGroup::check_delete() const {
    return wire::Error::none;
}
bool ConsumerGroup::subscribes(std::string_view) const {
    return false;
}
bool ConsumerGroup::empty() const {
    return true;
}
std::string_view ConsumerGroup::state() const {
    return "Empty";
}
void ConsumerGroup::write_tombstones(std::vector<Record>&) const {}
Decision ConsumerGroup::wake(const Context&) {
    return {};
}
std::optional<Instant> ConsumerGroup::wakeup() const {
    return std::nullopt;
}
void ConsumerGroup::on_topics_changed(const Context&, const metadata::Changes&) {}
void ConsumerGroup::loaded(const Context&) {}
bool ConsumerGroup::apply(const Record&) {
    return true;
}

} // namespace orrery::group
