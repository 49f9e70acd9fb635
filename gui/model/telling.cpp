#include "gui/model/telling.hpp"

#include "sim/faults/fault.hpp"

#include <cstddef>
#include <iterator>

namespace orrery::gui::model {

namespace {

struct TellingRow {
    Fact fact;
    Telling telling;
};

constexpr Telling told_by_count{Tone::plain, "", "", true};

/// In the order of the enum.
constexpr TellingRow tellings[] = {
    {Fact::prospective, {Tone::control, "controller.quorum.fetch.timeout.ms", "KIP-996"}},
    {Fact::candidate, {Tone::control, "controller.quorum.election.timeout.ms", "KIP-595"}},
    {Fact::voted, {Tone::control, "", "KIP-595"}},
    {Fact::quorum_leader, {Tone::control, "", "KIP-595"}},
    {Fact::quorum_follower, {Tone::control, "", "KIP-595"}},
    {Fact::quorum_resigned, {Tone::control, "", "KIP-595"}},
    {Fact::metadata_appended, told_by_count},
    {Fact::metadata_truncated, {Tone::fault, "", "KIP-595"}},
    {Fact::metadata_high_watermark, told_by_count},
    {Fact::metadata_snapshot, {Tone::control, "", "KIP-630"}},
    {Fact::metadata_snapshot_loaded, {Tone::control, "", "KIP-630"}},
    {Fact::controller_active, {Tone::control}},
    {Fact::controller_inactive, {Tone::control}},
    {Fact::broker_registered, {Tone::control}},
    {Fact::broker_unfenced, {Tone::good}},
    {Fact::broker_fenced, {Tone::fault}},
    {Fact::broker_shutting_down, {Tone::control}},
    {Fact::topic_created, {Tone::control}},
    {Fact::topic_deleted, {Tone::control}},
    {Fact::partitions_added, {Tone::control}},
    {Fact::partition_changed, {Tone::replica}},
    {Fact::config_changed, {Tone::control}},
    {Fact::became_leader, {Tone::leader}},
    {Fact::became_follower, {Tone::leader}},
    {Fact::replica_deleted, {Tone::replica}},
    {Fact::appended, told_by_count},
    {Fact::truncated, {Tone::fault, "", "KIP-101"}},
    {Fact::high_watermark, told_by_count},
    {Fact::isr_shrink_asked, {Tone::replica, "replica.lag.time.max.ms", "KIP-497"}},
    {Fact::isr_expand_asked, {Tone::replica, "", "KIP-497"}},
    {Fact::isr_refused, {Tone::replica, "", "KIP-497"}},
    {Fact::isr_applied, {Tone::replica, "", "KIP-497"}},
    {Fact::log_recovered, {Tone::replica}},
    {Fact::log_dir_failed, {Tone::fault}},
    {Fact::produce_refused, told_by_count},
    {Fact::coordinator_loading, {Tone::client}},
    {Fact::coordinator_loaded, {Tone::client}},
    {Fact::coordinator_unloaded, {Tone::client}},
    {Fact::coordinator_record_skipped, {Tone::fault}},
    {Fact::group_state, {Tone::client}},
    {Fact::group_rebalance_started, {Tone::client}},
    {Fact::group_rebalance_done, {Tone::client}},
    {Fact::group_deleted, {Tone::client}},
    {Fact::member_joined, {Tone::client}},
    {Fact::member_left, {Tone::client}},
    {Fact::member_fenced, {Tone::fault}},
    {Fact::assignment_made, {Tone::client}},
    {Fact::member_reconciled, told_by_count},
    {Fact::offset_committed, told_by_count},
    {Fact::offset_expired, {Tone::client, "offsets.retention.minutes", "KIP-211"}},
    {Fact::record_acknowledged, told_by_count},
    {Fact::record_failed, {Tone::fault, "delivery.timeout.ms", ""}},
    {Fact::record_consumed, told_by_count},
    {Fact::record_processed, told_by_count},
    {Fact::partitions_assigned, {Tone::client, "", "KIP-429"}},
    {Fact::partitions_revoked, {Tone::client, "", "KIP-429"}},
    {Fact::partitions_lost, {Tone::fault, "max.poll.interval.ms", "KIP-429"}},
    {Fact::offsets_committed, told_by_count},
    {Fact::commit_failed, {Tone::fault}},
    {Fact::offset_reset, {Tone::client, "auto.offset.reset", ""}},
    {Fact::truncation_detected, {Tone::fault, "", "KIP-320"}},
    {Fact::client_failed, {Tone::fault}},
    {Fact::admin_done, {Tone::client}},
    {Fact::admin_failed, {Tone::fault}},
    {Fact::node_up, {Tone::good}},
    {Fact::node_stopping, {Tone::plain}},
    {Fact::node_stopped, {Tone::plain}},
    {Fact::fault, {Tone::fault}},
    {Fact::healed, {Tone::good}},
    {Fact::process_ended, {Tone::fault}},
};

constexpr bool in_the_order_of_facts() {
    for (std::size_t i = 0; i < std::size(tellings); ++i)
        if (static_cast<std::size_t>(tellings[i].fact) != i)
            return false;
    return tellings[std::size(tellings) - 1].fact == Fact::process_ended;
}
static_assert(in_the_order_of_facts(), "each fact has its row, and the last is the last");

} // namespace

Telling telling_of(const Note& note) {
    Telling telling = tellings[static_cast<std::size_t>(note.fact)].telling;
    if (note.fact == Fact::broker_fenced && note.text.find("session") != std::string::npos)
        telling.config = "broker.session.timeout.ms";
    if (note.fact == Fact::partition_changed && note.numbers[0] != note.numbers[3])
        telling.tone = Tone::leader;
    if (note.fact == Fact::partition_changed && note.numbers[5] > 0)
        telling.kip = "KIP-966";
    if (note.fact == Fact::fault && note.numbers[2] == sim::faults::only_a_deed)
        telling.tone = Tone::plain;
    return telling;
}

} // namespace orrery::gui::model
