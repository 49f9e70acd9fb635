#include "tests/core/wire/struct_json.hpp"

#include "tests/core/wire/vector_json.hpp"

#include <nlohmann/json.hpp>

namespace orrery::tests {

namespace {

using nlohmann::json;

class Agreement final : public wire::Visitor {
public:
    Agreement(const wire::MessageSchema& schema, const json& expected) : Visitor(schema) {
        places_.push_back({&expected, nullptr, 0, 0, ""});
    }
    std::vector<std::string> out;

    void opened() override {
        Place& here = element();
        if (here.expected == nullptr || here.expected->is_object())
            return;
        wrong("is a struct on one side only");
    }
    void closed() override {
        const Place& here = places_.back();
        const bool listed = here.expected != nullptr && here.expected->is_object();
        if (listed && here.found != here.expected->size())
            wrong("lacks a member of " + here.expected->dump());
        leave_element();
    }
    bool field(const wire::FieldSchema& field) override {
        Place& here = places_.back();
        const json* member = nullptr;
        if (here.expected != nullptr && here.expected->is_object()) {
            const auto found = here.expected->find(camel_case(std::string(field.name)));
            if (found != here.expected->end()) {
                member = &*found;
                ++here.found;
            }
        }
        places_.push_back({member, &field, 0, 0, "." + std::string(field.name)});
        return true;
    }
    void ended() override { places_.pop_back(); }

    bool present(bool is) override {
        const Place& here = places_.back();
        const bool wanted = here.expected != nullptr ? !here.expected->is_null()
                                                     : here.field->default_text != "null";
        if (is != wanted)
            wrong("is null on one side only");
        return is;
    }
    std::size_t count(std::size_t size) override {
        const Place& here = places_.back();
        const std::size_t wanted = here.expected == nullptr    ? 0
                                   : here.expected->is_array() ? here.expected->size()
                                                               : size + 1;
        if (size != wanted)
            wrong("has " + std::to_string(size) + " elements");
        places_.push_back({here.expected, here.field, 0, 1, "[]"});
        return size;
    }
    void finish_list() override { places_.pop_back(); }

    void value(bool& held) override { scalar(held, here_default() == "true"); }
    void value(std::int8_t& held) override { number(held); }
    void value(std::int16_t& held) override { number(held); }
    void value(std::uint16_t& held) override { number(held); }
    void value(std::int32_t& held) override { number(held); }
    void value(std::uint32_t& held) override { number(held); }
    void value(std::int64_t& held) override { number(held); }
    void value(double& held) override { number(held); }
    void value(Uuid& held) override { scalar(held.to_text(), Uuid{}.to_text()); }
    void value(std::string& held) override { scalar(held, std::string(here_default())); }
    void value(Bytes& held) override { scalar(base64(held), ""); }
    void value(Chain& held) override { scalar(base64(held.flat()), ""); }
    void tags(wire::TaggedFields&) override {}

private:
    struct Place {
        const json* expected; ///< null: the JSON has no such member
        const wire::FieldSchema* field;
        std::size_t found; ///< members of a struct that were met; elements of a list that were
        int kind;          ///< 1: a list, whose elements come one by one
        std::string name;
    };

    /// In a list the next element is stepped into; elsewhere we are there.
    Place& element() {
        Place& here = places_.back();
        if (here.kind != 1)
            return here;
        const std::size_t index = here.found++;
        const json* next =
            here.expected != nullptr && here.expected->is_array() && index < here.expected->size()
                ? &(*here.expected)[index]
                : nullptr;
        places_.push_back({next, here.field, 0, 2, std::to_string(index)});
        return places_.back();
    }
    void leave_element() {
        if (places_.back().kind == 2)
            places_.pop_back();
    }
    std::string_view here_default() const {
        const auto* field = places_.back().field;
        return field == nullptr || field->default_text == "null" ? "" : field->default_text;
    }
    template <class Number>
    void number(Number held) {
        const std::string text(here_default()); // perhaps 0x7fffffff
        scalar(held, text.empty() ? Number{} : static_cast<Number>(std::stoll(text, nullptr, 0)));
    }
    void scalar(const json& seen, const json& otherwise) {
        const Place& here = element();
        const json& wanted = here.expected != nullptr ? *here.expected : otherwise;
        if (seen != wanted)
            wrong("is " + seen.dump() + ", not " + wanted.dump());
        leave_element();
    }
    void wrong(const std::string& what) {
        std::string path;
        for (const Place& place : places_)
            path += place.name;
        out.push_back(path + " " + what);
    }

    std::vector<Place> places_;
};

} // namespace

std::vector<std::string> differences(wire::AnyMessage& message, const nlohmann::json& expected) {
    Agreement agreement(message.schema(), expected);
    message.visit(agreement);
    return agreement.out;
}

} // namespace orrery::tests
