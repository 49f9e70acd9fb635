// Time travel. A History holds a running subject (a world, or a scenario's run around one), knows
// what was done to it and when, and keeps copies of it from now and then. Seeking is the nearest
// copy before the wanted moment plus re-execution, which gives the same subject, bit for bit,
// because a subject is a function of its start and of what was done to it.
//
// Acting in the past makes a branch: the old future stays, and one can go back to it. Undo is the
// moment before the last act, on a branch without it; redo is the way back.
//
// A Subject is a copyable value with
//     Instant now() const;  std::uint64_t events() const;  Instant next_event_time() const;
//     bool step_event(Observer*);  void run_until(Instant, Observer*);
// and a Command is a value with apply(Subject&, const Command&, Observer*), found where either is
// declared. World and faults::Fault are such a pair.
//
// Cost: keyframes are set every so many events, because re-execution costs by the event and not by
// the second; a seek re-executes at most that many (twice as many where old keyframes were
// thinned).
#pragma once

#include "core/base/cow_vector.hpp"
#include "core/base/expect.hpp"
#include "core/base/fact.hpp"
#include "sim/history/position.hpp"
#include "sim/history/recorder.hpp"
#include "sim/history/thinning.hpp"
#include "sim/world/observer.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace orrery::sim::history {

struct Budget {
    std::uint64_t events_between = 50'000; ///< from one keyframe to the next
    std::size_t keyframes_max = 64;        ///< per branch; beyond, old ones are thinned
    std::uint64_t near_events = 200; ///< a copy this short of where one was, for stepping back
};

template <class Subject, class Command>
class History {
public:
    struct Act {
        Position at; ///< where it was done; `at.acts` is its own number
        Command command;
    };
    struct Branch {
        std::optional<BranchId> parent;
        Position fork;         ///< where it left its parent
        Position tip;          ///< the furthest that it was run
        CowVector<Act> acts;   ///< all from the beginning, the parent's included
        CowVector<Mark> marks; ///< likewise: the notable facts, in order
    };

    explicit History(Subject start, const Budget& budget = {})
        : budget_(budget), subject_(std::move(start)) {
        Stem stem;
        stem.branch.fork = position();
        stem.branch.tip = position();
        stem.keyframes.push_back({position(), subject_});
        stems_.push_back(std::move(stem));
    }

    // --- where we are

    const Subject& subject() const { return subject_; }
    Position position() const { return {subject_.events(), subject_.now(), acts_}; }
    BranchId branch() const { return current_; }
    std::size_t branches() const { return stems_.size(); }
    const Branch& branch(BranchId id) const { return stems_[id].branch; }
    bool at_tip() const { return position() == here().branch.tip; }
    std::size_t keyframes() const {
        std::size_t sum = 0;
        for (const Stem& stem : stems_)
            sum += stem.keyframes.size();
        return sum;
    }

    // --- going on

    /// Runs to that instant, in the past by re-execution, beyond the tip into the new. Only what is
    /// new is told to the observer, and its notable facts become marks.
    void advance(Instant end, Observer* observer = nullptr) {
        if (!at_tip())
            replay(clamped({everything, end, everything}, here().branch.tip));
        while (at_tip() && (subject_.now() < end || subject_.next_event_time() <= end)) {
            const std::uint64_t next = next_keyframe();
            Recorder recorder(observer, here().branch.marks, acts_);
            while (subject_.events() < next && subject_.next_event_time() <= end)
                subject_.step_event(&recorder);
            if (subject_.events() < next)
                subject_.run_until(end, &recorder);
            grow();
        }
    }
    /// One event on; false if none is left.
    bool step(Observer* observer = nullptr) {
        if (!at_tip()) {
            const bool last = subject_.events() == here().branch.tip.events;
            replay(last ? here().branch.tip : after_event(subject_.events() + 1));
            return true;
        }
        Recorder recorder(observer, here().branch.marks, acts_);
        const bool stepped = subject_.step_event(&recorder);
        grow();
        return stepped;
    }
    /// Does something, now. In the past this makes a branch and goes on it.
    void act(const Command& command, Observer* observer = nullptr) {
        if (!at_tip())
            fork();
        undone_.clear();
        do_now(command, observer);
    }
    /// A branch that begins here, without anything done yet; the one we were on keeps its future.
    void branch_off() {
        fork();
        undone_.clear();
    }

    // --- going back, and forth

    /// To that instant on this branch, with all that happened at it; the tip if it is beyond.
    void seek(Instant at) { go({everything, at, everything}); }
    /// Right after that event on this branch.
    void seek_event(std::uint64_t event) { go(after_event(event)); }
    /// To the event before, or before the last act where no event came after it.
    bool step_back() {
        const Position now = position();
        if (now == stems_.front().branch.fork)
            return false;
        const CowVector<Act>& acts = here().branch.acts;
        if (acts_ > 0 && acts[acts_ - 1].at.events == now.events)
            go(acts[acts_ - 1].at);
        else
            go(after_event(now.events == 0 ? 0 : now.events - 1));
        return position() != now;
    }
    /// The subject as it was then on this branch, with all that happened at that instant; its tip
    /// if that is earlier. Nothing moves.
    Subject glimpse(Instant at) const {
        const Position to = clamped({everything, at, everything}, here().branch.tip);
        const Keyframe* from = nearest(current_, to);
        Subject subject = from->subject;
        std::uint64_t acts = from->at.acts;
        replay(subject, acts, to);
        return subject;
    }
    /// To a place on any branch.
    void visit(BranchId branch, const Position& to) {
        expect(branch < stems_.size(), "a branch that there is");
        keep_here();
        current_ = branch;
        travel(clamped(to, here().branch.tip), false);
    }
    void visit_tip(BranchId branch) { visit(branch, stems_[branch].branch.tip); }

    bool can_undo() const { return acts_ > 0; }
    bool can_redo() const { return !undone_.empty(); }
    /// To just before the last act, on a branch on which it was not done.
    bool undo() {
        if (acts_ == 0)
            return false;
        undone_.push_back({current_, position()});
        go(here().branch.acts[acts_ - 1].at);
        fork();
        return true;
    }
    bool redo() {
        if (undone_.empty())
            return false;
        const Place back = undone_.back();
        undone_.pop_back();
        visit(back.branch, back.position);
        return true;
    }

private:
    struct Keyframe {
        Position at;
        Subject subject;
    };
    struct Stem {
        Branch branch;
        std::vector<Keyframe> keyframes; ///< by position; those before the fork are the parent's
    };
    struct Place {
        BranchId branch = 0;
        Position position;
    };

    Stem& here() { return stems_[current_]; }
    const Stem& here() const { return stems_[current_]; }

    std::uint64_t next_keyframe() const {
        return here().keyframes.empty()
                   ? subject_.events()
                   : here().keyframes.back().at.events + budget_.events_between;
    }
    /// The subject has gone beyond what was the tip.
    void grow() {
        here().branch.tip = position();
        if (subject_.events() >= next_keyframe())
            add_keyframe();
    }
    void add_keyframe() {
        std::vector<Keyframe>& frames = here().keyframes;
        const auto place = std::find_if(frames.begin(), frames.end(), [&](const Keyframe& frame) {
            return !beyond(position(), frame.at);
        });
        if (place != frames.end() && place->at == position())
            return;
        frames.insert(place, Keyframe{position(), subject_});
        if (frames.size() <= budget_.keyframes_max)
            return;
        std::vector<std::uint64_t> events;
        for (const Keyframe& frame : frames)
            events.push_back(frame.at.events);
        frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(least_missed(events)));
    }
    /// We leave the tip for elsewhere: the way back shall be short.
    void keep_here() {
        if (at_tip())
            add_keyframe();
    }

    void do_now(const Command& command, Observer* observer) {
        here().branch.acts.push_back({position(), command});
        ++acts_;
        Recorder recorder(observer, here().branch.marks, acts_);
        apply(subject_, command, &recorder);
        grow();
    }
    /// A new branch from here, on which the future is open.
    void fork() {
        Stem stem;
        stem.branch = here().branch;
        stem.branch.parent = current_;
        stem.branch.fork = position();
        stem.branch.tip = position();
        stem.branch.acts.truncate(acts_);
        std::size_t known = stem.branch.marks.size();
        while (known > 0 && beyond(stem.branch.marks[known - 1].at, position()))
            --known;
        stem.branch.marks.truncate(known);
        stem.keyframes.push_back({position(), subject_});
        stems_.push_back(std::move(stem));
        current_ = stems_.size() - 1;
    }

    /// The event, and none of the acts that came after it before the next.
    Position after_event(std::uint64_t event) const {
        const CowVector<Act>& acts = here().branch.acts;
        std::uint64_t done = 0;
        while (done < acts.size() && acts[done].at.events < event)
            ++done;
        return {event, never, done};
    }

    void go(const Position& to) {
        keep_here();
        travel(clamped(to, here().branch.tip), true);
    }
    /// To a place on the current branch by the shortest way: from a keyframe, from the copy that
    /// was kept near, or from where we are, if that is on this branch.
    void travel(const Position& to, bool from_here) {
        const Keyframe* best = nearest(current_, to);
        if (near_ && near_->branch == current_ && !beyond(near_->frame.at, to) &&
            beyond(near_->frame.at, best->at))
            best = &near_->frame;
        if (!from_here || beyond(position(), to) || beyond(best->at, position())) {
            subject_ = best->subject;
            acts_ = best->at.acts;
        }
        // Stop short of the goal once and keep a copy: whoever steps back will step back again.
        if (to.at == never && to.events > subject_.events() + 2 * budget_.near_events) {
            replay(after_event(to.events - budget_.near_events));
            near_ = Near{current_, {position(), subject_}};
        }
        replay(to);
    }
    /// The last keyframe that is not beyond the position, on the branch or those it came from.
    const Keyframe* nearest(BranchId branch, const Position& to) const {
        while (true) {
            const std::vector<Keyframe>& frames = stems_[branch].keyframes;
            for (std::size_t i = frames.size(); i-- > 0;)
                if (!beyond(frames[i].at, to))
                    return &frames[i];
            expect(stems_[branch].branch.parent.has_value(), "a keyframe at the beginning");
            branch = *stems_[branch].branch.parent;
        }
    }
    /// Re-executes from the subject, which stands on this branch, to `to` or to the tip: the acts
    /// that were done, where they were done, and between them whatever happens by itself.
    void replay(const Position& to) { replay(subject_, acts_, to); }
    void replay(Subject& subject, std::uint64_t& done, const Position& to) const {
        const CowVector<Act>& acts = here().branch.acts;
        while (done < acts.size() && done < to.acts && !beyond(acts[done].at, to)) {
            reach(subject, acts[done].at.events, acts[done].at.at);
            apply(subject, acts[done].command, static_cast<Observer*>(nullptr));
            ++done;
        }
        reach(subject, to.events, to.at);
    }
    /// Up to that many events and no later than that instant; to the instant itself if the events
    /// are not what limits.
    static void reach(Subject& subject, std::uint64_t events, Instant end) {
        while (subject.events() < events && subject.next_event_time() <= end)
            if (!subject.step_event(nullptr))
                break;
        if (end != never && subject.now() < end && subject.next_event_time() > end)
            subject.run_until(end, nullptr);
    }

    struct Near {
        BranchId branch = 0;
        Keyframe frame;
    };

    Budget budget_;
    Subject subject_;
    std::uint64_t acts_ = 0; ///< of this branch's acts, those that were done
    BranchId current_ = 0;
    std::vector<Stem> stems_;
    std::vector<Place> undone_;
    std::optional<Near> near_;
};

} // namespace orrery::sim::history
