#include "core/log/checkpoint.hpp"

namespace orrery::log {

namespace {

constexpr std::size_t lines_before_entries = 2;

std::string start_of_file(std::size_t count) {
    return "0\n" + std::to_string(count) + "\n";
}

/// Version and count checked: the lines of the entries, each in words. `keep` owns the characters.
FileResult<std::vector<std::vector<std::string_view>>> entry_lines(std::string_view text,
                                                                   std::size_t words) {
    const auto lines = split_lines(text);
    if (lines.empty())
        return failure(FileError{"the file is empty"});
    if (parse_number<std::int32_t>(lines[0]) != 0)
        return bad_line(1, "the version is not 0");
    if (lines.size() < lines_before_entries)
        return bad_line(2, "the count of entries is missing");
    const auto count = parse_number<std::int32_t>(lines[1]);
    if (!count || *count < 0)
        return bad_line(2, "the count of entries is no number");
    std::vector<std::vector<std::string_view>> entries;
    for (std::size_t i = lines_before_entries; i < lines.size(); ++i) {
        entries.push_back(split_words(lines[i]));
        if (entries.back().size() != words)
            return bad_line(i + 1, "an entry has " + std::to_string(words) + " words");
    }
    if (entries.size() != static_cast<std::size_t>(*count))
        return failure(FileError{"expected " + std::to_string(*count) + " entries but found " +
                                 std::to_string(entries.size())});
    return entries;
}

} // namespace

Bytes encode_offsets(std::span<const PartitionOffset> entries) {
    std::string text = start_of_file(entries.size());
    for (const PartitionOffset& entry : entries)
        text += entry.topic + " " + std::to_string(entry.partition) + " " +
                std::to_string(entry.offset.value) + "\n";
    return Bytes::copy(text);
}

FileResult<std::vector<PartitionOffset>> decode_offsets(const Chain& content) {
    const Bytes flat = content.flat();
    const auto lines = entry_lines(flat.text(), 3);
    if (!lines)
        return failure(lines.error());
    std::vector<PartitionOffset> entries;
    for (std::size_t i = 0; i < lines->size(); ++i) {
        const auto& words = (*lines)[i];
        const auto partition = parse_number<std::int32_t>(words[1]);
        const auto offset = parse_number<std::int64_t>(words[2]);
        if (!partition || !offset || *partition < 0)
            return bad_line(i + 1 + lines_before_entries, "topic, partition, offset expected");
        entries.push_back({std::string(words[0]), *partition, Offset{*offset}});
    }
    return entries;
}

std::optional<Offset> find_offset(std::span<const PartitionOffset> entries, std::string_view topic,
                                  std::int32_t partition) {
    for (const PartitionOffset& entry : entries)
        if (entry.partition == partition && entry.topic == topic)
            return entry.offset;
    return std::nullopt;
}

Bytes encode_epochs(std::span<const EpochStart> entries) {
    std::string text = start_of_file(entries.size());
    for (const EpochStart& entry : entries)
        text += std::to_string(entry.epoch.value) + " " + std::to_string(entry.start.value) + "\n";
    return Bytes::copy(text);
}

FileResult<std::vector<EpochStart>> decode_epochs(const Chain& content) {
    const Bytes flat = content.flat();
    const auto lines = entry_lines(flat.text(), 2);
    if (!lines)
        return failure(lines.error());
    std::vector<EpochStart> entries;
    for (std::size_t i = 0; i < lines->size(); ++i) {
        const auto epoch = parse_number<std::int32_t>((*lines)[i][0]);
        const auto start = parse_number<std::int64_t>((*lines)[i][1]);
        if (!epoch || !start || *epoch < 0 || *start < 0)
            return bad_line(i + 1 + lines_before_entries, "epoch and start offset expected");
        entries.push_back({LeaderEpoch{*epoch}, Offset{*start}});
    }
    return entries;
}

} // namespace orrery::log
