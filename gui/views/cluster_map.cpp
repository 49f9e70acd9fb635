// The cluster map: who is there, in what state, and what flies between them. The canvas is one item
// for the mouse with its own pick list, topmost first: message, chip, node, link.
#include "gui/views/map_messages.hpp"
#include "gui/views/map_nodes.hpp"
#include "gui/views/signs.hpp"
#include "gui/views/views.hpp"
#include "gui/widgets/ruler.hpp"

namespace orrery::gui {

using ui::px;
using ui::Rect;

namespace {

class ClusterMap final : public View {
public:
    std::string_view id() const override { return "map"; }
    std::string_view title() const override { return "Cluster map"; }
    Dock dock() const override { return Dock::centre_top; }
    bool previews() const override { return true; }
    std::string subtitle(const Desk&) const override {
        return "one message is one shape: filled = request, hollow = response, \xC3\x97 = lost";
    }

    void draw(Desk& desk, const Rect& area) override {
        ImDrawList* list = ImGui::GetWindowDrawList();
        const MapPlaces places = place_on_map(*desk.now, area, moved_);
        const Air air = messages_on_map(desk, places);
        draw_links(desk, list, places);
        for (const Placed& one : places.placed)
            draw_thing(desk, list, one, places.detail);
        draw_groups_on_map(desk, list, places);
        draw_messages(desk, list, air);
        if (desk.settings.legend)
            draw_legend(list, area);
        pointing(desk, area, places, air);
    }

private:
    void draw_thing(Desk& desk, ImDrawList* list, const Placed& one, Detail detail) {
        if (const model::Client* client = client_of(*desk.now, one.id))
            draw_client(desk, list, *client, one.rect);
        else if (const model::Node* node = node_of(*desk.now, one.id)) {
            if (one.pill)
                draw_controller(desk, list, *node, one.rect);
            else
                draw_broker(desk, list, *node, one.rect, detail);
        }
    }

    static void draw_legend(ImDrawList* list, const Rect& area) {
        constexpr model::Family shown[] = {model::Family::produce, model::Family::replica_fetch,
                                           model::Family::consumer_fetch, model::Family::control};
        ui::LegendEntry entries[4];
        for (std::size_t i = 0; i < 4; ++i)
            entries[i] = {glyph_of(shown[i]), ink_of(shown[i]).fill, name_of(shown[i])};
        ui::legend(list, {area.x + px(10), area.bottom() - px(28), area.w - px(20), px(20)},
                   entries, 4);
    }

    static Subject subject_of(const Desk& desk, std::int32_t id) {
        return client_of(*desk.now, id) != nullptr ? client_subject(id) : node_subject(id);
    }

    static const Placed* thing_under(const MapPlaces& places, ImVec2 mouse) {
        for (std::size_t i = places.placed.size(); i-- > 0;)
            if (places.placed[i].rect.contains(mouse))
                return &places.placed[i];
        return nullptr;
    }

    void pointing(Desk& desk, const Rect& area, const MapPlaces& places, const Air& air) {
        const ui::Touch touch = ui::touch("canvas", area);
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        if (!touch.held)
            dragged_ = -1;
        else if (dragged_ >= 0) {
            const ImVec2 by = ImGui::GetIO().MouseDelta;
            const float scale = ui::look().scale;
            moved_[dragged_].x += by.x / scale;
            moved_[dragged_].y += by.y / scale;
        }
        if (!touch.hovered && !touch.held)
            return;
        Subject subject;
        std::string words;
        if (const Flying* flying = message_under(air, mouse)) {
            subject = message_subject(flying->message->id);
            words = message_words(desk, *flying->message);
        } else if (const Placed* thing = thing_under(places, mouse)) {
            subject = subject_of(desk, thing->id);
            if (ImGui::IsMouseClicked(0))
                dragged_ = thing->id;
        } else if (const model::Link* link = link_under(desk, places, mouse, px(6))) {
            subject = link_subject(link->a, link->b);
            words = link_words(desk, *link);
        }
        if (!words.empty() && !touch.held)
            ui::tip(words);
        if (touch.clicked) {
            if (subject.kind == Kind::message)
                desk.pace.play(false);
            desk.select(subject);
        }
        if (touch.double_clicked && subject.kind == Kind::message)
            desk.show("messages");
        if (touch.right_clicked && subject.kind != Kind::nothing)
            desk.open_menu(subject);
    }

    static std::string message_words(const Desk& desk, const model::Message& message) {
        std::string words = message.api + (message.response ? " response v" : " request v") +
                            std::to_string(message.version) + ", " +
                            short_name(*desk.now, message.from) + " \xE2\x86\x92 " +
                            short_name(*desk.now, message.to) + "\n" + message.text;
        words += "\nsent " + ui::time_text(message.sent) + ", due " + ui::time_text(message.due) +
                 ", " + ui::bytes_text(message.bytes);
        if (!message.error.empty())
            words += "\n" + message.error;
        return words;
    }

    static std::string link_words(const Desk& desk, const model::Link& link) {
        return node_name(*desk.now, link.a) + " \xE2\x80\x93 " + node_name(*desk.now, link.b) +
               "\nlatency " + ui::duration_text(link.latency) +
               (link.extra.ns > 0 ? " + " + ui::duration_text(link.extra) : std::string()) + ", " +
               ui::bytes_text(link.bytes_per_s) + "/s, " + std::to_string(link.in_flight) +
               " in flight";
    }

    std::map<std::int32_t, ImVec2> moved_;
    std::int32_t dragged_ = -1;
};

} // namespace

std::unique_ptr<View> make_cluster_map() {
    return std::make_unique<ClusterMap>();
}

} // namespace orrery::gui
