#include "gui/views/message_filter.hpp"

#include <algorithm>

namespace orrery::gui {

namespace {

constexpr std::string_view keys[] = {"api", "src", "dst", "err", "topic"};

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

} // namespace

bool MessageFilter::parse(std::string_view text) {
    terms_.clear();
    what_.clear();
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const std::string word(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.empty())
            continue;
        const auto sign = word.find('=');
        if (sign == std::string::npos) {
            terms_.push_back({"", lower(word), true});
            continue;
        }
        const bool unequal = sign > 0 && word[sign - 1] == '!';
        Term term{word.substr(0, unequal ? sign - 1 : sign), lower(word.substr(sign + 1)),
                  !unequal};
        if (std::find(std::begin(keys), std::end(keys), term.key) == std::end(keys)) {
            what_ = "no key \"" + term.key + "\": api, src, dst, err, topic";
            terms_.clear();
            return false;
        }
        terms_.push_back(std::move(term));
    }
    return true;
}

bool MessageFilter::passes(const model::Message& message) const {
    for (const Term& term : terms_) {
        bool same = false;
        if (term.key.empty())
            same = lower(message.api + " " + message.text + " " + message.error).find(term.value) !=
                   std::string::npos;
        else if (term.key == "api")
            same = lower(message.api) == term.value;
        else if (term.key == "src")
            same = std::to_string(message.from) == term.value;
        else if (term.key == "dst")
            same = std::to_string(message.to) == term.value;
        else if (term.key == "topic")
            same = lower(message.text).find(term.value) != std::string::npos;
        else // err=0 is Kafka's code of no error
            same = message.error.empty() ? term.value == "0" || term.value == "none"
                                         : lower(message.error) == term.value;
        if (same != term.equal)
            return false;
    }
    return true;
}

} // namespace orrery::gui
