#include "gui/views/map_nodes.hpp"

#include "gui/views/signs.hpp"
#include "gui/widgets/ruler.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace orrery::gui {

using model::NodeState;
using ui::Font;
using ui::px;
using ui::Rect;

namespace {

constexpr Duration look_here_for = seconds(1);
constexpr std::size_t words_max = 28; ///< of a client, in two lines

float part(const model::Timer& timer) {
    return timer.whole.ns <= 0 ? 0.0F
                               : static_cast<float>(static_cast<double>(timer.left.ns) /
                                                    static_cast<double>(timer.whole.ns));
}

bool selected(const Desk& desk, std::int32_t id) {
    const Subject& subject = desk.selection.subject();
    return (subject.kind == Kind::node || subject.kind == Kind::client ||
            subject.kind == Kind::member) &&
           subject.node == id;
}

bool broken(NodeState state) {
    return state == NodeState::down || state == NodeState::fenced || state == NodeState::paused;
}

void selection_frame(ImDrawList* list, const Rect& rect, float round) {
    const Rect out{rect.x - 3, rect.y - 3, rect.w + 6, rect.h + 6};
    ui::frame(list, out, ui::look().colours.text, round + 3, 2);
}

ImVec2 along(const Stretch& s, float t) {
    return {s.a.x + (s.b.x - s.a.x) * t, s.a.y + (s.b.y - s.a.y) * t};
}

void draw_cut(ImDrawList* list, const Stretch& s, ui::Colour colour) {
    // A gap in the line with two bars across: the sign of a broken wire.
    const float dx = s.b.x - s.a.x;
    const float dy = s.b.y - s.a.y;
    const float length = std::max(1.0F, std::sqrt(dx * dx + dy * dy));
    const ImVec2 across{-dy / length * px(7), dx / length * px(7)};
    const float half = px(7) / length;
    for (const float t : {0.5F - half, 0.5F + half}) {
        const ImVec2 at = along(s, t);
        list->AddLine({at.x - across.x, at.y - across.y}, {at.x + across.x, at.y + across.y},
                      colour, 2);
    }
    list->AddLine(s.a, along(s, 0.5F - half), colour, 1.5F);
    list->AddLine(along(s, 0.5F + half), s.b, colour, 1.5F);
}

void link_label(ImDrawList* list, const Stretch& s, const std::string& words, ui::Colour colour) {
    const ImVec2 at = along(s, 0.5F);
    const ImVec2 size = ui::measure(Font::small, words);
    const Rect box{at.x - size.x / 2 - px(4), at.y + px(8), size.x + px(8), size.y + px(2)};
    ui::fill(list, box, ui::look().colours.panel, px(3));
    ui::text_in(list, Font::small, box, colour, words, ui::Align::centre);
}

void draw_link(Desk& desk, ImDrawList* list, const model::Link& link, const Stretch& s) {
    const ui::Colours& c = ui::look().colours;
    const Subject& subject = desk.selection.subject();
    const bool chosen =
        subject.kind == Kind::link && subject.node == link.a && subject.other == link.b;
    const float busy = link.bytes_per_s <= 0
                           ? 0.0F
                           : std::min(2.0F, std::log10(static_cast<float>(link.bytes_per_s)) / 3);
    const float width = 1 + busy;
    if (chosen)
        list->AddLine(s.a, s.b, c.text, width + 3);
    if (link.cut_from_a || link.cut_from_b) {
        draw_cut(list, s, c.fault.fill);
        if (!(link.cut_from_a && link.cut_from_b))
            link_label(list, s,
                       short_name(*desk.now, link.cut_from_a ? link.a : link.b) + " \xE2\x86\x92 " +
                           short_name(*desk.now, link.cut_from_a ? link.b : link.a) + " lost",
                       c.fault.text);
        return;
    }
    if (link.extra.ns > 0 || link.limit_bytes_per_s > 0) {
        ui::dashed_line(list, s.a, s.b, c.fault.fill, width, px(7), px(5));
        link_label(list, s,
                   link.extra.ns > 0 ? "+" + ui::duration_text(link.extra)
                                     : ui::bytes_text(link.limit_bytes_per_s) + "/s",
                   c.fault.text);
        return;
    }
    if (link.loss_ppm > 0) {
        ui::dashed_line(list, s.a, s.b, c.fault.fill, width, px(2), px(4));
        link_label(list, s, std::to_string(link.loss_ppm / 10'000) + " % lost", c.fault.text);
        return;
    }
    list->AddLine(s.a, s.b, busy > 0 ? ui::faded(c.line, 255) : ui::faded(c.line, 150), width);
}

// --- brokers
// --------------------------------------------------------------------------------------

/// The chips: the partition in view first, then what is wrong, then what it leads.
struct Chipped {
    const model::Partition* partition;
    const model::Replica* replica;
    int rank;
};
constexpr int internal_rank = 3; ///< Kafka's own topics come last

std::vector<Chipped> chips_of(const Desk& desk, std::int32_t node) {
    const model::Partition* in_view = desk.partition();
    std::vector<Chipped> chips;
    for (const model::Partition& partition : desk.now->partitions)
        for (const model::Replica& replica : partition.replicas) {
            if (replica.node != node)
                continue;
            int rank = 2;
            if (&partition == in_view)
                rank = 0;
            else if (partition.topic.compare(0, 2, "__") == 0)
                rank = internal_rank;
            else if (partition.health >= model::Health::under_min_isr)
                rank = 1;
            chips.push_back({&partition, &replica, rank});
        }
    std::stable_sort(chips.begin(), chips.end(),
                     [](const Chipped& a, const Chipped& b) { return a.rank < b.rank; });
    return chips;
}

/// A ring round the crown that has just moved.
void look_here(const Desk& desk, ImDrawList* list, const Rect& rect, const Chipped& chip) {
    const auto& before = chip.partition->before;
    if (!before || chip.replica->state != model::ReplicaState::leader ||
        before->leader == chip.partition->leader ||
        desk.now->now - before->changed_at > look_here_for)
        return;
    ui::frame(list, {rect.x - 4, rect.y - 4, rect.w + 8, rect.h + 8},
              ui::look().colours.control.fill, px(8), 2.5F);
}

std::string words_on(const Chipped& chip) {
    std::string words = chip.partition->topic + "-" + std::to_string(chip.partition->index);
    if (chip.replica->state == model::ReplicaState::out_of_sync && chip.replica->lag > 0)
        words += " \xE2\x88\x92" + std::to_string(chip.replica->lag);
    return words;
}

void draw_chips(Desk& desk, ImDrawList* list, std::int32_t node, const Rect& room) {
    const float h = px(22);
    const float step = px(26);
    const auto rows = static_cast<std::size_t>(std::max(1.0F, (room.h + px(4)) / step));
    std::vector<Chipped> chips = chips_of(desk, node);
    const bool wide = std::any_of(chips.begin(), chips.end(), [&](const Chipped& chip) {
        return ui::measure(Font::small, words_on(chip)).x > (room.w - px(8)) / 2 - px(30);
    });
    const std::size_t columns = wide && chips.size() <= rows ? 1 : 2;
    const float w = columns == 1 ? room.w : std::floor((room.w - px(8)) / 2);
    const std::size_t slots = rows * columns;
    const std::size_t shown = chips.size() > slots ? slots - 1 : chips.size();
    if (shown < chips.size()) {
        // The rest is told by number; what is shown keeps the order of names.
        const std::string more = "+" + std::to_string(chips.size() - shown) + " more";
        const Rect last{room.x + w + px(8), room.y + static_cast<float>(rows - 1) * step, w, h};
        ui::text_in(list, Font::small, last, ui::look().colours.dim, more, ui::Align::centre);
    }
    chips.resize(shown);
    const model::Partition* in_view = desk.partition();
    std::sort(chips.begin(), chips.end(), [](const Chipped& a, const Chipped& b) {
        return std::pair(a.rank == internal_rank, a.partition) <
               std::pair(b.rank == internal_rank, b.partition);
    });
    for (std::size_t i = 0; i < shown; ++i) {
        const Chipped& one = chips[i];
        const Rect rect{room.x + static_cast<float>(i % columns) * (w + px(8)),
                        room.y + static_cast<float>(i / columns) * step, w, h};
        const std::string words = words_on(one);
        replica_chip(list, rect, *one.replica, words, one.partition == in_view);
        look_here(desk, list, rect, one);
        const std::string id = "chip/" + std::to_string(node) + "/" + one.partition->topic + "-" +
                               std::to_string(one.partition->index);
        const ui::Touch touch = ui::touch(id, rect);
        if (ui::recording())
            ui::note(id, rect, words, name_of(one.replica->state), true, one.partition == in_view);
        Subject subject = partition_subject(one.partition->topic, one.partition->index, node);
        if (touch.clicked)
            desk.select(subject);
        if (touch.right_clicked)
            desk.open_menu(subject);
        if (touch.hovered)
            ui::tip(words + ": " + std::string(name_of(one.replica->state)) + "\nlog end " +
                    std::to_string(one.replica->log_end) + ", high watermark " +
                    std::to_string(one.replica->high_watermark) + ", lag " +
                    std::to_string(one.replica->lag));
    }
}

std::string state_line(const model::Node& node) {
    std::string line(name_of(node.state));
    if (!node.state_text.empty())
        line += "  " + node.state_text;
    else if (node.broker_epoch >= 0 && node.state == NodeState::up)
        line += "  epoch " + std::to_string(node.broker_epoch);
    return line;
}

void draw_rates(ImDrawList* list, const model::Node& node, const Rect& rect) {
    const ui::Colours& c = ui::look().colours;
    const bool down = node.state == NodeState::down;
    const float used = node.disk_used < 0 ? 0.0F : static_cast<float>(node.disk_used) / 1000;
    if (node.disk_used >= 0)
        ui::bar(list, {rect.x, rect.y, rect.w, px(8)}, down ? 0 : used, c.selection, c.background);
    std::string words = "in \xE2\x80\x93   out \xE2\x80\x93";
    if (!down) {
        words = node.disk_used < 0 ? "" : "disk " + std::to_string(node.disk_used / 10) + "%   ";
        words += "in " + ui::rate_text(node.bytes_in_per_s) + "   out " +
                 ui::rate_text(node.bytes_out_per_s);
    }
    ui::text_in(list, Font::small, {rect.x, rect.y + px(12), rect.w, px(18)}, c.dim, words);
}

} // namespace

void draw_links(Desk& desk, ImDrawList* list, const MapPlaces& places) {
    for (const model::Link& link : desk.now->links) {
        const Placed* a = places.find(link.a);
        const Placed* b = places.find(link.b);
        if (a == nullptr || b == nullptr)
            continue;
        draw_link(desk, list, link, between(a->rect, b->rect));
    }
}

const model::Link* link_under(const Desk& desk, const MapPlaces& places, ImVec2 mouse,
                              float reach) {
    const model::Link* best = nullptr;
    float best_distance = reach;
    for (const model::Link& link : desk.now->links) {
        const Placed* a = places.find(link.a);
        const Placed* b = places.find(link.b);
        if (a == nullptr || b == nullptr)
            continue;
        const Stretch s = between(a->rect, b->rect);
        const float dx = s.b.x - s.a.x;
        const float dy = s.b.y - s.a.y;
        const float length2 = std::max(1.0F, dx * dx + dy * dy);
        const float t =
            std::clamp(((mouse.x - s.a.x) * dx + (mouse.y - s.a.y) * dy) / length2, 0.0F, 1.0F);
        const float ex = s.a.x + dx * t - mouse.x;
        const float ey = s.a.y + dy * t - mouse.y;
        const float distance = std::sqrt(ex * ex + ey * ey);
        if (distance < best_distance) {
            best_distance = distance;
            best = &link;
        }
    }
    return best;
}

void draw_controller(Desk& desk, ImDrawList* list, const model::Node& node, const Rect& rect) {
    const ui::Colours& c = ui::look().colours;
    const bool leads = node.role == model::QuorumRole::leader && !broken(node.state);
    const bool down = broken(node.state);
    const float round = rect.h / 2;
    ui::fill(list, rect, c.raised, round);
    if (down)
        ui::hatch(list, rect.inset(px(8)), ui::faded(c.fault.fill, 70), px(8));
    const ui::Colour edge = down ? c.fault.fill : leads ? c.control.fill : c.line;
    ui::frame(list, rect, edge, round, leads || down ? 2.5F : 1.5F);
    const ImVec2 dial{rect.x + px(22), rect.y + rect.h / 2};
    const bool candidate = !node.votes.empty() && (node.role == model::QuorumRole::candidate ||
                                                   node.role == model::QuorumRole::prospective);
    if (down)
        ui::glyph(list, ui::Glyph::cross, dial, px(7), c.fault.fill);
    else
        ui::arc(list, dial, px(8), 2.5F, leads ? 1.0F : part(node.election),
                leads ? c.control.fill : c.dim, c.line);
    const float x = rect.x + px(40);
    const float w = rect.right() - x - px(10);
    ui::text_in(list, Font::small, {x, rect.y + px(5), w, px(17)}, c.text,
                "controller " + std::to_string(node.id));
    std::string words(down ? name_of(node.state) : name_of(node.role));
    if (!down && leads)
        words += "  epoch " + std::to_string(node.quorum_epoch);
    else if (!down && node.voted_for >= 0)
        words += "  voted " + std::to_string(node.voted_for);
    const Rect second{x, rect.y + px(22), w, px(17)};
    ui::text_in(list, Font::small, second,
                down    ? c.fault.text
                : leads ? c.control.text
                        : c.dim,
                words);
    if (candidate) {
        // One dot for each voter: filled is granted, a ring is still in flight, a cross is refused.
        float dot = rect.right() - px(14);
        for (std::size_t i = node.votes.size(); i-- > 0; dot -= px(12)) {
            const model::Vote vote = node.votes[i].vote;
            const ImVec2 at{dot, rect.y + px(13)};
            if (vote == model::Vote::refused)
                ui::glyph(list, ui::Glyph::cross, at, px(4), c.fault.fill);
            else
                ui::glyph(list, ui::Glyph::disc, at, px(5), c.control.fill,
                          vote == model::Vote::granted);
        }
    }
    if (selected(desk, node.id))
        selection_frame(list, rect, round);
    if (ui::recording())
        ui::note("controller/" + std::to_string(node.id), rect,
                 "controller " + std::to_string(node.id), words);
}

void draw_broker(Desk& desk, ImDrawList* list, const model::Node& node, const Rect& rect,
                 Detail detail) {
    const ui::Colours& c = ui::look().colours;
    const bool bad = broken(node.state);
    const float round = px(7);
    ui::fill(list, rect, c.raised, round);
    if (bad)
        ui::hatch(list, rect.inset(px(2)), ui::faded(c.fault.fill, 60), px(8));
    ui::frame(list, rect, bad ? c.fault.fill : c.replica.fill, round, bad ? 2.5F : 1.5F);
    const std::string name = "broker " + std::to_string(node.id);
    const float pad = px(13);
    const Rect title{rect.x + pad, rect.y + px(7), rect.w - 2 * pad, px(20)};
    const bool leads_quorum = node.role == model::QuorumRole::leader && node.is_controller && !bad;
    if (detail == Detail::cell) {
        ui::text_in(list, Font::small, rect, bad ? c.fault.text : c.text, std::to_string(node.id),
                    ui::Align::centre);
    } else if (detail == Detail::compact) {
        ui::text_in(list, Font::small, {rect.x + px(8), rect.y + px(5), rect.w - px(16), px(17)},
                    c.text, name);
        ui::text_in(list, Font::small, {rect.x + px(8), rect.y + px(23), rect.w - px(16), px(17)},
                    bad ? c.fault.text : c.dim, name_of(node.state));
        ui::text_in(list, Font::small, {rect.x + px(8), rect.y + px(41), rect.w - px(16), px(17)},
                    c.dim, std::to_string(node.leads) + " of " + std::to_string(node.replicas));
    } else {
        const std::string rack = node.rack.empty() ? "" : "   rack " + node.rack;
        ui::text_in(list, Font::body, title, c.text, name + rack);
        ui::text_in(list, Font::small, {title.x, rect.y + px(27), title.w, px(18)},
                    bad ? c.fault.text : c.dim, state_line(node));
        const ImVec2 dial{rect.right() - px(22), rect.y + px(24)};
        if (node.session.whole.ns > 0)
            ui::arc(list, dial, px(9), 2.5F, part(node.session),
                    bad ? c.fault.fill : c.replica.fill, c.line);
        if (leads_quorum)
            ui::glyph(list, ui::Glyph::square, {dial.x - px(24), dial.y}, px(6), c.control.fill);
        const float chips_h = node.disk_used < 0 ? px(78) : px(50);
        draw_chips(desk, list, node.id, {rect.x + pad, rect.y + px(53), rect.w - 2 * pad, chips_h});
        draw_rates(list, node, {rect.x + pad, rect.y + px(118), rect.w - 2 * pad, px(30)});
    }
    if (selected(desk, node.id))
        selection_frame(list, rect, round);
    if (ui::recording())
        ui::note("broker/" + std::to_string(node.id), rect, name, state_line(node));
}

void draw_client(Desk& desk, ImDrawList* list, const model::Client& client, const Rect& place) {
    const ui::Colours& c = ui::look().colours;
    const bool consumer = client.kind == model::ClientKind::consumer;
    const bool bad = broken(client.state) || !client.last_error.empty();
    std::string words = client.summary + "  " + std::to_string(client.records_per_s) + "/s";
    if (consumer)
        words = "lag " + ui::count_text(client.lag);
    else if (client.kind == model::ClientKind::admin)
        words = client.summary + (client.outcome.empty() ? "" : ": " + client.outcome);
    if (broken(client.state))
        words = name_of(client.state);
    else if (!client.last_error.empty() && client.kind != model::ClientKind::admin)
        words = client.last_error;
    // What does not fit one line takes two, and the box grows.
    const float room = place.w - px(14);
    const bool two = ui::measure(Font::small, words).x > room;
    const Rect rect{place.x, place.y, place.w, place.h + (two ? px(16) : 0)};
    ui::fill(list, rect, c.raised, px(5));
    if (broken(client.state))
        ui::hatch(list, rect.inset(2), ui::faded(c.fault.fill, 60), px(8));
    const ui::Colour edge = bad ? c.fault.fill : consumer ? c.client.fill : c.dim;
    ui::frame(list, rect, edge, px(5), bad ? 2.0F : 1.5F);
    ui::text_in(list, Font::small, {rect.x + px(8), rect.y + px(7), rect.w - px(12), px(18)},
                c.text, client.name);
    const ui::Colour ink = bad ? c.fault.text : c.dim;
    if (two)
        ui::text_block(list, Font::small, {rect.x + px(8), rect.y + px(27)}, room, ink,
                       words.size() > words_max ? words.substr(0, words_max) + "\xE2\x80\xA6"
                                                : words);
    else
        ui::text_in(list, Font::small, {rect.x + px(8), rect.y + px(27), room, px(18)}, ink, words);
    if (selected(desk, client.id))
        selection_frame(list, rect, px(5));
    if (ui::recording())
        ui::note("client/" + client.name, rect, client.name, words);
}

} // namespace orrery::gui
