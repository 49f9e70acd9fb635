// The inspector's sheet: rows of a key and a value, one below the other.
#pragma once

#include "gui/frame/desk.hpp"
#include "gui/widgets/panels.hpp"

#include <string>
#include <string_view>

namespace orrery::gui {

struct Sheet {
    ImDrawList* list;
    ImVec2 at;
    float width;
    float key_width;
    bool striped = false;

    void row(std::string_view id, std::string_view key, const std::string& value, ui::Ink ink = {},
             bool changed = false, const std::string& before = {}) {
        ui::Pair pair;
        pair.key = key;
        pair.value = value;
        pair.before = before;
        pair.ink = ink;
        pair.changed = changed;
        striped = !striped;
        at.y += ui::pair(id, list, at, width, key_width, pair, striped);
    }
    void number(std::string_view id, std::string_view key, std::int64_t value) {
        row(id, key, std::to_string(value));
    }
};

// group_sheet.cpp
void group_rows(const Desk& desk, Sheet& sheet, const model::Group& group);
void member_rows(const Desk& desk, Sheet& sheet, const model::Group& group,
                 const model::GroupMember& member);
/// Below a partition's own rows: what each group that reads it has of it.
void readers_rows(const Desk& desk, Sheet& sheet, const model::Partition& partition);

} // namespace orrery::gui
