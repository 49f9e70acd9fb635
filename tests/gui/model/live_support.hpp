// A live session for tests: the default lesson's cluster, with or without what its timeline does.
#pragma once

#include "gui/model/live_session.hpp"
#include "tests/support/vectors.hpp"

#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>

namespace orrery::tests {

inline std::string lesson_file() {
    return source_dir() + "/scenarios/lessons/kill-the-leader.json";
}

/// Throws what is wrong with the scenario.
inline std::unique_ptr<gui::model::LiveSession> live(bool hands_on) {
    gui::model::LiveOptions options;
    options.file = lesson_file();
    options.hands_on = hands_on;
    auto made = gui::model::LiveSession::make(options);
    if (!made)
        throw std::runtime_error(made.error().front().where + ": " + made.error().front().what);
    return std::move(*made);
}

inline Instant at_s(std::int64_t count) {
    return Instant{} + seconds(count);
}

} // namespace orrery::tests
