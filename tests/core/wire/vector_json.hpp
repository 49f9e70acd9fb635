// What the vector tests share: messages as Kafka's JSON, by way of describe().
#pragma once

#include "core/wire/describe.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace orrery::tests {

/// The bytes of lower-case hex; fails the test if it is none.
Bytes unhex(const std::string& hex);
/// As Kafka's JSON has bytes and records.
std::string base64(const Bytes& bytes);
/// "max_wait_ms" -> "maxWaitMs".
std::string camel_case(const std::string& name);
/// The tree as Kafka's JsonConverter would write it; unknown tagged fields are left out.
nlohmann::json to_json(const wire::FieldNode& node);
/// The bytes decoded into the message's struct and encoded again, in hex; "error: what" if either
/// fails. `left`, if given, gets the count of bytes not read.
std::string recoded(const std::string& name, std::int16_t version, const Chain& bytes,
                    std::size_t* left = nullptr);

} // namespace orrery::tests
