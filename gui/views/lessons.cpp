// The left column: the lessons with the card of the one that runs, and a tree of everything.
#include "gui/frame/command.hpp"
#include "gui/frame/prompt.hpp"
#include "gui/views/signs.hpp"
#include "gui/views/views.hpp"

namespace orrery::gui {

using ui::Font;
using ui::px;
using ui::Rect;

namespace {

class Lessons final : public View {
public:
    std::string_view id() const override { return "lessons"; }
    std::string_view title() const override { return "Lessons"; }
    Dock dock() const override { return Dock::left; }

    void draw(Desk& desk, const Rect& area) override {
        const auto& lesson = desk.now->lesson;
        const float card = lesson ? std::min(card_height_, area.h * 0.6F) : 0;
        draw_list(desk, {area.x, area.y, area.w, area.h - card - (card > 0 ? px(14) : 0)});
        if (lesson)
            draw_card(desk, *lesson,
                      {area.x + px(6), area.bottom() - card - px(6), area.w - px(12), card});
    }

private:
    void draw_list(Desk& desk, const Rect& room) {
        const ui::Colours& c = ui::look().colours;
        const auto& lessons = desk.now->lessons;
        const ui::Area scroll("list", room, list_height_);
        ImDrawList* list = scroll.list();
        float y = px(4);
        const std::int32_t running = desk.now->lesson ? desk.now->lesson->number : -1;
        for (std::size_t i = 0; i < lessons.size(); ++i) {
            const model::LessonTitle& lesson = lessons[i];
            const float words =
                ui::block_height(Font::small, scroll.width() - px(60), lesson.title);
            const Rect rect{room.x, scroll.origin().y + y, scroll.width(),
                            std::max(px(25), words + px(9))};
            y += rect.h;
            if (rect.bottom() < room.y || rect.y > room.bottom())
                continue;
            const bool on = lesson.number == running;
            const std::string number = std::to_string(lesson.number);
            const ui::Touch touch =
                ui::row(number, rect, on, lesson.title, lesson.done ? "done" : "");
            const bool there = !lesson.file.empty();
            const ui::Colour ink = on ? c.on_selection : there ? c.text : ui::faded(c.dim, 150);
            const ImVec2 sign{rect.x + px(16), rect.centre().y};
            if (lesson.done)
                ui::glyph(list, ui::Glyph::tick, sign, px(6), c.good.fill);
            else
                ui::glyph(list, ui::Glyph::box, sign, px(5), on ? c.on_selection : c.line);
            ui::text_in(list, Font::small, {rect.x + px(28), rect.y, px(20), rect.h}, ink, number,
                        ui::Align::right);
            ui::text_block(list, Font::small, {rect.x + px(55), rect.centre().y - words / 2},
                           rect.w - px(60), ink, lesson.title);
            if (touch.clicked && there) {
                desk.pace.play(false);
                if (const auto opened = desk.session->open(lesson.file, std::nullopt); !opened)
                    desk.say(words_of(opened.error()), true);
            } else if (touch.clicked)
                desk.say("lesson " + number + " is not written yet");
        }
        list_height_ = y + px(4);
    }

    void draw_card(Desk& desk, const model::Lesson& lesson, const Rect& rect) {
        const ui::Colours& c = ui::look().colours;
        ImDrawList* list = ImGui::GetWindowDrawList();
        const ui::Scope scope("card");
        ui::fill(list, rect, c.raised, px(6));
        ui::frame(list, rect, lesson.passed ? c.good.fill : c.line, px(6));
        const float x = rect.x + px(10);
        const float w = rect.w - px(20);
        float y = rect.y + px(8);
        y += ui::text_block(list, Font::body, {x, y}, w, c.text,
                            std::to_string(lesson.number) + "  " + lesson.title) +
             px(4);
        if (lesson.steps > 0) {
            for (std::int32_t i = 0; i < lesson.steps; ++i)
                ui::glyph(list, ui::Glyph::dot,
                          {x + px(6) + static_cast<float>(i) * px(13), y + px(6)}, px(8),
                          i < lesson.step || lesson.passed ? c.good.fill
                          : i == lesson.step               ? c.control.fill
                                                           : c.dim,
                          i <= lesson.step || lesson.passed);
            y += px(18);
        }
        y += ui::text_block(list, Font::small, {x, y}, w, c.text, lesson.text) + px(8);
        ui::note("text", rect, lesson.title, lesson.text, true, lesson.passed);
        if (!lesson.look_at.empty()) {
            ui::text(list, Font::small, {x, y}, c.control.text, "LOOK AT");
            y += px(17);
            y += ui::text_block(list, Font::small, {x, y}, w, c.text, lesson.look_at) + px(8);
        }
        if (hint_shown_ == lesson.step && !lesson.hint.empty())
            y += ui::text_block(list, Font::small, {x, y}, w, c.dim, lesson.hint) + px(8);
        const float half = (w - px(8)) / 2;
        if (lesson.can_do || !lesson.hint.empty()) {
            ui::ButtonStyle style;
            style.font = Font::small;
            style.on = lesson.can_do;
            style.enabled = lesson.can_do;
            if (ui::button("do", {x, y, half, px(27)}, "Do it for me", style))
                desk.ask("lesson.do");
            style.on = false;
            style.enabled = !lesson.hint.empty();
            if (ui::button("hint", {x + half + px(8), y, half, px(27)}, "Next hint", style))
                hint_shown_ = hint_shown_ == lesson.step ? -1 : lesson.step;
            y += px(35);
        }
        card_height_ = y - rect.y + px(2);
    }

    float card_height_ = 190;
    float list_height_ = 0; ///< of the last frame: titles wrap where they don't fit in a line
    std::int32_t hint_shown_ = -1;
};

/// Everything there is, by kind: a click selects it.
class Explorer final : public View {
public:
    std::string_view id() const override { return "explorer"; }
    std::string_view title() const override { return "Explorer"; }
    Dock dock() const override { return Dock::left; }

    void draw(Desk& desk, const Rect& area) override {
        const ui::Area scroll("tree", area, height_);
        Pen pen{desk, scroll.list(), area, scroll.origin().y + px(6), scroll.width()};
        const float top = scroll.origin().y;
        const model::Snapshot& now = *desk.now;
        heading(pen, "Controllers");
        for (const model::Node& node : now.nodes)
            if (node.is_controller)
                leaf(pen, "controller/" + std::to_string(node.id),
                     "controller " + std::to_string(node.id), name_of(node.role),
                     node_subject(node.id), node.state == model::NodeState::down);
        heading(pen, "Brokers");
        for (const model::Node& node : now.nodes)
            if (node.is_broker)
                leaf(pen, "broker/" + std::to_string(node.id), "broker " + std::to_string(node.id),
                     name_of(node.state), node_subject(node.id),
                     node.state != model::NodeState::up);
        heading(pen, "Clients");
        for (const model::Client& client : now.clients)
            leaf(pen, "client/" + client.name, client.name, client.summary,
                 client_subject(client.id), !client.last_error.empty());
        if (!now.groups.empty())
            heading(pen, "Groups");
        for (const model::Group& group : now.groups)
            leaf(pen, "group/" + group.id, group.id, name_of(group.state), group_subject(group.id),
                 group.state == model::GroupState::unknown);
        heading(pen, "Partitions");
        for (const model::Partition& partition : now.partitions) {
            const std::string name = partition.topic + "-" + std::to_string(partition.index);
            leaf(pen, "partition/" + name, name,
                 partition.leader < 0 ? std::string("no leader")
                                      : "leader " + std::to_string(partition.leader),
                 partition_subject(partition.topic, partition.index),
                 partition.health != model::Health::full);
        }
        height_ = pen.y - top + px(6);
    }

private:
    struct Pen {
        Desk& desk;
        ImDrawList* list;
        Rect area;
        float y;
        float width;
    };

    static void heading(Pen& pen, std::string_view words) {
        ui::text(pen.list, Font::small, {pen.area.x + px(10), pen.y + px(4)},
                 ui::look().colours.dim, words);
        pen.y += px(24);
    }

    static void leaf(Pen& pen, const std::string& id, const std::string& name,
                     std::string_view value, const Subject& subject, bool bad) {
        const float line = px(22);
        const Rect rect{pen.area.x, pen.y, pen.width, line};
        pen.y += line;
        // A thousand partitions are a thousand rows: only those in sight are made.
        if (rect.bottom() < pen.area.y || rect.y > pen.area.bottom())
            return;
        const ui::Colours& c = ui::look().colours;
        const bool chosen = pen.desk.selection.subject() == subject;
        const ui::Touch touch = ui::row(id, rect, chosen, name, value);
        ui::text_in(pen.list, Font::small, {rect.x + px(20), rect.y, rect.w * 0.55F, rect.h},
                    chosen ? c.on_selection : c.text, name);
        ui::text_in(pen.list, Font::small,
                    {rect.x + rect.w * 0.6F, rect.y, rect.w * 0.4F - px(8), rect.h},
                    chosen ? c.on_selection
                    : bad  ? c.fault.text
                           : c.dim,
                    value, ui::Align::right);
        if (touch.clicked)
            pen.desk.select(subject);
        if (touch.right_clicked)
            pen.desk.open_menu(subject);
    }

    float height_ = 0;
};

} // namespace

std::unique_ptr<View> make_lessons() {
    return std::make_unique<Lessons>();
}

std::unique_ptr<View> make_explorer() {
    return std::make_unique<Explorer>();
}

} // namespace orrery::gui
