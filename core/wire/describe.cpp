#include "core/wire/describe.hpp"

#include "core/wire/frame.hpp"

#include <charconv>

namespace orrery::wire {

namespace {

class Describer {
public:
    Describer(Reader& in, const MessageSchema& message, std::int16_t version)
        : in_(in), version_(version), flexible_(message.flexible.has(version)) {}

    void structure(FieldNode& node, const StructSchema& schema) {
        node.shape = Shape::structure;
        for (const FieldSchema& each : schema.fields) {
            if (each.tag >= 0 || !each.versions.has(version_))
                continue;
            if (!in_.ok())
                return;
            field(node, each, in_.offset());
        }
        if (flexible_)
            tags(node, schema);
    }

private:
    /// A node takes a hundred times the byte that it may stand for, so a frame made for the purpose
    /// could fill the memory. No frame worth looking at has so many.
    static constexpr std::size_t most_nodes = 1U << 18U;

    FieldNode& child(FieldNode& parent, std::string name, std::string type, std::size_t begin) {
        if (++nodes_ > most_nodes)
            in_.fail("more fields than are shown");
        FieldNode& made = parent.children.emplace_back();
        made.name = std::move(name);
        made.type = std::move(type);
        made.begin = made.end = begin;
        return made;
    }

    void field(FieldNode& parent, const FieldSchema& schema, std::size_t begin) {
        FieldNode& node = child(parent, std::string(schema.name), type_text(schema), begin);
        const bool nullable = schema.nullable.has(version_);
        if (schema.array)
            array(node, schema, nullable);
        else
            value(node, schema, nullable);
        finish(parent);
    }

    /// The parent's last child is read. A value that could not be is not shown; an array or a
    /// struct that broke off in the middle is, with what it has.
    void finish(FieldNode& parent) {
        FieldNode& node = parent.children.back();
        node.end = in_.offset();
        if (!in_.ok() && node.children.empty())
            parent.children.pop_back();
    }

    Form form(const FieldSchema& schema) const {
        return flexible_ && !schema.never_flexible ? Form::compact : Form::plain;
    }

    void array(FieldNode& node, const FieldSchema& schema, bool nullable) {
        node.shape = Shape::array;
        const std::int32_t count = in_.length(form(schema));
        if (count < 0 && in_.ok()) {
            node.shape = Shape::null;
            if (!nullable)
                in_.fail("null where an array must be");
            return;
        }
        for (std::int32_t i = 0; i < count && in_.ok() && in_.remaining() > 0; ++i) {
            const std::size_t begin = in_.offset();
            std::string type = type_text(schema).substr(2);
            FieldNode& element = child(node, "[" + std::to_string(i) + "]", std::move(type), begin);
            value(element, schema, false);
            finish(node);
        }
        if (in_.ok() && static_cast<std::size_t>(std::max(count, 0)) != node.children.size())
            in_.fail("an array with more elements than bytes could hold");
    }

    void value(FieldNode& node, const FieldSchema& schema, bool nullable) {
        switch (schema.kind) {
        case Kind::boolean: node.text = in_.boolean() ? "true" : "false"; return;
        case Kind::int8: node.text = std::to_string(in_.int8()); return;
        case Kind::int16: node.text = std::to_string(in_.int16()); return;
        case Kind::uint16: node.text = std::to_string(in_.uint16()); return;
        case Kind::int32: node.text = std::to_string(in_.int32()); return;
        case Kind::uint32: node.text = std::to_string(in_.uint32()); return;
        case Kind::int64: node.text = std::to_string(in_.int64()); return;
        case Kind::float64: node.text = decimal(in_.float64()); return;
        case Kind::uuid: node.text = in_.uuid().to_text(); return;
        case Kind::string: text(node, in_.nullable_string(form(schema)), nullable); return;
        case Kind::bytes: bytes(node, in_.nullable_bytes(form(schema)), nullable); return;
        case Kind::records: bytes(node, in_.nullable_records(form(schema)), nullable); return;
        case Kind::structure:
            if (nullable && !(schema.tag < 0 ? in_.present() : in_.tagged_present()))
                node.shape = Shape::null;
            else
                structure(node, *schema.structure);
            return;
        }
    }

    /// The shortest decimal that reads back as the same number, in any locale.
    static std::string decimal(double number) {
        char buffer[32];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
        return {buffer, end};
    }

    void text(FieldNode& node, std::optional<std::string> value, bool nullable) {
        if (value)
            node.text = *std::move(value);
        else
            null(node, nullable);
    }

    template <class Value>
    void bytes(FieldNode& node, const std::optional<Value>& value, bool nullable) {
        if (value)
            node.text = to_hex(Chain(*value).flat());
        else
            null(node, nullable);
    }

    void null(FieldNode& node, bool nullable) {
        node.shape = Shape::null;
        if (!nullable)
            in_.fail("null where a value must be");
    }

    void tags(FieldNode& node, const StructSchema& schema) {
        for (std::int32_t left = in_.tag_count(); left > 0 && in_.ok(); --left) {
            const std::size_t begin = in_.offset();
            const Reader::Tag tag = in_.tag();
            const FieldSchema* known = nullptr;
            for (const FieldSchema& each : schema.fields)
                if (each.tag >= 0 && static_cast<std::uint32_t>(each.tag) == tag.number &&
                    each.versions.has(version_))
                    known = &each;
            if (known != nullptr) {
                field(node, *known, begin);
                continue;
            }
            const Bytes data = in_.raw(tag.size);
            child(node, "tag " + std::to_string(tag.number), "unknown", begin).text = to_hex(data);
            finish(node);
        }
    }

    Reader& in_;
    std::int16_t version_;
    bool flexible_;
    std::size_t nodes_ = 0;
};

Description frame(const char* header_name, std::int16_t header_version, const MessageSchema* body,
                  std::int16_t version, const Chain& bytes) {
    Reader in(bytes);
    Description made;
    made.root.name = "frame";
    made.root.shape = Shape::structure;
    made.root.end = bytes.size();
    const MessageSchema* header = find_message(header_name);
    for (const auto& [schema, at] : {std::pair{header, header_version}, std::pair{body, version}}) {
        Description part = describe(*schema, at, in);
        made.root.children.push_back(std::move(part.root));
        made.error = part.error;
        if (made.error)
            break;
    }
    return made;
}

} // namespace

Description describe(const MessageSchema& message, std::int16_t version, Reader& in) {
    Description made;
    made.root.name = made.root.type = std::string(message.name);
    made.root.shape = Shape::structure;
    made.root.begin = in.offset();
    if (message.versions.has(version))
        Describer(in, message, version).structure(made.root, *message.body);
    else
        in.fail("no such version");
    made.root.end = in.offset();
    if (!in.ok())
        made.error = in.error();
    return made;
}

Description describe_request(const Chain& bytes) {
    Reader in(bytes);
    const std::int16_t key = in.int16();
    const std::int16_t version = in.int16();
    const Api* api = find_api(key);
    const MessageSchema* body = find_message(MessageKind::request, key);
    if (!in.ok() || api == nullptr || body == nullptr)
        return {{}, ParseError{"no request that anybody knows", 0}};
    return frame("RequestHeader", api->request_header_version(version), body, version, bytes);
}

Description describe_response(std::int16_t api_key, std::int16_t version, const Chain& bytes) {
    const Api* api = find_api(api_key);
    const MessageSchema* body = find_message(MessageKind::response, api_key);
    if (api == nullptr || body == nullptr)
        return {{}, ParseError{"no response that anybody knows", 0}};
    return frame("ResponseHeader", api->response_header_version(version), body, version, bytes);
}

} // namespace orrery::wire
