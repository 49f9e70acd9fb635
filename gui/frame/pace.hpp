// How simulated time passes on the wall: paused, at a ratio, as fast as it goes, or by itself.
//
// Auto-pace gives each gap between events 40 ms per tenfold of 100 us (at most 600 ms), lets each
// message that matters be seen in flight for a quarter of a second, stands still for a moment after
// a notable event, and grows impatient while nothing notable happens, up to real time, or twice it
// where nothing is to be seen at all: so nine seconds of waiting for a session to expire take five,
// and the election that follows can still be read hop by hop.
// The pace changes what is seen when, never what happens.
#pragma once

#include "gui/model/session.hpp"

#include <optional>
#include <vector>

namespace orrery::gui {

class Pace {
public:
    enum class Mode : std::uint8_t { automatic, ratio, fastest };

    bool playing() const { return playing_; }
    void play(bool on) { playing_ = on; }
    Mode mode() const { return mode_; }
    void set_mode(Mode mode) { mode_ = mode; }
    /// Simulated seconds for one on the wall, in Mode::ratio: one of `ratios`.
    double ratio() const;
    std::size_t ratio_index() const { return ratio_; }
    void set_ratio(std::size_t index);
    void faster();
    void slower();
    static constexpr double ratios[] = {0.001, 0.01, 0.1, 1, 10, 100};
    static constexpr std::size_t ratio_count = 6;

    /// Ends each advance() with the first notable event, so that whoever waits for a change sees
    /// the moment right after it.
    void stop_at_notable(bool on) { stop_at_notable_ = on; }
    /// Lets `seconds` of wall time pass.
    void advance(model::Session& session, double seconds);
    /// Simulated seconds that passed lately for one on the wall; 0 when paused.
    double measured() const { return measured_; }
    /// Standing still so that a notable event can be read.
    bool holding() const { return hold_ > 0; }

    /// Wall seconds for the gap before an event, before impatience; for tests and the timeline.
    static double gap_seconds(Duration gap);

private:
    struct Seen {
        Instant at;
        double wall = 0;
    };
    void run_to(model::Session& session, Instant target) const;
    void run_by_itself(model::Session& session, double seconds);
    double cost_of(const model::Ahead& ahead, Instant from) const;
    double wall_of(Instant at) const;
    void arrived(const model::Ahead& ahead, model::Dwell happened);

    bool playing_ = false;
    bool stop_at_notable_ = false;
    Mode mode_ = Mode::automatic;
    std::size_t ratio_ = 3;
    double measured_ = 0;
    // Auto-pace: on the way from `from_` to the next event, `spent_` of `cost_` seconds gone.
    std::optional<model::Ahead> toward_;
    Instant from_;
    Instant left_at_; ///< where we let the session stand; elsewhere means that somebody sought
    double spent_ = 0;
    double cost_ = 0;
    double hold_ = 0;
    double wall_ = 0;
    double quiet_ = 0; ///< wall seconds since something notable
    std::optional<Instant> notable_;
    std::vector<Seen> seen_; ///< when the latest events happened on the wall
};

} // namespace orrery::gui
