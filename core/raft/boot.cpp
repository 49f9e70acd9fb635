// How a node comes to its quorum: from its files, after whatever stop.
#include "core/base/expect.hpp"
#include "core/log/partition_metadata.hpp"
#include "core/raft/quorum.hpp"

#include <algorithm>
#include <utility>

namespace orrery::raft {

namespace {

InputError bad_file(const std::string& file, std::string what) {
    return {file, std::move(what),
            "restore the file, or wipe the directory and let it be replicated anew"};
}

} // namespace

Quorum::Quorum(Config config, std::uint64_t random)
    : config_(std::move(config)), random_(random, "raft"), next_write_(config_->first_write_id),
      next_ask_(config_->first_ask_id) {
    expect(!config_->voters.empty(), "a quorum has voters");
    expect(next_write_ > unwatched.value, "write ids that differ from `unwatched`");
    const auto& voters = config_->voters;
    const auto unordered = std::adjacent_find(
        voters.begin(), voters.end(), [](const auto& a, const auto& b) { return a.id >= b.id; });
    expect(unordered == voters.end(), "voters sorted by id, each once");
}

log::LogConfig Quorum::log_config() const {
    log::LogConfig config;
    config.segment_bytes = static_cast<std::int32_t>(config_->segment_bytes);
    config.segment_ms = config_->segment_ms;
    config.retention_ms = -1; // only snapshots let the metadata log go
    config.retention_bytes = -1;
    return config;
}

Result<Quorum, InputError> Quorum::boot(Config config, std::span<const BootFile> files,
                                        std::uint64_t random, const Now& now, Out& out) {
    Quorum quorum(std::move(config), random);
    log::QuorumState election;
    const std::string prefix = quorum.config_->directory + '/';
    bool has_log = false;
    bool has_partition_metadata = false;
    for (const BootFile& file : files) {
        if (!file.name.starts_with(prefix))
            continue;
        const std::string_view name = std::string_view(file.name).substr(prefix.size());
        has_log = has_log || name.ends_with(".log");
        has_partition_metadata = has_partition_metadata || name == "partition.metadata";
        if (name == "quorum-state") {
            const auto parsed = log::decode_quorum_state(file.content);
            if (!parsed)
                return failure(bad_file(file.name, parsed.error().what));
            election = *parsed;
        } else if (const auto id = parse_snapshot_name(name)) {
            quorum.snapshots_.push_back({*id, file.content});
        }
    }
    std::sort(quorum.snapshots_.begin(), quorum.snapshots_.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    if (!has_partition_metadata)
        out.effects.emplace_back(Replace{unwatched, prefix + "partition.metadata",
                                         log::encode_partition_metadata(metadata_topic_id)});
    if (auto error = quorum.open_log(has_log, files, now, out))
        return failure(std::move(*error));
    quorum.next_cleaning_ = now.instant + quorum.config_->clean_interval;
    quorum.take_up(election, now, out);
    return quorum;
}

/// The files without the segments that a downloaded snapshot had replaced. Their erasing may have
/// been lost in a crash, and they may hold what the quorum never committed: where a segment begins
/// right at the end of a snapshot, nothing before it is needed.
std::vector<BootFile> Quorum::without_leftovers(std::span<const BootFile> files, Out& out) const {
    const std::string& directory = config_->directory;
    std::string first_needed;
    for (const Snapshot& snapshot : snapshots_) {
        const std::string name = log::segment_file(directory, snapshot.id.end_offset, ".log");
        if (std::any_of(files.begin(), files.end(), [&](const auto& f) { return f.name == name; }))
            first_needed = name;
    }
    std::vector<BootFile> kept;
    for (const BootFile& file : files) {
        // Segments are named by their base in twenty digits: names sort as offsets do.
        const bool of_a_segment = file.name.ends_with(".log") || file.name.ends_with(".index") ||
                                  file.name.ends_with(".timeindex");
        const std::size_t digits = directory.size() + 1 + 20;
        if (of_a_segment && file.name.starts_with(directory + '/') &&
            file.name.substr(0, digits) < first_needed.substr(0, digits))
            out.effects.emplace_back(Erase{file.name});
        else
            kept.push_back(file);
    }
    return kept;
}

/// Kafka recovers the metadata log after every stop as after an unclean one.
std::optional<InputError> Quorum::open_log(bool exists, std::span<const BootFile> files,
                                           const Now& now, Out& out) {
    const std::string& directory = config_->directory;
    if (exists) {
        log::RecoverFrom from;
        from.directory = directory;
        from.config = log_config();
        log_ =
            std::move(log::Log::recover(from, without_leftovers(files, out), now, out.effects).log);
        // A crash can undo the erasing of some old segments and not of others. What a snapshot
        // covers may go.
        for (std::size_t i = log_.segment_count() - 1; i > 0; --i) {
            const Offset base = log_.segment(i).base_offset;
            if (log_.segment(i - 1).end_offset() == base)
                continue;
            if (snapshots_.empty() || snapshots_.back().id.end_offset < base)
                return bad_file(directory, "the metadata log has a gap before offset " +
                                               std::to_string(base.value));
            log_.advance_start_offset(base, out.effects);
            break;
        }
    } else {
        log_ = log::Log::create(directory, log_config(), Offset{0}, now, out.effects);
    }
    while (!snapshots_.empty() && snapshots_.front().id.end_offset < log_.start_offset())
        erase_oldest_snapshot(out);
    // A crash between the arrival of a snapshot and the cut of the log that it replaces.
    const LeaderEpoch latest = log_.latest_epoch().value_or(LeaderEpoch{0});
    if (!snapshots_.empty()) {
        const SnapshotId id = snapshots_.back().id;
        if (id.epoch > latest || (id.epoch == latest && id.end_offset > log_.end_offset())) {
            log_.truncate_fully_and_start_at(id.end_offset, now, out.effects);
            while (snapshots_.front().id != id)
                erase_oldest_snapshot(out);
        }
        high_watermark_ = std::min(id.end_offset, log_.end_offset());
    }
    if (log_.start_offset() > Offset{0} && snapshots_.empty()) {
        // An observer flushes nothing, so a power cut may leave it anything: it begins anew.
        if (is_voter() && !log_.empty())
            return bad_file(directory, "the metadata log does not begin at 0 and has no snapshot");
        log_.truncate_fully_and_start_at(Offset{0}, now, out.effects);
    }
    // A process that was killed leaves in the page cache what the disk may not have: what we
    // found is ours to vouch for only when it is flushed.
    flush_segments(0, log_.segment_count(), out);
    for (const Snapshot& snapshot : snapshots_)
        out.effects.emplace_back(Flush{unwatched, directory + '/' + file_name_of(snapshot.id)});
    return std::nullopt;
}

void Quorum::take_up(const log::QuorumState& found, const Now& now, Out& out) {
    state_ = first_state(found, now);
    epoch_ = std::max(found.leader_epoch, last_epoch());
    // Written anew even if it is what we read, for the same reason as the log is flushed.
    persisted_.leader_epoch = no_epoch;
    persist(out);
    poll(now, out);
}

/// Whatever it was in its last life. A leader comes back Resigned: it can't vote for another in
/// the epoch that it led, and appends nothing more in it, since it may have lost what it appended.
State Quorum::first_state(const log::QuorumState& found, const Now& now) {
    const Instant election_deadline = is_voter() ? now.instant + random_election_timeout() : never;
    const bool stale =
        found.leader_epoch < last_epoch(); // quorum-state lost, or older than the log
    std::optional<ReplicaKey> voted;
    if (found.voted_id != no_node && !stale)
        voted = ReplicaKey{found.voted_id, found.voted_directory_id};
    const bool voted_for_self = voted && voted->matches(self());
    const NodeId leader = stale ? no_node : found.leader_id;
    if (is_voter() && leader != config_->id && voted_for_self) {
        Candidate candidate;
        candidate.ballot = Ballot(config_->voters);
        candidate.ballot.record(config_->id, true);
        candidate.election_deadline = election_deadline;
        return candidate;
    }
    if (config_->is_only_voter()) {
        // Nobody to wait for.
        Prospective prospective;
        prospective.ballot = Ballot(config_->voters);
        prospective.ballot.record(config_->id, true);
        prospective.election_deadline = election_deadline;
        return prospective;
    }
    if (is_voter() && leader == config_->id) {
        Resigned resigned;
        resigned.election_deadline = election_deadline;
        for (const Voter& voter : config_->voters)
            if (voter.id != config_->id)
                resigned.unacknowledged.push_back(voter.id);
        return resigned;
    }
    if (is_peer(leader)) {
        Follower follower;
        follower.leader = leader;
        follower.voted = voted;
        follower.fetch_deadline = now.instant + config_->fetch_timeout;
        return follower;
    }
    Unattached unattached;
    unattached.voted = voted;
    unattached.election_deadline = election_deadline;
    return unattached;
}

} // namespace orrery::raft
