// What a person keeps an eye on: things whose change stops time, and figures that are plotted from
// the moment on at which they were chosen.
#pragma once

#include "gui/frame/selection.hpp"

#include <string>
#include <vector>

namespace orrery::gui {

/// What of a thing is worth stopping for, in words: "leader 1, epoch 4, ISR [1, 2, 3]". Empty for
/// what has nothing of the kind, or is not there.
std::string standing_of(const model::Snapshot& snapshot, const Subject& subject);

/// A figure of a thing that can be plotted.
struct Figure {
    std::string name; ///< "orders-0 ISR size"
    std::string unit;
    model::Tone tone = model::Tone::plain;
    std::int64_t value = 0;
};
std::vector<Figure> figures_of(const model::Snapshot& snapshot, const Subject& subject);

class Watches {
public:
    bool plots(const Subject& subject) const;
    bool stops_for(const Subject& subject) const;
    bool any_stops() const { return !guards_.empty(); }
    void toggle_plot(const model::Snapshot& snapshot, const Subject& subject);
    void toggle_stop(const model::Snapshot& snapshot, const Subject& subject);

    /// Takes in the moment that is shown. Gives what changed since the moment before of what time
    /// is to stop for, as a sentence; empty when nothing did, or time went back.
    std::string see(const model::Snapshot& snapshot);
    /// One for each figure, with what was seen up to the moment that is shown.
    const std::vector<model::Series>& series() const { return series_; }

private:
    struct Guard {
        Subject subject;
        std::string standing;
    };
    void plot(const model::Snapshot& snapshot);

    std::vector<Guard> guards_;
    std::vector<Subject> plotted_;
    std::vector<model::Series> series_;
    std::uint64_t event_ = 0; ///< of the moment seen last
    std::int32_t branch_ = 0;
};

} // namespace orrery::gui
