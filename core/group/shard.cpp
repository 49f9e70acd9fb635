#include "core/group/shard.hpp"

#include "core/group/migration.hpp"
#include "core/group/refuse.hpp"

#include <algorithm>
#include <utility>

namespace orrery::group {

// --- writing

void Shard::perform(const Work& work, const std::string& group, Decision&& decision,
                    ClassicWritten&& written, std::vector<Note>&& on_commit) {
    if (decision.records.empty()) {
        work.tell(decision.notes);
        if (!pending_.empty() && !decision.replies.empty() && pending_.back().give_up == never) {
            pending_.back().give_up =
                work.context.now.instant + work.context.settings.offsets_commit_timeout;
            deadline(pending_.back().give_up);
        }
        auto& waiting = pending_.empty() ? work.out.replies : pending_.back().replies;
        for (auto& reply : decision.replies)
            waiting.push_back(std::move(reply));
        return;
    }
    std::vector<StoredRecord> stored;
    stored.reserve(decision.records.size());
    for (const Record& record : decision.records) {
        auto one = try_encode(record);
        // Kafka's serializer throws, and the client is told no more than that.
        if (!one) {
            refuse_decision(work, group, std::move(decision), written,
                            wire::Error::unknown_server_error);
            return;
        }
        stored.push_back(std::move(*one));
    }
    const auto end = work.out.logs.append(partition_, epoch_, stored);
    if (!end) {
        refuse_decision(work, group, std::move(decision), written, coordinator_error(end.error()));
        return;
    }
    work.tell(decision.notes);
    for (const Record& record : decision.records)
        latest_.apply(record, Replay::of_our_own);
    Pending pending;
    pending.end = *end;
    pending.give_up = work.context.now.instant + work.context.settings.offsets_commit_timeout;
    pending.group = group;
    pending.records = std::move(decision.records);
    pending.replies = std::move(decision.replies);
    pending.notes = std::move(on_commit);
    pending.written = std::move(written);
    deadline(pending.give_up);
    pending_.push_back(std::move(pending));
    Group* classic = decision.downgrade ? latest_.edit(group) : nullptr;
    if (classic && classic->classic()) {
        ClassicOutcome outcome;
        finish_downgrade(work.context, *decision.downgrade, *classic->classic(), outcome);
        conclude(work, group, std::move(outcome));
    }
}

void Shard::refuse_decision(const Work& work, const std::string& group, Decision&& decision,
                            const ClassicWritten& what, wire::Error error) {
    for (auto& reply : decision.replies) {
        withdraw(reply.response, error);
        work.out.replies.push_back(std::move(reply));
    }
    written(work, group, what, error);
}

void Shard::written(const Work& work, const std::string& group, const ClassicWritten& what,
                    wire::Error error) {
    if (std::holds_alternative<std::monostate>(what))
        return;
    Group* found = latest_.edit(group);
    if (!found || !found->classic())
        return;
    if (std::holds_alternative<GroupWritten>(what)) {
        // A group that could not be written never was.
        if (error == wire::Error::none)
            return;
        found->classic()->unload(error, work.out.replies);
        found->members = std::monostate{};
        latest_.drop_if_empty(group);
        return;
    }
    ClassicOutcome outcome;
    found->classic()->written(work.context, what, error, outcome);
    conclude(work, group, std::move(outcome));
}

void Shard::conclude(const Work& work, const std::string& group, ClassicOutcome&& outcome) {
    for (auto& reply : outcome.at_once)
        work.out.replies.push_back(std::move(reply));
    // What it did in memory has happened, whether or not its records can be written.
    work.tell(outcome.decision.notes);
    perform(work, group, std::move(outcome.decision), std::move(outcome.written));
    if (const Group* found = latest_.find(group))
        deadline(found->wakeup());
}

bool Shard::settle(const Work& work) {
    if (pending_.empty() || phase_ != ShardPhase::active)
        return false;
    const Offset high_watermark = work.out.logs.high_watermark(partition_);
    std::size_t count = 0;
    while (count < pending_.size() && pending_[count].end <= high_watermark)
        ++count;
    if (count == 0)
        return false;
    std::vector<Pending> committed;
    const auto middle = pending_.begin() + static_cast<std::ptrdiff_t>(count);
    std::move(pending_.begin(), middle, std::back_inserter(committed));
    pending_.erase(pending_.begin(), middle);
    for (Pending& batch : committed) {
        for (const Record& record : batch.records)
            stable_.apply(record, Replay::of_the_log);
        work.tell(batch.notes);
        for (auto& reply : batch.replies)
            work.out.replies.push_back(std::move(reply));
        written(work, batch.group, batch.written, wire::Error::none);
    }
    return true;
}

void Shard::give_up_waiting(const Work& work) {
    // Who is told may write again, so the list may grow meanwhile.
    for (std::size_t i = 0; i < pending_.size(); ++i) {
        if (pending_[i].give_up > work.context.now.instant)
            continue;
        pending_[i].give_up = never;
        const auto error = coordinator_error(wire::Error::request_timed_out);
        for (auto& reply : pending_[i].replies) {
            withdraw(reply.response, error);
            work.out.replies.push_back(std::move(reply));
        }
        pending_[i].replies.clear();
        const ClassicWritten what = std::exchange(pending_[i].written, ClassicWritten{});
        // A group whose record may yet be committed stays.
        if (!std::holds_alternative<GroupWritten>(what))
            written(work, std::string(pending_[i].group), what, error);
    }
}

// --- time

void Shard::deadline(Instant at) {
    next_ = std::min(next_, at);
}

void Shard::find_next() {
    next_ = never;
    if (phase_ == ShardPhase::failed)
        return;
    next_ = std::min(load_due_, next_expiry_);
    for (const Pending& batch : pending_)
        next_ = std::min(next_, batch.give_up);
    for (const auto& entry : latest_.all())
        next_ = std::min(next_, entry.second->wakeup());
}

void Shard::wake_groups(const Work& work) {
    std::vector<std::string> due;
    for (const auto& entry : latest_.all())
        if (entry.second->wakeup() <= work.context.now.instant)
            due.push_back(entry.first);
    for (const std::string& id : due) {
        Group* group = latest_.edit(id);
        if (!group)
            continue;
        if (ClassicGroup* classic = group->classic()) {
            ClassicOutcome outcome;
            classic->wake(work.context, outcome);
            conclude(work, id, std::move(outcome));
        } else if (ConsumerGroup* consumer = group->consumer()) {
            // One thing at a time; what is left is due at once.
            perform(work, id, consumer->wake(work.context));
        }
    }
}

void Shard::unload(wire::Error error, Out& out) {
    for (Pending& batch : pending_) {
        for (auto& reply : batch.replies) {
            withdraw(reply.response, error);
            out.replies.push_back(std::move(reply));
        }
    }
    pending_.clear();
    for (const auto& entry : latest_.all())
        if (entry.second->classic())
            latest_.edit(entry.first)->classic()->unload(error, out.replies);
    Note note;
    note.fact = Fact::coordinator_unloaded;
    note.topic = offsets_topic;
    note.partition = partition_;
    note.numbers[0] = epoch_.value;
    note.numbers[1] = static_cast<std::int64_t>(latest_.all().size());
    out.effects.emplace_back(std::move(note));
    phase_ = ShardPhase::failed;
    next_ = never;
}

} // namespace orrery::group
