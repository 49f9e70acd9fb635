#include "tests/gui/support/toy_session.hpp"

#include <algorithm>

namespace orrery::tests {

namespace {

constexpr std::uint64_t keyframe_every = 500;

} // namespace

ToySession::ToySession(const ToyOptions& options) : options_(options), world_(options) {
    static_cast<void>(open("", std::nullopt));
}

Result<void, InputError> ToySession::open(std::string_view file, std::optional<std::uint64_t>) {
    if (file == "broken.json")
        return failure(InputError{"broken.json: line 1, column 2", "this is not JSON", ""});
    world_ = ToyWorld(options_);
    lives_.clear();
    Life trunk;
    trunk.branch.name = "main";
    trunk.keyframes.push_back(world_);
    trunk.timeline = world_.timeline();
    lives_.push_back(std::move(trunk));
    branch_ = 0;
    redo_to_.reset();
    built_.reset();
    return {};
}

Result<void, InputError> ToySession::save(std::string_view file) {
    saved_to = file;
    return {};
}

const ToySession::Deed* ToySession::next_deed() const {
    for (const Deed& deed : lives_[static_cast<std::size_t>(branch_)].deeds)
        if (deed.event >= world_.event())
            return deed.event == world_.event() ? &deed : nullptr;
    return nullptr;
}

std::optional<model::Ahead> ToySession::ahead() {
    if (const Deed* deed = next_deed())
        return model::Ahead{deed->at, deed->at, model::Dwell::none};
    return world_.ahead();
}

model::Dwell ToySession::step() {
    const auto next = ahead();
    const std::size_t notables = world_.notables();
    if (const Deed* deed = next_deed()) {
        world_.stand_at(deed->at);
        world_.apply(deed->injection);
    } else
        world_.step();
    moved();
    Life& here = life();
    if (world_.event() > here.last_event) {
        here.last_event = world_.event();
        here.timeline = world_.timeline();
        if (world_.event() % keyframe_every == 0)
            here.keyframes.push_back(world_);
    }
    if (world_.notables() > notables)
        return model::Dwell::notable;
    return next ? next->dwell : model::Dwell::none;
}

void ToySession::moved() {
    built_.reset();
    Life& here = life();
    here.branch.end = std::max(here.branch.end, world_.now());
}

void ToySession::advance(Instant to) {
    for (auto next = ahead(); next && next->at <= to; next = ahead())
        step();
    if (to > world_.now())
        world_.stand_at(to);
    moved();
}

void ToySession::seek_event(std::uint64_t event) {
    if (event < world_.event()) {
        const Life& here = life();
        const ToyWorld* best = &here.keyframes.front();
        for (const ToyWorld& keyframe : here.keyframes)
            if (keyframe.event() <= event)
                best = &keyframe;
        world_ = *best;
    }
    while (world_.event() < event && ahead())
        step();
    moved();
}

void ToySession::seek(Instant to) {
    if (to < world_.now()) {
        const Life& here = life();
        const ToyWorld* best = &here.keyframes.front();
        for (const ToyWorld& keyframe : here.keyframes)
            if (keyframe.now() <= to)
                best = &keyframe;
        world_ = *best;
    }
    advance(to);
}

std::optional<std::string> ToySession::why_not(const model::Injection& deed) const {
    std::string reason = world_.why_not(deed);
    if (reason.empty())
        return std::nullopt;
    return reason;
}

void ToySession::fork(const std::string& why) {
    Life child;
    const Life& parent = life();
    child.branch.id = static_cast<std::int32_t>(lives_.size());
    child.branch.name = why + " " + std::to_string(child.branch.id);
    child.branch.parent = branch_;
    child.branch.forked_at = world_.now();
    for (const Deed& deed : parent.deeds)
        if (deed.event < world_.event())
            child.deeds.push_back(deed);
    for (const ToyWorld& keyframe : parent.keyframes)
        if (keyframe.event() <= world_.event())
            child.keyframes.push_back(keyframe);
    child.timeline = world_.timeline();
    child.last_event = world_.event();
    child.branch.end = world_.now();
    lives_.push_back(std::move(child));
    branch_ = lives_.back().branch.id;
    built_.reset();
}

Result<void, InputError> ToySession::inject(const model::Injection& deed) {
    if (const auto reason = why_not(deed))
        return failure(InputError{"deed", *reason, ""});
    if (world_.event() < life().last_event)
        fork("branch");
    life().deeds.push_back({world_.event(), world_.now(), deed});
    redo_to_.reset();
    step();
    return {};
}

void ToySession::undo() {
    const Life& here = life();
    for (std::size_t i = here.deeds.size(); i-- > 0;)
        if (here.deeds[i].event < world_.event()) {
            redo_to_ = world_.event();
            seek_event(here.deeds[i].event);
            return;
        }
}

void ToySession::redo() {
    if (redo_to_)
        seek_event(*redo_to_);
    redo_to_.reset();
}

void ToySession::branch_here() {
    fork("branch");
}

void ToySession::go_to_branch(std::int32_t branch) {
    branch_ = branch;
    world_ = life().keyframes.front();
    seek_event(life().last_event);
}

void ToySession::look_at(const model::Focus& focus) {
    if (focus == focus_)
        return;
    focus_ = focus;
    built_.reset();
}

model::SnapshotPtr ToySession::glimpse(Instant at) {
    const ToyWorld here = world_;
    const model::SnapshotPtr built = snapshot();
    seek(std::min(at, life().branch.end));
    model::SnapshotPtr seen = snapshot();
    world_ = here;
    built_ = built;
    return seen;
}

model::SnapshotPtr ToySession::snapshot() {
    if (built_)
        return built_;
    auto fresh = std::make_shared<model::Snapshot>();
    world_.fill(*fresh, focus_);
    const Life& here = life();
    fresh->branch = branch_;
    fresh->timeline = here.timeline;
    fresh->timeline.end = std::max(here.branch.end, world_.now());
    for (const Life& one : lives_)
        fresh->branches.push_back(one.branch);
    fresh->history.keyframes = static_cast<std::int32_t>(here.keyframes.size());
    fresh->history.last_event = here.last_event;
    fresh->history.can_undo = std::any_of(here.deeds.begin(), here.deeds.end(),
                                          [&](const Deed& d) { return d.event < world_.event(); });
    fresh->history.can_redo = redo_to_.has_value();
    built_ = std::move(fresh);
    return built_;
}

} // namespace orrery::tests
