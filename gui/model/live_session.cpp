#include "gui/model/live_session.hpp"

#include "gui/model/live_cluster.hpp"
#include "gui/model/live_deeds.hpp"
#include "gui/model/live_library.hpp"
#include "gui/model/live_run.hpp"
#include "sim/history/history.hpp"

#include <algorithm>
#include <fstream>

namespace orrery::gui::model {

namespace {

using Past = sim::history::History<Run, Deed>;

/// Dense enough that a drag along the ruler follows the hand.
constexpr sim::history::Budget budget{8'000, 96, 200};

const std::string& english(const sim::Text& text) {
    static const std::string none;
    if (const auto found = text.find("en"); found != text.end())
        return found->second;
    return text.empty() ? none : text.begin()->second;
}

/// What an event was, by what was told of it and what it delivered.
class Onlooker final : public sim::Observer {
public:
    Onlooker(const Memory& memory, MessageReader& reader, const TopicNames& topics)
        : memory_(memory), reader_(reader), topics_(topics) {}

    void on_note(const sim::World&, sim::ActorId, const Note& note) override {
        if (row_of(note.fact).weight == Weight::notable)
            dwell = Dwell::notable;
    }
    void on_delivered(const sim::World&, const sim::Message& message) override {
        const PastMessage* past = memory_.latest();
        const Envelope envelope{past->from, past->to, past->response, &past->frame, &past->request};
        const std::uint64_t id = number_of(message.from, message.sender_connection, message.sent,
                                           past->response, *message.frame);
        const Message& read = reader_.read(id, envelope, memory_.people(), topics_);
        sent = message.sent;
        if (dwell == Dwell::none && !read.empty && read.family != Family::background)
            dwell = Dwell::delivery;
    }

    Dwell dwell = Dwell::none;
    std::optional<Instant> sent;

private:
    const Memory& memory_;
    MessageReader& reader_;
    const TopicNames& topics_;
};

/// A copy of the run that is one event ahead, because only what happens says how notable it is.
struct Scout {
    Run run;
    std::uint64_t acts = 0;
    std::optional<Ahead> ahead;
};

} // namespace

class LiveSession::Play {
public:
    Play(const LiveOptions& options, std::string text, sim::Scenario scenario);

    // time
    std::optional<Ahead> ahead();
    Dwell step();
    void advance(Instant to);
    void seek(Instant to);
    void seek_event(std::uint64_t event);

    // deeds
    std::optional<std::string> why_not(const Injection& deed) const;
    Result<void, InputError> inject(const Injection& deed);
    template <class Travel>
    void travel(Travel&& travel) {
        keep_tip();
        travel(history_);
        moved();
    }
    Result<void, InputError> save(const std::string& file) const;

    SnapshotPtr snapshot();
    void look_at(const Focus& focus);
    const Past& history() const { return history_; }
    const LiveOptions& options() const { return options_; }

private:
    const Run& run() const { return history_.subject(); }
    const sim::World& world() const { return run().runner.world(); }
    void moved() {
        built_.reset();
        scout_.reset();
    }
    void scout_on();
    void keep_tip();
    std::size_t next_moment() const;

    void fill_story(Snapshot& out) const;
    void fill_branches(Snapshot& out) const;
    void fill_checks(Snapshot& out) const;
    void fill_lesson(Snapshot& out) const;
    std::string branch_name(std::size_t branch) const;

    LiveOptions options_;
    std::string text_;                 ///< of the scenario, for saving
    std::vector<sim::Moment> by_hand_; ///< hands on: the timeline's moments, in order
    Past history_;
    std::vector<Timeline> tips_; ///< what each branch's timeline was at its furthest
    std::vector<LessonTitle> lessons_;
    Focus focus_;
    SnapshotPtr built_;
    std::optional<Scout> scout_;
    MessageReader reader_;
    TopicNames topics_;
};

namespace {

sim::Scenario without_timeline(sim::Scenario scenario, bool hands_on) {
    if (hands_on)
        scenario.timeline.clear();
    return scenario;
}

std::vector<sim::Moment> moments_of(const sim::Scenario& scenario, bool hands_on) {
    return hands_on ? scenario.timeline : std::vector<sim::Moment>{};
}

} // namespace

LiveSession::Play::Play(const LiveOptions& options, std::string text, sim::Scenario scenario)
    : options_(options), text_(std::move(text)), by_hand_(moments_of(scenario, options.hands_on)),
      history_(Run(without_timeline(std::move(scenario), options.hands_on)), budget),
      lessons_(lessons_beside(options.file)) {}

// --- time ----------------------------------------------------------------------------------------

/// Lets the scout do what comes next: the deeds that were done here, and the event.
void LiveSession::Play::scout_on() {
    Scout& scout = *scout_;
    Onlooker onlooker(scout.run.memory, reader_, topics_);
    const auto& acts = history_.branch(history_.branch()).acts;
    while (scout.acts < acts.size() && acts[scout.acts].at.events <= scout.run.events()) {
        const auto& act = acts[scout.acts++];
        if (scout.run.now() < act.at.at && scout.run.next_event_time() > act.at.at)
            scout.run.run_until(act.at.at, nullptr);
        apply(scout.run, act.command, nullptr);
        onlooker.dwell = Dwell::notable;
    }
    const Instant at = scout.run.next_event_time();
    if (at == never || !scout.run.step_event(&onlooker)) {
        scout.ahead.reset();
        return;
    }
    scout.ahead = Ahead{at, onlooker.sent.value_or(at), onlooker.dwell};
}

std::optional<Ahead> LiveSession::Play::ahead() {
    if (!scout_) {
        scout_ = Scout{run(), history_.position().acts, {}};
        scout_on();
    }
    return scout_->ahead;
}

Dwell LiveSession::Play::step() {
    const std::optional<Ahead> next = ahead(); // the scout has seen what comes of it
    const std::uint64_t before = run().events();
    history_.step();
    if (run().events() == before) // it only let the last moment pass
        history_.step();
    built_.reset();
    if (scout_ && scout_->ahead && scout_->run.events() == run().events())
        scout_on();
    else
        scout_.reset();
    return next ? next->dwell : Dwell::none;
}

void LiveSession::Play::advance(Instant to) {
    const std::uint64_t before = run().events();
    const std::uint64_t acts = history_.position().acts;
    if (to <= run().now() && run().next_event_time() > to)
        return;
    history_.advance(to);
    built_.reset();
    if (run().events() != before || history_.position().acts != acts)
        scout_.reset();
}

void LiveSession::Play::seek(Instant to) {
    travel([&](Past& history) {
        history.seek(to);
        if (history.subject().now() < to)
            history.advance(to);
    });
}

void LiveSession::Play::seek_event(std::uint64_t event) {
    travel([&](Past& history) {
        history.seek_event(event);
        while (history.subject().events() < event && history.step()) {
        }
    });
}

/// The timeline shows what lies ahead as well, and only the tip knows that.
void LiveSession::Play::keep_tip() {
    if (!history_.at_tip())
        return;
    if (tips_.size() <= history_.branch())
        tips_.resize(history_.branch() + 1);
    tips_[history_.branch()] = run().memory.timeline();
}

// --- deeds ---------------------------------------------------------------------------------------

/// Which of the timeline's moments the hand has not done yet: it did those whose verb it used.
std::size_t LiveSession::Play::next_moment() const {
    const auto& acts = history_.branch(history_.branch()).acts;
    std::size_t next = 0;
    for (std::size_t i = 0; i < history_.position().acts && next < by_hand_.size(); ++i) {
        const Verb verb = acts[i].command.what.verb;
        if (verb == Verb::lesson_step || word_of(verb) == by_hand_[next].verb.name)
            ++next;
    }
    return next;
}

std::optional<std::string> LiveSession::Play::why_not(const Injection& deed) const {
    if (deed.verb != Verb::lesson_step)
        return model::why_not(world(), run().memory.people(), deed);
    if (!options_.hands_on)
        return "the scenario's own timeline does it when its time comes";
    if (next_moment() >= by_hand_.size())
        return "all that the lesson asks for is done";
    return std::nullopt;
}

Result<void, InputError> LiveSession::Play::inject(const Injection& injection) {
    if (auto reason = why_not(injection))
        return failure(InputError{"deed", std::move(*reason), ""});
    Deed deed;
    deed.what = injection;
    if (injection.verb == Verb::lesson_step) {
        deed.what.amount = static_cast<std::int64_t>(next_moment());
        deed.commands.push_back({by_hand_[next_moment()].verb});
    } else {
        for (const Doing& doing : doings_of(world(), run().memory.people(), injection)) {
            if (const auto* fault = std::get_if<sim::faults::Fault>(&doing)) {
                deed.commands.push_back({*fault});
                continue;
            }
            const auto& admin = std::get<AdminVerb>(doing);
            sim::Verb verb;
            verb.name = admin.name;
            verb.partition = admin.partition;
            verb.unclean = admin.unclean;
            deed.commands.push_back({std::move(verb)});
        }
    }
    travel([&](Past& history) { history.act(deed); });
    return {};
}

Result<void, InputError> LiveSession::Play::save(const std::string& file) const {
    SavedRun saved;
    saved.text = text_;
    saved.seed = run().runner.scenario().cluster.seed;
    saved.keeps_timeline = !options_.hands_on;
    const auto& acts = history_.branch(history_.branch()).acts;
    for (std::size_t i = 0; i < history_.position().acts; ++i) {
        const Deed& deed = acts[i].command;
        if (deed.what.verb == Verb::lesson_step) {
            saved.deeds.push_back({acts[i].at.at, "", static_cast<std::int32_t>(deed.what.amount)});
            continue;
        }
        for (const sim::Command& command : deed.commands) {
            Doing doing;
            if (const auto* fault = std::get_if<sim::faults::Fault>(&command.what)) {
                doing = *fault;
            } else {
                const auto& verb = std::get<sim::Verb>(command.what);
                doing = AdminVerb{verb.name, verb.partition, verb.unclean};
            }
            saved.deeds.push_back({acts[i].at.at, json_of(run().memory.people(), doing), -1});
        }
    }
    std::ofstream out(file, std::ios::binary);
    out << scenario_text(saved);
    out.close();
    if (!out)
        return failure(InputError{file, "the file can't be written", ""});
    return {};
}

// --- the snapshot --------------------------------------------------------------------------------

void LiveSession::Play::look_at(const Focus& focus) {
    if (focus == focus_)
        return;
    focus_ = focus;
    built_.reset();
}

SnapshotPtr LiveSession::Play::snapshot() {
    if (built_)
        return built_;
    auto fresh = std::make_shared<Snapshot>();
    const Sights sights{world(), run().memory};
    fresh->scenario = run().runner.scenario().title;
    fresh->seed = run().runner.scenario().cluster.seed;
    fresh->now = run().now();
    fresh->event = run().events();
    fresh->branch = static_cast<std::int32_t>(history_.branch());
    fill_nodes(sights, *fresh);
    fill_clients(sights, *fresh);
    fill_partitions(sights, *fresh);
    if (TopicNames names = topic_names(world()); !(names == topics_)) {
        topics_ = std::move(names);
        reader_.forget(); // what was read before had no names
    }
    fill_messages(sights, reader_, topics_, focus_, *fresh);
    fill_links(sights, *fresh);
    fill_quorum(sights, focus_, *fresh);
    fill_strips(sights, focus_, *fresh);
    fill_faults(sights, *fresh);
    fill_story(*fresh);
    fill_branches(*fresh);
    fill_checks(*fresh);
    fill_lesson(*fresh);
    built_ = std::move(fresh);
    return built_;
}

void LiveSession::Play::fill_story(Snapshot& out) const {
    const Memory& memory = run().memory;
    out.facts = memory.facts();
    const std::size_t here = history_.branch();
    const bool tip = history_.at_tip() || here >= tips_.size();
    out.timeline = tip ? memory.timeline() : tips_[here];
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

void LiveSession::Play::fill_checks(Snapshot& out) const {
    const sim::Checks& checks = run().runner.checks();
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

void LiveSession::Play::fill_lesson(Snapshot& out) const {
    out.lessons = lessons_;
    const auto& told = run().runner.scenario().lesson;
    if (!told)
        return;
    Lesson lesson;
    lesson.title = english(told->title);
    for (LessonTitle& title : out.lessons)
        if (title.file == options_.file)
            lesson.number = title.number;
    lesson.steps = static_cast<std::int32_t>(told->steps.size());
    const std::size_t step = run().runner.lesson_step();
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

// --- the session ---------------------------------------------------------------------------------

LiveSession::LiveSession() = default;
LiveSession::~LiveSession() = default;

Result<std::unique_ptr<LiveSession>, std::vector<InputError>>
LiveSession::make(const LiveOptions& options) {
    std::optional<std::string> text = options.text;
    if (!text)
        text = read_text(options.file);
    if (!text)
        return failure(std::vector<InputError>{{options.file, "the file can't be read", ""}});
    auto scenario = sim::read_scenario(options.file, *text);
    if (!scenario)
        return failure(std::move(scenario.error()));
    if (options.seed)
        scenario->cluster.seed = *options.seed;
    std::unique_ptr<LiveSession> session(new LiveSession);
    session->play_ = std::make_unique<Play>(options, std::move(*text), std::move(*scenario));
    return session;
}

Result<void, InputError> LiveSession::open(std::string_view file) {
    LiveOptions options = play_->options();
    if (!file.empty() && file != options.file) {
        options.file = file;
        options.text.reset();
        options.seed.reset();
    }
    auto fresh = make(options);
    if (!fresh)
        return failure(fresh.error().front());
    play_ = std::move((*fresh)->play_);
    return {};
}

Result<void, InputError> LiveSession::save(std::string_view file) {
    return play_->save(std::string(file));
}

SnapshotPtr LiveSession::snapshot() {
    return play_->snapshot();
}
void LiveSession::look_at(const Focus& focus) {
    play_->look_at(focus);
}
Instant LiveSession::now() const {
    return play_->history().subject().now();
}
std::uint64_t LiveSession::event() const {
    return play_->history().subject().events();
}
std::optional<Ahead> LiveSession::ahead() {
    return play_->ahead();
}
Dwell LiveSession::step() {
    return play_->step();
}
void LiveSession::advance(Instant to) {
    play_->advance(to);
}
void LiveSession::seek(Instant to) {
    play_->seek(to);
}
void LiveSession::seek_event(std::uint64_t event) {
    play_->seek_event(event);
}
std::optional<std::string> LiveSession::why_not(const Injection& deed) const {
    return play_->why_not(deed);
}
Result<void, InputError> LiveSession::inject(const Injection& deed) {
    return play_->inject(deed);
}
void LiveSession::undo() {
    play_->travel([](auto& history) { history.undo(); });
}
void LiveSession::redo() {
    play_->travel([](auto& history) { history.redo(); });
}
void LiveSession::branch_here() {
    play_->travel([](auto& history) { history.branch_off(); });
}
void LiveSession::go_to_branch(std::int32_t branch) {
    play_->travel([&](auto& history) {
        const auto id = static_cast<std::size_t>(std::max(0, branch));
        if (id < history.branches())
            history.visit_tip(id);
    });
}

} // namespace orrery::gui::model
