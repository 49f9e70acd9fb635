// The event log: a line a fact, newest last, filtered as one types. Only lines in sight are made,
// and it follows the end only while the end is in sight.
#include "gui/views/signs.hpp"
#include "gui/views/views.hpp"

#include <algorithm>

namespace orrery::gui {

using ui::Font;
using ui::px;
using ui::Rect;

namespace {

bool holds(const std::string& text, const std::string& part) {
    const auto same = [](char a, char b) {
        const auto low = [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        };
        return low(a) == low(b);
    };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

class EventLog final : public View {
public:
    std::string_view id() const override { return "facts"; }
    std::string_view title() const override { return "Event log"; }
    Dock dock() const override { return Dock::right_bottom; }

    void draw(Desk& desk, const Rect& area) override {
        const bool take = desk.find_in == id();
        if (take)
            desk.find_in.clear();
        const float box = px(110);
        ui::text_field("filter", {area.x + px(6), area.y + px(5), area.w - box - px(18), px(24)},
                       "filter", &filter_, take);
        if (ui::check_box("notable", {area.right() - box, area.y + px(10)}, "notable only",
                          &notable_only_))
            lines_.clear();
        sift(desk);
        const Rect room{area.x, area.y + px(34), area.w, area.h - px(34)};
        draw_lines(desk, room);
    }

private:
    /// Brings lines_ (indices that pass the filter) up to date: from scratch when the filter or the
    /// history changed, else only what is new.
    void sift(Desk& desk) {
        const auto& facts = desk.now->facts;
        const std::string key = filter_ + (notable_only_ ? "!" : "");
        const bool same_past = seen_ <= facts.size() && desk.now->branch == branch_ &&
                               (seen_ == 0 || facts[seen_ - 1].event == last_event_);
        if (key != key_ || !same_past) {
            lines_.clear();
            seen_ = 0;
        }
        key_ = key;
        branch_ = desk.now->branch;
        for (std::size_t i = seen_; i < facts.size(); ++i)
            if (passes(desk, facts[i]))
                lines_.push_back(i);
        seen_ = facts.size();
        last_event_ = seen_ == 0 ? 0 : facts[seen_ - 1].event;
    }

    bool passes(const Desk& desk, const model::FactLine& fact) const {
        if (notable_only_ && !fact.notable)
            return false;
        return filter_.empty() || holds(fact.text, filter_) || holds(fact.name, filter_) ||
               holds(short_name(*desk.now, fact.node), filter_);
    }

    void draw_lines(Desk& desk, const Rect& room) {
        const float line = px(19);
        const float tall = static_cast<float>(lines_.size()) * line + px(4);
        ui::Area scroll("lines", room, tall);
        const Subject subject = desk.selection.subject();
        if (subject.kind == Kind::fact && !(subject == shown_)) {
            const auto at = std::lower_bound(lines_.begin(), lines_.end(), subject.id);
            if (at != lines_.end() && *at == subject.id)
                scroll.scroll_to(static_cast<float>(at - lines_.begin()) * line);
        } else
            scroll.stick_to_end();
        shown_ = subject;
        const float top = scroll.origin().y;
        const auto first = static_cast<std::size_t>(std::max(0.0F, (room.y - top) / line));
        const auto last = std::min(
            lines_.size(), first + static_cast<std::size_t>(std::max(0.0F, room.h / line)) + 2);
        if (lines_.empty())
            ui::text(scroll.list(), Font::small, {room.x + px(10), room.y + px(6)},
                     ui::look().colours.dim,
                     filter_.empty() ? "Nothing happened yet." : "No line passes the filter.");
        for (std::size_t i = first; i < last; ++i)
            draw_line(desk, scroll,
                      {room.x, top + static_cast<float>(i) * line, scroll.width(), line},
                      lines_[i]);
    }

    static void draw_line(Desk& desk, const ui::Area& scroll, const Rect& rect, std::size_t index) {
        const ui::Colours& c = ui::look().colours;
        const model::FactLine& fact = desk.now->facts[index];
        const Subject& subject = desk.selection.subject();
        const bool chosen = subject.kind == Kind::fact && subject.id == index;
        const ui::Touch touch = ui::row(std::to_string(index), rect, chosen, fact.name, fact.text);
        const ui::Ink ink = ink_of(fact.tone);
        const ui::Colour words = chosen ? c.on_selection : fact.notable ? c.text : c.dim;
        ui::fill(scroll.list(), {rect.x + px(6), rect.y + px(2), px(3), rect.h - px(4)}, ink.fill);
        const std::string when = desk.time(fact.at);
        const float time_w = ui::measure(Font::mono, "00.000 ").x +
                             (when.size() > 7 ? ui::measure(Font::mono, "00").x : 0);
        ui::text_in(scroll.list(), Font::mono, {rect.x + px(14), rect.y, time_w, rect.h}, words,
                    when);
        const float who_x = rect.x + px(18) + time_w;
        const float who_w = px(rect.w > px(480) ? 84.0F : 42.0F);
        ui::text_in(scroll.list(), Font::small, {who_x, rect.y, who_w - px(4), rect.h},
                    chosen ? words : c.dim, short_name(*desk.now, fact.node));
        ui::text_in(scroll.list(), Font::small,
                    {who_x + who_w, rect.y, rect.right() - who_x - who_w - px(6), rect.h},
                    chosen         ? words
                    : fact.notable ? ink.text
                                   : words,
                    fact.text);
        if (touch.hovered &&
            ui::measure(Font::small, fact.text).x > rect.right() - who_x - who_w - px(6))
            ui::tip(fact.text);
        if (touch.clicked)
            desk.select(fact_subject(index));
        if (touch.double_clicked) {
            desk.pace.play(false);
            desk.session->seek_event(fact.event);
        }
    }

    std::string filter_;
    bool notable_only_ = false;
    std::vector<std::size_t> lines_;
    std::string key_;
    std::size_t seen_ = 0;
    std::uint64_t last_event_ = 0;
    std::int32_t branch_ = 0;
    Subject shown_;
};

} // namespace

std::unique_ptr<View> make_event_log() {
    return std::make_unique<EventLog>();
}

} // namespace orrery::gui
