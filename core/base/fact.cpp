#include "core/base/fact.hpp"

#include "core/base/expect.hpp"

namespace orrery {

namespace {

using enum Weight;

constexpr FactRow rows[] = {
    // the quorum
    {Fact::prospective, "prospective", notable, "asks for pre-votes in epoch {epoch}", {"epoch"}},
    {Fact::candidate,
     "candidate",
     notable,
     "stands for leader of the quorum in epoch {epoch}",
     {"epoch"}},
    {Fact::voted, "voted", notable, "votes for {for} in epoch {epoch}", {"for", "epoch"}},
    {Fact::quorum_leader, "quorum_leader", notable, "leads the quorum in epoch {epoch}", {"epoch"}},
    {Fact::quorum_follower,
     "quorum_follower",
     detail,
     "follows {leader} in epoch {epoch}",
     {"leader", "epoch"}},
    {Fact::quorum_resigned,
     "quorum_resigned",
     notable,
     "resigns from epoch {epoch}: {text}",
     {"epoch"}},
    {Fact::metadata_appended,
     "metadata_appended",
     detail,
     "metadata log {first}..{last} in epoch {epoch}",
     {"first", "last", "epoch"}},
    {Fact::metadata_truncated,
     "metadata_truncated",
     notable,
     "metadata log cut from {from} to {to}",
     {"from", "to"}},
    {Fact::metadata_high_watermark,
     "metadata_high_watermark",
     detail,
     "metadata high watermark {offset}",
     {"offset"}},
    {Fact::metadata_snapshot,
     "metadata_snapshot",
     detail,
     "snapshot of metadata up to {offset}, epoch {epoch}, {text}",
     {"offset", "epoch"}},
    {Fact::metadata_snapshot_loaded,
     "metadata_snapshot_loaded",
     notable,
     "begins its metadata from the snapshot up to {offset}, epoch {epoch}",
     {"offset", "epoch", "records"}},
    // the controller
    {Fact::controller_active,
     "controller_active",
     notable,
     "is the active controller in epoch {epoch}",
     {"epoch"}},
    {Fact::controller_inactive,
     "controller_inactive",
     notable,
     "is no longer the active controller (epoch {epoch})",
     {"epoch"}},
    {Fact::broker_registered,
     "broker_registered",
     notable,
     "broker {broker} registers with broker epoch {broker_epoch}",
     {"broker", "broker_epoch"}},
    {Fact::broker_unfenced,
     "broker_unfenced",
     notable,
     "broker {broker} is unfenced",
     {"broker", "broker_epoch"}},
    {Fact::broker_fenced,
     "broker_fenced",
     notable,
     "broker {broker} is fenced: {text}",
     {"broker", "broker_epoch"}},
    {Fact::broker_shutting_down,
     "broker_shutting_down",
     notable,
     "broker {broker} is in controlled shutdown",
     {"broker", "broker_epoch"}},
    {Fact::topic_created,
     "topic_created",
     notable,
     "topic {topic} is created with {partitions} partitions",
     {"partitions", "replication_factor"}},
    {Fact::topic_deleted, "topic_deleted", notable, "topic {topic} is deleted", {}},
    {Fact::partitions_added,
     "partitions_added",
     notable,
     "topic {topic} has {partitions} partitions now",
     {"partitions"}},
    {Fact::partition_changed,
     "partition_changed",
     notable,
     "{topic}-{partition}: leader {leader}, leader epoch {leader_epoch}, {text}",
     {"leader", "leader_epoch", "partition_epoch", "old_leader", "isr_size", "elr_size"}},
    {Fact::config_changed, "config_changed", notable, "config {text}", {}},
    // a broker's partitions
    {Fact::became_leader,
     "became_leader",
     notable,
     "leads {topic}-{partition} in leader epoch {leader_epoch} from offset {offset}",
     {"leader_epoch", "offset", "partition_epoch"}},
    {Fact::became_follower,
     "became_follower",
     detail,
     "follows {leader} for {topic}-{partition} in leader epoch {leader_epoch}",
     {"leader_epoch", "offset", "partition_epoch", "leader"}},
    {Fact::replica_deleted,
     "replica_deleted",
     detail,
     "deletes its replica of {topic}-{partition}",
     {}},
    {Fact::appended,
     "appended",
     detail,
     "{topic}-{partition} has {first}..{last} in leader epoch {leader_epoch}",
     {"first", "last", "leader_epoch", "bytes"}},
    {Fact::truncated,
     "truncated",
     notable,
     "cuts {topic}-{partition} from {from} to {to}",
     {"from", "to", "leader_epoch"}},
    {Fact::high_watermark,
     "high_watermark",
     detail,
     "{topic}-{partition} high watermark {offset}",
     {"offset", "log_end_offset", "leader_epoch"}},
    {Fact::isr_shrink_asked,
     "isr_shrink_asked",
     notable,
     "asks to take {replica} out of the ISR of {topic}-{partition}: {text}",
     {"replica", "partition_epoch"}},
    {Fact::isr_expand_asked,
     "isr_expand_asked",
     notable,
     "asks to take {replica} into the ISR of {topic}-{partition}",
     {"replica", "partition_epoch"}},
    {Fact::isr_refused,
     "isr_refused",
     notable,
     "is refused the ISR it asked for {topic}-{partition}: {text}",
     {"partition_epoch", "error"}},
    {Fact::isr_applied,
     "isr_applied",
     detail,
     "{topic}-{partition} has the ISR {text}",
     {"partition_epoch", "isr_size"}},
    {Fact::log_recovered,
     "log_recovered",
     detail,
     "{topic}-{partition} recovered up to {offset}, {scanned_bytes} bytes scanned, {cut_bytes} "
     "torn "
     "bytes cut",
     {"offset", "cut_bytes", "scanned_bytes"}},
    {Fact::log_dir_failed, "log_dir_failed", notable, "log directory failed: {text}", {}},
    {Fact::produce_refused,
     "produce_refused",
     detail,
     "refuses to produce to {topic}-{partition}: {text}",
     {"error"}},
    // the group coordinator. `text` begins with the group's id and a blank, then has the states
    // ("billing Empty -> PreparingRebalance"), the reason, or the member and the reason
    {Fact::coordinator_loading,
     "coordinator_loading",
     detail,
     "begins to load the groups of {topic}-{partition} in leader epoch {leader_epoch}",
     {"leader_epoch"}},
    {Fact::coordinator_loaded,
     "coordinator_loaded",
     notable,
     "coordinates the {groups} groups of {topic}-{partition} in leader epoch {leader_epoch}",
     {"leader_epoch", "groups", "offsets", "records", "bytes"}},
    {Fact::coordinator_unloaded,
     "coordinator_unloaded",
     notable,
     "no longer coordinates the groups of {topic}-{partition} (leader epoch {leader_epoch})",
     {"leader_epoch", "groups"}},
    {Fact::coordinator_record_skipped,
     "coordinator_record_skipped",
     notable,
     "skips what it can't read in {topic}-{partition} at {offset}: {text}",
     {"offset"}},
    {Fact::group_state,
     "group_state",
     notable,
     "group {text}, generation {generation}, {members} members",
     {"generation", "members", "assignment_epoch"}},
    {Fact::group_rebalance_started,
     "group_rebalance_started",
     notable,
     "group {text} begins to rebalance after generation {generation}",
     {"generation", "members"}},
    {Fact::group_rebalance_done,
     "group_rebalance_done",
     notable,
     "group {text} has rebalanced: generation {generation}, {members} members",
     {"generation", "members"}},
    {Fact::group_deleted, "group_deleted", notable, "group {text} is deleted", {}},
    {Fact::member_joined,
     "member_joined",
     notable,
     "a member joins group {text}",
     {"generation", "members"}},
    {Fact::member_left,
     "member_left",
     notable,
     "a member leaves group {text}",
     {"generation", "members"}},
    {Fact::member_fenced,
     "member_fenced",
     notable,
     "a member of group {text} is fenced",
     {"generation", "members"}},
    {Fact::assignment_made,
     "assignment_made",
     detail,
     "group {text} (generation {generation})",
     {"generation", "members"}},
    {Fact::member_reconciled,
     "member_reconciled",
     detail,
     "in member epoch {generation}: group {text}",
     {"generation", "previous"}},
    {Fact::offset_committed,
     "offset_committed",
     detail,
     "{text} commits {offset} of {topic}-{partition} in generation {generation}",
     {"offset", "generation", "leader_epoch"}},
    {Fact::offset_expired,
     "offset_expired",
     notable,
     "{text} forgets its offset {offset} of {topic}-{partition}",
     {"offset"}},
    // clients
    {Fact::record_acknowledged,
     "record_acknowledged",
     detail,
     "{topic}-{partition} acknowledged {first}..{last}",
     {"first", "last", "acks", "first_sequence", "latency_us", "records"}},
    {Fact::record_failed,
     "record_failed",
     detail,
     "{count} records to {topic}-{partition} failed: {text}",
     {"count", "error", "first_sequence", "last_sequence"}},
    {Fact::record_consumed,
     "record_consumed",
     detail,
     "read {topic}-{partition} {first}..{last}",
     {"first", "last", "broker", "records", "digest"}},
    {Fact::record_processed,
     "record_processed",
     detail,
     "has processed {topic}-{partition} {first}..{last}",
     {"first", "last", "records", "digest"}},
    // a consumer in a group; `text` begins with the group's id and a blank, then has the partitions
    // ("billing orders-0, orders-3"). `generation` is the member epoch in the consumer protocol.
    {Fact::partitions_assigned,
     "partitions_assigned",
     notable,
     "is assigned in {text} (generation {generation})",
     {"generation", "partitions", "owned"}},
    {Fact::partitions_revoked,
     "partitions_revoked",
     notable,
     "gives up in {text} (generation {generation})",
     {"generation", "partitions", "owned"}},
    {Fact::partitions_lost,
     "partitions_lost",
     notable,
     "has lost in {text} (generation {generation})",
     {"generation", "partitions", "owned"}},
    {Fact::offsets_committed,
     "offsets_committed",
     detail,
     "knows {topic}-{partition} committed up to {offset} in {text}",
     {"offset", "generation"}},
    {Fact::commit_failed,
     "commit_failed",
     notable,
     "could not commit {topic}-{partition} up to {offset}: {text}",
     {"offset", "generation", "error"}},
    {Fact::offset_reset,
     "offset_reset",
     notable,
     "resets its position in {topic}-{partition} from {from} to {to}",
     {"from", "to"}},
    {Fact::truncation_detected,
     "truncation_detected",
     notable,
     "has read {topic}-{partition} up to {position}, but its log now ends at {end} there",
     {"position", "end", "leader_epoch"}},
    {Fact::client_failed, "client_failed", notable, "fails at {topic}-{partition}: {text}", {}},
    {Fact::admin_done, "admin_done", notable, "{text}", {}},
    {Fact::admin_failed, "admin_failed", notable, "{text}", {"error"}},
    // the process itself
    {Fact::node_up, "node_up", detail, "is up", {}},
    {Fact::node_stopping, "node_stopping", notable, "begins to shut down", {}},
    {Fact::node_stopped, "node_stopped", notable, "has shut down", {}},
    // the world
    {Fact::fault, "fault", notable, "{text}", {}},
    {Fact::healed, "healed", notable, "{text}", {}},
    {Fact::process_ended, "process_ended", notable, "process ended: {text}", {}},
};

std::string value_of(const Note& note, const FactRow& row, std::string_view key) {
    if (key == "topic")
        return note.topic;
    if (key == "partition")
        return std::to_string(note.partition);
    if (key == "text")
        return note.text;
    for (std::size_t i = 0; i < fact_numbers; ++i)
        if (row.numbers[i] == key)
            return std::to_string(note.numbers[i]);
    return "?";
}

} // namespace

std::span<const FactRow> fact_table() {
    return rows;
}

const FactRow& row_of(Fact fact) {
    const auto index = static_cast<std::size_t>(fact);
    expect(index < std::size(rows) && rows[index].fact == fact, "a row for every fact, in order");
    return rows[index];
}

std::string_view name_of(Fact fact) {
    return row_of(fact).name;
}

std::optional<Fact> fact_named(std::string_view name) {
    for (const FactRow& row : rows)
        if (row.name == name)
            return row.fact;
    return std::nullopt;
}

std::string sentence_of(const Note& note) {
    const FactRow& row = row_of(note.fact);
    std::string text;
    std::string_view rest = row.sentence;
    while (!rest.empty()) {
        const auto open = rest.find('{');
        text += rest.substr(0, open);
        if (open == std::string_view::npos)
            break;
        const auto close = rest.find('}', open);
        text += value_of(note, row, rest.substr(open + 1, close - open - 1));
        rest.remove_prefix(close + 1);
    }
    return text;
}

} // namespace orrery
