// What a consumer's application does between poll and poll: it processes, commits as its strategy
// says, and may die on the way.
#include "core/client/consumer.hpp"

#include <algorithm>

namespace orrery::client {

void ConsumerProcess::run_application(Turn& turn) {
    while (running_) {
        switch (application_.activity) {
        case Activity::polling:
            if (!poll(turn))
                return;
            break;
        case Activity::processing:
            if (turn.now.instant < application_.busy_until)
                return;
            finish_processing(turn);
            break;
        case Activity::committing_first:
        case Activity::committing:
            if (group_->commits.pending(application_.commit))
                return;
            finish_committing(turn);
            break;
        }
    }
}

/// One poll(). False if it brings nothing: the application waits in it.
bool ConsumerProcess::poll(Turn& turn) {
    if (group_ && group_->closing != Closing::no)
        close_group(turn);
    else if (group_ && !application_.stuck)
        poll_group(turn);
    if (!running_ || application_.stuck || (group_ && group_->closing != Closing::no))
        return false;
    application_.batch = take_poll(turn);
    for (const Taken& taken : application_.batch)
        application_.taken += taken.records;
    if (application_.batch.empty() || crashes_at(turn, CrashPoint::before_processing))
        return false;
    if (group_)
        group_->poll_deadline = turn.now.instant + config_->group.max_poll_interval;
    if (group_ && reading_->commit == CommitStrategy::before_processing) {
        application_.commit = begin_commit(turn, CommitKind::sync, config_->group.api_timeout);
        application_.activity = Activity::committing_first;
    } else {
        begin_processing(turn);
    }
    return true;
}

void ConsumerProcess::begin_processing(Turn& turn) {
    std::int64_t records = 0;
    for (const Taken& taken : application_.batch)
        records += taken.records;
    Duration time = reading_->time_per_record * records;
    if (reading_->records_per_second > 0)
        time = time + Duration{records * 1'000'000'000 / reading_->records_per_second};
    application_.activity = Activity::processing;
    application_.busy_until = turn.now.instant + time;
}

/// The records' effects are there. Only a consumer in a group says so: to another nothing depends
/// on when it was.
void ConsumerProcess::finish_processing(Turn& turn) {
    application_.activity = Activity::polling;
    const std::vector<Taken> batch = std::exchange(application_.batch, {});
    if (!group_)
        return;
    for (const Taken& taken : batch) {
        const ConsumerPartition& partition = partitions_[taken.place];
        Note note{Fact::record_processed, topic_of(partition), partition.partition, {}, {}};
        note.numbers = {taken.first.value, taken.last.value, taken.records, taken.digest};
        note.text = config_->group.id;
        turn.out.push_back(std::move(note));
    }
    if (crashes_at(turn, CrashPoint::after_processing))
        return;
    if (reading_->commit == CommitStrategy::after_processing) {
        application_.commit = begin_commit(turn, CommitKind::sync, config_->group.api_timeout);
        application_.activity = Activity::committing;
    } else if (reading_->commit == CommitStrategy::asynchronous) {
        begin_commit(turn, CommitKind::async, config_->group.api_timeout);
    }
}

/// Records whose commit failed are not processed if the commit was to come first: they are another
/// member's now, and at most once is what was asked for.
void ConsumerProcess::finish_committing(Turn& turn) {
    const bool first = application_.activity == Activity::committing_first;
    application_.activity = Activity::polling;
    if (first && application_.commit_failed)
        application_.batch.clear();
    else if (first)
        begin_processing(turn);
}

bool ConsumerProcess::crashes_at(Turn& turn, CrashPoint point) {
    if (!application_.crash || application_.crash->point != point ||
        application_.taken < application_.crash->after_records)
        return false;
    end(turn, false, "the application dies " + std::string(name_of(point)));
    return true;
}

bool ConsumerProcess::in_poll() const {
    return application_.activity == Activity::polling && !application_.stuck;
}

// --- what a hand makes it do
// ----------------------------------------------------------------------

void ConsumerProcess::tell(const Now& now, const ConsumerDeed& deed, Effects& out) {
    if (!running_)
        return;
    Turn turn{now, out, {}};
    if (const auto* pause = std::get_if<PausePartition>(&deed)) {
        const std::size_t topic = network_.metadata().find_topic({}, pause->topic);
        if (ConsumerPartition* ours = find(topic, pause->partition); ours && ours->owned)
            ours->paused = pause->paused;
    } else if (const auto* seek_to = std::get_if<SeekPartition>(&deed)) {
        const std::size_t topic = network_.metadata().find_topic({}, seek_to->topic);
        if (ConsumerPartition* ours = find(topic, seek_to->partition); ours && ours->owned) {
            seek(turn, *ours, seek_to->to, no_epoch);
            ours->retry_at = {};
        }
    } else if (const auto* stop = std::get_if<StopPolling>(&deed)) {
        if (group_ && stop->stop && in_poll())
            group_->poll_deadline = now.instant + config_->group.max_poll_interval;
        application_.stuck = stop->stop;
    } else if (std::holds_alternative<Unsubscribe>(deed)) {
        if (group_)
            group_->unsubscribing = true;
    } else if (const auto* crash = std::get_if<CrashAt>(&deed)) {
        application_.crash = crash->crash;
        application_.crash->after_records += application_.taken;
    }
    go_on(turn);
}

} // namespace orrery::client
