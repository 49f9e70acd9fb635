#include "core/log/json.hpp"

namespace orrery::log {

namespace {

constexpr int deepest = 32;

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    FileResult<std::vector<JsonMember>> object_alone() {
        std::vector<JsonMember> members;
        if (!object(&members, 0))
            return error();
        blanks();
        if (at_ != text_.size()) {
            what_ = "something follows the object";
            return error();
        }
        return members;
    }

private:
    FileResult<std::vector<JsonMember>> error() const {
        return failure(FileError{"byte " + std::to_string(at_) + ": " + std::string(what_)});
    }
    bool fail(std::string_view what) {
        what_ = what;
        return false;
    }
    void blanks() {
        while (at_ < text_.size() &&
               std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
            ++at_;
    }
    bool take(char c) {
        blanks();
        if (at_ == text_.size() || text_[at_] != c)
            return false;
        ++at_;
        return true;
    }

    /// An object; its members go to `out` if it is not null.
    bool object(std::vector<JsonMember>* out, int depth) {
        if (!take('{'))
            return fail("'{' expected");
        if (take('}'))
            return true;
        do {
            JsonMember member;
            blanks();
            if (!string(member.name))
                return false;
            if (!take(':'))
                return fail("':' expected");
            if (!value(member, depth))
                return false;
            if (out != nullptr && find_member(*out, member.name) != nullptr)
                return fail("a member is there twice");
            if (out != nullptr)
                out->push_back(std::move(member));
        } while (take(','));
        return take('}') || fail("',' or '}' expected");
    }
    bool array(int depth) {
        ++at_;
        if (take(']'))
            return true;
        JsonMember ignored;
        do {
            if (!value(ignored, depth))
                return false;
        } while (take(','));
        return take(']') || fail("',' or ']' expected");
    }
    bool value(JsonMember& out, int depth) {
        blanks();
        if (depth == deepest)
            return fail("nested too deep");
        const std::size_t begin = at_;
        const char first = at_ < text_.size() ? text_[at_] : '\0';
        out.is_string = first == '"';
        if (out.is_string)
            return string(out.value);
        bool ok = false;
        if (first == '{')
            ok = object(nullptr, depth + 1);
        else if (first == '[')
            ok = array(depth + 1);
        else
            ok = word() || number();
        out.value = std::string(text_.substr(begin, at_ - begin));
        return ok;
    }
    bool word() {
        for (const std::string_view known : {"true", "false", "null"}) {
            if (text_.substr(at_, known.size()) == known) {
                at_ += known.size();
                return true;
            }
        }
        return false;
    }
    bool digits() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9')
            ++at_;
        return at_ != begin;
    }
    bool number() {
        if (at_ < text_.size() && text_[at_] == '-')
            ++at_;
        const std::size_t begin = at_;
        if (!digits())
            return fail("a value expected");
        if (text_[begin] == '0' && at_ - begin > 1)
            return fail("a number begins with 0");
        if (at_ < text_.size() && text_[at_] == '.') {
            ++at_;
            if (!digits())
                return fail("digits expected");
        }
        if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
            ++at_;
            if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-'))
                ++at_;
            if (!digits())
                return fail("digits expected");
        }
        return true;
    }
    bool string(std::string& out) {
        if (at_ == text_.size() || text_[at_] != '"')
            return fail("a string expected");
        for (++at_; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                return true;
            }
            if (static_cast<unsigned char>(c) < 0x20)
                return fail("a control character in a string");
            if (c == '\\') {
                if (!escape(out))
                    return false;
            } else {
                out += c;
            }
        }
        return fail("a string does not end");
    }
    /// At a backslash; leaves at_ on the escape's last character. Only what can stand in an id or a
    /// number is needed, so \u is refused beyond ASCII.
    bool escape(std::string& out) {
        ++at_;
        constexpr std::string_view names = "\"\\/bfnrt";
        constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
        const char c = at_ < text_.size() ? text_[at_] : '\0';
        if (const auto i = names.find(c); i != std::string_view::npos) {
            out += meant[i];
            return true;
        }
        unsigned code = 0;
        const std::string_view hex = text_.substr(at_ + 1 < text_.size() ? at_ + 1 : at_, 4);
        const auto [end, bad] = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
        if (c != 'u' || hex.size() != 4 || bad != std::errc{} || end != hex.data() + 4 ||
            code > 127)
            return fail("an unknown escape");
        out += static_cast<char>(code);
        at_ += 4;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string_view what_;
};

} // namespace

FileResult<std::vector<JsonMember>> parse_json_object(std::string_view text) {
    return Parser(text).object_alone();
}

const JsonMember* find_member(const std::vector<JsonMember>& members, std::string_view name) {
    for (const JsonMember& member : members)
        if (member.name == name)
            return &member;
    return nullptr;
}

FileResult<std::int64_t> number_member(const std::vector<JsonMember>& members,
                                       std::string_view name) {
    const JsonMember* member = find_member(members, name);
    if (member == nullptr)
        return failure(FileError{"no " + std::string(name)});
    const auto number = parse_number<std::int64_t>(member->value);
    if (!number || member->is_string)
        return failure(FileError{std::string(name) + " is no whole number"});
    return *number;
}

} // namespace orrery::log
