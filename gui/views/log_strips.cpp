// The logs of the partition in view, replica by replica, and all partitions below where there is
// room; and all partitions alone, as a tab.
#include "gui/views/heat_map.hpp"
#include "gui/views/signs.hpp"
#include "gui/views/strip_rows.hpp"
#include "gui/views/views.hpp"

namespace orrery::gui {

using ui::Font;
using ui::px;
using ui::Rect;

namespace {

class LogStrips final : public View {
public:
    std::string_view id() const override { return "strips"; }
    std::string_view title() const override { return "Log strips"; }
    Dock dock() const override { return Dock::centre_bottom; }
    bool previews() const override { return true; }

    std::string subtitle(const Desk& desk) const override {
        const model::Partition* partition = desk.partition();
        if (partition == nullptr)
            return "no partition yet";
        return partition->topic + "-" + std::to_string(partition->index) + "    RF " +
               std::to_string(partition->replicas.size()) + "    min.insync " +
               std::to_string(partition->min_isr) + "    ISR " + list_text(partition->isr) +
               "    ELR " + list_text(partition->elr) + "    leader epoch " +
               std::to_string(partition->leader_epoch);
    }

    void draw(Desk& desk, const Rect& area) override {
        ImDrawList* list = ImGui::GetWindowDrawList();
        const ui::Colours& c = ui::look().colours;
        const Rect room{area.x, area.y + px(8), area.w, area.h - px(12)};
        if (!desk.now->strips) {
            ui::text(list, Font::body, {room.x + px(14), room.y + px(8)}, c.dim,
                     "No partition to show yet.");
            return;
        }
        float y = room.y + draw_strips(desk, room, *desk.now->strips, {}, true);
        constexpr std::string_view hint =
            "colour band = leader epoch    hatched = not committed (offset \xE2\x89\xA5 HW)    "
            "vermillion top edge = will be truncated";
        if (y + px(20) < room.bottom()) {
            ui::text_in(list, Font::small, {room.x + px(10), y + px(2), room.w - px(20), px(18)},
                        c.dim, hint);
            y += px(26);
        }
        if (room.bottom() - y < px(56))
            return;
        ui::fill(list, {room.x, y, room.w, 1}, c.line);
        draw_partitions(desk,
                        {room.x + px(10), y + px(8), room.w - px(20), room.bottom() - y - px(8)});
    }
};

class AllPartitions final : public View {
public:
    std::string_view id() const override { return "partitions"; }
    std::string_view title() const override { return "All partitions"; }
    Dock dock() const override { return Dock::centre_bottom; }
    bool previews() const override { return true; }
    std::string subtitle(const Desk&) const override {
        return "one cell is one partition; click selects";
    }
    void draw(Desk& desk, const Rect& area) override { draw_partitions(desk, area.inset(px(10))); }
};

} // namespace

std::unique_ptr<View> make_log_strips() {
    return std::make_unique<LogStrips>();
}

std::unique_ptr<View> make_all_partitions() {
    return std::make_unique<AllPartitions>();
}

} // namespace orrery::gui
