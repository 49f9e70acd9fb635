#include "core/wire/schema.hpp"

#include "core/wire/any_message.hpp"

#include <algorithm>

namespace orrery::wire {

const MessageSchema* find_message(std::string_view name) {
    const auto all = all_messages();
    const auto found =
        std::lower_bound(all.begin(), all.end(), name,
                         [](const MessageSchema& a, std::string_view b) { return a.name < b; });
    return found != all.end() && found->name == name ? &*found : nullptr;
}

const MessageSchema* find_message(MessageKind kind, std::int16_t key) {
    for (const MessageSchema& each : all_messages())
        if (each.kind == kind && each.key == key)
            return &each;
    return nullptr;
}

Result<void> MessageSchema::recode(Reader& in, Writer& out, std::int16_t version) const {
    AnyMessage message(*this);
    if (auto made = message.decode(in, version); !made)
        return made;
    return message.encode(out, version);
}

std::string type_text(const FieldSchema& field) {
    constexpr std::string_view names[] = {"bool",  "int8",   "int16", "uint16",
                                          "int32", "uint32", "int64", "float64",
                                          "uuid",  "string", "bytes", "records"};
    const std::string_view name = field.kind == Kind::structure
                                      ? field.structure->name
                                      : names[static_cast<std::size_t>(field.kind)];
    return (field.array ? "[]" : "") + std::string(name);
}

} // namespace orrery::wire
