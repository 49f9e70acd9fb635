// Faults in force, each with its healing; and the invariants, each with its verdict.
#include "gui/frame/command.hpp"
#include "gui/views/signs.hpp"
#include "gui/views/views.hpp"
#include "gui/widgets/ruler.hpp"

namespace orrery::gui {

using ui::Font;
using ui::px;
using ui::Rect;

namespace {

class Faults final : public View {
public:
    std::string_view id() const override { return "faults"; }
    std::string_view title() const override { return "Faults"; }
    Dock dock() const override { return Dock::right_bottom; }

    void draw(Desk& desk, const Rect& area) override {
        const ui::Colours& c = ui::look().colours;
        const auto& faults = desk.now->faults;
        const float line = px(30);
        const ui::Area scroll("rows", area, static_cast<float>(faults.size()) * line + px(44));
        ImDrawList* list = scroll.list();
        float y = scroll.origin().y + px(6);
        if (faults.empty()) {
            ui::text(list, Font::small, {area.x + px(10), y + px(4)}, c.dim,
                     "No fault is in force. Press K, N, S or D to make one.");
            return;
        }
        for (const model::Fault& fault : faults) {
            const Rect rect{area.x, y, scroll.width(), line};
            const float button = px(58);
            ui::glyph(list, ui::Glyph::cross, {rect.x + px(16), rect.centre().y}, px(5),
                      c.fault.fill);
            ui::text_in(list, Font::small,
                        {rect.x + px(28), rect.y, rect.w - button - px(104), rect.h}, c.text,
                        fault.text);
            ui::text_in(list, Font::small, {rect.right() - button - px(80), rect.y, px(68), rect.h},
                        c.dim, ui::duration_text(desk.now->now - fault.since), ui::Align::right);
            const std::string name = "heal/" + std::to_string(fault.id);
            if (ui::button(name, {rect.right() - button - px(6), rect.y + px(3), button, px(24)},
                           "Heal", {false, true, false, false, Font::small, {}}))
                heal_.push_back(fault.id);
            if (ui::recording())
                ui::note(std::to_string(fault.id), rect, fault.text);
            y += line;
        }
        if (ui::button("heal_all", {area.x + px(10), y + px(4), px(130), px(28)}, "Heal everything",
                       {false, true, false, false, Font::small, {}}))
            desk.ask("fault.heal");
        for (const std::uint64_t id : heal_) {
            Subject subject;
            subject.kind = Kind::fault;
            subject.id = id;
            desk.ask("fault.heal_one", subject);
        }
        heal_.clear();
    }

private:
    std::vector<std::uint64_t> heal_;
};

class Checks final : public View {
public:
    std::string_view id() const override { return "checks"; }
    std::string_view title() const override { return "Checks"; }
    Dock dock() const override { return Dock::right_bottom; }

    void draw(Desk& desk, const Rect& area) override {
        const auto& checks = desk.now->checks;
        const ui::Area scroll("rows", area, height_);
        float y = scroll.origin().y + px(6);
        if (checks.empty())
            ui::text(scroll.list(), Font::small, {area.x + px(10), y}, ui::look().colours.dim,
                     "This scenario checks nothing.");
        for (std::size_t i = 0; i < checks.size(); ++i)
            y += draw_check(desk, scroll, checks[i], i, y);
        height_ = y - scroll.origin().y + px(6);
    }

private:
    static float draw_check(Desk& desk, const ui::Area& scroll, const model::Check& check,
                            std::size_t index, float y) {
        const ui::Colours& c = ui::look().colours;
        ImDrawList* list = scroll.list();
        const float x = scroll.origin().x;
        const bool broken = check.state == model::CheckState::broken;
        const ImVec2 sign{x + px(16), y + px(10)};
        std::string verdict = "not checked yet";
        switch (check.state) {
        case model::CheckState::holds:
            ui::glyph(list, ui::Glyph::tick, sign, px(6), c.good.fill);
            verdict = "held " + ui::count_text(static_cast<std::int64_t>(check.times)) + " times";
            break;
        case model::CheckState::broken:
            ui::glyph(list, ui::Glyph::cross, sign, px(6), c.fault.fill);
            verdict = "BROKEN at " + desk.time(check.broken_at);
            break;
        case model::CheckState::excused:
            ui::glyph(list, ui::Glyph::disc, sign, px(5), c.dim, false);
            verdict = check.broken_event > 0 ? "broken, excused" : "not promised";
            break;
        case model::CheckState::not_checked:
            ui::glyph(list, ui::Glyph::dot, sign, px(6), c.dim, false);
            break;
        }
        const float wide = scroll.width();
        ui::text_in(list, Font::small, {x + px(30), y, wide * 0.6F - px(30), px(20)}, c.text,
                    check.name);
        ui::text_in(list, Font::small, {x + wide * 0.6F, y, wide * 0.4F - px(8), px(20)},
                    broken ? c.fault.text : c.dim, verdict, ui::Align::right);
        const std::string words = broken && !check.detail.empty() ? check.detail : check.sentence;
        const float used = px(20) + ui::text_block(list, Font::small, {x + px(30), y + px(19)},
                                                   wide - px(40), c.dim, words);
        const Rect rect{x, y, wide, used};
        const ui::Touch touch = ui::touch(check.name, rect);
        ui::note(check.name, rect, check.name, verdict, true, broken);
        if (touch.clicked) {
            Subject subject;
            subject.kind = Kind::check;
            subject.id = index;
            desk.select(subject);
            if (broken) {
                desk.pace.play(false);
                desk.session->seek_event(check.broken_event);
            }
        }
        return used + px(8);
    }

    float height_ = 0;
};

} // namespace

std::unique_ptr<View> make_faults() {
    return std::make_unique<Faults>();
}

std::unique_ptr<View> make_checks() {
    return std::make_unique<Checks>();
}

} // namespace orrery::gui
