// How facts are told as lines of the event log: in which tone, and what to read about them.
#pragma once

#include "core/base/fact.hpp"
#include "gui/model/story.hpp"

#include <string_view>

namespace orrery::gui::model {

struct Telling {
    Tone tone = Tone::plain;
    std::string_view config{}; ///< that decided it; may be empty
    std::string_view kip{};    ///< "KIP-101"; may be empty
    bool counted_only = false; ///< comes with every record, or with every heartbeat: no line
};

Telling telling_of(const Note& note);

} // namespace orrery::gui::model
