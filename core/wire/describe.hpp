// describe: any message's bytes as a tree of named fields with the bytes that each came from. The
// message inspector shows it; tests hold it against Kafka's own JSON. It walks the schema tables
// with a Reader, so what it knows of a field is what decode and encode were generated from, and
// bytes that break off in the middle still show all that could be read. A quarter of a million
// fields are shown at most; then reading stops with an error.
#pragma once

#include "core/wire/reader.hpp"
#include "core/wire/schema.hpp"

#include <optional>
#include <string>
#include <vector>

namespace orrery::wire {

enum class Shape : std::uint8_t { scalar, null, array, structure };

struct FieldNode {
    std::string name; ///< as in C++; "[2]" for an array's element, "tag 9" for an unknown tag
    std::string type; ///< "int32", "[]FetchTopic"
    Shape shape = Shape::scalar;
    std::string text;      ///< of a scalar; bytes in hex
    std::size_t begin = 0; ///< the bytes [begin, end) of the input, with length and tag
    std::size_t end = 0;
    std::vector<FieldNode> children;
    bool operator==(const FieldNode&) const = default;
    ORRERY_FIELDS(name, type, shape, text, begin, end, children)
};

struct Description {
    FieldNode root;
    std::optional<ParseError> error; ///< where reading stopped, if it did
};

/// A message of that version, from where the reader is. Unknown versions give an error and no tree.
Description describe(const MessageSchema& message, std::int16_t version, Reader& in);

/// A whole request frame, header and body as the root's two children. Api key and version are read
/// from the header.
Description describe_request(const Chain& frame);
/// A whole response frame to a request of that API and version.
Description describe_response(std::int16_t api_key, std::int16_t version, const Chain& frame);

} // namespace orrery::wire
