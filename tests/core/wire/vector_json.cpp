#include "tests/core/wire/vector_json.hpp"

#include "core/wire/writer.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

namespace orrery::tests {

std::string base64(const Bytes& bytes) {
    static constexpr char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string made;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t three = 0;
        for (std::size_t j = 0; j < 3; ++j)
            three = three << 8U |
                    (i + j < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            made += i + j > bytes.size() ? '=' : digits[three >> (18U - 6U * j) & 63U];
    }
    return made;
}

Bytes unhex(const std::string& hex) {
    Bytes bytes;
    REQUIRE(from_hex(hex, bytes));
    return bytes;
}

std::string camel_case(const std::string& name) {
    std::string made;
    for (std::size_t i = 0; i < name.size(); ++i)
        if (name[i] == '_' && i + 1 < name.size())
            made += static_cast<char>(std::toupper(static_cast<unsigned char>(name[++i])));
        else
            made += name[i];
    return made;
}

nlohmann::json to_json(const wire::FieldNode& node) {
    if (node.shape == wire::Shape::null)
        return nullptr;
    if (node.shape == wire::Shape::array) {
        auto made = nlohmann::json::array();
        for (const auto& child : node.children)
            made.push_back(to_json(child));
        return made;
    }
    if (node.shape == wire::Shape::structure) {
        auto made = nlohmann::json::object();
        for (const auto& child : node.children)
            if (child.type != "unknown")
                made[camel_case(child.name)] = to_json(child);
        return made;
    }
    const std::string type = node.type;
    if (type == "bool")
        return node.text == "true";
    if (type == "float64")
        return std::strtod(node.text.c_str(), nullptr); // stod throws for the least double
    if (type.find("int") != std::string::npos)
        return std::stoll(node.text);
    if (type == "bytes" || type == "records")
        return base64(unhex(node.text));
    return node.text;
}

std::string recoded(const std::string& name, std::int16_t version, const Chain& bytes,
                    std::size_t* left) {
    const wire::MessageSchema* message = wire::find_message(name);
    REQUIRE(message != nullptr);
    wire::Reader in(bytes);
    wire::Writer out;
    const auto done = message->recode(in, out, version);
    if (left != nullptr)
        *left = in.remaining();
    if (!done)
        return "error: " + std::string(done.error().what);
    return to_hex(out.take().flat());
}

} // namespace orrery::tests
