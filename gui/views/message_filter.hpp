// The filter of the list of messages: terms that must all hold, "api=Fetch dst=2 err!=0 orders".
// Keys: api, src, dst, err, topic; `=` and `!=`; a bare word is looked for everywhere.
#pragma once

#include "gui/model/snapshot.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace orrery::gui {

class MessageFilter {
public:
    /// False when a term has a key that does not exist; then what() says which.
    bool parse(std::string_view text);
    const std::string& what() const { return what_; }
    bool passes(const model::Message& message) const;

private:
    struct Term {
        std::string key; ///< empty: a bare word
        std::string value;
        bool equal = true;
    };
    std::vector<Term> terms_;
    std::string what_;
};

} // namespace orrery::gui
