// The little JSON that Kafka keeps in a log directory (`quorum-state`, `.kafka_cleanshutdown`): one
// object, read strictly, its values as they stand.
#pragma once

#include "core/log/text_file.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::log {

/// A member of the object. Numbers, true, false, null, arrays and objects keep their text; strings
/// are unescaped.
struct JsonMember {
    std::string name;
    std::string value;
    bool is_string = false;
};

/// The members of the one object in the text. Errors: anything that is no JSON (RFC 8259), a member
/// that is there twice, something after the object.
FileResult<std::vector<JsonMember>> parse_json_object(std::string_view text);
const JsonMember* find_member(const std::vector<JsonMember>& members, std::string_view name);
/// The member as a whole number; error if it is missing or none.
FileResult<std::int64_t> number_member(const std::vector<JsonMember>& members,
                                       std::string_view name);

} // namespace orrery::log
