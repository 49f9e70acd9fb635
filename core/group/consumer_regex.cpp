#include "core/group/consumer_regex.hpp"

#include <re2/re2.h>

#include <cstddef>
#include <memory>
#include <utility>

namespace orrery::group {

namespace {

/// Finds its way through an expression: what is quoted or in brackets has no groups.
class RegexReader {
public:
    explicit RegexReader(std::string_view regex) : rest_(regex) {}

    /// The expression as any RE2 takes it. RE2/J knows "(?<name>", RE2 before 2023 only
    /// "(?P<name>".
    std::string translate() {
        std::string text;
        while (!rest_.empty())
            text += next();
        return text;
    }
    /// RE2 would match a byte by "\C", RE2/J has no bytes.
    bool has_bytes() const { return has_bytes_; }

private:
    std::string next() {
        if (rest_.starts_with("\\Q"))
            return take(rest_.find("\\E") == std::string_view::npos ? rest_.size()
                                                                    : rest_.find("\\E") + 2);
        if (rest_.starts_with("\\C"))
            has_bytes_ = true;
        if (rest_[0] == '\\')
            return take(2);
        if (rest_[0] == '[')
            return brackets();
        if (rest_.starts_with("(?<") && !rest_.starts_with("(?<=") && !rest_.starts_with("(?<!")) {
            take(3);
            return "(?P<";
        }
        return take(1);
    }
    /// "[...]", where a ']' that comes first is a letter.
    std::string brackets() {
        std::string text = take(rest_.starts_with("[^") ? 2 : 1);
        if (rest_.starts_with("]"))
            text += take(1);
        while (!rest_.empty() && rest_[0] != ']') {
            if (rest_.starts_with("\\C"))
                has_bytes_ = true;
            const std::size_t end =
                rest_.starts_with("[:") ? rest_.find(":]") : std::string_view::npos;
            text += take(end != std::string_view::npos ? end + 2 : rest_[0] == '\\' ? 2 : 1);
        }
        return text + take(1);
    }
    std::string take(std::size_t size) {
        const std::string text(rest_.substr(0, size));
        rest_.remove_prefix(text.size());
        return text;
    }

    std::string_view rest_;
    bool has_bytes_ = false;
};

std::string regex_description(const re2::RE2& compiled) {
    switch (compiled.error_code()) {
    case re2::RE2::ErrorBadEscape: return "invalid escape sequence";
    case re2::RE2::ErrorBadCharClass:
    case re2::RE2::ErrorBadCharRange: return "invalid character class range";
    case re2::RE2::ErrorMissingBracket: return "missing closing ]";
    case re2::RE2::ErrorMissingParen: return "missing closing )";
    case re2::RE2::ErrorTrailingBackslash: return "trailing backslash at end of expression";
    case re2::RE2::ErrorRepeatArgument: return "missing argument to repetition operator";
    case re2::RE2::ErrorRepeatSize: return "invalid repeat count";
    case re2::RE2::ErrorRepeatOp: return "invalid nested repetition operator";
    case re2::RE2::ErrorBadPerlOp: return "invalid or unsupported Perl syntax";
    case re2::RE2::ErrorBadUTF8: return "invalid UTF-8";
    case re2::RE2::ErrorBadNamedCapture: return "invalid named capture";
    case re2::RE2::ErrorPatternTooLarge: return "expression is too large";
    default: return "regexp/syntax: internal error";
    }
}

/// The expression, ready to match; or what is wrong with it.
std::pair<std::unique_ptr<re2::RE2>, std::optional<std::string>> compile(std::string_view regex) {
    RegexReader reader(regex);
    const std::string text = reader.translate();
    re2::RE2::Options options;
    options.set_log_errors(false);
    auto compiled = std::make_unique<re2::RE2>(text, options);
    if (!compiled->ok())
        return {nullptr, regex_description(*compiled)};
    if (reader.has_bytes())
        return {nullptr, "invalid escape sequence"};
    return {std::move(compiled), std::nullopt};
}

} // namespace

std::optional<std::string> regex_error(std::string_view regex) {
    return compile(regex).second;
}

std::vector<std::vector<std::string>> topics_matching(const std::vector<std::string>& regexes,
                                                      const metadata::Image& image) {
    std::vector<std::vector<std::string>> found(regexes.size());
    for (std::size_t i = 0; i < regexes.size(); ++i) {
        const auto compiled = compile(regexes[i]).first;
        if (!compiled)
            continue;
        for (const auto& [name, id] : image.topic_names())
            if (re2::RE2::FullMatch(name, *compiled))
                found[i].push_back(name);
    }
    return found;
}

} // namespace orrery::group
