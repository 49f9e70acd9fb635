// Reading one partition for a fetch: the checks in Kafka's order, the records, and what a
// follower's fetch says about the follower.
#include "core/replica/replicas.hpp"

#include <algorithm>

namespace orrery::replica {

using wire::Error;
using PartitionData = wire::FetchResponse::PartitionData;

/// What is wrong with the request for this partition, before its log is looked at.
Error Replicas::fetch_error(const Partition& partition, const WantedPartition& wanted,
                            const FetchTerms& terms) const {
    // Since version 11 a consumer may read from any replica (KIP-392).
    const bool only_leader = terms.from_follower() || terms.version < 11;
    const Error error = partition.check(wanted.current_leader_epoch, only_leader, config_->planted);
    if (error != Error::none || !terms.from_follower())
        return error;
    // A follower in our epoch that we don't know is a replica being added: it should come again.
    if (!partition.followers.contains(terms.replica))
        return wanted.current_leader_epoch != no_epoch ? Error::unknown_leader_epoch
                                                       : Error::not_leader_or_follower;
    // A request of an earlier life of that broker, late in the network (KIP-903).
    const metadata::Broker* broker = image_.broker(terms.replica);
    if (!config_->planted.no_broker_epoch_fencing && terms.broker_epoch.value != -1 &&
        broker != nullptr && !broker->fenced && broker->epoch > terms.broker_epoch)
        return Error::not_leader_or_follower;
    return Error::none;
}

/// Where the fetcher's log parts from ours; none when it does not. An epoch that we can't place is
/// {no_epoch, …}: the fetcher is outside of our log.
std::optional<log::EpochEnd> Replicas::divergence(const Partition& partition,
                                                  const WantedPartition& wanted) const {
    if (wanted.last_fetched_epoch == no_epoch || config_->planted.no_fetch_fencing)
        return std::nullopt;
    const log::EpochEnd end = partition.log.end_offset_for(wanted.last_fetched_epoch);
    if (end.epoch == no_epoch || end.end_offset == no_offset ||
        wanted.offset < partition.log_start())
        return log::EpochEnd{};
    if (end.epoch < wanted.last_fetched_epoch || end.end_offset < wanted.offset)
        return end;
    return std::nullopt;
}

Offset Replicas::readable_end(const Partition& partition, const FetchTerms& terms) const {
    if (terms.from_follower() || config_->planted.read_beyond_high_watermark)
        return partition.log_end();
    return terms.isolation == 0 ? partition.high_watermark : partition.last_stable();
}

/// Bytes from `from` to `end`; none when a fetch from there should not wait, since it is outside of
/// the log or in an older segment.
std::optional<std::int64_t> Replicas::bytes_available(const Partition& partition, Offset from,
                                                      Offset end) {
    const log::Log& log = partition.log;
    if (from < log.start_offset() || from > log.end_offset())
        return std::nullopt;
    if (from >= end)
        return 0;
    const auto begin = log.position_of(from);
    std::optional<std::pair<Offset, std::int64_t>> stop;
    if (end == log.end_offset()) {
        const log::Segment& last = log.segment(log.segment_count() - 1);
        stop = {last.base_offset, last.size};
    } else {
        stop = log.position_of(end);
    }
    if (!begin || !stop || begin->first != stop->first)
        return std::nullopt;
    return stop->second - begin->second;
}

namespace {

PartitionData failed(std::int32_t partition, Error error) {
    PartitionData data;
    data.partition_index = partition;
    data.error_code = wire::code(error);
    data.high_watermark = no_offset.value;
    data.records = Chain{};
    data.aborted_transactions.reset();
    return data;
}

Chain with_a_byte_flipped(const Chain& records) {
    std::byte* fill = nullptr;
    const Bytes whole = records.flat();
    Bytes copy = Bytes::allocate(whole.size(), &fill);
    std::copy(whole.span().begin(), whole.span().end(), fill);
    fill[whole.size() - 1] ^= std::byte{1};
    return Chain(std::move(copy));
}

} // namespace

Replicas::ReadPartition Replicas::read_one(std::uint32_t place, const WantedPartition& wanted,
                                           const FetchTerms& terms, std::int64_t limit,
                                           bool at_least_one) const {
    ReadPartition read;
    read.place = place;
    const std::int32_t number = wanted.name.partition;
    if (wanted.slot == no_slot) {
        read.data = failed(number, missing(wanted.name));
        read.stays_hot = true;
        return read;
    }
    const Partition& partition = at(wanted.slot);
    Error error = fetch_error(partition, wanted, terms);
    std::optional<log::EpochEnd> parted;
    if (error == Error::none)
        parted = divergence(partition, wanted);
    if (parted && parted->epoch == no_epoch)
        error = Error::offset_out_of_range;
    std::optional<log::ReadResult> result;
    const Offset end = readable_end(partition, terms);
    if (error == Error::none && !parted) {
        log::ReadLimits limits;
        limits.max_bytes = std::min<std::int64_t>(limit, wanted.max_bytes);
        limits.upper_bound = end;
        limits.at_least_one = at_least_one;
        result = partition.log.read(wanted.offset, limits);
        if (!result)
            error = Error::offset_out_of_range;
    }
    if (error != Error::none) {
        read.data = failed(number, error);
        read.ready = read.stays_hot = true;
        return read;
    }
    PartitionData& data = read.data;
    data.partition_index = number;
    data.high_watermark = partition.high_watermark.value;
    data.last_stable_offset = partition.last_stable().value;
    data.log_start_offset = partition.log_start().value;
    if (terms.isolation == 0)
        data.aborted_transactions.reset();
    data.records = Chain{};
    if (parted) {
        data.diverging_epoch.epoch = parted->epoch.value;
        data.diverging_epoch.end_offset = parted->end_offset.value;
        read.ready = read.stays_hot = true;
        return read;
    }
    read.bytes = static_cast<std::int64_t>(result->records.size());
    data.records = config_->planted.serve_wrong_bytes && read.bytes > 0
                       ? with_a_byte_flipped(result->records)
                       : std::move(result->records);
    read.stays_hot =
        wanted.offset < end || (terms.from_follower() && !partition.in_isr(terms.replica));
    read.ready =
        terms.from_follower() && wanted.known_high_watermark < partition.high_watermark.value;
    return read;
}

/// The first look at a request: errors make it ready, and a follower's offsets are noted.
Replicas::ReadSet Replicas::read_first(FetchSet& set, const FetchTerms& terms, const Step& step) {
    in_turn(set);
    ReadSet all;
    all.parts.reserve(set.hot.size());
    std::int64_t limit = terms.max_bytes;
    std::size_t ours = 0;
    for (const std::uint32_t place : set.hot) {
        WantedPartition& wanted = set.wanted[place];
        if (wanted.slot == no_slot && set.id != SetId{}) {
            wanted.slot = slot_named(wanted.name);
            watch(set.id, place, wanted.slot);
        }
        ReadPartition read = read_one(place, wanted, terms, limit, all.bytes == 0);
        if (wanted.slot != no_slot)
            ++ours;
        all.bytes += read.bytes;
        limit = std::max<std::int64_t>(0, limit - read.bytes);
        all.ready = all.ready || read.ready;
        const bool counts = read.data.error_code == 0 && read.data.diverging_epoch.epoch < 0;
        if (terms.from_follower() && wanted.slot != no_slot && counts)
            follower_fetched(wanted, terms, step);
        all.parts.push_back(std::move(read));
    }
    // With nothing that could change there is nothing to wait for.
    if (ours == 0 && set.hot.size() == set.size())
        all.ready = true;
    return all;
}

/// The look at a parked request when it is answered: notes nothing about the follower, which asked
/// long ago.
Replicas::ReadSet Replicas::read_again(FetchSet& set, const FetchTerms& terms) const {
    in_turn(set);
    ReadSet all;
    all.parts.reserve(set.hot.size());
    std::int64_t limit = terms.max_bytes;
    for (const std::uint32_t place : set.hot) {
        all.parts.push_back(read_one(place, set.wanted[place], terms, limit, all.bytes == 0));
        all.bytes += all.parts.back().bytes;
        limit = std::max<std::int64_t>(0, limit - all.parts.back().bytes);
    }
    return all;
}

/// Hot partitions in the order in which they take turns: who got records goes to the end, so that
/// one busy partition can't starve the rest (KIP-74).
void Replicas::in_turn(FetchSet& set) {
    if (set.hot.size() > 1)
        std::sort(set.hot.begin(), set.hot.end(), [&](std::uint32_t a, std::uint32_t b) {
            return set.wanted[a].turn < set.wanted[b].turn;
        });
}

/// Leaves hot only what the next fetch must look at: what has more to give, and, in a session, what
/// has news that it was not told. (Not what was read: the read itself may have moved the high
/// watermark.)
void Replicas::cool(FetchSet& set, const ReadSet& read) const {
    set.hot.clear();
    for (const ReadPartition& part : read.parts) {
        WantedPartition& wanted = set.wanted[part.place];
        wanted.hot = part.stays_hot;
        if (!wanted.hot && wanted.slot != no_slot && set.session_id != 0) {
            const Partition& partition = at(wanted.slot);
            wanted.hot = wanted.told_high_watermark != partition.high_watermark ||
                         wanted.told_log_start != partition.log_start();
        }
        if (wanted.hot)
            set.hot.push_back(part.place);
    }
}

/// Kafka's updateFollowerFetchState: from here follow ISR membership and the high watermark.
void Replicas::follower_fetched(const WantedPartition& wanted, const FetchTerms& terms,
                                const Step& step) {
    Partition& partition = edit(wanted.slot);
    FollowerState& follower = *partition.followers.find(terms.replica);
    const Offset before = follower.log_end;
    const Offset start_before = follower.log_start;
    follower.fetched(wanted.offset, wanted.log_start, step.now.instant, partition.log_end(),
                     terms.broker_epoch);
    const bool moved = follower.log_end != before;
    const bool start_moved = follower.log_start != start_before;
    expand_isr(wanted.slot, terms.replica, step);
    if ((moved && advance_high_watermark(edit(wanted.slot), step)) || start_moved)
        progressed(wanted.slot, Progress::visible, step);
}

/// A follower that is at our end is not looked at by its session's fetches while nothing moves.
/// What they would have noted is noted when something is about to: it had everything when it last
/// asked.
void Replicas::note_idle_fetch(Slot slot, const FetchSet& set, std::uint32_t place) {
    if (set.replica == no_node || set.wanted[place].hot)
        return;
    const Partition& seen = at(slot);
    const FollowerState* known = seen.followers.find(set.replica);
    if (known == nullptr || known->log_end != seen.log_end() || set.last_used <= known->last_fetch)
        return;
    Partition& partition = edit(slot);
    FollowerState& follower = *partition.followers.find(set.replica);
    follower.fetched(follower.log_end, follower.log_start, set.last_used, partition.log_end(),
                     set.broker_epoch);
}

/// To be called before a leader's log grows.
void Replicas::note_idle_fetches(Slot slot) {
    for (std::size_t i = 0; i < at(slot).watches.size(); ++i) {
        const FetchWatch watch = at(slot).watches[i];
        note_idle_fetch(slot, **sets_.find(watch.set), watch.place);
    }
}

} // namespace orrery::replica
