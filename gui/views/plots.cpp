// Figures over time, up to the present moment: one row a series.
#include "gui/views/signs.hpp"
#include "gui/views/views.hpp"
#include "gui/widgets/plot.hpp"

namespace orrery::gui {

using ui::Font;
using ui::px;
using ui::Rect;

namespace {

constexpr Duration window = seconds(30);

class Plots final : public View {
public:
    std::string_view id() const override { return "plots"; }
    std::string_view title() const override { return "Plots"; }
    Dock dock() const override { return Dock::right_bottom; }

    void draw(Desk& desk, const Rect& area) override {
        const ui::Colours& c = ui::look().colours;
        std::vector<model::Series> all = desk.now->series;
        for (const model::Series& watched : desk.watches.series())
            all.push_back(watched);
        ImDrawList* out = ImGui::GetWindowDrawList();
        if (all.empty()) {
            ui::text(out, Font::small, {area.x + px(10), area.y + px(10)}, c.dim,
                     "Nothing is measured yet.");
            return;
        }
        const float row =
            std::max(px(44), std::min(px(84), area.h / static_cast<float>(all.size())));
        const ui::Area scroll("rows", area, row * static_cast<float>(all.size()));
        const Instant to = desk.now->now;
        const Instant from{std::max<std::int64_t>(0, to.ns - window.ns)};
        for (std::size_t i = 0; i < all.size(); ++i) {
            const model::Series& series = all[i];
            const Rect rect{area.x, scroll.origin().y + row * static_cast<float>(i), scroll.width(),
                            row};
            draw_series(scroll.list(), rect, series, from, to);
        }
    }

private:
    static void draw_series(ImDrawList* list, const Rect& rect, const model::Series& series,
                            Instant from, Instant to) {
        const ui::Colours& c = ui::look().colours;
        const ui::Ink ink = ink_of(series.tone);
        const std::int64_t last = series.samples.empty() ? 0 : series.samples.back().value;
        std::string value = std::to_string(last);
        if (!series.unit.empty())
            value += " " + series.unit;
        const float side = px(104);
        ui::text_in(list, Font::small, {rect.x + px(10), rect.y + px(4), side - px(12), px(18)},
                    c.dim, series.name);
        ui::text_in(list, Font::mono, {rect.x + px(10), rect.y + px(22), side - px(12), px(18)},
                    ink.text, value);
        const Rect plot{rect.x + side, rect.y + px(5), rect.w - side - px(10), rect.h - px(10)};
        ui::fill(list, {plot.x, plot.bottom(), plot.w, 1}, c.line);
        ui::plot(list, plot, points_from(series.samples, from), from.ns,
                 std::max(to.ns, from.ns + 1), ink.fill);
        ui::note(series.name, rect, series.name, value);
    }
};

} // namespace

std::unique_ptr<View> make_plots() {
    return std::make_unique<Plots>();
}

} // namespace orrery::gui
