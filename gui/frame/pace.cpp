#include "gui/frame/pace.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui {

namespace {

constexpr int events_per_frame_max = 4000; ///< a frame must end, however busy the cluster is
constexpr double notable_hold_s = 0.9;
constexpr double flight_s = 0.25;
constexpr double patience_start = 0.004; ///< simulated seconds per second right after a notable
constexpr double patience_growth = 6;    ///< each second without a notable
constexpr double patience_max = 1; ///< nine silent seconds take half as long, and can be watched
constexpr std::size_t seen_max = 512;

} // namespace

double Pace::ratio() const {
    return ratios[ratio_];
}

void Pace::set_ratio(std::size_t index) {
    ratio_ = std::min(index, ratio_count - 1);
    mode_ = Mode::ratio;
}

void Pace::faster() {
    if (mode_ == Mode::automatic)
        set_ratio(3);
    else if (mode_ == Mode::ratio && ratio_ + 1 < ratio_count)
        ++ratio_;
    else
        mode_ = Mode::fastest;
}

void Pace::slower() {
    if (mode_ == Mode::automatic)
        set_ratio(1);
    else if (mode_ == Mode::fastest)
        set_ratio(ratio_count - 1);
    else if (ratio_ > 0)
        --ratio_;
}

double Pace::gap_seconds(Duration gap) {
    const double micros = static_cast<double>(gap.ns) / 1000.0;
    return std::clamp(0.040 * std::log10(1 + micros / 100), 0.0, 0.6);
}

void Pace::advance(model::Session& session, double seconds) {
    if (!playing_) {
        measured_ = 0;
        return;
    }
    const Instant before = session.now();
    switch (mode_) {
    case Mode::ratio:
        run_to(session, before + Duration{static_cast<std::int64_t>(seconds * ratio() * 1e9)});
        break;
    case Mode::fastest: run_to(session, never); break;
    case Mode::automatic: run_by_itself(session, seconds); break;
    }
    if (!session.ahead())
        playing_ = false;
    const double now = static_cast<double>((session.now() - before).ns) / 1e9 / seconds;
    measured_ += (now - measured_) * std::min(1.0, seconds * 6);
}

void Pace::run_to(model::Session& session, Instant target) const {
    for (int i = 0; i < events_per_frame_max; ++i) {
        const auto ahead = session.ahead();
        if (!ahead || ahead->at > target) {
            if (target != never)
                session.advance(target);
            return;
        }
        if (session.step() == model::Dwell::notable && stop_at_notable_)
            return;
    }
}

double Pace::wall_of(Instant at) const {
    const auto later = std::partition_point(seen_.begin(), seen_.end(),
                                            [&](const Seen& seen) { return seen.at <= at; });
    return later == seen_.begin() ? wall_ - flight_s : (later - 1)->wall;
}

double Pace::cost_of(const model::Ahead& ahead, Instant from) const {
    const Duration gap = ahead.at - from;
    double cost = ahead.dwell == model::Dwell::none ? 0 : gap_seconds(gap);
    if (ahead.dwell == model::Dwell::delivery)
        cost = std::max(cost, flight_s - (wall_ - wall_of(ahead.sent)));
    const double least_ratio =
        std::min(patience_max, patience_start * std::pow(patience_growth, quiet_));
    const double gap_s = static_cast<double>(gap.ns) / 1e9;
    // A long gap of nothing is not to be jumped over in no time either: the arcs must be seen to
    // run down.
    return std::clamp(cost, gap_s / patience_max / 2, std::max(gap_s / least_ratio, 1e-6));
}

void Pace::arrived(const model::Ahead& ahead, model::Dwell happened) {
    seen_.push_back({ahead.at, wall_});
    if (seen_.size() > seen_max)
        seen_.erase(seen_.begin(), seen_.begin() + seen_max / 2);
    if (happened != model::Dwell::notable)
        return;
    // Twenty partitions that lose their leader in one breath are one thing to look at.
    const bool same_breath = notable_ && (ahead.at - *notable_).ns < 1'000'000;
    hold_ = std::max(hold_, same_breath ? 0.0 : notable_hold_s);
    notable_ = ahead.at;
    quiet_ = 0;
}

void Pace::run_by_itself(model::Session& session, double seconds) {
    if (session.now() != left_at_) {
        toward_.reset();
        seen_.clear();
        notable_.reset();
        hold_ = 0;
        quiet_ = 0;
    }
    double budget = seconds;
    for (int i = 0; i < events_per_frame_max && budget > 0; ++i) {
        const double held = std::min(hold_, budget);
        hold_ -= held;
        budget -= held;
        wall_ += held;
        const auto ahead = session.ahead();
        if (!ahead || budget <= 0)
            break;
        if (toward_ != ahead) {
            toward_ = ahead;
            from_ = session.now();
            spent_ = 0;
            cost_ = cost_of(*ahead, from_);
        }
        const double pay = std::min(budget, cost_ - spent_);
        budget -= pay;
        wall_ += pay;
        quiet_ += pay;
        spent_ += pay;
        if (spent_ < cost_) {
            const double part = spent_ / cost_;
            const auto way = static_cast<double>((ahead->at - from_).ns) * part;
            session.advance(from_ + Duration{static_cast<std::int64_t>(way)});
            break;
        }
        const model::Dwell happened = session.step();
        toward_.reset();
        arrived(*ahead, happened);
        if (stop_at_notable_ && happened == model::Dwell::notable)
            break;
    }
    left_at_ = session.now();
}

} // namespace orrery::gui
