#include "core/group/consumer_notes.hpp"

#include <utility>

namespace orrery::group {

namespace {

void add_topic(std::string& text, const metadata::Image& image, const Uuid& id) {
    const metadata::Topic* topic = image.topic(id);
    text += text.empty() ? "" : " ";
    text += topic ? topic->name : id.to_text();
    text += '-';
}

Note group_note(Fact fact, std::string text, std::int64_t first, std::int64_t second) {
    Note note;
    note.fact = fact;
    note.numbers[0] = first;
    note.numbers[1] = second;
    note.text = std::move(text);
    return note;
}

} // namespace

std::string partitions_text(const metadata::Image& image, const MemberAssignment& partitions) {
    std::string text;
    for (const auto& [topic, numbers] : partitions) {
        add_topic(text, image, topic);
        for (std::size_t i = 0; i < numbers.size(); ++i)
            text += (i > 0 ? "," : "") + std::to_string(numbers[i]);
    }
    return text.empty() ? "nothing" : text;
}

std::string partitions_text(const metadata::Image& image, const OwnedPartitions& partitions) {
    MemberAssignment plain;
    for (const auto& [topic, epochs] : partitions)
        for (const auto& [partition, epoch] : epochs)
            plain[topic].push_back(partition);
    return partitions_text(image, plain);
}

void note_member(Decision& decision, Fact fact, const std::string& group, std::int32_t epoch,
                 std::size_t members, std::string_view detail) {
    decision.notes.push_back(group_note(fact, group + " " + std::string(detail), epoch,
                                        static_cast<std::int64_t>(members)));
}

void note_target(Decision& decision, const metadata::Image& image, const std::string& group,
                 std::int32_t epoch, std::string_view assignor,
                 const ConsumerState::Targets& targets) {
    std::string text = group + " is assigned by " + std::string(assignor) + ":";
    for (const auto& [member, partitions] : targets)
        text += " " + member + " " + partitions_text(image, partitions) + ";";
    decision.notes.push_back(group_note(Fact::assignment_made, std::move(text), epoch,
                                        static_cast<std::int64_t>(targets.size())));
}

void note_reconciled(Decision& decision, const metadata::Image& image, const std::string& group,
                     const std::string& member, const ConsumerMember& value) {
    std::string text = group + " " + member + " " + std::string(name_of(value.state)) + " has " +
                       partitions_text(image, value.assigned);
    if (!value.revoking.empty())
        text += " gives up " + partitions_text(image, value.revoking);
    decision.notes.push_back(
        group_note(Fact::member_reconciled, std::move(text), value.epoch, value.previous_epoch));
}

void note_state(Decision& decision, const std::string& group, std::string_view before,
                std::string_view after, std::int32_t epoch, std::int32_t assignment_epoch,
                std::size_t members) {
    if (before == after)
        return;
    Note note = group_note(Fact::group_state,
                           group + " " + std::string(before) + " -> " + std::string(after), epoch,
                           static_cast<std::int64_t>(members));
    note.numbers[2] = assignment_epoch;
    decision.notes.push_back(std::move(note));
}

} // namespace orrery::group
