// The metadata quorum: who leads, who voted for whom, how far each log is, and the logs themselves.
#include "gui/views/signs.hpp"
#include "gui/views/strip_rows.hpp"
#include "gui/views/views.hpp"
#include "gui/widgets/ruler.hpp"

namespace orrery::gui {

using ui::Font;
using ui::px;
using ui::Rect;

namespace {

constexpr std::string_view columns[] = {"node",  "role",    "epoch",  "leader",
                                        "voted", "log end", "behind", "timeout"};
constexpr float widths[] = {130, 110, 64, 64, 64, 84, 74, 150};

class QuorumView final : public View {
public:
    std::string_view id() const override { return "quorum"; }
    std::string_view title() const override { return "Quorum"; }
    Dock dock() const override { return Dock::centre_top; }
    bool previews() const override { return true; }
    std::string subtitle(const Desk& desk) const override {
        const model::Quorum& quorum = desk.now->quorum;
        return "leader " +
               (quorum.leader < 0 ? std::string("none") : std::to_string(quorum.leader)) +
               "    epoch " + std::to_string(quorum.epoch) + "    high watermark " +
               std::to_string(quorum.high_watermark) + "    voters " + list_text(quorum.voters);
    }

    void draw(Desk& desk, const Rect& area) override {
        ImDrawList* list = ImGui::GetWindowDrawList();
        const ui::Colours& c = ui::look().colours;
        float y = area.y + px(10);
        float x = area.x + px(14);
        for (std::size_t i = 0; i < std::size(columns); ++i) {
            ui::text(list, Font::small, {x, y}, c.dim, columns[i]);
            x += px(widths[i]);
        }
        y += px(22);
        std::int64_t end = 0;
        for (const model::Node& node : desk.now->nodes)
            end = std::max(end, node.metadata_end);
        for (const model::Node& node : desk.now->nodes) {
            if (y + px(24) > area.bottom() - px(60))
                break;
            draw_node(desk, list, {area.x, y, area.w, px(24)}, node, end);
            y += px(24);
        }
        y += px(10);
        if (desk.now->quorum.log.rows.empty() || area.bottom() - y < px(70))
            return;
        ui::text(list, Font::small, {area.x + px(14), y}, c.text, "__cluster_metadata");
        draw_strips(desk, {area.x, y + px(24), area.w, area.bottom() - y - px(24)},
                    desk.now->quorum.log, {}, false);
    }

private:
    static void draw_node(Desk& desk, ImDrawList* list, const Rect& rect, const model::Node& node,
                          std::int64_t end) {
        const ui::Colours& c = ui::look().colours;
        const Subject& subject = desk.selection.subject();
        const bool chosen = subject.kind == Kind::node && subject.node == node.id;
        const std::string role(node.state == model::NodeState::down ? name_of(node.state)
                                                                    : name_of(node.role));
        const ui::Touch touch =
            ui::row(std::to_string(node.id), rect, chosen, node_name(*desk.now, node.id), role);
        const bool down = node.state == model::NodeState::down;
        const bool leads = !down && node.role == model::QuorumRole::leader;
        const auto id = [](std::int32_t n) {
            return n < 0 ? std::string("\xE2\x80\x93") : std::to_string(n);
        };
        const std::string cells[] = {node_name(*desk.now, node.id),
                                     role,
                                     id(node.quorum_epoch),
                                     id(node.quorum_leader),
                                     id(node.voted_for),
                                     std::to_string(node.metadata_end),
                                     std::to_string(end - node.metadata_end)};
        float x = rect.x + px(14);
        for (std::size_t i = 0; i < std::size(cells); ++i) {
            const ui::Colour ink = chosen            ? c.on_selection
                                   : i == 1 && leads ? c.control.text
                                   : i == 1 && down  ? c.fault.text
                                                     : c.text;
            ui::text_in(list, i < 2 ? Font::small : Font::mono,
                        {x, rect.y, px(widths[i]) - px(8), rect.h}, ink, cells[i]);
            x += px(widths[i]);
        }
        if (node.election.whole.ns > 0 && !down) {
            const auto part = static_cast<float>(static_cast<double>(node.election.left.ns) /
                                                 static_cast<double>(node.election.whole.ns));
            ui::bar(list, {x, rect.y + px(8), px(100), px(8)}, part, c.control.fill, c.background);
            ui::text_in(list, Font::small, {x + px(108), rect.y, px(60), rect.h}, c.dim,
                        ui::duration_text(node.election.left));
        }
        if (touch.clicked)
            desk.select(node_subject(node.id));
        if (touch.right_clicked)
            desk.open_menu(node_subject(node.id));
    }
};

} // namespace

std::unique_ptr<View> make_quorum() {
    return std::make_unique<QuorumView>();
}

} // namespace orrery::gui
