#include "tests/core/wire/struct_words.hpp"

namespace orrery::tests {

namespace {

class InWords final : public wire::Visitor {
public:
    using Visitor::Visitor;
    std::string text;
    void opened() override { text += '{'; }
    void closed() override { text += '}'; }
    bool field(const wire::FieldSchema& field) override {
        text += (text.back() == '{' ? "" : ", ") + std::string(field.name) + ": ";
        return true;
    }
    bool present(bool is) override {
        text += is ? "" : "null";
        return is;
    }
    std::size_t count(std::size_t size) override {
        text += std::to_string(size) + " [ ";
        return size;
    }
    void finish_list() override { text += ']'; }
    void value(bool& held) override { text += held ? "true " : "false "; }
    void value(std::int8_t& held) override { number(held); }
    void value(std::int16_t& held) override { number(held); }
    void value(std::uint16_t& held) override { number(held); }
    void value(std::int32_t& held) override { number(held); }
    void value(std::uint32_t& held) override { number(held); }
    void value(std::int64_t& held) override { number(held); }
    void value(double& held) override { number(held); }
    void value(Uuid& held) override { text += held.to_text() + " "; }
    void value(std::string& held) override { text += '"' + held + "\" "; }
    void value(Bytes& held) override { text += to_hex(held) + " "; }
    void value(Chain& held) override { text += to_hex(held.flat()) + " "; }
    void tags(wire::TaggedFields& held) override {
        for (const wire::TaggedField& tag : held)
            text += ", tag " + std::to_string(tag.tag) + ": " + to_hex(tag.data);
    }

private:
    template <class Number>
    void number(Number held) {
        text += std::to_string(held) + " ";
    }
};

} // namespace

std::string in_words(wire::AnyMessage& message) {
    InWords words(message.schema());
    message.visit(words);
    return words.text;
}

} // namespace orrery::tests
