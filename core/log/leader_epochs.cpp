#include "core/log/leader_epochs.hpp"

#include <algorithm>

namespace orrery::log {

LeaderEpochs::LeaderEpochs(std::span<const EpochStart> entries) {
    for (const EpochStart& entry : entries)
        assign(entry.epoch, entry.start);
}

bool LeaderEpochs::assign(LeaderEpoch epoch, Offset start) {
    if (epoch.value < 0 || start.value < 0)
        return false;
    if (!entries_.empty() && entries_.back().epoch == epoch && entries_.back().start <= start)
        return false; // the epoch goes on
    // A leader that was elected and wrote nothing leaves an entry which the next epoch contradicts.
    while (!entries_.empty() && (entries_.back().epoch >= epoch || entries_.back().start >= start))
        entries_.pop_back();
    entries_.push_back({epoch, start});
    return true;
}

bool LeaderEpochs::truncate_from_end(Offset end) {
    const std::size_t before = entries_.size();
    while (!entries_.empty() && entries_.back().start >= end)
        entries_.pop_back();
    return entries_.size() != before;
}

bool LeaderEpochs::truncate_from_start(Offset start) {
    const auto beyond = std::find_if(entries_.begin(), entries_.end(),
                                     [&](const EpochStart& e) { return e.start > start; });
    if (beyond == entries_.begin())
        return false;
    const auto holds = beyond - 1;
    if (holds == entries_.begin() && holds->start == start)
        return false;
    holds->start = start;
    entries_.erase(entries_.begin(), holds);
    return true;
}

bool LeaderEpochs::clear() {
    const bool had_any = !entries_.empty();
    entries_.clear();
    return had_any;
}

std::optional<LeaderEpoch> LeaderEpochs::latest_epoch() const {
    if (entries_.empty())
        return std::nullopt;
    return entries_.back().epoch;
}

EpochEnd LeaderEpochs::end_offset_for(LeaderEpoch asked, Offset log_end_offset) const {
    if (asked == no_epoch || entries_.empty() || asked > entries_.back().epoch)
        return {};
    if (asked == entries_.back().epoch)
        return {asked, log_end_offset};
    const auto higher = std::find_if(entries_.begin(), entries_.end(),
                                     [&](const EpochStart& e) { return e.epoch > asked; });
    // Older than all that is known: it ends where the first known epoch begins.
    if (higher == entries_.begin())
        return {asked, higher->start};
    return {(higher - 1)->epoch, higher->start};
}

std::optional<LeaderEpoch> LeaderEpochs::epoch_of(Offset offset) const {
    std::optional<LeaderEpoch> found;
    for (const EpochStart& entry : entries_)
        if (entry.start <= offset)
            found = entry.epoch;
    return found;
}

std::optional<Offset> LeaderEpochs::start_of(LeaderEpoch epoch) const {
    for (const EpochStart& entry : entries_)
        if (entry.epoch == epoch)
            return entry.start;
    return std::nullopt;
}

} // namespace orrery::log
