// Files: logs found at boot, new ones, those that go, the checkpoints, and a clean stop.
//
//     orders-0/…                          a log (core/log)
//     orders-0/partition.metadata         whose: the topic id (KIP-516)
//     replication-offset-checkpoint       high watermarks
//     recovery-point-offset-checkpoint    what is known to be durable
//     log-start-offset-checkpoint         log starts
//     cleaner-offset-checkpoint           how far compacted logs are clean
//     .kafka_cleanshutdown                everything is durable; gone while we run
//
// A broker that lost its high watermark begins with what the checkpoint says, which may be old:
// that is safe, since a high watermark may lag but never lead.
//
// Kafka opens its logs when the first metadata image is there, and so by the topics' own configs;
// here they are opened as the process starts, by the node's file. Of these configs only
// index.interval.bytes shows it: what an unclean stop makes anew is as dense as the node says.
#include "core/log/checkpoint.hpp"
#include "core/log/partition_metadata.hpp"
#include "core/log/quorum_state.hpp"
#include "core/replica/replicas.hpp"

#include <algorithm>
#include <utility>

namespace orrery::replica {

namespace {

constexpr std::string_view high_watermarks_file = "replication-offset-checkpoint";
constexpr std::string_view recovery_points_file = "recovery-point-offset-checkpoint";
constexpr std::string_view log_starts_file = "log-start-offset-checkpoint";
constexpr std::string_view cleaned_file = "cleaner-offset-checkpoint";
constexpr std::string_view clean_shutdown_file = ".kafka_cleanshutdown";
constexpr std::string_view metadata_log = "__cluster_metadata-0";
constexpr std::string_view metadata_file = "partition.metadata";

using Offsets = std::vector<log::PartitionOffset>;

const BootFile* find_file(std::span<const BootFile> files, std::string_view name) {
    for (const BootFile& file : files)
        if (file.name == name)
            return &file;
    return nullptr;
}

/// A checkpoint that can't be read is as good as none.
Offsets offsets_in(std::span<const BootFile> files, std::string_view name) {
    if (const BootFile* file = find_file(files, name))
        if (auto offsets = log::decode_offsets(file->content))
            return std::move(*offsets);
    return {};
}

std::string directory_of(std::string_view topic, std::int32_t partition) {
    return std::string(topic) + "-" + std::to_string(partition);
}

/// "a-b-0" is partition 0 of a-b.
std::optional<std::pair<std::string, std::int32_t>> parse_directory(std::string_view name) {
    const auto dash = name.rfind('-');
    if (name == metadata_log || dash == std::string_view::npos || dash == 0)
        return std::nullopt;
    const auto number = log::parse_number<std::int32_t>(name.substr(dash + 1));
    if (!number || *number < 0)
        return std::nullopt;
    return std::pair{std::string(name.substr(0, dash)), *number};
}

} // namespace

void Replicas::recover(const Boot& boot, const Step& step) {
    const std::span<const BootFile> files = boot.files;
    const BootFile* stopped = find_file(files, clean_shutdown_file);
    if (stopped != nullptr) {
        if (const auto epoch = log::decode_clean_shutdown(stopped->content))
            stopped_epoch_ = *epoch;
        // From now on a stop that does not come to its end is an unclean one.
        step.out.effects.emplace_back(Erase{stopped->name});
    }
    const Offsets high_watermarks = offsets_in(files, high_watermarks_file);
    const Offsets recovery_points = offsets_in(files, recovery_points_file);
    const Offsets log_starts = offsets_in(files, log_starts_file);
    const Offsets cleaned = offsets_in(files, cleaned_file);
    for (std::size_t i = 0; i < files.size();) {
        const std::string_view name = files[i].name;
        const std::string_view directory = name.substr(0, name.find('/'));
        std::size_t end = i + 1;
        while (end < files.size() && files[end].name.size() > directory.size() &&
               files[end].name.starts_with(directory) && files[end].name[directory.size()] == '/')
            ++end;
        const auto owner = directory == name ? std::nullopt : parse_directory(directory);
        if (owner) {
            FoundLog found;
            found.topic = owner->first;
            found.partition = owner->second;
            const auto in = [&](const Offsets& offsets) {
                return log::find_offset(offsets, found.topic, found.partition).value_or(Offset{});
            };
            found.cleaned = in(cleaned);
            log::RecoverFrom from;
            from.directory = directory;
            from.config = settings_of(found.topic).log; // by the node's file: no image yet
            from.start_offset = in(log_starts);
            from.recovery_point = in(recovery_points);
            from.was_clean = stopped != nullptr;
            recover_one(std::move(found), from, in(high_watermarks), files.subspan(i, end - i),
                        step);
        }
        i = end;
    }
}

void Replicas::recover_one(FoundLog&& found, const log::RecoverFrom& from, Offset high_watermark,
                           std::span<const BootFile> files, const Step& step) {
    const std::string name = from.directory + "/" + std::string(metadata_file);
    if (const BootFile* metadata = find_file(files, name))
        if (const auto id = log::decode_partition_metadata(metadata->content))
            found.topic_id = *id;
    log::Recovered recovered = log::Log::recover(from, files, step.now, step.out.effects);
    found.log = std::move(recovered.log);
    if (config_->planted.forget_unflushed && !from.was_clean)
        found.log.truncate_to(from.recovery_point, step.out.effects);
    found.high_watermark =
        std::max(std::min(high_watermark, found.log.end_offset()), found.log.start_offset());
    step.note({Fact::log_recovered,
               found.topic,
               found.partition,
               {found.log.end_offset().value, recovered.cut_bytes, recovered.scanned_bytes},
               {}});
    found_.push_back(Cow<FoundLog>(std::move(found)));
}

/// A replica that the metadata gave us: on the log found at boot, if it is of the same topic and
/// not of a deleted one by the same name, or on a new one.
Slot Replicas::make_replica(const metadata::TopicPartitionId& id, const Step& step) {
    const metadata::Topic& topic = *image_.topic(id.topic);
    Partition partition;
    partition.id = id;
    partition.topic = topic.name;
    partition.settings = Cow<TopicSettings>(settings_of(topic.name));
    const auto found = std::find_if(found_.begin(), found_.end(), [&](const Cow<FoundLog>& log) {
        return log->partition == id.partition && log->topic == topic.name;
    });
    bool adopted = false;
    if (found != found_.end()) {
        adopted = (*found)->topic_id == id.topic || (*found)->topic_id.is_zero();
        if (adopted) {
            partition.log = (*found)->log;
            partition.log.set_config(partition.settings->log);
            partition.high_watermark = (*found)->high_watermark;
            partition.cleaned = std::min((*found)->cleaned, partition.log_end());
        } else {
            erase_found(**found, step);
        }
        found_.erase(found);
    }
    if (log_dir_failed_) {
        partition.role = Role::offline;
    } else if (!adopted) {
        const std::string directory = directory_of(topic.name, id.partition);
        partition.log = log::Log::create(directory, partition.settings->log, Offset{0}, step.now,
                                         step.out.effects);
        step.out.effects.emplace_back(Replace{unwatched,
                                              directory + "/" + std::string(metadata_file),
                                              Chain(log::encode_partition_metadata(id.topic))});
    }
    if (partition.settings->compacts)
        clean_soon(step.now.instant);
    return add_partition(std::move(partition));
}

void Replicas::erase_found(const FoundLog& found, const Step& step) {
    found.log.erase_files(step.out.effects);
    step.note({Fact::replica_deleted, found.topic, found.partition, {}, "stray"});
}

void Replicas::erase_strays(const Now& now, Out& out) {
    const Step step{now, out};
    for (const Cow<FoundLog>& found : found_)
        erase_found(*found, step);
    found_.clear();
}

void Replicas::delete_replica(Slot slot, const Step& step) {
    stop_fetching(slot);
    Partition& leaving = edit(slot);
    leaving.role = Role::follower; // whoever waits is told that it is not us
    leaving.leader = no_node;
    finish_produces(slot, step);
    finish_deletes(slot, step);
    while (!at(slot).watches.empty()) {
        const FetchWatch watch = at(slot).watches.back();
        edit(slot).watches.pop_back();
        FetchSet& set = sets_.find(watch.set)->edit();
        set.wanted[watch.place].slot = no_slot;
        set.heat(watch.place);
        if (set.parked)
            answer_parked(watch.set, step);
    }
    const Partition& partition = at(slot);
    const bool was_cleaned = partition.cleaned > Offset{0};
    step.note({Fact::replica_deleted, partition.topic, partition.id.partition, {}, {}});
    if (!log_dir_failed_)
        partition.log.erase_files(step.out.effects);
    remove_partition(slot);
    if (was_cleaned) // or another log by the same name seems clean
        write_cleaned(step);
    checkpoint_soon(step.now.instant);
    logs_were_cut();
}

// --- checkpoints

void Replicas::logs_moved(Instant now) {
    if (!recovery_points_due_)
        recovery_points_due_ = now + config_->recovery_point_checkpoint;
}

/// Logs were cut or went. What comes in their place is not durable, so the file must not say so for
/// longer than this step: Kafka, too, writes it with each truncation and deletion.
void Replicas::logs_were_cut() {
    recovery_points_stale_ = true;
}

void Replicas::checkpoint_soon(Instant now) {
    if (!high_watermarks_due_)
        high_watermarks_due_ = now + config_->high_watermark_checkpoint;
    logs_moved(now);
}

void Replicas::write_high_watermarks(const Step& step) {
    high_watermarks_due_.reset();
    if (log_dir_failed_)
        return;
    Offsets entries;
    each([&](const Partition& partition) {
        entries.push_back({partition.topic, partition.id.partition, partition.high_watermark});
    });
    step.out.effects.emplace_back(
        Replace{unwatched, std::string(high_watermarks_file), Chain(log::encode_offsets(entries))});
}

/// Recovery points, and log starts that the files' names do not tell.
void Replicas::write_log_points(const Step& step) {
    recovery_points_due_.reset();
    const bool was_stale = std::exchange(recovery_points_stale_, false);
    if (log_dir_failed_)
        return;
    Offsets points;
    Offsets starts;
    const auto add = [&](const std::string& topic, std::int32_t partition, const log::Log& log) {
        points.push_back({topic, partition, log.recovery_point()});
        if (log.start_offset() > log.segment(0).base_offset)
            starts.push_back({topic, partition, log.start_offset()});
    };
    each([&](const Partition& partition) {
        add(partition.topic, partition.id.partition, partition.log);
    });
    for (const Cow<FoundLog>& found : found_) // the metadata has not spoken of them yet
        add(found->topic, found->partition, found->log);
    step.out.effects.emplace_back(
        Replace{unwatched, std::string(recovery_points_file), Chain(log::encode_offsets(points))});
    if (was_stale)
        step.out.effects.emplace_back(Flush{unwatched, std::string(recovery_points_file)});
    step.out.effects.emplace_back(
        Replace{unwatched, std::string(log_starts_file), Chain(log::encode_offsets(starts))});
}

/// Logs that the metadata has not spoken of yet may be left out: they are cleaned again.
void Replicas::write_cleaned(const Step& step) {
    if (log_dir_failed_)
        return;
    Offsets entries;
    each([&](const Partition& partition) {
        if (partition.settings->compacts && partition.cleaned > Offset{0})
            entries.push_back({partition.topic, partition.id.partition, partition.cleaned});
    });
    step.out.effects.emplace_back(
        Replace{unwatched, std::string(cleaned_file), Chain(log::encode_offsets(entries))});
}

void Replicas::apply_retention(const Step& step) {
    retention_due_ = step.now.instant + config_->retention_check;
    for (std::uint32_t i = 0; i < partitions_.size() && !log_dir_failed_; ++i) {
        const Partition& seen = *partitions_[i];
        if (seen.topic.empty() || !seen.settings->deletes_old || seen.log.empty())
            continue;
        const Offset before = seen.log_start();
        Partition& partition = edit({i});
        partition.log.apply_retention(step.now, partition.high_watermark, step.out.effects);
        if (partition.log_start() == before)
            continue;
        logs_moved(step.now.instant);
        progressed({i}, Progress::visible, step);
    }
}

// --- the end

void Replicas::shut_down(WriteId flushes, WriteId last, const Now& now, Out& out) {
    const Step step{now, out};
    fetchers_.clear();
    clean_due_.reset();
    closing_ = Closing{flushes, last, 0};
    for (std::uint32_t i = 0; i < partitions_.size(); ++i) {
        if (partitions_[i]->topic.empty() || partitions_[i]->role == Role::offline)
            continue;
        edit({i}).log.close(flushes, out.effects);
        ++closing_->flushes_out;
    }
    if (closing_->flushes_out == 0)
        close_cleanly(step);
}

/// Only when every log is durable may the next life trust that it need not scan them.
void Replicas::close_cleanly(const Step& step) {
    const WriteId last = closing_->last;
    closing_.reset();
    write_high_watermarks(step);
    write_log_points(step);
    step.out.effects.emplace_back(Replace{last, std::string(clean_shutdown_file),
                                          Chain(log::encode_clean_shutdown(broker_epoch_))});
}

bool Replicas::owns(std::string_view file) const {
    const auto slash = file.find('/');
    if (slash != std::string_view::npos)
        return parse_directory(file.substr(0, slash)).has_value();
    return file == high_watermarks_file || file == recovery_points_file ||
           file == log_starts_file || file == cleaned_file || file == clean_shutdown_file;
}

void Replicas::on_wrote(const Wrote& wrote, const Now& now, Out& out) {
    const Step step{now, out};
    if (wrote.fault != DiskFault::none)
        fail_log_dir(std::string(name_of(wrote.fault)) + " on " + wrote.file, step);
    else if (closing_ && wrote.write == closing_->flushes && --closing_->flushes_out == 0)
        close_cleanly(step);
    else
        flush_confirmed(wrote, step);
    finish(step);
}

/// A log flushes what it closes, and what flush.messages and flush.ms ask for. That raises its
/// recovery point, which goes to disk with the next checkpoint.
void Replicas::flush_confirmed(const Wrote& wrote, const Step& step) {
    const auto owner = parse_directory(wrote.file.substr(0, wrote.file.find('/')));
    const Slot slot = owner ? slot_of(owner->first, owner->second) : no_slot;
    if (slot == no_slot)
        return;
    log::Log& log = edit(slot).log;
    if (log.confirmed(wrote.write))
        logs_moved(step.now.instant);
    if (log.swapping())
        if (const auto end = log.swap_confirmed(wrote.write, step.out.effects))
            cleaned(slot, *end, step);
}

void Replicas::fail_log_dir(std::string&& why, const Step& step) {
    if (log_dir_failed_)
        return;
    log_dir_failed_ = true;
    closing_.reset();
    step.note({Fact::log_dir_failed, {}, -1, {}, std::move(why)});
    fetchers_.clear();
    for (std::uint32_t i = 0; i < partitions_.size(); ++i) {
        if (partitions_[i]->topic.empty())
            continue;
        Partition& partition = edit({i});
        partition.role = Role::offline;
        partition.pending.reset();
        progressed({i}, Progress::visible, step);
    }
}

} // namespace orrery::replica
