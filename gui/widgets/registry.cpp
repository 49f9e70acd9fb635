#include "gui/widgets/registry.hpp"

#include <algorithm>

namespace orrery::gui::ui {

namespace {

Registry* current = nullptr;

/// How many letters the two share at their ends plus the longest piece of one in the other: crude,
/// but it finds "map/broker 1" for "map/broker-1".
std::size_t likeness(std::string_view a, std::string_view b) {
    std::size_t head = 0;
    while (head < a.size() && head < b.size() && a[head] == b[head])
        ++head;
    std::size_t tail = 0;
    while (tail + head < a.size() && tail + head < b.size() &&
           a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
        ++tail;
    return 2 * (head + tail);
}

} // namespace

Registry* registry() {
    return current;
}

void set_registry(Registry* registry) {
    current = registry;
}

const Item* Registry::find(std::string_view path) const {
    for (auto item = items_.rbegin(); item != items_.rend(); ++item)
        if (item->path == path)
            return &*item;
    return nullptr;
}

std::vector<std::string> Registry::nearest(std::string_view path, std::size_t count) const {
    std::vector<std::pair<std::size_t, std::string>> ranked;
    for (const Item& item : items_)
        ranked.emplace_back(likeness(item.path, path), item.path);
    std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::vector<std::string> best;
    for (const auto& [score, name] : ranked)
        if (best.size() < count && (best.empty() || best.back() != name))
            best.push_back(name);
    return best;
}

std::string Registry::dump(std::string_view below) const {
    std::string out;
    for (const Item& item : items_) {
        if (item.path.compare(0, below.size(), below) != 0)
            continue;
        out += item.path;
        if (!item.label.empty())
            out += " \"" + item.label + '"';
        if (!item.value.empty())
            out += " = " + item.value;
        if (item.checked)
            out += " [on]";
        if (!item.enabled)
            out += " [off]";
        out += '\n';
    }
    return out;
}

void note(std::string_view id, const Rect& rect, std::string_view label, std::string_view value,
          bool enabled, bool checked) {
    if (current == nullptr)
        return;
    current->add({current->scope_ + std::string(id), std::string(label), std::string(value), rect,
                  enabled, checked});
}

Scope::Scope(std::string_view name) {
    if (current == nullptr)
        return;
    before_ = current->scope_.size();
    current->scope_ += name;
    current->scope_ += '/';
}

Scope::~Scope() {
    if (current != nullptr)
        current->scope_.resize(before_);
}

} // namespace orrery::gui::ui
