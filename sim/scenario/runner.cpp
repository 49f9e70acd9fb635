#include "sim/scenario/runner.hpp"

#include "sim/scenario/cast.hpp"
#include "sim/scenario/verbs.hpp"

#include <algorithm>

namespace orrery::sim {

/// Keeps what is told for after the event, and hands everything on.
class Runner::Watcher final : public Observer {
public:
    Watcher(std::vector<Told>& told, Observer* next) : told_(told), next_(next) {}
    bool lives_changed() const { return lives_changed_; }

    void on_event(const World& world, const Event& event) override {
        lives_changed_ = lives_changed_ || event.kind == EventKind::started ||
                         event.kind == EventKind::stopping || event.kind == EventKind::alarm;
        if (next_ != nullptr)
            next_->on_event(world, event);
    }
    void on_note(const World& world, ActorId actor, const Note& note) override {
        told_.push_back({actor, note});
        if (next_ != nullptr)
            next_->on_note(world, actor, note);
    }
    void on_sent(const World& world, const Message& message) override {
        if (next_ != nullptr)
            next_->on_sent(world, message);
    }
    void on_delivered(const World& world, const Message& message) override {
        if (next_ != nullptr)
            next_->on_delivered(world, message);
    }
    void on_dropped(const World& world, const Message& message) override {
        if (next_ != nullptr)
            next_->on_dropped(world, message);
    }

private:
    std::vector<Told>& told_;
    Observer* next_;
    bool lives_changed_ = false;
};

namespace {

/// Facts that the condition names; true if it names a value.
bool interests_of(const Condition& condition, FactSet& facts) {
    bool value = condition.kind == Condition::Kind::value;
    if (condition.kind == Condition::Kind::fact || condition.kind == Condition::Kind::count)
        facts.add(condition.match.fact);
    for (const Condition& part : condition.parts)
        value = interests_of(part, facts) || value;
    return value;
}

/// Whether the expectation is that this breaks: with the excuse that it names, if it names one.
bool is_expected(const Expectation& expectation, const Broken& broken) {
    return expectation.kind == Expectation::Kind::breaks &&
           expectation.invariant == row_of(broken.invariant).name &&
           broken.at >= Instant{} + expectation.from &&
           (expectation.excused_by.empty() ||
            broken.excuse.why.find(expectation.excused_by) != std::string::npos);
}

/// A consumer that is to stop, or to start again, is a moment like others.
void add_consumers_moments(Scenario& scenario) {
    for (std::size_t i = 0; i < scenario.clients.size(); ++i) {
        const auto* consumer = std::get_if<ConsumerPlan>(&scenario.clients[i].role);
        const std::string& name = scenario.clients[i].name;
        Moment moment;
        moment.path = scenario.clients[i].path + "/consumer/";
        moment.verb.who = name;
        if (consumer != nullptr && consumer->stop) {
            Moment stop = moment;
            stop.path += "stop";
            stop.at = consumer->stop;
            stop.verb.name = "stop";
            scenario.timeline.push_back(std::move(stop));
        }
        if (consumer != nullptr && consumer->restart_after) {
            moment.path += "restart_after";
            moment.when.emplace();
            moment.when->kind = Condition::Kind::fact;
            moment.when->match.fact = Fact::process_ended;
            moment.when->match.who = name;
            moment.after = *consumer->restart_after;
            moment.verb.name = "start";
            scenario.timeline.push_back(std::move(moment));
        }
    }
}

} // namespace

Runner::Runner(Scenario scenario, bool with_checks)
    : world_(build(scenario.cluster)), with_checks_(with_checks) {
    add_consumers_moments(scenario);
    add_clients(world_, scenario);
    admin_ = world_.find("admin");
    for (std::size_t i = 0; i < world_.actors(); ++i)
        world_.start({static_cast<std::int32_t>(i)});
    for (const ClientPlan& client : scenario.clients) {
        const ActorId actor = world_.find(client.name);
        world_.start(actor, start_of(client));
        const auto* consumer = std::get_if<ConsumerPlan>(&client.role);
        if (consumer == nullptr)
            ledger_.add_producer(actor, client.name, topic_of(client));
        else
            ledger_.add_consumer(actor, client.name, topic_of(client));
        if (consumer != nullptr && !consumer->group.empty())
            ledger_.add_member(actor, consumer->group, topics_of(*consumer));
    }
    const auto interested = [&](const Condition& condition) {
        any_value_ = interests_of(condition, interesting_) || any_value_;
    };
    for (const Moment& moment : scenario.timeline) {
        MomentState& state = moments_.emplace_back();
        if (moment.at)
            state.due = Instant{} + *moment.at;
        if (moment.when) {
            state.leaves = leaves_of(*moment.when);
            interested(*moment.when);
        }
    }
    for (const Expectation& expectation : scenario.expectations) {
        outcomes_.emplace_back();
        expectation_leaves_.push_back(leaves_of(expectation.condition));
        if (expectation.kind != Expectation::Kind::breaks)
            interested(expectation.condition);
    }
    if (scenario.lesson)
        for (const LessonStep& step : scenario.lesson->steps)
            if (step.when)
                interested(*step.when);
    scenario_ = Cow<Scenario>(std::move(scenario));
    reach_lesson_step(0);
    set_alarm();
}

// --- time ----------------------------------------------------------------------------------------

bool Runner::step_event(Observer* observer) {
    Watcher watcher(told_, observer);
    if (!world_.step_event(&watcher))
        return false;
    after_event(observer, watcher.lives_changed());
    return true;
}

void Runner::run_until(Instant end, Observer* observer) {
    while (next_event_time() <= end && next_event_time() != never)
        step_event(observer);
    world_.run_until(end);
}

void Runner::act(const Command& command, Observer* observer) {
    Watcher watcher(told_, observer);
    if (const auto* verb = std::get_if<Verb>(&command.what))
        perform(*verb, &watcher);
    else
        faults::apply(world_, std::get<faults::Fault>(command.what), &watcher);
    after_event(observer, true);
}

void apply(Runner& runner, const Command& command, Observer* observer) {
    runner.act(command, observer);
}

/// What the event means to all who look on; what that makes the timeline do; and what that means.
void Runner::after_event(Observer* observer, bool looked) {
    if (with_checks_)
        checks_.on_event(world_, told_);
    if (with_checks_ && !looked_at_all_ && world_.now() >= end()) {
        looked_at_all_ = true;
        checks_.sweep_whole(world_);
    }
    if (told_.empty() && !looked)
        return;
    for (int round = 0;; ++round) {
        for (const Told& told : told_)
            ledger_.on_note(told.actor, told.note, world_.now());
        if (round > 0 && with_checks_)
            checks_.on_event(world_, told_);
        notice_all();
        if (!topics_asked_ && all_brokers_unfenced())
            create_topics(observer);
        told_.clear();
        if (!perform_due(observer))
            break;
    }
    told_.clear();
    set_alarm();
}

void Runner::set_alarm() {
    Instant next = never;
    const auto at = [&](Instant instant) {
        if (instant > world_.now() && instant < next)
            next = instant;
    };
    for (const MomentState& moment : moments_)
        if (!moment.done)
            at(moment.due);
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
        if (outcomes_[i].verdict != Verdict::pending)
            continue;
        const Expectation& expectation = scenario_->expectations[i];
        at(Instant{} + expectation.from);
        if (expectation.by)
            at(Instant{} + *expectation.by);
    }
    if (!looked_at_all_)
        at(end());
    if (next != world_.alarm())
        world_.set_alarm(next);
}

// --- the timeline --------------------------------------------------------------------------------

bool Runner::perform_due(Observer* observer) {
    bool any = false;
    for (std::size_t i = 0; i < moments_.size(); ++i) {
        if (moments_[i].done || moments_[i].due > world_.now())
            continue;
        moments_[i].done = true;
        moments_[i].done_at = world_.now();
        Watcher watcher(told_, observer);
        perform(scenario_->timeline[i].verb, &watcher);
        any = true;
    }
    return any;
}

bool Runner::all_brokers_unfenced() const {
    constexpr std::int64_t nobody = -1;
    const Comparison::Value none{nobody};
    std::int64_t brokers = 0;
    for (const NodePlan& node : scenario_->cluster.nodes)
        brokers += node.broker ? 1 : 0;
    const auto unfenced = value_of(sight(), "brokers_unfenced", "");
    return brokers > 0 && value_of(sight(), "active_controller", "") != none &&
           unfenced == Comparison::Value{brokers};
}

void Runner::create_topics(Observer* observer) {
    topics_asked_ = true;
    for (const TopicPlan& topic : scenario_->topics) {
        Verb verb;
        verb.name = "create_topic";
        verb.topic = topic;
        perform(verb, observer);
    }
}

// --- what looks on -------------------------------------------------------------------------------

void Runner::notice_all() {
    FactSet facts;
    for (const Told& told : told_)
        facts.add(told.note.fact);
    if (!facts.meets(interesting_) && !any_value_ && world_.now() < end() && !told_.empty())
        return judge_breaks();
    for (std::size_t i = 0; i < moments_.size(); ++i) {
        const Moment& moment = scenario_->timeline[i];
        MomentState& state = moments_[i];
        if (!moment.when || state.done || state.due != never)
            continue;
        notice(*moment.when, state.leaves, sight(), told_);
        if (holds(*moment.when, state.leaves, sight()))
            state.due = world_.now() + moment.after;
    }
    for (std::size_t i = 0; i < outcomes_.size(); ++i)
        if (outcomes_[i].verdict == Verdict::pending)
            judge(i);
    follow_lesson();
}

void Runner::judge_breaks() {
    for (std::size_t i = 0; i < outcomes_.size(); ++i)
        if (outcomes_[i].verdict == Verdict::pending &&
            scenario_->expectations[i].kind == Expectation::Kind::breaks)
            judge(i);
}

void Runner::judge(std::size_t i) {
    using Kind = Expectation::Kind;
    const Expectation& expectation = scenario_->expectations[i];
    const Instant now = world_.now();
    const bool over = now >= end() || (expectation.by && now >= Instant{} + *expectation.by);
    const auto decide = [&](bool good) {
        Outcome& outcome = outcomes_[i];
        outcome.verdict = good ? Verdict::holds : Verdict::failed;
        outcome.at = now;
        outcome.event = world_.events();
        if (!good && expectation.kind != Kind::breaks)
            outcome.found = found(expectation.condition, expectation_leaves_[i], sight());
    };
    if (expectation.kind == Kind::breaks) {
        const auto& broken = checks_.broken();
        if (std::any_of(broken.begin(), broken.end(),
                        [&](const Broken& one) { return is_expected(expectation, one); }))
            decide(true);
        else if (over)
            decide(false);
        return;
    }
    notice(expectation.condition, expectation_leaves_[i], sight(), told_);
    if (expectation.kind == Kind::at_end) {
        if (now >= end())
            decide(holds(expectation.condition, expectation_leaves_[i], sight(), true));
        return;
    }
    if (now < Instant{} + expectation.from)
        return;
    const bool good = holds(expectation.condition, expectation_leaves_[i], sight());
    if (expectation.kind == Kind::eventually && (good || over))
        decide(good);
    else if (expectation.kind == Kind::always && (!good || over))
        decide(good);
    else if (expectation.kind == Kind::never && (good || over))
        decide(!good);
}

void Runner::reach_lesson_step(std::size_t step) {
    lesson_step_ = step;
    lesson_leaves_.clear();
    if (!scenario_->lesson || step + 1 >= scenario_->lesson->steps.size())
        return;
    const LessonStep& next = scenario_->lesson->steps[step + 1];
    if (next.when)
        lesson_leaves_ = leaves_of(*next.when);
}

void Runner::follow_lesson() {
    while (scenario_->lesson && lesson_step_ + 1 < scenario_->lesson->steps.size()) {
        const LessonStep& next = scenario_->lesson->steps[lesson_step_ + 1];
        if (!next.when)
            return;
        notice(*next.when, lesson_leaves_, sight(), told_);
        if (!holds(*next.when, lesson_leaves_, sight()))
            return;
        reach_lesson_step(lesson_step_ + 1);
    }
}

// --- to read -------------------------------------------------------------------------------------

std::vector<Broken> Runner::unexpected() const {
    std::vector<Broken> left;
    for (const Broken& broken : checks_.broken()) {
        const bool expected =
            std::any_of(scenario_->expectations.begin(), scenario_->expectations.end(),
                        [&](const Expectation& one) { return is_expected(one, broken); });
        if (!expected && !broken.excuse)
            left.push_back(broken);
    }
    return left;
}

bool Runner::passed() const {
    return unexpected().empty() &&
           std::none_of(outcomes_.begin(), outcomes_.end(),
                        [](const Outcome& outcome) { return outcome.verdict == Verdict::failed; });
}

ActorId Runner::actor_of_node(NodeId id) const {
    return actor_of(*scenario_, id);
}

void Runner::hash_into(Hasher& hasher) const {
    world_.hash_into(hasher);
    orrery::hash_into(hasher, moments_);
    orrery::hash_into(hasher, outcomes_);
    orrery::hash_into(hasher, expectation_leaves_);
    orrery::hash_into(hasher, ledger_);
    orrery::hash_into(hasher, topics_asked_);
    orrery::hash_into(hasher, looked_at_all_);
    orrery::hash_into(hasher, lesson_step_);
    if (with_checks_)
        orrery::hash_into(hasher, checks_);
}

} // namespace orrery::sim
