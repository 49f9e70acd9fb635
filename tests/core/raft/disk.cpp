// The test disk; see the header.
#include "tests/core/raft/disk.hpp"

#include <algorithm>
#include <utility>

namespace orrery::raft::tests {

namespace {

std::string text_of(const Chain& chain) {
    return std::string(chain.flat().text());
}

} // namespace

void Disk::apply(Files& files, const Operation& operation, std::size_t keep) {
    using Kind = Operation::Kind;
    std::string* file = nullptr;
    switch (operation.kind) {
    case Kind::write:
        file = &files[operation.file];
        if (file->size() < operation.at + keep)
            file->resize(operation.at + keep, '\0');
        file->replace(operation.at, keep, operation.data, 0, keep);
        break;
    case Kind::replace: files[operation.file] = operation.data; break;
    case Kind::truncate:
        if (auto at = files.find(operation.file); at != files.end())
            at->second.resize(std::min(at->second.size(), operation.at));
        break;
    case Kind::erase: files.erase(operation.file); break;
    case Kind::flush: break;
    }
}

void Disk::note(Operation operation, std::vector<WriteId>& watched) {
    apply(seen_, operation, operation.data.size());
    if (operation.id != unwatched)
        watched.push_back(operation.id);
    unsafe_.push_back(std::move(operation));
}

void Disk::perform(const Effects& effects, std::vector<WriteId>& watched) {
    using Kind = Operation::Kind;
    for (const Effect& effect : effects) {
        if (const auto* write = std::get_if<Write>(&effect))
            note({Kind::write, write->write, write->file, static_cast<std::size_t>(write->at),
                  text_of(write->data)},
                 watched);
        else if (const auto* replace = std::get_if<Replace>(&effect))
            note({Kind::replace, replace->write, replace->file, 0, text_of(replace->data)},
                 watched);
        else if (const auto* truncate = std::get_if<Truncate>(&effect))
            note({Kind::truncate,
                  unwatched,
                  truncate->file,
                  static_cast<std::size_t>(truncate->size),
                  {}},
                 watched);
        else if (const auto* flush = std::get_if<Flush>(&effect))
            note({Kind::flush, flush->write, flush->file, 0, {}}, watched);
        else if (const auto* erase = std::get_if<Erase>(&effect))
            note({Kind::erase, unwatched, erase->file, 0, {}}, watched);
    }
}

void Disk::confirm(WriteId id) {
    const auto found = std::find_if(unsafe_.begin(), unsafe_.end(),
                                    [id](const Operation& o) { return o.id == id; });
    if (found == unsafe_.end())
        return;
    const std::string file = found->file;
    std::vector<Operation> left;
    bool passed = false;
    for (Operation& operation : unsafe_) {
        const bool last = operation.id == id;
        if (!passed && operation.file == file)
            apply(safe_, operation, operation.data.size());
        else
            left.push_back(std::move(operation));
        passed = passed || last;
    }
    unsafe_ = std::move(left);
}

void Disk::power_cut(Random& random) {
    // Some cuts spare nothing, some nearly everything, most choose.
    static constexpr std::uint32_t chances_ppm[] = {0, 300'000, 500'000, 900'000, 1'000'000};
    const std::uint32_t chance = chances_ppm[random.below(std::size(chances_ppm))];
    for (const Operation& operation : unsafe_) {
        if (!random.chance_ppm(chance))
            continue;
        std::size_t keep = operation.data.size();
        if (operation.kind == Operation::Kind::write && random.chance_ppm(300'000))
            keep = static_cast<std::size_t>(random.below(keep + 1));
        apply(safe_, operation, keep);
    }
    unsafe_.clear();
    seen_ = safe_;
}

void Disk::kill() {
    for (Operation& operation : unsafe_)
        operation.id = unwatched;
}

void Disk::wipe() {
    seen_.clear();
    safe_.clear();
    unsafe_.clear();
}

std::vector<BootFile> Disk::files() const {
    std::vector<BootFile> files;
    for (const auto& [name, content] : seen_)
        files.push_back({name, Bytes::copy(content)});
    return files;
}

namespace {

const std::string& content_of(const std::map<std::string, std::string>& files,
                              const std::string& file) {
    static const std::string nothing;
    const auto at = files.find(file);
    return at == files.end() ? nothing : at->second;
}

} // namespace

const std::string& Disk::seen(const std::string& file) const {
    return content_of(seen_, file);
}

const std::string& Disk::safe(const std::string& file) const {
    return content_of(safe_, file);
}

} // namespace orrery::raft::tests
