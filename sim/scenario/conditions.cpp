#include "sim/scenario/conditions.hpp"

#include "core/base/print.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

using What = Condition::Kind;

bool is_leaf(const Condition& condition) {
    return condition.kind == What::fact || condition.kind == What::count;
}

std::int64_t number_of(const Note& note, std::string_view name) {
    const FactRow& row = row_of(note.fact);
    for (std::size_t i = 0; i < fact_numbers; ++i)
        if (row.numbers[i] == name)
            return note.numbers[i];
    return -1;
}

bool told_by(const Sight& sight, ActorId actor, const std::string& who) {
    if (who.empty())
        return true;
    const auto actors = resolve(sight, who);
    return std::find(actors.begin(), actors.end(), actor) != actors.end();
}

bool matches(const FactMatch& match, const Sight& sight, const Told& told) {
    const Note& note = told.note;
    if (note.fact != match.fact)
        return false;
    if (!match.topic.empty() && note.topic != match.topic)
        return false;
    if (match.partition >= 0 && note.partition != match.partition)
        return false;
    if (!match.text_has.empty() && note.text.find(match.text_has) == std::string::npos)
        return false;
    for (const auto& [name, comparison] : match.where)
        if (!holds(comparison, Comparison::Value{number_of(note, name)}))
            return false;
    return told_by(sight, told.actor, match.who);
}

void add_leaves(const Condition& condition, Leaves& leaves) {
    if (is_leaf(condition))
        leaves.push_back({});
    for (const Condition& part : condition.parts)
        add_leaves(part, leaves);
}

bool notice_from(const Condition& condition, Leaves& leaves, std::size_t& at, const Sight& sight,
                 std::span<const Told> told) {
    bool changed = false;
    if (is_leaf(condition)) {
        LeafState& leaf = leaves[at++];
        changed = leaf.now;
        leaf.now = false;
        for (const Told& one : told)
            if (matches(condition.match, sight, one)) {
                ++leaf.count;
                leaf.now = true;
                changed = true;
            }
    }
    for (const Condition& part : condition.parts)
        changed = notice_from(part, leaves, at, sight, told) || changed;
    return changed;
}

bool holds_from(const Condition& condition, const Leaves& leaves, std::size_t& at,
                const Sight& sight, bool ever) {
    switch (condition.kind) {
    case What::fact: {
        const LeafState& leaf = leaves[at++];
        return ever ? leaf.count > 0 : leaf.now;
    }
    case What::count: return holds(condition.comparison, Comparison::Value{leaves[at++].count});
    case What::value:
        return holds(condition.comparison, value_of(sight, condition.metric, condition.of));
    default: break;
    }
    // No short cuts: each part must pass over its own leaves.
    bool all = true;
    bool any = false;
    for (const Condition& part : condition.parts) {
        const bool one = holds_from(part, leaves, at, sight, ever);
        all = all && one;
        any = any || one;
    }
    return condition.kind == What::no ? !any : condition.kind == What::all ? all : any;
}

std::string words_of(const Comparison::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value))
        return *text;
    return print(value);
}

std::string words_of(const Comparison& comparison) {
    constexpr std::string_view words[] = {"is",    "is not", "is at least", "is at most",
                                          "above", "below",  "has"};
    return std::string(words[static_cast<std::size_t>(comparison.kind)]) + " " +
           words_of(comparison.value);
}

std::string words_of(const FactMatch& match) {
    std::string text(name_of(match.fact));
    if (!match.who.empty())
        text += " by " + match.who;
    if (!match.topic.empty())
        text += " of " + match.topic +
                (match.partition >= 0 ? "-" + std::to_string(match.partition) : "");
    for (const auto& [name, comparison] : match.where)
        text += ", " + name + " " + words_of(comparison);
    if (!match.text_has.empty())
        text += ", with \"" + match.text_has + "\"";
    return text;
}

void found_from(const Condition& condition, const Leaves& leaves, std::size_t& at,
                const Sight& sight, std::string& out) {
    std::string text;
    if (is_leaf(condition)) {
        const std::int64_t count = leaves[at++].count;
        text = std::string(name_of(condition.match.fact)) + " was told " +
               (count == 0 ? "never" : std::to_string(count) + " times");
    } else if (condition.kind == What::value) {
        text = condition.metric + (condition.of.empty() ? "" : " of " + condition.of) + " is " +
               words_of(value_of(sight, condition.metric, condition.of));
    }
    if (!text.empty())
        out += (out.empty() ? "" : ", ") + text;
    for (const Condition& part : condition.parts)
        found_from(part, leaves, at, sight, out);
}

} // namespace

Leaves leaves_of(const Condition& condition) {
    Leaves leaves;
    add_leaves(condition, leaves);
    return leaves;
}

bool notice(const Condition& condition, Leaves& leaves, const Sight& sight,
            std::span<const Told> told) {
    std::size_t at = 0;
    return notice_from(condition, leaves, at, sight, told);
}

bool holds(const Condition& condition, const Leaves& leaves, const Sight& sight, bool ever) {
    std::size_t at = 0;
    return holds_from(condition, leaves, at, sight, ever);
}

std::string words_of(const Condition& condition) {
    switch (condition.kind) {
    case What::fact: return words_of(condition.match);
    case What::count:
        return "count of " + words_of(condition.match) + " " + words_of(condition.comparison);
    case What::value:
        return condition.metric + (condition.of.empty() ? "" : " of " + condition.of) + " " +
               words_of(condition.comparison);
    default: break;
    }
    std::string text;
    for (const Condition& part : condition.parts)
        text += (text.empty()                  ? ""
                 : condition.kind == What::any ? " or "
                                               : " and ") +
                words_of(part);
    return condition.kind == What::no ? "not " + text : text;
}

std::string found(const Condition& condition, const Leaves& leaves, const Sight& sight) {
    std::string out;
    std::size_t at = 0;
    found_from(condition, leaves, at, sight, out);
    return out;
}

} // namespace orrery::sim
