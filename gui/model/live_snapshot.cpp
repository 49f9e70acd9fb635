// A live session's snapshots: of the present moment, and of another one that is only glanced at.
#include "gui/model/live_deeds.hpp"
#include "gui/model/live_play.hpp"

#include <algorithm>

namespace orrery::gui::model {

namespace {

const std::string& english(const sim::Text& text) {
    static const std::string none;
    if (const auto found = text.find("en"); found != text.end())
        return found->second;
    return text.empty() ? none : text.begin()->second;
}

} // namespace

void LiveSession::Play::look_at(const Focus& focus) {
    if (focus == focus_)
        return;
    focus_ = focus;
    built_.reset();
}

SnapshotPtr LiveSession::Play::snapshot() {
    if (built_)
        return built_;
    built_ = picture_of(run(), {reader_, topics_});
    return built_;
}

SnapshotPtr LiveSession::Play::glimpse(Instant at) const {
    MessageReader reader; // the present's shall not forget what it has read
    TopicNames topics;
    return picture_of(history_.glimpse(at), {reader, topics});
}

SnapshotPtr LiveSession::Play::picture_of(const Run& run, Reading reading) const {
    auto fresh = std::make_shared<Snapshot>();
    const Sights sights{run.runner.world(), run.memory};
    fresh->scenario = run.runner.scenario().title;
    fresh->seed = run.runner.scenario().cluster.seed;
    fresh->now = run.now();
    fresh->event = run.events();
    fresh->branch = static_cast<std::int32_t>(history_.branch());
    fill_nodes(sights, *fresh);
    fill_clients(sights, *fresh);
    fill_partitions(sights, *fresh);
    if (TopicNames names = topic_names(sights.world); !(names == reading.topics)) {
        reading.topics = std::move(names);
        reading.reader.forget(); // what was read before had no names
    }
    fill_groups(sights, reading.topics, *fresh);
    fill_messages(sights, reading.reader, reading.topics, focus_, *fresh);
    fill_links(sights, *fresh);
    fill_quorum(sights, focus_, *fresh);
    fill_strips(sights, focus_, *fresh);
    fill_faults(sights, *fresh);
    fill_story(run, *fresh);
    fill_branches(*fresh);
    fill_checks(run, *fresh);
    fill_lesson(run, *fresh);
    return fresh;
}

void LiveSession::Play::fill_story(const Run& run, Snapshot& out) const {
    const Memory& memory = run.memory;
    out.facts = memory.facts();
    const std::size_t here = history_.branch();
    const bool tip = history_.at_tip() || here >= tips_.size();
    out.timeline = tip ? this->run().memory.timeline() : tips_[here];
    out.timeline.end = std::max(history_.branch(here).tip.at, out.now);
    for (const Message& message : out.recent) {
        if (message.empty || message.family == Family::background ||
            message.fate != Fate::delivered)
            continue;
        const auto lane = [&](std::int32_t id) {
            const sim::ActorId actor = memory.people().actor(id);
            return actor == sim::no_actor ? 0 : memory.people().of(actor).lane;
        };
        const Tone tone = !message.error.empty()                    ? Tone::fault
                          : message.family == Family::produce       ? Tone::leader
                          : message.family == Family::replica_fetch ? Tone::replica
                          : message.family == Family::control       ? Tone::control
                                                                    : Tone::client;
        out.timeline.arrows.push_back(
            {lane(message.from), lane(message.to), message.sent, message.due, tone});
    }
    out.series.push_back({"replicas in sync", "", Tone::replica, memory.in_sync()});
    out.series.push_back({"acknowledged", "records/s", Tone::leader, memory.acknowledged()});
    out.series.push_back({"consumers' lag", "records", Tone::client, memory.lag()});
}

std::string LiveSession::Play::branch_name(std::size_t branch) const {
    if (branch == 0)
        return "main";
    const auto& one = history_.branch(branch);
    std::string name = "branch " + std::to_string(branch);
    if (one.fork.acts < one.acts.size()) {
        const Injection& deed = one.acts[one.fork.acts].command.what;
        const sim::ActorId actor = run().memory.people().actor(deed.node);
        const std::string_view word = word_of(deed.verb);
        if (!word.empty())
            name += ": " + std::string(word) +
                    (actor == sim::no_actor ? "" : " " + run().memory.people().of(actor).name);
    }
    return name;
}

void LiveSession::Play::fill_branches(Snapshot& out) const {
    for (std::size_t i = 0; i < history_.branches(); ++i) {
        const auto& one = history_.branch(i);
        Branch branch;
        branch.id = static_cast<std::int32_t>(i);
        branch.name = branch_name(i);
        branch.parent = one.parent ? static_cast<std::int32_t>(*one.parent) : -1;
        branch.forked_at = one.fork.at;
        branch.end = one.tip.at;
        out.branches.push_back(std::move(branch));
    }
    out.history.keyframes = static_cast<std::int32_t>(history_.keyframes());
    out.history.last_event = history_.branch(history_.branch()).tip.events;
    out.history.can_undo = history_.can_undo();
    out.history.can_redo = history_.can_redo();
}

void LiveSession::Play::fill_checks(const Run& run, Snapshot& out) {
    const sim::Checks& checks = run.runner.checks();
    for (const sim::InvariantRow& row : sim::invariants()) {
        Check check;
        check.name = row.name;
        check.sentence = row.sentence;
        check.times = checks.looks(row.invariant);
        check.state = check.times == 0 ? CheckState::not_checked : CheckState::holds;
        if (const std::string why = checks.suspended(row.invariant); !why.empty()) {
            check.state = CheckState::excused;
            check.detail = why;
        }
        const sim::Broken* excused = checks.excused(row.invariant);
        const sim::Broken* promised = checks.broken(row.invariant);
        if (const sim::Broken* broken = promised != nullptr ? promised : excused) {
            check.state = promised != nullptr ? CheckState::broken : CheckState::excused;
            check.broken_at = broken->at;
            check.broken_event = broken->event;
            check.detail = broken->what;
            if (broken->excuse)
                check.detail += " (excused by " + broken->excuse.why + ")";
        }
        out.checks.push_back(std::move(check));
    }
}

void LiveSession::Play::fill_lesson(const Run& run, Snapshot& out) const {
    out.lessons = lessons_;
    const auto& told = run.runner.scenario().lesson;
    if (!told)
        return;
    Lesson lesson;
    lesson.title = english(told->title);
    for (LessonTitle& title : out.lessons)
        if (title.file == options_.file)
            lesson.number = title.number;
    lesson.steps = static_cast<std::int32_t>(told->steps.size());
    const std::size_t step = run.runner.lesson_step();
    lesson.step = static_cast<std::int32_t>(step);
    if (step < told->steps.size()) {
        lesson.text = english(told->steps[step].text);
        lesson.look_at = english(told->steps[step].look_at);
    }
    lesson.passed = step + 1 == told->steps.size();
    if (step == 0)
        lesson.hint = english(told->intro);
    else if (lesson.passed && !told->tries.empty())
        lesson.hint = english(told->tries.front());
    lesson.can_do = options_.hands_on && next_moment() < by_hand_.size();
    if (lesson.passed)
        for (LessonTitle& title : out.lessons)
            title.done = title.done || title.number == lesson.number;
    out.lesson = std::move(lesson);
}

} // namespace orrery::gui::model
