#include "gui/frame/desk.hpp"

#include "gui/frame/command.hpp"
#include "gui/widgets/ruler.hpp"

namespace orrery::gui {

Desk::Desk(model::Session& run) : session(&run) {
    tabs = {"lessons", "map", "strips", "inspector", "facts", "timeline"};
}

void Desk::ask(std::string_view command, Subject subject) {
    const Command* found = command_named(command);
    expect(found != nullptr, "a command that is in the table");
    ask(*found, std::move(subject));
}

void Desk::ask(const Command& command, Subject subject) {
    asked.push_back({&command, std::move(subject)});
}

void Desk::open_menu(Subject subject) {
    overlays.menu = true;
    overlays.menu_subject = subject;
    select(std::move(subject));
}

void Desk::say(std::string text, bool fault) {
    toast = {std::move(text), fault, 4.0};
}

View* Desk::view(std::string_view id) const {
    for (const auto& view : views)
        if (view->id() == id)
            return view.get();
    return nullptr;
}

std::vector<View*> Desk::views_of(Dock dock) const {
    const bool moved = layout.right_hidden(width);
    std::vector<View*> found;
    for (const auto& view : views) {
        Dock home = view->dock();
        if (moved && (home == Dock::right_top || home == Dock::right_bottom))
            home = Dock::centre_bottom;
        if (home == dock)
            found.push_back(view.get());
    }
    return found;
}

void Desk::show(std::string_view id) {
    const View* wanted = view(id);
    expect(wanted != nullptr, "a view that is on the desk");
    tabs[static_cast<std::size_t>(wanted->dock())] = id;
    const bool on_right = wanted->dock() == Dock::right_top || wanted->dock() == Dock::right_bottom;
    if (on_right && layout.right_hidden(width))
        tabs[static_cast<std::size_t>(Dock::centre_bottom)] = id;
}

std::string Desk::time(Instant at) const {
    return settings.relative_time ? ui::relative_text(at, now->now) : ui::time_text(at);
}

model::Focus Desk::focus_wanted() const {
    model::Focus wanted;
    const Subject& subject = selection.subject();
    if (now)
        if (const model::Partition* chosen = selection.partition(*now)) {
            wanted.topic = chosen->topic;
            wanted.partition = chosen->index;
        }
    if (subject.kind == Kind::message)
        wanted.message = subject.id;
    wanted.metadata_log = tabs[static_cast<std::size_t>(Dock::centre_top)] == "quorum";
    return wanted;
}

} // namespace orrery::gui
