// The oracle; see the header.
#include "tests/core/raft/oracle.hpp"

#include "core/base/hash.hpp"
#include "core/record/batches.hpp"
#include "core/record/records.hpp"

#include <algorithm>
#include <utility>

namespace orrery::raft::tests {

namespace {

const std::string log_directory = "__cluster_metadata-0/";

std::string at(Offset offset, LeaderEpoch epoch) {
    return "offset " + std::to_string(offset.value) + " epoch " + std::to_string(epoch.value);
}

Bytes eight_bytes(std::uint64_t number) {
    return Bytes::copy(std::to_string(number));
}

} // namespace

void for_each_batch(const log::Log& log, Offset from,
                    const std::function<void(const KnownBatch&, const Bytes&)>& see) {
    for (std::size_t s = 0; s < log.segment_count(); ++s) {
        const log::Segment& segment = log.segment(s);
        for (std::size_t i = segment.find(from); i < segment.batches.size(); ++i) {
            const log::StoredBatch& stored = segment.batches[i];
            const auto header = stored.header();
            see({stored.base_offset, stored.last_offset() + 1, header.leader_epoch,
                 hash_bytes(stored.bytes)},
                stored.bytes);
        }
    }
}

void Oracle::fail(std::string what) {
    if (broken_.empty())
        broken_ = std::move(what);
}

void Oracle::wiped(int node) {
    seen_.erase(node);
    std::erase_if(votes_, [node](const auto& vote) { return vote.first.first == node; });
}

void Oracle::booted(int node, const Quorum& quorum) {
    Seen& seen = seen_[node];
    if (quorum.epoch() < seen.shown)
        fail("kept epochs: node " + std::to_string(node) + " showed epoch " +
             std::to_string(seen.shown.value) + " and came back with " +
             std::to_string(quorum.epoch().value));
    const LeaderEpoch shown = seen.shown;
    seen = Seen{};
    seen.shown = shown;
    seen.epoch = quorum.epoch();
    seen.role = quorum.role();
}

void Oracle::spoke(int node, const Quorum& quorum) {
    Seen& seen = seen_[node];
    seen.shown = std::max(seen.shown, quorum.epoch());
}

void Oracle::voted(int node, LeaderEpoch epoch, NodeId candidate) {
    const auto [vote, first] = votes_.emplace(std::pair{node, epoch.value}, candidate);
    if (!first && vote->second != candidate)
        fail("one vote: node " + std::to_string(node) + " voted in epoch " +
             std::to_string(epoch.value) + " for " + std::to_string(vote->second.value) +
             " and for " + std::to_string(candidate.value));
}

void Oracle::stepped(int node, const Quorum& quorum, const std::vector<const Disk*>& disks) {
    check_epoch(node, quorum);
    check_log(node, quorum);
    check_leader(node, quorum);
    check_commit(node, quorum, disks);
    check_snapshot(node, quorum);
    Seen& seen = seen_[node];
    seen.epoch = quorum.epoch();
    seen.role = quorum.role();
    seen.leads = seen.leads && quorum.is_leader();
    seen.end = quorum.log().end_offset();
}

void Oracle::check_epoch(int node, const Quorum& quorum) {
    const Seen& seen = seen_[node];
    if (quorum.epoch() < seen.epoch)
        fail("an epoch went back on node " + std::to_string(node));
    if (quorum.epoch().value <= highest_epoch_)
        return;
    highest_epoch_ = quorum.epoch().value;
    const Role role = quorum.role();
    const bool stood = role == Role::candidate || role == Role::leader;
    if (!stood && seen.role != Role::resigned)
        fail("pre-votes: node " + std::to_string(node) + " raised the epoch to " +
             std::to_string(highest_epoch_) + " as " + std::string(name_of(role)));
}

void Oracle::check_log(int node, const Quorum& quorum) {
    Seen& seen = seen_[node];
    const log::Log& log = quorum.log();
    if (log.end_offset() == seen.end && seen.checked == seen.end)
        return;
    // A cut and an append never come in one step, so a log that was cut is seen at its shortest.
    Offset from = std::min(seen.checked, log.end_offset());
    from = std::max(from, log.start_offset());
    KnownBatch before{no_offset, no_offset, no_epoch, 0};
    if (from > log.start_offset())
        for_each_batch(log, from - 1, [&](const KnownBatch& batch, const Bytes&) {
            if (batch.next == from)
                before = batch;
        });
    for_each_batch(log, from, [&](const KnownBatch& batch, const Bytes&) {
        if (batch.base < from)
            return;
        // What a node that began from a snapshot has before its first batch is not known.
        const bool guess = before.base == no_offset && batch.base > Offset{0};
        const auto key = std::pair{batch.base.value, batch.epoch.value};
        const auto known = batches_.find(key);
        if (known == batches_.end())
            batches_.emplace(key, std::pair{batch, before});
        else if (known->second.first != batch)
            fail("log matching: node " + std::to_string(node) + " has another batch at " +
                 at(batch.base, batch.epoch));
        else if (known->second.second.base == no_offset)
            known->second.second = before;
        else if (!guess && known->second.second != before)
            fail("log matching: node " + std::to_string(node) + " has another batch before " +
                 at(batch.base, batch.epoch));
        before = batch;
    });
    seen.checked = log.end_offset();
}

void Oracle::check_leader(int node, const Quorum& quorum) {
    Seen& seen = seen_[node];
    // It leads once it says so: a leader that dies before has led nobody.
    if (!quorum.is_leader() || quorum.log().end_offset() == quorum.epoch_start())
        return;
    if (seen.leads && seen.role == Role::leader && seen.epoch == quorum.epoch()) {
        if (quorum.log().end_offset() < seen.end)
            fail("leader append-only: the log of node " + std::to_string(node) + " shrank");
        return;
    }
    seen.leads = true;
    const auto [leader, first] = leaders_.emplace(quorum.epoch().value, node);
    if (!first)
        fail("election safety: nodes " + std::to_string(leader->second) + " and " +
             std::to_string(node) + " lead epoch " + std::to_string(quorum.epoch().value));
    const KnownBatch* last = committed_.empty() ? nullptr : &committed_.back();
    if (last == nullptr)
        return;
    if (quorum.log().end_offset() < last->next || quorum.log().epoch_of(last->base) != last->epoch)
        if (quorum.log().start_offset() < last->next)
            fail("leader completeness: node " + std::to_string(node) + " leads epoch " +
                 std::to_string(quorum.epoch().value) + " without the committed " +
                 at(last->base, last->epoch));
}

bool Oracle::on_disk(const Disk& disk, const Bytes& batch, Offset next) const {
    for (const auto& [file, content] : disk.safe_files()) {
        const std::string_view name = std::string_view(file).substr(log_directory.size());
        if (const auto id = parse_snapshot_name(name); id && id->end_offset >= next)
            return true;
        if (name.ends_with(".log") && content.rfind(batch.text()) != std::string::npos)
            return true;
    }
    return false;
}

void Oracle::check_commit(int node, const Quorum& quorum, const std::vector<const Disk*>& disks) {
    Seen& seen = seen_[node];
    const Offset now = quorum.high_watermark();
    if (now < seen.high_watermark)
        fail("high watermark: it went back on node " + std::to_string(node));
    if (now == seen.high_watermark)
        return;
    if (now > quorum.log().end_offset())
        return fail("high watermark: past the log of node " + std::to_string(node));
    const Offset from = std::max(seen.high_watermark, quorum.log().start_offset());
    seen.high_watermark = now;
    Bytes last;
    for_each_batch(quorum.log(), from, [&](const KnownBatch& batch, const Bytes& bytes) {
        if (batch.next > now)
            return;
        last = bytes;
        const auto known =
            std::lower_bound(committed_.begin(), committed_.end(), batch.base,
                             [](const KnownBatch& b, Offset offset) { return b.base < offset; });
        if (known == committed_.end()) {
            if (batch.base != committed_end())
                return fail("committed for ever: a gap before " + at(batch.base, batch.epoch));
            const std::uint64_t so_far =
                committed_.empty() ? 0 : images_[committed_.back().next.value];
            Hasher hasher;
            hasher.add(so_far);
            hasher.add(batch.hash);
            images_[batch.next.value] = hasher.value();
            committed_.push_back(batch);
        } else if (*known != batch) {
            fail("committed for ever: node " + std::to_string(node) + " commits another batch at " +
                 at(batch.base, batch.epoch));
        }
    });
    if (!quorum.is_leader() || last.empty())
        return;
    int have = 0;
    for (int voter = 0; voter < voters_; ++voter)
        have += on_disk(*disks[static_cast<std::size_t>(voter)], last, now) ? 1 : 0;
    if (have < voters_ / 2 + 1)
        fail("high watermark: only " + std::to_string(have) + " of " + std::to_string(voters_) +
             " voters have what leader " + std::to_string(node) + " calls committed below " +
             std::to_string(now.value));
}

void Oracle::check_snapshot(int node, const Quorum& quorum) {
    const Snapshot* snapshot = quorum.latest_snapshot();
    if (snapshot == nullptr || snapshot->id == seen_[node].snapshot)
        return;
    seen_[node].snapshot = snapshot->id;
    const auto wanted = image_at(snapshot->id.end_offset);
    const Bytes content = snapshot->content.flat();
    if (!wanted || content.text().find(wanted->text()) == std::string_view::npos)
        fail("snapshots: node " + std::to_string(node) + " holds a wrong one at " +
             at(snapshot->id.end_offset, snapshot->id.epoch));
    if (quorum.log().start_offset() > Offset{0} &&
        quorum.log().start_offset() > snapshot->id.end_offset)
        fail("snapshots: the log of node " + std::to_string(node) + " begins past them");
}

std::optional<Bytes> Oracle::image_at(Offset end) const {
    const auto image = images_.find(end.value);
    if (image == images_.end())
        return std::nullopt;
    return eight_bytes(image->second);
}

const KnownBatch* Oracle::committed_before(Offset end) const {
    const auto after = std::upper_bound(committed_.begin(), committed_.end(), end,
                                        [](Offset o, const KnownBatch& b) { return o < b.next; });
    return after == committed_.begin() ? nullptr : &*(after - 1);
}

} // namespace orrery::raft::tests
