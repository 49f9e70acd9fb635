#include "gui/model/live_session.hpp"

#include "gui/model/live_cluster.hpp"
#include "gui/model/live_deeds.hpp"
#include "gui/model/live_library.hpp"
#include "gui/model/live_play.hpp"

#include <algorithm>
#include <fstream>

namespace orrery::gui::model {

namespace {

/// Dense enough that a drag along the ruler follows the hand.
constexpr sim::history::Budget budget{8'000, 96, 200};

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
            if (const auto* fault = std::get_if<sim::faults::Fault>(&doing))
                deed.commands.push_back({*fault});
            else
                deed.commands.push_back({std::get<sim::Verb>(doing)});
        }
    }
    travel([&](Past& history) { history.act(deed); });
    return {};
}

namespace {

/// A timeline's moment comes before all else of its instant, a hand after it: what was sent at that
/// instant flies only when it is over.
Duration after_all(Verb verb) {
    const bool message =
        verb == Verb::drop_message || verb == Verb::hold_message || verb == Verb::release_message;
    return Duration{message ? 1 : 0};
}

} // namespace

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
            if (const auto* fault = std::get_if<sim::faults::Fault>(&command.what))
                doing = *fault;
            else
                doing = std::get<sim::Verb>(command.what);
            saved.deeds.push_back({acts[i].at.at + after_all(deed.what.verb),
                                   json_of(run().memory.people(), doing), -1});
        }
    }
    std::ofstream out(file, std::ios::binary);
    out << scenario_text(saved);
    out.close();
    if (!out)
        return failure(InputError{file, "the file can't be written", ""});
    return {};
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

Result<void, InputError> LiveSession::open(std::string_view file,
                                           std::optional<std::uint64_t> seed) {
    LiveOptions options = play_->options();
    if (!file.empty() && file != options.file) {
        options.file = file;
        options.text.reset();
        options.seed.reset();
    }
    if (seed)
        options.seed = seed;
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
SnapshotPtr LiveSession::glimpse(Instant at) {
    return play_->glimpse(at);
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
