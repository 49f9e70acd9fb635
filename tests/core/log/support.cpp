#include "tests/core/log/support.hpp"

#include "tests/support/catch.hpp"

namespace orrery::tests {

void Disk::apply(File& file, const Effect& change) {
    if (const auto* write = std::get_if<Write>(&change)) {
        const auto at = static_cast<std::size_t>(write->at);
        const Bytes data = write->data.flat();
        if (!file)
            file.emplace();
        if (file->size() < at + data.size())
            file->resize(at + data.size());
        file->replace(at, data.size(), data.text());
    } else if (const auto* replace = std::get_if<Replace>(&change)) {
        file = std::string(replace->data.flat().text());
    } else if (const auto* truncate = std::get_if<Truncate>(&change)) {
        if (file && file->size() > static_cast<std::size_t>(truncate->size))
            file->resize(static_cast<std::size_t>(truncate->size));
    } else {
        file.reset();
    }
}

void Disk::change(const std::string& name, const Effect& effect) {
    File& file = now_[name];
    if (!unflushed_.contains(name))
        unflushed_[name] = {file, {}, 0};
    unflushed_[name].changes.push_back(effect);
    apply(file, effect);
}

void Disk::perform(const Effects& effects) {
    for (const Effect& effect : effects) {
        if (const auto* write = std::get_if<Write>(&effect)) {
            const std::size_t size = has(write->file) ? content(write->file).size() : 0;
            REQUIRE(static_cast<std::size_t>(write->at) <= size); // no holes
            change(write->file, effect);
        } else if (const auto* replace = std::get_if<Replace>(&effect)) {
            change(replace->file, effect);
        } else if (const auto* truncate = std::get_if<Truncate>(&effect)) {
            REQUIRE(static_cast<std::size_t>(truncate->size) <= content(truncate->file).size());
            change(truncate->file, effect);
        } else if (const auto* erase = std::get_if<Erase>(&effect)) {
            change(erase->file, effect);
        } else if (const auto* flush = std::get_if<Flush>(&effect)) {
            REQUIRE(now_.contains(flush->file)); // it may have been erased: that becomes durable
            queue_.push_back({flush->file, unflushed_.contains(flush->file)
                                               ? unflushed_[flush->file].changes.size()
                                               : 0});
            if (flush->write != unwatched)
                settle();
        }
    }
}

void Disk::settle() {
    for (const auto& [name, changes] : queue_) {
        if (!unflushed_.contains(name))
            continue;
        Unflushed& unflushed = unflushed_[name];
        for (std::size_t i = unflushed.settled; i < changes; ++i)
            apply(unflushed.durable, unflushed.changes[i]);
        unflushed.settled = std::max(unflushed.settled, changes);
    }
    queue_.clear();
    for (auto at = unflushed_.begin(); at != unflushed_.end();)
        at = at->second.settled == at->second.changes.size() ? unflushed_.erase(at) : next(at);
}

std::vector<BootFile> Disk::files() const {
    std::vector<BootFile> files;
    for (const auto& [name, file] : now_)
        if (file)
            files.push_back({name, Chain(Bytes::copy(*file))});
    return files;
}

Disk::File Disk::survivor(const Unflushed& unflushed, Random& random) {
    File file = unflushed.durable;
    const std::uint64_t survival = random.below(3);
    const std::size_t changes = unflushed.changes.size() - unflushed.settled;
    const std::size_t kept = survival == 0   ? 0
                             : survival == 1 ? random.below(changes + 1)
                                             : changes;
    for (std::size_t i = unflushed.settled; i < unflushed.settled + kept; ++i) {
        Effect change = unflushed.changes[i];
        const bool in_place =
            std::holds_alternative<Write>(change) || std::holds_alternative<Truncate>(change);
        if (survival == 2 && in_place && random.below(2) == 0)
            continue;
        auto* write = std::get_if<Write>(&change);
        if (write != nullptr && !write->data.empty() && random.below(4) == 0)
            write->data = write->data.slice(0, random.below(write->data.size()));
        apply(file, change);
    }
    return file;
}

void Disk::cut_power(Random& random) {
    for (auto& [name, unflushed] : unflushed_)
        now_[name] = survivor(unflushed, random);
    unflushed_.clear();
    queue_.clear();
}

record::Batch make_batch(Offset base, LeaderEpoch epoch, int records, std::int64_t timestamp,
                         std::size_t value_bytes, char fill) {
    record::BatchOptions options;
    options.base_offset = base;
    options.leader_epoch = epoch;
    record::BatchBuilder builder(options);
    const std::string value(value_bytes, fill);
    for (int i = 0; i < records; ++i)
        builder.append(timestamp + i, std::nullopt, std::as_bytes(std::span(value)));
    return builder.build();
}

Now at_ms(std::int64_t ms) {
    return {Instant{0} + milliseconds(ms), 1'700'000'000'000 + ms};
}

} // namespace orrery::tests
