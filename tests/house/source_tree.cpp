#include "tests/house/source_tree.hpp"

#include "tests/support/vectors.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace orrery::house {

namespace {

bool identifier_part(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Copies a file's text with comments, strings and characters replaced by spaces, line for line.
class Blanker {
public:
    explicit Blanker(std::string text) : text_(std::move(text)) {}

    std::string blank() {
        while (at_ < text_.size()) {
            if (starts("//"))
                skip_to("\n", 0);
            else if (starts("/*"))
                skip_to("*/", 2);
            else if (starts("R\"") && !identifier_before())
                skip_raw_string();
            else if (text_[at_] == '"')
                skip_literal('"');
            else if (text_[at_] == '\'' && !identifier_before())
                skip_literal('\'');
            else
                ++at_;
        }
        return std::move(text_);
    }

private:
    bool starts(std::string_view with) const { return text_.compare(at_, with.size(), with) == 0; }
    bool identifier_before() const { return at_ > 0 && identifier_part(text_[at_ - 1]); }
    void wipe(std::size_t end) {
        for (; at_ < std::min(end, text_.size()); ++at_)
            if (text_[at_] != '\n')
                text_[at_] = ' ';
    }
    void skip_to(std::string_view end, std::size_t beyond) {
        const auto found = text_.find(end, at_ + beyond);
        wipe(found == std::string::npos ? text_.size() : found + beyond);
    }
    void skip_raw_string() {
        const auto open = text_.find('(', at_);
        const std::string close = ")" + text_.substr(at_ + 2, open - at_ - 2) + "\"";
        const auto found = text_.find(close, open);
        wipe(found == std::string::npos ? text_.size() : found + close.size());
    }
    void skip_literal(char quote) {
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote && text_[end] != '\n')
            end += text_[end] == '\\' ? 2U : 1U;
        wipe(end + 1);
    }

    std::string text_;
    std::size_t at_ = 0;
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t from = 0;
    while (from < text.size()) {
        const auto end = std::min(text.find('\n', from), text.size());
        lines.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return lines;
}

/// What stands before a '{', back to the last statement's end, decides what the brace opens.
bool opens_function(std::string_view before) {
    const auto first = before.find_first_not_of(" \n\t");
    if (first == std::string_view::npos)
        return false;
    before.remove_prefix(first);
    for (const std::string_view other : {"namespace", "enum", "if", "for", "while", "switch", "do",
                                         "else", "case", "return", "class", "struct", "union"}) {
        if (!before.starts_with(other))
            continue;
        if (before.size() == other.size() || !identifier_part(before[other.size()]))
            return false;
    }
    const auto parenthesis = before.find('(');
    return parenthesis != std::string_view::npos && before.find(" = ") > parenthesis;
}

} // namespace

std::vector<SourceFile> source_files(const std::vector<std::string>& folders) {
    std::vector<SourceFile> files;
    const std::filesystem::path root = tests::source_dir();
    for (const std::string& folder : folders) {
        if (!std::filesystem::exists(root / folder))
            continue;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
            const auto extension = entry.path().extension();
            if (extension != ".hpp" && extension != ".cpp")
                continue;
            const std::string text = tests::read_file(entry.path().string());
            files.push_back({std::filesystem::relative(entry.path(), root).generic_string(),
                             lines_of(text), lines_of(Blanker(text).blank())});
        }
    }
    std::sort(files.begin(), files.end(),
              [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
    return files;
}

std::vector<FunctionPlace> functions_of(const SourceFile& file) {
    std::vector<FunctionPlace> found;
    std::string before;             // code since the last ';', '{' or '}'
    std::size_t before_line = 1;    // where it began
    std::vector<std::size_t> opens; // first line of the function, or 0 for any other brace
    bool inside = false;            // a function's body: nested braces are its own
    for (std::size_t n = 0; n < file.code.size(); ++n) {
        if (file.code[n].starts_with('#'))
            continue;
        for (const char c : file.code[n] + "\n") {
            if (c == '{') {
                const bool function = !inside && opens_function(before);
                opens.push_back(function ? before_line : 0);
                inside = inside || function;
            } else if (c == '}' && !opens.empty()) {
                if (opens.back() != 0) {
                    found.push_back({opens.back(), n + 1});
                    inside = false;
                }
                opens.pop_back();
            }
            if (c == '{' || c == '}' || c == ';') {
                before.clear();
            } else {
                if (before.find_first_not_of(" \n") == std::string::npos)
                    before_line = n + 1;
                before += c;
            }
        }
    }
    return found;
}

bool has_word(std::string_view line, std::string_view word) {
    for (auto at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
        const bool before =
            at > 0 && identifier_part(line[at - 1]) && identifier_part(word.front());
        const auto end = at + word.size();
        const bool after =
            end < line.size() && identifier_part(line[end]) && identifier_part(word.back());
        if (!before && !after)
            return true;
    }
    return false;
}

} // namespace orrery::house
