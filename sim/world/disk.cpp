#include "sim/world/disk.hpp"

#include "core/base/expect.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

std::int64_t bytes_of(const Chain& data) {
    return static_cast<std::int64_t>(data.size());
}

/// When a write of `since` is written back. The kernel's flusher looks around ten times in the time
/// that a write may wait, and not at each write's own moment: a busy log would have it run for
/// each.
Instant write_back_time(const DiskModel& model, Instant since) {
    const std::int64_t due = since.ns + model.write_back.ns;
    const std::int64_t round = std::max<std::int64_t>(model.write_back.ns / 10, 1);
    return Instant{(due + round - 1) / round * round};
}

} // namespace

File* Disk::find_file(std::string_view name) {
    const auto at = std::lower_bound(
        files_.begin(), files_.end(), name,
        [](const Cow<File>& file, std::string_view wanted) { return file->name < wanted; });
    return at != files_.end() && (*at)->name == name ? &at->edit() : nullptr;
}

File& Disk::make_file(const std::string& name) {
    const auto at = std::lower_bound(
        files_.begin(), files_.end(), name,
        [](const Cow<File>& file, const std::string& wanted) { return file->name < wanted; });
    if (at != files_.end() && (*at)->name == name)
        return at->edit();
    return files_.insert(at, Cow<File>(File(name)))->edit();
}

const FileState* Disk::find(std::string_view name) const {
    const auto at = std::lower_bound(
        files_.begin(), files_.end(), name,
        [](const Cow<File>& file, std::string_view wanted) { return file->name < wanted; });
    return at != files_.end() && (*at)->name == name && (*at)->cache().exists ? &(*at)->cache()
                                                                              : nullptr;
}

std::vector<BootFile> Disk::files() const {
    std::vector<BootFile> found;
    for (const Cow<File>& file : files_)
        if (file->cache().exists)
            found.push_back({file->name, file->cache().content.all()});
    return found;
}

void Disk::format(const BootFile& file) {
    File& made = make_file(file.name);
    made.change({FileChange::replace, ++sequence_, 0, file.content, {}});
    made.settle_up_to(sequence_);
}

std::int64_t Disk::unsynced_bytes() const {
    std::int64_t sum = 0;
    for (const Cow<File>& file : files_)
        sum += file->dirty_bytes();
    return sum;
}

// --- the effects ---------------------------------------------------------------------------------

DiskFault Disk::refusal(bool grows) const {
    if (condition_.failing)
        return DiskFault::io_error;
    return grows && condition_.full ? DiskFault::no_space : DiskFault::none;
}

/// A full disk still takes what overwrites.
DiskFault Disk::refusal(const Write& effect) const {
    if (!condition_.full)
        return refusal(false);
    const FileState* old = find(effect.file);
    return refusal(effect.at + bytes_of(effect.data) > (old ? old->content.size() : -1));
}

void Disk::change(Instant now, const std::string& name, FileOperation operation) {
    operation.sequence = ++sequence_;
    operation.since = now;
    make_file(name).change(std::move(operation));
    if (write_back_at_ == never)
        write_back_at_ = write_back_time(model_, now);
}

void Disk::write(Instant now, std::uint32_t life, const Write& effect) {
    const DiskFault fault = refusal(effect);
    if (fault == DiskFault::none)
        change(now, effect.file, {FileChange::write, 0, effect.at, effect.data, {}});
    if (fault != DiskFault::none || effect.write != unwatched)
        ask(now, life, effect.write, effect.file, bytes_of(effect.data), fault);
}

void Disk::replace(Instant now, std::uint32_t life, const Replace& effect) {
    const DiskFault fault = refusal(true);
    if (fault == DiskFault::none)
        change(now, effect.file, {FileChange::replace, 0, 0, effect.data, {}});
    if (fault != DiskFault::none || effect.write != unwatched)
        ask(now, life, effect.write, effect.file, bytes_of(effect.data), fault);
}

void Disk::truncate(Instant now, std::uint32_t life, const Truncate& effect) {
    if (const DiskFault fault = refusal(false); fault != DiskFault::none)
        return ask(now, life, unwatched, effect.file, 0, fault);
    const FileState* old = find(effect.file);
    if (old && effect.size < old->content.size())
        change(now, effect.file, {FileChange::truncate, 0, effect.size, {}, {}});
}

void Disk::flush(Instant now, std::uint32_t life, const Flush& effect) {
    const File* file = find_file(effect.file);
    ask(now, life, effect.write, effect.file, file ? file->dirty_bytes() : 0, refusal(false));
}

void Disk::erase(Instant now, std::uint32_t life, const Erase& effect) {
    if (const DiskFault fault = refusal(false); fault != DiskFault::none)
        return ask(now, life, unwatched, effect.file, 0, fault);
    if (find(effect.file))
        change(now, effect.file, {FileChange::erase, 0, 0, {}, {}});
}

// --- the queue -----------------------------------------------------------------------------------

void Disk::ask(Instant now, std::uint32_t life, WriteId write, const std::string& file,
               std::int64_t bytes, DiskFault fault) {
    Duration takes = model_.sync.draw(random_);
    if (model_.bytes_per_second > 0)
        takes = takes + nanoseconds(bytes * 1'000'000'000 / model_.bytes_per_second);
    // While the disk is stalled its time stands still; when it goes on, all of the queue moves.
    const Instant then = condition_.stalled ? stalled_at_ : now;
    busy_until_ = std::max(then, busy_until_) + takes * condition_.slow;
    requests_.push_back({busy_until_, write, fault, life, sequence_, file});
}

Instant Disk::next() const {
    if (condition_.stalled)
        return never;
    const bool waiting = served_ < requests_.size();
    return waiting ? std::min(requests_[served_].due, write_back_at_) : write_back_at_;
}

bool Disk::take_done(Instant now, DiskDone& done) {
    if (condition_.stalled)
        return false;
    if (served_ == requests_.size() || requests_[served_].due > now) {
        write_back(now);
        return false;
    }
    const Request request = std::move(requests_[served_++]);
    if (served_ == requests_.size()) {
        requests_.clear();
        served_ = 0;
    } else if (served_ > 64 && served_ * 2 > requests_.size()) {
        requests_.erase(requests_.begin(),
                        requests_.begin() + static_cast<std::ptrdiff_t>(served_));
        served_ = 0;
    }
    done = {request.write, request.fault, request.file, request.life};
    if (done.fault == DiskFault::none && condition_.failing)
        done.fault = DiskFault::io_error;
    if (done.fault == DiskFault::none)
        if (File* file = find_file(request.file))
            file->settle_up_to(request.up_to);
    return done.write != unwatched || done.fault != DiskFault::none;
}

/// The kernel's flusher: what has been dirty for long enough becomes durable.
void Disk::write_back(Instant now) {
    if (write_back_at_ > now)
        return;
    write_back_at_ = never;
    if (condition_.failing) {
        write_back_at_ = write_back_time(model_, now);
        return;
    }
    for (Cow<File>& file : files_) {
        if (!file->dirty())
            continue;
        if (file->dirty_since() + model_.write_back <= now)
            file.edit().settle_before(now - model_.write_back);
        if (file->dirty())
            write_back_at_ = std::min(write_back_at_, write_back_time(model_, file->dirty_since()));
    }
    std::erase_if(files_, [](const Cow<File>& file) {
        return !file->cache().exists && !file->durable_exists() && !file->dirty();
    });
}

// --- faults --------------------------------------------------------------------------------------

void Disk::lose_power(Instant now) {
    for (Cow<File>& file : files_)
        if (file->dirty())
            file.edit().lose_power(random_);
    std::erase_if(files_, [](const Cow<File>& file) { return !file->cache().exists; });
    requests_.clear();
    served_ = 0;
    busy_until_ = now;
    write_back_at_ = never;
    if (condition_.stalled)
        stalled_at_ = now;
}

void Disk::wipe() {
    files_.clear();
    write_back_at_ = never;
}

void Disk::set_condition(Instant now, const DiskCondition& condition) {
    expect(condition.slow >= 1, "a disk that is slowed by a factor of one or more");
    if (condition.stalled && !condition_.stalled)
        stalled_at_ = now;
    if (!condition.stalled && condition_.stalled) {
        const Duration stood = now - stalled_at_;
        busy_until_ = busy_until_ + stood;
        for (std::size_t i = served_; i < requests_.size(); ++i)
            requests_[i].due = requests_[i].due + stood;
        if (write_back_at_ != never && write_back_at_ < now)
            write_back_at_ = now;
        stalled_at_ = never;
    }
    condition_ = condition;
    condition_since_ = now;
}

} // namespace orrery::sim
