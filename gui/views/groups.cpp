// Consumer groups: the state that one is in and its epochs, who owns what and shall own what, and
// how far it is behind.
#include "gui/views/group_parts.hpp"
#include "gui/views/signs.hpp"
#include "gui/views/views.hpp"
#include "gui/widgets/ruler.hpp"

#include <algorithm>

namespace orrery::gui {

using ui::Font;
using ui::px;
using ui::Rect;

namespace {

constexpr float line_h = 26;
constexpr float table_min = 430; ///< narrower it says nothing
constexpr float both_min = 760;

class GroupsView final : public View {
public:
    std::string_view id() const override { return "groups"; }
    std::string_view title() const override { return "Groups"; }
    Dock dock() const override { return Dock::centre_top; }
    bool previews() const override { return true; }

    std::string subtitle(const Desk& desk) const override {
        const model::Group* group = desk.selection.group(*desk.now);
        if (group == nullptr)
            return "";
        std::string words = group->id + "    " + std::string(name_of(group->protocol));
        if (group->protocol != model::GroupProtocol::offsets_only)
            words += " protocol";
        if (!group->assignor.empty())
            words += "    assignor " + group->assignor;
        words += "    coordinator ";
        words += group->coordinator < 0 ? "none" : node_name(*desk.now, group->coordinator);
        if (group->offsets_partition >= 0)
            words += ", __consumer_offsets-" + std::to_string(group->offsets_partition);
        return words;
    }

    void draw(Desk& desk, const Rect& area) override {
        ImDrawList* list = ImGui::GetWindowDrawList();
        const model::Group* group = desk.selection.group(*desk.now);
        if (group == nullptr) {
            ui::text(list, Font::body, {area.x + px(14), area.y + px(12)}, ui::look().colours.dim,
                     "No consumer group yet.");
            return;
        }
        float y = area.y + px(8);
        if (desk.now->groups.size() > 1) {
            draw_choice(desk, {area.x + px(12), y, area.w - px(24), px(line_h)}, *group);
            y += px(line_h + 6);
        }
        draw_ribbon(list, {area.x + px(12), y, area.w - px(24), px(line_h)}, *group);
        y += px(line_h + 8);
        const Rect room{area.x, y, area.w, area.bottom() - y};
        const bool both = room.w >= px(both_min);
        const float table = both ? std::max(px(table_min), room.w * 0.54F) : 0;
        draw_assignment(desk, {room.x, room.y, room.w - table, room.h}, *group);
        if (both)
            draw_lag(desk, {room.right() - table, room.y, table, room.h}, *group);
    }

private:
    /// All groups side by side; what has no room is counted.
    static void draw_choice(Desk& desk, const Rect& rect, const model::Group& shown) {
        ImDrawList* list = ImGui::GetWindowDrawList();
        const auto& groups = desk.now->groups;
        float x = rect.x;
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const std::string words = groups[i].id + "   lag " + std::to_string(groups[i].lag);
            const float w = ui::measure(Font::small, words).x + px(20);
            if (x + w > rect.right() - px(90)) {
                ui::text_in(list, Font::small, {x, rect.y, rect.right() - x, rect.h},
                            ui::look().colours.dim,
                            "and " + std::to_string(groups.size() - i) + " more");
                return;
            }
            ui::ButtonStyle style;
            style.font = Font::small;
            style.on = groups[i].id == shown.id;
            if (ui::button("choose/" + groups[i].id, {x, rect.y, w, rect.h}, words, style))
                desk.select(group_subject(groups[i].id));
            x += w + px(8);
        }
    }

    /// The states that the group goes through; the one it is in stands out, with its epochs beside.
    static void draw_ribbon(ImDrawList* list, const Rect& rect, const model::Group& group) {
        const ui::Colours& c = ui::look().colours;
        float x = rect.x;
        if (group.state == model::GroupState::unknown || group.state == model::GroupState::dead)
            x = draw_state(list, {x, rect.y, rect.w, rect.h}, group.state, true, c.fault);
        else
            for (const model::GroupState state : states_of(group.protocol)) {
                if (x > rect.x) {
                    ui::glyph(list, ui::Glyph::chevron_right, {x + px(7), rect.centre().y}, px(4),
                              c.dim);
                    x += px(14);
                }
                const bool quiet = state == model::GroupState::stable;
                x = draw_state(list, {x, rect.y, rect.w, rect.h}, state, state == group.state,
                               quiet ? c.good : c.control);
            }
        std::string words = epochs_of(group);
        ui::Colour ink = c.text;
        if (!group.coordinator_text.empty()) {
            words = group.coordinator_text + "    " + words;
            ink = c.fault.text;
        }
        ui::text_in(list, Font::small, {x + px(16), rect.y, rect.right() - x - px(16), rect.h}, ink,
                    words);
        ui::note("state", rect, name_of(group.state), words);
    }

    static float draw_state(ImDrawList* list, const Rect& rect, model::GroupState state, bool here,
                            const ui::Ink& ink) {
        const ui::Colours& c = ui::look().colours;
        const std::string_view words = name_of(state);
        const Rect pill{rect.x, rect.y + px(2), ui::measure(Font::small, words).x + px(20),
                        rect.h - px(4)};
        ui::fill(list, pill, here ? c.raised : c.panel, pill.h / 2);
        ui::frame(list, pill, here ? ink.fill : c.line, pill.h / 2, here ? 2.5F : 1);
        ui::text_in(list, Font::small, pill, here ? ink.text : c.dim, words, ui::Align::centre);
        return pill.right();
    }

    static std::string epochs_of(const model::Group& group) {
        switch (group.protocol) {
        case model::GroupProtocol::offsets_only: return "";
        case model::GroupProtocol::classic: return "generation " + std::to_string(group.epoch);
        case model::GroupProtocol::consumer: break;
        }
        return "group epoch " + std::to_string(group.epoch) + "    assignment epoch " +
               std::to_string(group.assignment_epoch);
    }
};

} // namespace

std::string label_of(const model::GroupMember& member) {
    return member.instance_id.empty() || member.instance_id == member.name
               ? member.name
               : member.name + " (" + member.instance_id + ")";
}

bool is_down(const model::Snapshot& snapshot, const model::GroupMember& member) {
    const model::Client* client = client_of(snapshot, member.client);
    return client != nullptr && client->state == model::NodeState::down;
}

std::string lag_text(const model::GroupOffset& offset) {
    return offset.lag < 0 ? std::string("no commit") : "lag " + ui::count_text(offset.lag);
}

std::string behind_text(const std::optional<Duration>& behind) {
    return !behind || behind->ns <= 0 ? std::string() : ui::duration_text(*behind) + " behind";
}

std::unique_ptr<View> make_groups() {
    return std::make_unique<GroupsView>();
}

} // namespace orrery::gui
