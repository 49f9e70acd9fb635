#include "core/wire/generator/parse.hpp"

#include "core/wire/generator/check.hpp"
#include "core/wire/generator/lines.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace orrery::wire_generator {

namespace {

const std::set<std::string> primitives = {"bool",  "int8",   "int16", "uint16",
                                          "int32", "uint32", "int64", "float64",
                                          "uuid",  "string", "bytes", "records"};
const std::set<std::string> message_kinds = {
    "request",   "response",    "header",    "data",        "metadata_record", "remote_log_record",
    "group_key", "group_value", "share_key", "share_value", "transaction_key", "transaction_value"};

/// The words of one line, taken one after the other.
class Words {
public:
    Words(const std::string& file, const Line& line) : file_(file), line_(line) {}
    bool any() const { return next_ < line_.words.size(); }
    std::string take(const char* what) {
        if (!any())
            fail(std::string("lacks ") + what);
        return line_.words[next_++];
    }
    bool take_if(const std::string& word) {
        if (!any() || line_.words[next_] != word)
            return false;
        ++next_;
        return true;
    }
    int number(const char* what) {
        const std::string word = take(what);
        const bool digits = std::all_of(word.begin(), word.end(),
                                        [](unsigned char c) { return std::isdigit(c) != 0; });
        if (word.empty() || word.size() > 9 || !digits)
            fail("'" + word + "' is no number");
        return std::stoi(word);
    }
    bool range_follows() const {
        return any() && std::isdigit(static_cast<unsigned char>(line_.words[next_][0])) != 0;
    }
    /// "3", "0-4", "2+" or "none".
    Range range() {
        const std::string word = take("versions");
        if (word == "none")
            return {};
        Range range;
        std::size_t used = 0;
        try {
            range.low = range.high = std::stoi(word, &used);
            if (word.substr(used) == "+")
                range.high = Range::open;
            else if (word.size() > used + 1 && word[used] == '-')
                range.high = std::stoi(word.substr(used + 1));
            else if (used != word.size())
                used = 0;
        } catch (const std::exception&) {
            used = 0;
        }
        if (used == 0 || range.empty())
            fail("'" + word + "' is no range of versions; write 3, 0-4, 2+ or none");
        return range;
    }
    [[noreturn]] void fail(const std::string& what) const {
        throw SchemaError{file_, line_.number, what};
    }
    void finish() const {
        if (any())
            fail("what is '" + line_.words[next_] + "'?");
    }

private:
    const std::string& file_;
    const Line& line_;
    std::size_t next_ = 0;
};

class Parser {
public:
    Parser(std::string path, std::vector<Line> lines)
        : path_(std::move(path)), lines_(std::move(lines)) {}

    SchemaFile parse() {
        SchemaFile file;
        file.path = path_;
        const auto slash = path_.find_last_of('/') + 1;
        file.stem = path_.substr(slash, path_.find_last_of('.') - slash);
        while (at_ < lines_.size()) {
            const Line& line = lines_[at_];
            Words words(path_, line);
            if (line.depth != 0)
                words.fail("a field outside of a message");
            if (line.words[0] == "api") {
                file.api = api(words);
                ++at_;
            } else {
                file.messages.push_back(message(words, file.api));
            }
        }
        return file;
    }

private:
    static Api api(Words& words) {
        Api api;
        words.take("api");
        api.name = words.take("a name");
        while (words.any()) {
            if (words.take_if("key"))
                api.key = words.number("a key");
            else if (words.take_if("listeners")) {
                const std::string names = words.take("names") + ",";
                api.broker_listener = names.find("broker,") != std::string::npos;
                api.controller_listener = names.find("controller,") != std::string::npos;
            } else if (words.take_if("advertised"))
                api.advertised = words.range();
            else if (words.take_if("cluster_action"))
                api.cluster_action = true;
            else if (words.take_if("forwardable"))
                api.forwardable = true;
            else if (words.take_if("removed"))
                api.removed = true;
            else
                words.finish();
        }
        return api;
    }

    Message message(Words& words, const std::optional<Api>& api) {
        message_ = {};
        found_.clear();
        message_.file = path_;
        message_.kind = words.take("a kind");
        if (message_kinds.count(message_.kind) == 0)
            words.fail("no kind of message is called '" + message_.kind + "'");
        message_.name = words.take("a name");
        if (message_.kind == "request" || message_.kind == "response") {
            if (!api)
                words.fail("a request or response without an api line before it");
            message_.key = api->key;
        }
        bool versions = false;
        while (words.any()) {
            if (words.take_if("key"))
                message_.key = words.number("a key");
            else if (words.take_if("versions")) {
                message_.versions = words.range();
                versions = true;
            } else if (words.take_if("flexible"))
                message_.flexible = words.range();
            else if (words.take_if("latest_version_unstable"))
                message_.latest_unstable = true;
            else
                words.finish();
        }
        Struct body{message_.name, {}, message_.versions, lines_[at_].number};
        ++at_;
        body.fields = fields(1);
        if (!versions)
            words.fail(message_.name + " does not say its versions");
        order(body);
        for (const Struct& each : found_)
            if (std::none_of(message_.structs.begin(), message_.structs.end(),
                             [&](const Struct& used) { return used.name == each.name; }))
                throw SchemaError{path_, each.line, "nothing uses the struct " + each.name};
        check_message(message_);
        return message_;
    }

    /// The fields at this depth; structs found on the way go to found_.
    std::vector<Field> fields(int depth) {
        std::vector<Field> made;
        while (at_ < lines_.size() && lines_[at_].depth >= depth) {
            const Line& line = lines_[at_];
            Words words(path_, line);
            if (line.depth > depth)
                words.fail("indented deeper than anything it could belong to");
            ++at_;
            if (line.words[0] == "struct") {
                words.take("struct");
                const std::string name = words.take("a name");
                words.range();
                words.finish();
                add_struct(words, {name, fields(depth + 1), {}, line.number});
                continue;
            }
            made.push_back(field(words, line.number));
            if (at_ < lines_.size() && lines_[at_].depth > depth) {
                if (!made.back().structure)
                    words.fail("fields under something that is no struct");
                add_struct(words, {made.back().type, fields(depth + 1), {}, line.number});
            }
        }
        return made;
    }

    void add_struct(const Words& words, Struct made) {
        for (const Struct& other : found_)
            if (other.name == made.name)
                words.fail("a second struct " + made.name);
        found_.push_back(std::move(made));
    }

    Field field(Words& words, int line) const {
        Field field;
        field.line = line;
        field.name = words.take("a name");
        field.type = words.take("a type");
        if (field.type.rfind("[]", 0) == 0) {
            field.array = true;
            field.type.erase(0, 2);
        }
        field.structure = std::isupper(static_cast<unsigned char>(field.type[0])) != 0;
        if (!field.structure && primitives.count(field.type) == 0)
            words.fail("no type is called '" + field.type + "'");
        field.versions = words.range();
        while (words.any()) {
            if (words.take_if("tag"))
                field.tag = words.number("a tag's number");
            else if (words.take_if("nullable"))
                field.nullable = words.range_follows() ? words.range() : field.versions;
            else if (words.take_if("default"))
                field.default_text = words.take("a default");
            else if (words.take_if("ignorable"))
                field.ignorable = true;
            else if (words.take_if("never_flexible"))
                field.never_flexible = true;
            else if (words.take_if("entity"))
                words.take("the kind of entity"); // for the reader of the schema
            else if (!words.take_if("map_key") && !words.take_if("zero_copy"))
                words.finish();
        }
        if (field.default_text == "null" && !field.optional())
            words.fail("null as the default of a field that is never null");
        return field;
    }

    /// Puts the struct into the message after all that it uses, with the versions it is used in.
    void order(const Struct& top) {
        std::vector<std::string> ordered;
        std::vector<std::string> open;
        place(top, top.context, ordered, open);
        for (const std::string& name : ordered)
            for (const Struct& made : found_)
                if (made.name == name)
                    message_.structs.push_back(made);
        message_.structs.push_back(top);
    }

    /// `open`: the structs on the way from the message's body to the user.
    void place(const Struct& user, Range context, std::vector<std::string>& ordered,
               std::vector<std::string>& open) {
        for (const Field& field : user.fields) {
            if (!field.structure)
                continue;
            const auto used = std::find_if(found_.begin(), found_.end(), [&](const Struct& each) {
                return each.name == field.type;
            });
            if (used == found_.end())
                throw SchemaError{path_, field.line, "no struct is called " + field.type};
            const Range inside = intersection(context, field.versions);
            used->context = hull(used->context, inside);
            if (std::find(open.begin(), open.end(), field.type) != open.end())
                throw SchemaError{path_, field.line, field.type + " would hold itself"};
            open.push_back(field.type);
            place(*used, inside, ordered, open);
            open.pop_back();
            if (std::find(ordered.begin(), ordered.end(), field.type) == ordered.end())
                ordered.push_back(field.type);
        }
    }

    std::string path_;
    std::vector<Line> lines_;
    std::size_t at_ = 0;
    Message message_;
    std::vector<Struct> found_;
};

} // namespace

const Struct& Message::find(const std::string& struct_name) const {
    for (const Struct& each : structs)
        if (each.name == struct_name)
            return each;
    throw SchemaError{file, 0, "no struct is called " + struct_name};
}

std::string snake_case(const std::string& name) {
    const auto upper = [&](std::size_t i) {
        return i < name.size() && std::isupper(static_cast<unsigned char>(name[i])) != 0;
    };
    std::string made;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool begins_word =
            upper(i) && i > 0 && (!upper(i - 1) || (i + 1 < name.size() && !upper(i + 1)));
        if (begins_word)
            made += '_';
        made += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
    }
    return made;
}

SchemaFile parse_schema(const std::string& folder, const std::string& path) {
    return Parser(path, read_lines(folder + "/" + path, path)).parse();
}

std::vector<ErrorRow> parse_errors(const std::string& path) {
    std::vector<ErrorRow> rows;
    for (const Line& line : read_lines(path, path)) {
        Words words(path, line);
        ErrorRow row;
        const bool negative = words.take_if("-1");
        row.code = negative ? -1 : words.number("a code");
        row.name = words.take("a name");
        row.retriable = words.take_if("retriable");
        row.invalid_metadata = words.take_if("invalid_metadata");
        words.finish();
        rows.push_back(row);
    }
    return rows;
}

} // namespace orrery::wire_generator
