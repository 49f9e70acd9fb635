// What the schema files say, as values: messages, their structs and fields, and the facts of APIs.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace orrery::wire_generator {

/// Versions [low, high]; `high` is `open` for "3+". Empty when high < low.
struct Range {
    static constexpr int open = 32767;
    int low = 0;
    int high = -1;
    bool empty() const { return high < low; }
    bool has(int version) const { return low <= version && version <= high; }
    bool covers(Range other) const {
        return other.empty() || (low <= other.low && other.high <= high);
    }
    bool operator==(const Range&) const = default;
};

inline Range intersection(Range a, Range b) {
    return {a.low > b.low ? a.low : b.low, a.high < b.high ? a.high : b.high};
}

/// The smallest range that has both.
inline Range hull(Range a, Range b) {
    if (a.empty() || b.empty())
        return a.empty() ? b : a;
    return {a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high};
}

struct Field {
    std::string name; ///< snake_case
    std::string type; ///< "int32", or a struct's name; without the "[]" of an array
    bool array = false;
    bool structure = false;
    Range versions;
    Range nullable;
    int tag = -1; ///< -1: not a tagged field
    std::string default_text;
    bool ignorable = false;
    bool never_flexible = false;
    int line = 0;

    /// Held in a std::optional.
    bool optional() const { return !nullable.empty(); }
};

struct Struct {
    std::string name;
    std::vector<Field> fields;
    Range context; ///< the versions in which anything of this kind is read or written
    int line = 0;
};

struct Message {
    std::string kind; ///< "request", "metadata_record", "group_key": a MessageKind
    std::string name;
    int key = -1; ///< API key or record type; -1: none
    Range versions;
    Range flexible;
    bool latest_unstable = false;
    std::string file; ///< the schema file, relative to the schema folder
    /// The body last; before it every struct that it uses, each after those it uses itself.
    std::vector<Struct> structs;

    const Struct& body() const { return structs.back(); }
    const Struct& find(const std::string& struct_name) const;
};

struct Api {
    std::string name;
    int key = -1;
    bool removed = false;
    bool broker_listener = false;
    bool controller_listener = false;
    bool cluster_action = false;
    bool forwardable = false;
    std::optional<Range> advertised; ///< what ApiVersions reports, where it differs
};

struct SchemaFile {
    std::string path; ///< relative to the schema folder, "api/fetch.schema"
    std::string stem; ///< "fetch"
    std::optional<Api> api;
    std::vector<Message> messages;
};

/// One row of errors.table.
struct ErrorRow {
    std::string name; ///< Kafka's, in snake_case
    int code = 0;
    bool retriable = false;
    bool invalid_metadata = false;
};

/// "FetchRequest" -> "fetch_request".
std::string snake_case(const std::string& name);

} // namespace orrery::wire_generator
