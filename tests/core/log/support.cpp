#include "tests/core/log/support.hpp"

#include "tests/support/catch.hpp"

namespace orrery::tests {

void Disk::change(const std::string& name, std::optional<File> to) {
    const auto found = now_.find(name);
    Past& past = unflushed_[name];
    if (past.empty())
        past.push_back(found == now_.end() ? std::nullopt : std::optional<File>(found->second));
    past.push_back(to);
    if (to)
        now_[name] = std::move(*to);
    else
        now_.erase(name);
}

void Disk::perform(const Effects& effects) {
    for (const Effect& effect : effects) {
        if (const auto* write = std::get_if<Write>(&effect)) {
            File file = now_.contains(write->file) ? now_.at(write->file) : File{};
            const auto at = static_cast<std::size_t>(write->at);
            REQUIRE(at <= file.content.size()); // no holes
            const Bytes data = write->data.flat();
            if (file.content.size() < at + data.size())
                file.content.resize(at + data.size());
            file.content.replace(at, data.size(), data.text());
            change(write->file, std::move(file));
        } else if (const auto* replace = std::get_if<Replace>(&effect)) {
            change(replace->file, File{std::string(replace->data.flat().text())});
        } else if (const auto* truncate = std::get_if<Truncate>(&effect)) {
            File file = now_.at(truncate->file);
            REQUIRE(static_cast<std::size_t>(truncate->size) <= file.content.size());
            file.content.resize(static_cast<std::size_t>(truncate->size));
            change(truncate->file, std::move(file));
        } else if (const auto* erase = std::get_if<Erase>(&effect)) {
            change(erase->file, std::nullopt);
        } else if (const auto* flush = std::get_if<Flush>(&effect)) {
            const bool known = now_.contains(flush->file) || unflushed_.contains(flush->file);
            REQUIRE(known); // or it was erased, and that becomes durable
            unflushed_.erase(flush->file);
        }
    }
}

std::vector<BootFile> Disk::files() const {
    std::vector<BootFile> files;
    for (const auto& [name, file] : now_)
        files.push_back({name, Chain(Bytes::copy(file.content))});
    return files;
}

void Disk::cut_power(Random& random) {
    for (auto& [name, past] : unflushed_) {
        const std::size_t kept = random.below(past.size());
        std::optional<File> survivor = past[kept];
        const bool torn = random.below(2) == 0;
        if (torn && survivor && kept + 1 < past.size() && past[kept + 1] &&
            past[kept + 1]->content.size() > survivor->content.size() &&
            past[kept + 1]->content.starts_with(survivor->content)) {
            const std::size_t more = past[kept + 1]->content.size() - survivor->content.size();
            const std::size_t part = random.below(more);
            *survivor = *past[kept + 1];
            survivor->content.resize(survivor->content.size() - more + part);
        }
        if (survivor)
            now_[name] = *survivor;
        else
            now_.erase(name);
    }
    unflushed_.clear();
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
