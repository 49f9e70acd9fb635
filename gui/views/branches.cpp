// The tree of branches: a click stands at a branch's end.
#include "gui/views/views.hpp"
#include "gui/widgets/controls.hpp"
#include "gui/widgets/ruler.hpp"

namespace orrery::gui {

using ui::Font;
using ui::px;
using ui::Rect;

namespace {

class Branches final : public View {
public:
    std::string_view id() const override { return "branches"; }
    std::string_view title() const override { return "Branches"; }
    Dock dock() const override { return Dock::bottom; }

    void draw(Desk& desk, const Rect& area) override {
        const ui::Colours& c = ui::look().colours;
        const float line = px(26);
        const ui::Area scroll("rows", area,
                              static_cast<float>(desk.now->branches.size()) * line + px(8));
        float y = scroll.origin().y + px(6);
        for (const model::Branch& branch : desk.now->branches) {
            const bool here = branch.id == desk.now->branch;
            const Rect rect{area.x, y, scroll.width(), line};
            const std::string words = branch.parent < 0
                                          ? std::string("from the start")
                                          : "leaves " + parent_name(desk, branch.parent) + " at " +
                                                ui::time_text(branch.forked_at) + " s";
            const ui::Touch touch = ui::row(branch.name, rect, here, branch.name, words);
            const ui::Colour ink = here ? c.on_selection : c.text;
            ui::text_in(scroll.list(), Font::body, {rect.x + px(16), rect.y, px(180), rect.h}, ink,
                        branch.name);
            ui::text_in(scroll.list(), Font::small, {rect.x + px(204), rect.y, px(300), rect.h},
                        here ? ink : c.dim, words);
            ui::text_in(scroll.list(), Font::small, {rect.x + px(510), rect.y, px(200), rect.h},
                        here ? ink : c.dim, "runs to " + ui::time_text(branch.end) + " s");
            if (touch.clicked && !here) {
                desk.pace.play(false);
                desk.session->go_to_branch(branch.id);
            }
            y += line;
        }
    }

private:
    static std::string parent_name(const Desk& desk, std::int32_t id) {
        const model::Branch* parent = branch_of(*desk.now, id);
        return parent == nullptr ? "?" : parent->name;
    }
};

} // namespace

std::unique_ptr<View> make_branches() {
    return std::make_unique<Branches>();
}

} // namespace orrery::gui
