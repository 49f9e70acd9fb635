// Messages: a list, the chosen one's decoded fields as a tree, and its bytes. A field that is
// pointed at lights up its bytes.
#include "gui/views/message_filter.hpp"
#include "gui/views/signs.hpp"
#include "gui/views/views.hpp"
#include "gui/widgets/ruler.hpp"

#include <algorithm>

namespace orrery::gui {

using ui::Font;
using ui::px;
using ui::Rect;

namespace {

class Messages final : public View {
public:
    std::string_view id() const override { return "messages"; }
    std::string_view title() const override { return "Messages"; }
    Dock dock() const override { return Dock::right_bottom; }

    void draw(Desk& desk, const Rect& area) override {
        const bool take = desk.find_in == id();
        if (take)
            desk.find_in.clear();
        const Rect field{area.x + px(6), area.y + px(5), area.w - px(12), px(24)};
        const bool valid = filter_.parse(text_);
        ui::text_field("filter", field, "api=Fetch dst=2 err!=0 orders", &text_, take, !valid);
        Rect room{area.x, area.y + px(34), area.w, area.h - px(34)};
        const auto& detail = desk.now->detail;
        const bool open = detail && room.h > px(180);
        const Rect list_room{room.x, room.y, room.w, open ? room.h * 0.5F : room.h};
        if (!valid)
            ui::text_in(ImGui::GetWindowDrawList(), Font::small,
                        {room.x + px(10), room.y, room.w - px(20), px(22)},
                        ui::look().colours.fault.text, filter_.what());
        else
            draw_list(desk, list_room);
        if (!open)
            return;
        const float top = list_room.bottom() + px(4);
        const Rect low{room.x, top, room.w, room.bottom() - top};
        ui::fill(ImGui::GetWindowDrawList(), {low.x, low.y - px(2), low.w, 1},
                 ui::look().colours.line);
        // Side by side where there is width for sixteen bytes, else one above the other.
        if (low.w > px(720)) {
            draw_tree(*detail, {low.x, low.y, low.w * 0.5F, low.h});
            draw_bytes(*detail, {low.x + low.w * 0.5F, low.y, low.w * 0.5F, low.h});
        } else {
            const float half = low.h * 0.62F;
            draw_tree(*detail, {low.x, low.y, low.w, half});
            draw_bytes(*detail, {low.x, low.y + half, low.w, low.h - half});
        }
    }

private:
    void draw_list(Desk& desk, const Rect& room) {
        std::vector<const model::Message*> shown;
        for (const auto* source : {&desk.now->recent, &desk.now->messages})
            for (const model::Message& message : *source)
                if (!hidden(desk, message) && filter_.passes(message))
                    shown.push_back(&message);
        const float line = px(19);
        ui::Area scroll("list", room, static_cast<float>(shown.size()) * line + px(2));
        scroll.stick_to_end();
        const float top = scroll.origin().y;
        const auto first = static_cast<std::size_t>(std::max(0.0F, (room.y - top) / line));
        const auto last = std::min(
            shown.size(), first + static_cast<std::size_t>(std::max(0.0F, room.h / line)) + 2);
        if (shown.empty())
            ui::text(scroll.list(), Font::small, {room.x + px(10), room.y + px(6)},
                     ui::look().colours.dim, "No message to show.");
        for (std::size_t i = first; i < last; ++i)
            draw_message(desk, scroll,
                         {room.x, top + static_cast<float>(i) * line, scroll.width(), line},
                         *shown[i]);
    }

    static void draw_message(Desk& desk, const ui::Area& scroll, const Rect& rect,
                             const model::Message& message) {
        const ui::Colours& c = ui::look().colours;
        const Subject& subject = desk.selection.subject();
        const bool chosen = subject.kind == Kind::message && subject.id == message.id;
        const std::string way = short_name(*desk.now, message.from) + " \xE2\x86\x92 " +
                                short_name(*desk.now, message.to);
        const ui::Touch touch = ui::row(std::to_string(message.id), rect, chosen, message.api, way);
        const bool bad = !message.error.empty() || message.fate == model::Fate::dropped;
        const ui::Colour ink = chosen ? c.on_selection : bad ? c.fault.text : c.text;
        ImDrawList* list = scroll.list();
        ui::glyph(list, glyph_of(message.family), {rect.x + px(13), rect.centre().y}, px(5),
                  ink_of(message.family).fill, !message.response);
        float x = rect.x + px(25);
        const auto column = [&](Font font, float w, const std::string& words, ui::Colour colour) {
            if (x + px(10) < rect.right())
                ui::text_in(list, font, {x, rect.y, std::min(w, rect.right() - x) - px(6), rect.h},
                            colour, words);
            x += w;
        };
        const ui::Colour dim = chosen ? ink : c.dim;
        const bool roomy = rect.w > px(480);
        column(Font::mono, px(roomy ? 76 : 62), desk.time(message.sent), dim);
        column(Font::small, px(roomy ? 150 : 78), way, ink);
        column(Font::small, px(roomy ? 170 : 66), message.api, ink);
        const bool flying = message.fate == model::Fate::flying;
        const std::string result = message.fate == model::Fate::dropped ? "LOST"
                                   : !message.error.empty()             ? message.error
                                   : message.fate == model::Fate::held  ? "held"
                                   : flying                             ? "in flight"
                                                                        : message.text;
        column(Font::small, std::max(px(80), rect.right() - x), result, bad ? ink : dim);
        if (touch.clicked)
            desk.select(message_subject(message.id));
        if (touch.right_clicked)
            desk.open_menu(message_subject(message.id));
    }

    void draw_tree(const model::MessageDetail& detail, const Rect& room) {
        const ui::Colours& c = ui::look().colours;
        const float line = px(18);
        const ui::Area scroll("tree", room, static_cast<float>(detail.tree.size()) * line + px(4));
        pointed_ = nullptr;
        for (std::size_t i = 0; i < detail.tree.size(); ++i) {
            const model::Field& field = detail.tree[i];
            const Rect rect{room.x, scroll.origin().y + static_cast<float>(i) * line,
                            scroll.width(), line};
            if (rect.bottom() < room.y || rect.y > room.bottom())
                continue;
            const ui::Touch touch =
                ui::row("field/" + std::to_string(i), rect, false, field.name, field.value);
            if (touch.hovered)
                pointed_ = &field;
            const float x = rect.x + px(10) + static_cast<float>(field.depth) * px(14);
            ui::text_in(scroll.list(), Font::small, {x, rect.y, px(190), rect.h}, c.dim,
                        field.name);
            const float value_x = std::max(x + px(90), rect.x + px(190));
            ui::text_in(scroll.list(), Font::mono,
                        {value_x, rect.y, rect.right() - value_x - px(6), rect.h}, c.text,
                        field.value);
        }
    }

    void draw_bytes(const model::MessageDetail& detail, const Rect& room) const {
        const ui::Colours& c = ui::look().colours;
        const std::size_t per_row = room.w > px(480) ? 16 : 8;
        const float line = px(18);
        const std::size_t rows = (detail.frame.size() + per_row - 1) / per_row;
        const ui::Area scroll("bytes", room, static_cast<float>(rows) * line + px(4));
        const float letter = ui::measure(Font::mono, "0").x;
        for (std::size_t row = 0; row < rows; ++row) {
            const float y = scroll.origin().y + static_cast<float>(row) * line;
            if (y + line < room.y || y > room.bottom())
                continue;
            draw_row(scroll.list(), detail, row * per_row,
                     std::min(detail.frame.size(), (row + 1) * per_row), {room.x + px(10), y},
                     letter, c);
        }
    }

    void draw_row(ImDrawList* list, const model::MessageDetail& detail, std::size_t from,
                  std::size_t to, ImVec2 at, float letter, const ui::Colours& c) const {
        constexpr char digits[] = "0123456789abcdef";
        std::string number = "0000";
        for (std::size_t i = 0; i < 4; ++i)
            number[3 - i] = digits[(from >> (4 * i)) & 15U];
        ui::text(list, Font::mono, at, ui::faded(c.dim, 170), number);
        for (std::size_t i = from; i < to; ++i) {
            const float x = at.x + letter * (6 + 3 * static_cast<float>(i - from));
            const bool lit = pointed_ != nullptr &&
                             i >= static_cast<std::size_t>(pointed_->first_byte) &&
                             i < static_cast<std::size_t>(pointed_->first_byte) +
                                     static_cast<std::size_t>(pointed_->byte_count);
            if (lit)
                ui::fill(list, {x - letter * 0.5F, at.y, letter * 3, px(18)}, c.selection);
            const std::uint8_t byte = detail.frame[i];
            const char pair[2] = {digits[byte >> 4U], digits[byte & 15U]};
            ui::text(list, Font::mono, {x, at.y}, lit ? c.on_selection : c.text, {pair, 2});
        }
    }

    std::string text_;
    MessageFilter filter_;
    const model::Field* pointed_ = nullptr; ///< only within one frame
};

} // namespace

std::unique_ptr<View> make_messages() {
    return std::make_unique<Messages>();
}

} // namespace orrery::gui
