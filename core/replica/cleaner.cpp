// The log cleaner's turns, Kafka's LogCleaner and LogCleanerManager with one thread: each time the
// log with the largest share of dirty bytes among those that are due; when none is, a rest of
// log.cleaner.backoff.ms. How a log is cleaned is core/log's business (log/cleaning.hpp). How far
// each is clean stands in `cleaner-offset-checkpoint`; what is clean but not yet noted there is
// cleaned again.
#include "core/replica/replicas.hpp"

#include <algorithm>

namespace orrery::replica {

namespace {

bool may_be_cleaned(const Partition& partition) {
    return !partition.topic.empty() && partition.role != Role::offline &&
           partition.settings->compacts;
}

} // namespace

/// A compacted topic has come: from now on there are turns.
void Replicas::clean_soon(Instant now) {
    if (config_->cleaner_enable && !clean_due_)
        clean_due_ = now + config_->cleaner_backoff;
}

void Replicas::clean_logs(const Step& step) {
    clean_due_.reset();
    if (closing_)
        return;
    Slot dirtiest = no_slot;
    log::Cleanable chosen;
    bool any = false;
    for (std::uint32_t i = 0; i < partitions_.size() && !log_dir_failed_; ++i) {
        const Partition& seen = *partitions_[i];
        if (!may_be_cleaned(seen))
            continue;
        any = true;
        if (seen.log.swapping())
            continue;
        const Offset stable =
            config_->planted.clean_beyond_high_watermark ? seen.log_end() : seen.last_stable();
        const auto part = seen.log.cleanable(seen.cleaned, stable, step.now);
        if (part.is_due(seen.log.config()) &&
            (dirtiest == no_slot || part.dirty_ratio() > chosen.dirty_ratio())) {
            dirtiest = Slot{i};
            chosen = part;
        }
    }
    if (dirtiest == no_slot) {
        if (any)
            clean_soon(step.now.instant);
        return;
    }
    const auto keys = static_cast<std::size_t>(std::max<std::int64_t>(config_->cleaner_keys, 1));
    const auto done = edit(dirtiest).log.clean(chosen, keys, step.now, step.out.effects);
    if (done)
        cleaned(dirtiest, *done, step);
    clean_due_ = step.now.instant + milliseconds(1); // perhaps there is another one
}

/// All of the log below `end` is clean, and durably so.
void Replicas::cleaned(Slot slot, Offset end, const Step& step) {
    edit(slot).cleaned = end;
    write_cleaned(step);
}

} // namespace orrery::replica
