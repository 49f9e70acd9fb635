// What is known of the selected thing, key by key; what changed a moment ago is bright with its old
// value in brackets, and below stands why.
#include "gui/frame/command.hpp"
#include "gui/model/why.hpp"
#include "gui/views/sheet.hpp"
#include "gui/views/signs.hpp"
#include "gui/views/views.hpp"
#include "gui/widgets/ruler.hpp"

namespace orrery::gui {

using ui::Font;
using ui::px;
using ui::Rect;

namespace {

/// A change counts as fresh for so long, unless the eye stands still right on it.
constexpr Duration fresh_for = seconds(1);

void partition_rows(Desk& desk, Sheet& sheet, const model::Partition& p) {
    const ui::Colours& c = ui::look().colours;
    const auto& before = p.before;
    const bool fresh = before && desk.now->now - before->changed_at <= fresh_for;
    const auto changed = [&](bool differs) { return fresh && differs; };
    const auto was = [&](const std::string& text) { return before ? text : std::string(); };
    const std::string leader = p.leader < 0 ? std::string("none") : node_name(*desk.now, p.leader);
    sheet.row("leader", "leader", leader, p.leader < 0 ? c.fault : ui::Ink{},
              changed(before && before->leader != p.leader),
              was(before && before->leader >= 0 ? std::to_string(before->leader) : "none"));
    sheet.row("leader_epoch", "leader epoch", std::to_string(p.leader_epoch), {},
              changed(before && before->leader_epoch != p.leader_epoch),
              was(before ? std::to_string(before->leader_epoch) : ""));
    sheet.row("partition_epoch", "partition epoch", std::to_string(p.partition_epoch), {},
              changed(before && before->partition_epoch != p.partition_epoch),
              was(before ? std::to_string(before->partition_epoch) : ""));
    std::vector<std::int32_t> replicas;
    for (const model::Replica& replica : p.replicas)
        replicas.push_back(replica.node);
    sheet.row("replicas", "replicas", list_text(replicas));
    sheet.row("isr", "ISR", list_text(p.isr),
              static_cast<std::int32_t>(p.isr.size()) < p.min_isr ? c.fault : ui::Ink{},
              changed(before && before->isr != p.isr), was(before ? list_text(before->isr) : ""));
    sheet.row("elr", "ELR", list_text(p.elr), {}, changed(before && before->elr != p.elr),
              was(before ? list_text(before->elr) : ""));
    sheet.row("health", "health", std::string(name_of(p.health)),
              p.health == model::Health::full ? c.good : c.fault);
    sheet.number("log_start", "log start offset", p.log_start);
    sheet.number("high_watermark", "high watermark", p.high_watermark);
    sheet.number("last_stable", "last stable offset", p.last_stable);
    sheet.number("log_end", "log end offset", p.log_end);
    readers_rows(desk, sheet, p);
}

void node_rows(Desk& desk, Sheet& sheet, const model::Node& node) {
    const ui::Colours& c = ui::look().colours;
    const bool up = node.state == model::NodeState::up;
    sheet.row("state", "state",
              std::string(name_of(node.state)) +
                  (node.state_text.empty() ? "" : "  " + node.state_text),
              up ? ui::Ink{} : c.fault);
    if (node.is_broker) {
        if (!node.rack.empty())
            sheet.row("rack", "rack", node.rack);
        sheet.number("broker_epoch", "broker epoch", node.broker_epoch);
        sheet.row("session", "session left",
                  node.session.whole.ns > 0 ? ui::duration_text(node.session.left) + " of " +
                                                  ui::duration_text(node.session.whole)
                                            : std::string("\xE2\x80\x93"));
        sheet.number("leads", "leads", node.leads);
        sheet.number("replicas", "replicas", node.replicas);
        sheet.row("in", "bytes in", ui::bytes_text(node.bytes_in_per_s) + "/s");
        sheet.row("out", "bytes out", ui::bytes_text(node.bytes_out_per_s) + "/s");
    }
    sheet.row("role", "quorum role", std::string(name_of(node.role)),
              node.role == model::QuorumRole::leader ? c.control : ui::Ink{});
    sheet.number("quorum_epoch", "quorum epoch", node.quorum_epoch);
    sheet.row("voted", "voted for",
              node.voted_for < 0 ? std::string("nobody") : std::to_string(node.voted_for));
    sheet.number("metadata_end", "metadata log end", node.metadata_end);
    sheet.number("metadata_applied", "metadata applied", node.metadata_applied);
    if (node.clock_skew.ns != 0)
        sheet.row("skew", "clock ahead by", ui::duration_text(node.clock_skew), c.fault);
    sheet.row("up_for", "up for", ui::duration_text(node.up_for));
    static_cast<void>(desk);
}

void client_rows(Sheet& sheet, const model::Client& client) {
    const ui::Colours& c = ui::look().colours;
    sheet.row("state", "state", std::string(name_of(client.state)),
              client.state == model::NodeState::up ? ui::Ink{} : c.fault);
    if (client.kind == model::ClientKind::admin) {
        sheet.row("asked", "asked last", client.summary);
        sheet.row("outcome", "came of it", client.outcome.empty() ? "\xE2\x80\x93" : client.outcome,
                  client.last_error.empty() ? ui::Ink{} : c.fault);
        sheet.number("done", "done", client.records_done);
        sheet.row("failed", "failed", std::to_string(client.records_failed),
                  client.records_failed > 0 ? c.fault : ui::Ink{});
        sheet.row("error", "last error",
                  client.last_error.empty() ? std::string("none") : client.last_error,
                  client.last_error.empty() ? ui::Ink{} : c.fault);
        return;
    }
    sheet.row("config", "config", client.summary);
    if (!client.topic.empty())
        sheet.row("topic", "writes to", client.topic);
    sheet.row("rate", "records", std::to_string(client.records_per_s) + "/s");
    const bool consumer = client.kind == model::ClientKind::consumer;
    sheet.number("done", consumer ? "read" : "acknowledged", client.records_done);
    if (consumer && !client.group.empty())
        sheet.row("group", "group", client.group);
    if (consumer)
        sheet.number("lag", "lag", client.lag);
    else {
        sheet.number("waiting", "waiting", client.records_waiting);
        sheet.row("failed", "failed", std::to_string(client.records_failed),
                  client.records_failed > 0 ? c.fault : ui::Ink{});
    }
    sheet.row("error", "last error",
              client.last_error.empty() ? std::string("none") : client.last_error,
              client.last_error.empty() ? ui::Ink{} : c.fault);
    for (const model::Position& position : client.positions) {
        const std::string key = position.topic + "-" + std::to_string(position.partition);
        sheet.row("position/" + key, key,
                  "at " + std::to_string(position.position) +
                      (position.committed < 0
                           ? ""
                           : "  committed " + std::to_string(position.committed)) +
                      "  lag " + std::to_string(position.lag));
    }
}

void link_rows(Desk& desk, Sheet& sheet, const model::Link& link) {
    const ui::Colours& c = ui::look().colours;
    sheet.row("latency", "latency", ui::duration_text(link.latency));
    sheet.row("extra", "added", ui::duration_text(link.extra),
              link.extra.ns > 0 ? c.fault : ui::Ink{});
    const std::string a = short_name(*desk.now, link.a);
    const std::string b = short_name(*desk.now, link.b);
    sheet.row("forth", a + " \xE2\x86\x92 " + b, link.cut_from_a ? "CUT" : "open",
              link.cut_from_a ? c.fault : ui::Ink{});
    sheet.row("back", b + " \xE2\x86\x92 " + a, link.cut_from_b ? "CUT" : "open",
              link.cut_from_b ? c.fault : ui::Ink{});
    sheet.row("limit", "throttle",
              link.limit_bytes_per_s > 0 ? ui::bytes_text(link.limit_bytes_per_s) + "/s"
                                         : std::string("none"));
    sheet.row("carried", "carries", ui::bytes_text(link.bytes_per_s) + "/s");
    sheet.number("in_flight", "in flight", link.in_flight);
}

void message_rows(Desk& desk, Sheet& sheet, const model::Message& message) {
    const ui::Colours& c = ui::look().colours;
    sheet.row("api", "API",
              message.api + (message.response ? " response" : " request") + " v" +
                  std::to_string(message.version));
    sheet.row("way", "way",
              short_name(*desk.now, message.from) + " \xE2\x86\x92 " +
                  short_name(*desk.now, message.to));
    sheet.row("sent", "sent", desk.time(message.sent));
    constexpr std::string_view words[] = {"due", "held until", "arrived", "LOST"};
    sheet.row("due", words[static_cast<std::size_t>(message.fate)], desk.time(message.due),
              message.fate == model::Fate::dropped ? c.fault : ui::Ink{});
    sheet.number("correlation", "correlation id", message.correlation);
    sheet.row("bytes", "size", ui::bytes_text(message.bytes));
    sheet.row("error", "error", message.error.empty() ? std::string("NONE") : message.error,
              message.error.empty() ? ui::Ink{} : c.fault);
    sheet.row("text", "about", message.text);
}

void fact_rows(Desk& desk, Sheet& sheet, const model::FactLine& fact) {
    sheet.row("at", "at", desk.time(fact.at));
    sheet.row("event", "event", ui::count_text(static_cast<std::int64_t>(fact.event)));
    sheet.row("node", "says", node_name(*desk.now, fact.node));
    sheet.row("kind", "kind", fact.name);
    if (fact.partition >= 0)
        sheet.row("partition", "partition", fact.topic + "-" + std::to_string(fact.partition));
    sheet.at.y += px(6);
    sheet.at.y += ui::text_block(sheet.list, Font::small, {sheet.at.x + px(8), sheet.at.y},
                                 sheet.width - px(16), ui::look().colours.text, fact.text) +
                  px(6);
}

class Inspector final : public View {
public:
    std::string_view id() const override { return "inspector"; }
    std::string_view title() const override { return "Inspector"; }
    Dock dock() const override { return Dock::right_top; }
    bool previews() const override { return true; }

    std::string subtitle(const Desk& desk) const override {
        const Subject subject = shown(desk);
        constexpr std::string_view kinds[] = {"",          "",       "",        "link",
                                              "partition", "record", "message", "fact",
                                              "fault",     "check",  "group",   "member"};
        const std::string_view kind = kinds[static_cast<std::size_t>(subject.kind)];
        return (kind.empty() ? "" : std::string(kind) + " ") + title_of(subject, *desk.now);
    }

    void draw(Desk& desk, const Rect& area) override {
        const ui::Area scroll("rows", area, height_);
        Sheet sheet{scroll.list(),
                    {scroll.origin().x, scroll.origin().y + px(4)},
                    scroll.width(),
                    std::min(px(150), scroll.width() * 0.45F)};
        const float top = scroll.origin().y;
        const Subject subject = shown(desk);
        const std::int64_t fact = rows_of(desk, sheet, subject);
        if (fact >= 0)
            why(desk, sheet, fact);
        watch_buttons(desk, sheet);
        height_ = sheet.at.y - top + px(8);
    }

private:
    /// With nothing selected, the partition in view.
    static Subject shown(const Desk& desk) {
        const Subject& subject = desk.selection.subject();
        if (subject.kind != Kind::nothing)
            return subject;
        if (const model::Partition* partition = desk.partition())
            return partition_subject(partition->topic, partition->index);
        return {};
    }

    /// Draws the rows; gives the fact that explains the thing, or -1.
    static std::int64_t rows_of(Desk& desk, Sheet& sheet, const Subject& subject) {
        const model::Snapshot& now = *desk.now;
        switch (subject.kind) {
        case Kind::partition:
        case Kind::record:
            if (const model::Partition* p = partition_of(now, subject.topic, subject.partition)) {
                if (subject.kind == Kind::record)
                    sheet.number("offset", "offset", subject.offset);
                partition_rows(desk, sheet, *p);
                return latest_about_partition(now, p->topic, p->index);
            }
            break;
        case Kind::node:
            if (const model::Node* node = node_of(now, subject.node)) {
                node_rows(desk, sheet, *node);
                return latest_about_node(now, node->id);
            }
            break;
        case Kind::client:
            if (const model::Client* client = client_of(now, subject.node)) {
                client_rows(sheet, *client);
                return latest_about_node(now, client->id);
            }
            break;
        case Kind::group:
            if (const model::Group* group = group_of(now, subject.group)) {
                group_rows(desk, sheet, *group);
                return latest_about_group(now, group->id);
            }
            break;
        case Kind::member:
            if (const model::Group* group = group_of(now, subject.group))
                if (const model::GroupMember* member = member_of(*group, subject.member)) {
                    member_rows(desk, sheet, *group, *member);
                    const bool known = member->client >= 0;
                    return known ? latest_about_group(now, group->id, member->client) : -1;
                }
            break;
        case Kind::link:
            if (const model::Link* link = link_of(now, subject.node, subject.other))
                link_rows(desk, sheet, *link);
            return -1;
        case Kind::message:
            if (const model::Message* message = message_of(now, subject.id)) {
                message_rows(desk, sheet, *message);
                return -1;
            }
            break;
        case Kind::fact:
            if (subject.id < now.facts.size()) {
                fact_rows(desk, sheet, now.facts[subject.id]);
                return static_cast<std::int64_t>(subject.id);
            }
            break;
        case Kind::nothing:
        case Kind::fault:
        case Kind::check: break;
        }
        ui::text(sheet.list, Font::body, {sheet.at.x + px(10), sheet.at.y + px(8)},
                 ui::look().colours.dim,
                 subject.kind == Kind::nothing ? "Click anything to see what it is."
                                               : "It is not there at this moment.");
        sheet.at.y += px(40);
        return -1;
    }

    static void why(Desk& desk, Sheet& sheet, std::int64_t fact) {
        constexpr std::size_t chain_max = 4;
        const ui::Colours& c = ui::look().colours;
        const ui::Scope scope("why");
        sheet.at.y += px(8);
        sheet.at.y +=
            ui::heading(sheet.list, {sheet.at.x + px(8), sheet.at.y}, "Why did this change?");
        const auto chain = chain_to(*desk.now, fact, chain_max);
        for (std::size_t i = 0; i < chain.size(); ++i) {
            const model::FactLine& line = desk.now->facts[chain[i]];
            const std::string words =
                desk.time(line.at) + "  " + short_name(*desk.now, line.node) + ": " + line.text;
            const float x = sheet.at.x + px(8) + static_cast<float>(i) * px(8);
            const float used =
                ui::text_block(sheet.list, Font::small, {x + px(12), sheet.at.y},
                               sheet.width - (x - sheet.at.x) - px(20), c.dim, words);
            ui::fill(sheet.list, {x, sheet.at.y + px(3), px(3), used - px(4)},
                     ink_of(line.tone).fill);
            ui::note(std::to_string(i), {x, sheet.at.y, sheet.width, used}, line.name, words);
            sheet.at.y += used + px(3);
        }
        links(desk, sheet, desk.now->facts[chain.back()], chain.back());
    }

    static void watch_buttons(Desk& desk, Sheet& sheet) {
        float x = sheet.at.x + px(8);
        sheet.at.y += px(4);
        for (const std::string_view id : {"view.watch", "view.break"}) {
            const Command& command = *command_named(id);
            if (!why_not(command, desk, {}).empty())
                continue;
            const bool on = command.checked(desk);
            const float w = ui::measure(Font::small, command.title).x + px(22);
            ui::ButtonStyle style;
            style.font = Font::small;
            style.on = on;
            style.tip = command.help;
            if (ui::button(id, {x, sheet.at.y, w, px(26)}, command.title, style))
                desk.ask(command);
            x += w + px(8);
        }
        sheet.at.y += px(32);
    }

    /// Messages are kept for a moment only; an older one is there again where it arrived.
    static void show_message(Desk& desk, const model::FactLine& line) {
        if (message_of(*desk.now, line.message) == nullptr) {
            desk.pace.play(false);
            desk.session->seek_event(line.event);
            desk.say("back at the event that this message brought; End leads to the live end");
        }
        desk.select(message_subject(line.message));
        desk.show("messages");
    }

    static void links(Desk& desk, Sheet& sheet, const model::FactLine& line, std::size_t index) {
        float x = sheet.at.x + px(8);
        float w = 0;
        sheet.at.y += px(2);
        if (line.message != 0) {
            if (ui::link("message", {x, sheet.at.y}, "causing message", &w))
                show_message(desk, line);
            x += w + px(14);
        }
        if (ui::link("fact", {x, sheet.at.y}, "in the event log", &w)) {
            desk.select(fact_subject(index));
            desk.show("facts");
        }
        x += w + px(14);
        const ui::Colours& c = ui::look().colours;
        std::string more = line.config;
        if (!line.kip.empty())
            more += (more.empty() ? "" : "   ") + line.kip;
        if (!more.empty()) {
            const float room = sheet.at.x + sheet.width - x - px(8);
            if (ui::measure(Font::small, more).x > room) {
                sheet.at.y += px(18);
                x = sheet.at.x + px(8);
            }
            ui::text_in(sheet.list, Font::small,
                        {x, sheet.at.y, sheet.at.x + sheet.width - x - px(8), px(16)},
                        c.control.text, more);
        }
        sheet.at.y += px(22);
    }

    float height_ = 0;
};

} // namespace

std::unique_ptr<View> make_inspector() {
    return std::make_unique<Inspector>();
}

} // namespace orrery::gui
