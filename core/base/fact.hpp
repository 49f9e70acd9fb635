// Facts: what happened in the cluster, said once, for people and checkers. A process emits a Note;
// the table in fact.cpp gives each kind its name, its sentence and the names of its numbers, and
// reports, window, traces and triggers all read that one table.
#pragma once

#include "core/base/reflect.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace orrery {

enum class Fact : std::uint8_t {
    // the quorum: numbers are in fact.cpp's rows
    prospective,
    candidate,
    voted,
    quorum_leader,
    quorum_follower,
    quorum_resigned,
    metadata_appended,
    metadata_truncated,
    metadata_high_watermark,
    metadata_snapshot,
    metadata_snapshot_loaded,
    // the controller
    controller_active,
    controller_inactive,
    broker_registered,
    broker_unfenced,
    broker_fenced,
    broker_shutting_down,
    topic_created,
    topic_deleted,
    partitions_added,
    partition_changed,
    config_changed,
    // a broker's partitions
    became_leader,
    became_follower,
    replica_deleted,
    appended,
    truncated,
    high_watermark,
    isr_shrink_asked,
    isr_expand_asked,
    isr_refused,
    isr_applied,
    log_recovered,
    log_dir_failed,
    produce_refused,
    // the group coordinator
    coordinator_loading,
    coordinator_loaded,
    coordinator_unloaded,
    coordinator_record_skipped,
    group_state,
    group_rebalance_started,
    group_rebalance_done,
    group_deleted,
    member_joined,
    member_left,
    member_fenced,
    assignment_made,
    member_reconciled,
    offset_committed,
    offset_expired,
    // clients
    record_acknowledged,
    record_failed,
    record_consumed,
    record_processed,
    partitions_assigned,
    partitions_revoked,
    partitions_lost,
    offsets_committed,
    commit_failed,
    offset_reset,
    truncation_detected,
    client_failed,
    admin_done,
    admin_failed,
    // the process itself
    node_up,
    node_stopping,
    node_stopped,
    // the world: faults and their healings, and processes that end by themselves
    fault,
    healed,
    process_ended,
};

inline constexpr std::size_t fact_numbers = 6;

/// What happened. `topic` and `partition` say to what, if to a partition; numbers mean what the
/// fact's row says; `text` is for what numbers can't say (lists of replicas, reasons).
struct Note {
    Fact fact{};
    std::string topic;
    std::int32_t partition = -1;
    std::array<std::int64_t, fact_numbers> numbers{};
    std::string text;
    bool operator==(const Note&) const = default;
    ORRERY_FIELDS(fact, topic, partition, numbers, text)
};

/// How loud a fact is: a detail goes to traces and checkers, a notable one into the story.
enum class Weight : std::uint8_t { detail, notable };

struct FactRow {
    Fact fact;
    std::string_view name; ///< as written in scenario files and JSON reports
    Weight weight;
    std::string_view sentence; ///< with {topic}, {partition}, {text} and {name of a number}
    std::array<std::string_view, fact_numbers> numbers;
};

/// All rows, in the order of the enum.
std::span<const FactRow> fact_table();
const FactRow& row_of(Fact fact);
std::string_view name_of(Fact fact);
std::optional<Fact> fact_named(std::string_view name);

/// The note as its sentence: "leader of orders-0 is 2, leader epoch 5".
std::string sentence_of(const Note& note);

} // namespace orrery
