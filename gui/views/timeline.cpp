// The timeline: one lane a node, a dot a fact, a flag a notable moment, a hatch where a process was
// down. The ruler scrubs; the wheel zooms at the mouse; a drag below the ruler moves the view; the
// mouse that rests shows in the other panes what the cluster was like there.
#include "gui/views/signs.hpp"
#include "gui/views/timeline_lanes.hpp"
#include "gui/views/views.hpp"
#include "gui/widgets/ruler.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui {

using ui::px;
using ui::Rect;

namespace {

constexpr double zoom_step = 1.25;
constexpr double span_min_ns = 20'000;
constexpr double span_min_knots = 4;
constexpr double span_default_ns = 24e9;
constexpr double span_default_knots = 24;

class TimelineView final : public View {
public:
    std::string_view id() const override { return "timeline"; }
    std::string_view title() const override { return "Timeline"; }
    Dock dock() const override { return Dock::bottom; }
    std::string subtitle(const Desk&) const override {
        return "rest = preview    drag the ruler = scrub    wheel = zoom    drag = move    "
               "double click = fit    B = branch here";
    }

    void draw(Desk& desk, const Rect& area) override {
        const ui::Area clip("canvas", area);
        ImDrawList* list = clip.list();
        TimelinePlaces places;
        places.axis = axis_for(desk, area);
        places.ruler = {places.axis.left, area.bottom() - px(26), places.axis.width, px(26)};
        places.lanes = {area.x, area.y + px(6), area.w, area.h - places.ruler.h - px(8)};
        const auto& timeline = desk.now->timeline;
        places.lane_count = timeline.lanes.size();
        const float lines =
            static_cast<float>(places.lane_count) +
            static_cast<float>(groups_in_sight(desk).size()) * TimelinePlaces::group_share;
        places.step = places.lanes.h / std::max(1.0F, lines);
        const auto groups = flag_groups(timeline, places);
        list->PushClipRect({places.axis.left, area.y}, {places.axis.right(), area.bottom()}, true);
        draw_arrows(list, desk, places);
        list->PopClipRect();
        draw_lanes(list, desk, places);
        draw_groups(list, desk, places);
        draw_future(list, desk, places);
        draw_flags(list, desk, groups);
        draw_ruler(list, places);
        draw_branches(list, desk, places);
        draw_playhead(list, desk, places);
        measure_button(desk, area, places.ruler);
        pointing(desk, places, area, groups);
        if (hover_)
            draw_hover(list, places, *hover_);
    }

private:
    /// What is in sight: by default all that happened, and then some; a zoomed view follows the
    /// playhead when time runs out of it.
    Axis axis_for(const Desk& desk, const Rect& area) {
        Axis axis;
        if (desk.settings.event_paced) {
            knots_.follow(desk.now->timeline, desk.now->branch);
            axis.knots = &knots_;
        }
        if (paced_ != desk.settings.event_paced)
            fitted_ = true; // the other measure's limits mean nothing here
        paced_ = desk.settings.event_paced;
        const double now = axis.place(desk.now->now.ns);
        const double end = std::max(now, axis.place(desk.now->timeline.end.ns));
        if (fitted_) {
            from_ = 0;
            to_ = std::max(paced_ ? span_default_knots : span_default_ns, end + end / 16);
        } else if (desk.pace.playing() && !held_ && (now > to_ || now < from_)) {
            const double span = to_ - from_;
            from_ = std::max(0.0, now - span / 5);
            to_ = from_ + span;
        }
        const float label = px(92);
        axis.left = area.x + label;
        axis.width = area.w - label - px(12);
        axis.from = from_;
        axis.to = to_;
        return axis;
    }

    /// In the corner under the lanes' names: which measure the axis has.
    static void measure_button(Desk& desk, const Rect& area, const Rect& ruler) {
        ui::ButtonStyle style;
        style.font = ui::Font::small;
        style.on = desk.settings.event_paced;
        style.tip = desk.settings.event_paced
                        ? "Each moment at which something was told is as wide as any other (T)"
                        : "A second is as wide as any other (T)";
        if (ui::button("measure", {area.x + px(4), ruler.y + px(3), px(76), px(21)},
                       desk.settings.event_paced ? "event-paced" : "linear", style))
            desk.ask("view.event_paced");
    }

    void pointing(Desk& desk, const TimelinePlaces& places, const Rect& area,
                  const std::vector<FlagGroup>& groups) {
        const Axis& axis = places.axis;
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        const ui::Touch scrub = ui::touch("ruler", places.ruler);
        ui::note("ruler", places.ruler, "ruler");
        std::optional<Instant> scrub_to;
        if (scrub.held) {
            desk.pace.play(false);
            const Instant to{std::max<std::int64_t>(0, axis.at(mouse.x))};
            if (to != desk.now->now)
                scrub_to = std::min(to, std::max(desk.now->timeline.end, desk.now->now));
        }
        const Rect body{axis.left, area.y, axis.width, area.h - places.ruler.h};
        const ui::Touch touch = ui::touch("body", body);
        ui::note("body", body, "timeline");
        held_ = touch.held || scrub.held;
        const bool over = touch.hovered || scrub.hovered;
        const float wheel = over ? ImGui::GetIO().MouseWheel : 0;
        if (wheel != 0)
            zoom(axis, mouse.x, wheel > 0);
        if (touch.held && std::abs(ImGui::GetIO().MouseDelta.x) > 0)
            shift(axis, ImGui::GetIO().MouseDelta.x);
        const FlagGroup* pointed = touch.hovered ? group_under(groups, mouse) : nullptr;
        if (touch.double_clicked && pointed == nullptr)
            fitted_ = true;
        preview(desk, axis, over && !held_, mouse.x, pointed);
        if (pointed != nullptr) {
            ui::tip(words_of(*pointed));
            if (touch.clicked) {
                desk.pace.play(false);
                desk.session->seek_event(pointed->flags.front()->event);
            }
        } else if (const std::string gap = touch.hovered ? gap_under(desk, places, mouse) : "";
                   !gap.empty()) {
            ui::tip(gap);
        } else if (scrub.hovered)
            ui::tip(ui::clock_text({std::max<std::int64_t>(0, axis.at(mouse.x))}) + " s");
        if (scrub_to)
            desk.session->seek(*scrub_to);
    }

    /// Asks for the moment under the mouse; of a flag, the moment right after it. A mouse at rest
    /// means the same moment, though the axis may move on.
    void preview(Desk& desk, const Axis& axis, bool over, float x, const FlagGroup* pointed) {
        if (!over) {
            hover_.reset();
            return;
        }
        if (!hover_ || x != hover_x_)
            hover_ = pointed != nullptr ? pointed->flags.front()->at
                                        : Instant{std::max<std::int64_t>(0, axis.at(x))};
        hover_x_ = x;
        if (*hover_ <= desk.now->timeline.end)
            desk.hover_at = hover_;
        else
            hover_.reset(); // nothing happened there yet
    }

    static const FlagGroup* group_under(const std::vector<FlagGroup>& groups, ImVec2 mouse) {
        for (const FlagGroup& group : groups)
            if (mouse.x > group.x - px(7) && mouse.x < group.last + px(7) &&
                std::abs(mouse.y - group.y) < px(9))
                return &group;
        return nullptr;
    }

    /// The gap in a group's consumption that the mouse is on, in words.
    static std::string gap_under(const Desk& desk, const TimelinePlaces& places, ImVec2 mouse) {
        const std::vector<std::size_t> shown = groups_in_sight(desk);
        for (std::size_t i = 0; i < shown.size(); ++i) {
            if (!places.group_lane(i).contains(mouse))
                continue;
            const model::GroupLane& lane = desk.now->timeline.groups[shown[i]];
            const Instant at{std::max<std::int64_t>(0, places.axis.at(mouse.x))};
            for (const IdleGap& gap : gaps_of(lane, at, desk.now->timeline.end))
                if (gap.from <= at && at < gap.to)
                    return gui::words_of(lane, gap);
        }
        return "";
    }

    static std::string words_of(const FlagGroup& group) {
        constexpr std::size_t lines_max = 8;
        std::string words;
        for (std::size_t i = 0; i < std::min(lines_max, group.flags.size()); ++i)
            words += (i == 0 ? "" : "\n") + ui::time_text(group.flags[i]->at) + " s  " +
                     group.flags[i]->text;
        if (group.flags.size() > lines_max)
            words += "\nand " + std::to_string(group.flags.size() - lines_max) + " more";
        return words;
    }

    void zoom(const Axis& axis, float x, bool in) {
        const double at = axis.place_of(x);
        const double factor = in ? 1 / zoom_step : zoom_step;
        const double span = std::max(paced_ ? span_min_knots : span_min_ns, (to_ - from_) * factor);
        from_ = std::max(0.0, at - (at - from_) * span / (to_ - from_));
        to_ = from_ + span;
        fitted_ = false;
    }

    void shift(const Axis& axis, float by) {
        const double moved =
            std::max(-from_, axis.place_of(axis.left) - axis.place_of(axis.left + by));
        from_ += moved;
        to_ += moved;
        fitted_ = false;
    }

    Knots knots_;
    bool paced_ = false; ///< as the limits below are meant
    bool fitted_ = true;
    bool held_ = false;
    double from_ = 0;
    double to_ = span_default_ns;
    std::optional<Instant> hover_;
    float hover_x_ = 0;
};

} // namespace

std::unique_ptr<View> make_timeline() {
    return std::make_unique<TimelineView>();
}

} // namespace orrery::gui
