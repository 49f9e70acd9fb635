// Every message in every version, with random values: what was encoded decodes to the same value
// and encodes to the same bytes again, and what a version can't say is refused or left out, as the
// schema says.
#include "core/base/random.hpp"
#include "core/wire/any_message.hpp"
#include "core/wire/describe.hpp"
#include "tests/core/wire/struct_words.hpp"
#include "tests/support/catch.hpp"

#include <limits>

using namespace orrery;
using namespace orrery::tests;

namespace {

constexpr int rounds = 12;

/// Fills a struct with random values, as far as the version can say them.
class Filler final : public wire::Visitor {
public:
    Filler(Random& random, const wire::MessageSchema& schema, std::int16_t version)
        : Visitor(schema), random_(random), version_(version),
          flexible_(schema.flexible.has(version)) {}

    bool field(const wire::FieldSchema& field) override {
        if (!field.versions.has(version_))
            return false;
        fields_.push_back(&field);
        return true;
    }
    void ended() override { fields_.pop_back(); }
    bool present(bool) override {
        return !fields_.back()->nullable.has(version_) || random_.below(4) != 0;
    }
    std::size_t count(std::size_t) override { return random_.below(4); }

    void value(bool& held) override { held = random_.below(2) == 0; }
    void value(std::int8_t& held) override { held = integer<std::int8_t>(); }
    void value(std::int16_t& held) override { held = integer<std::int16_t>(); }
    void value(std::uint16_t& held) override { held = integer<std::uint16_t>(); }
    void value(std::int32_t& held) override { held = integer<std::int32_t>(); }
    void value(std::uint32_t& held) override { held = integer<std::uint32_t>(); }
    void value(std::int64_t& held) override { held = integer<std::int64_t>(); }
    void value(double& held) override { held = integer<std::int32_t>() / 8.0; }
    void value(Uuid& held) override { held = random_.below(4) == 0 ? Uuid{} : random_.uuid(); }
    void value(std::string& held) override { held = text(); }
    void value(Bytes& held) override { held = bytes(); }
    void value(Chain& held) override { held = bytes(); }
    void tags(wire::TaggedFields& held) override {
        held = {};
        std::uint32_t number = 1000;
        for (auto left = flexible_ ? random_.below(3) : 0; left > 0; --left) {
            number += 1 + static_cast<std::uint32_t>(random_.below(100'000));
            held.push_back({number, bytes()});
        }
    }

private:
    template <class Int>
    Int integer() {
        switch (random_.below(5)) {
        case 0: return 0;
        case 1: return std::numeric_limits<Int>::min();
        case 2: return std::numeric_limits<Int>::max();
        case 3: return static_cast<Int>(random_.below(100));
        default: return static_cast<Int>(random_.next());
        }
    }
    std::string text() {
        static constexpr std::string_view letters[] = {"a", "-",  std::string_view("\0", 1),
                                                       "é", "語", "\xf0\x9f\x94\xad"};
        std::string made;
        const bool is_long = random_.below(20) == 0; // a length of two varint bytes
        for (auto left = random_.below(is_long ? 300 : 9); left > 0; --left)
            made += letters[random_.below(std::size(letters))];
        return made;
    }
    Bytes bytes() {
        const bool is_long = random_.below(20) == 0; // long enough to be spliced, not copied
        std::string made(random_.below(is_long ? 5000 : 20), '\0');
        for (char& c : made)
            c = static_cast<char>(random_.next());
        return Bytes::copy(made);
    }

    Random& random_;
    std::int16_t version_;
    bool flexible_;
    std::vector<const wire::FieldSchema*> fields_;
};

/// Gives one field that the version lacks a value that is not its default.
class Stray final : public wire::Visitor {
public:
    Stray(Random& random, const wire::MessageSchema& schema, std::int16_t version)
        : Visitor(schema), random_(random), version_(version) {}

    const wire::FieldSchema* put_in() const { return field_; }

    bool field(const wire::FieldSchema& field) override {
        if (inside_ == 0 && field.versions.has(version_))
            return true; // what lies below may be lacking
        if (inside_ == 0 && (field_ != nullptr || random_.below(3) != 0))
            return false;
        if (inside_++ == 0)
            field_ = &field;
        fields_.push_back(&field);
        return true;
    }
    void ended() override {
        if (inside_ == 0)
            return;
        --inside_;
        fields_.pop_back();
    }
    bool present(bool is) override { return is || inside_ > 0; }
    std::size_t count(std::size_t size) override { return inside_ > 0 ? 1 : size; }

    void value(bool& held) override {
        if (inside_ > 0)
            held = fields_.back()->default_text != "true";
    }
    void value(std::int8_t& held) override { number(held); }
    void value(std::int16_t& held) override { number(held); }
    void value(std::uint16_t& held) override { number(held); }
    void value(std::int32_t& held) override { number(held); }
    void value(std::uint32_t& held) override { number(held); }
    void value(std::int64_t& held) override { number(held); }
    void value(double& held) override { number(held); }
    void value(Uuid& held) override { put(held, Uuid{1, 2}); }
    void value(std::string& held) override { put(held, std::string("stray")); }
    void value(Bytes& held) override { put(held, Bytes::copy("stray")); }
    void value(Chain& held) override { put(held, Chain(Bytes::copy("stray"))); }
    void tags(wire::TaggedFields&) override {}

private:
    template <class Number>
    void number(Number& held) {
        put(held, Number{77}); // no field has this by default
    }
    template <class T>
    void put(T& held, T stray) {
        if (inside_ > 0)
            held = std::move(stray);
    }

    Random& random_;
    std::int16_t version_;
    const wire::FieldSchema* field_ = nullptr;
    int inside_ = 0; ///< how deep below the stray field
    std::vector<const wire::FieldSchema*> fields_;
};

/// What went wrong, or an empty string.
std::string round_trip(wire::AnyMessage& message, std::int16_t version) {
    wire::Writer out;
    if (const auto done = message.encode(out, version); !done)
        return std::string("refused: ") + done.error().what + " in " + in_words(message);
    const Chain bytes = out.take();
    wire::Reader in(bytes);
    wire::AnyMessage again(message.schema());
    if (const auto done = again.decode(in, version); !done)
        return std::string("unreadable: ") + done.error().what + " in " + in_words(message);
    if (in.remaining() != 0 || !(again == message))
        return in_words(message) + " came back as " + in_words(again);
    wire::Writer once_more;
    if (!again.encode(once_more, version) || !(once_more.take() == bytes))
        return "other bytes the second time: " + in_words(message);
    wire::Reader shown(bytes);
    const auto seen = wire::describe(message.schema(), version, shown);
    return seen.error || seen.root.end != bytes.size() ? "not described: " + in_words(message) : "";
}

using Findings = std::vector<std::string>;

/// What went wrong in any version of any message, each filled with random values a few times.
template <class Check>
Findings in_every_version(Check check) {
    Findings wrong;
    for (const wire::MessageSchema& schema : wire::all_messages()) {
        for (std::int16_t version = schema.versions.low; version <= schema.versions.high;
             ++version) {
            const std::string name = std::string(schema.name) + " v" + std::to_string(version);
            Random random(7, name);
            for (int round = 0; round < rounds; ++round) {
                wire::AnyMessage message(schema);
                Filler filler(random, schema, version);
                message.visit(filler);
                if (const std::string what = check(message, version, random); !what.empty())
                    wrong.push_back(name + ": " + what);
            }
        }
    }
    return wrong;
}

} // namespace

TEST_CASE("any value of any message comes back the same, in every version") {
    std::size_t trips = 0;
    const auto wrong =
        in_every_version([&](wire::AnyMessage& message, std::int16_t version, Random&) {
            ++trips;
            return round_trip(message, version);
        });
    CHECK(wrong == Findings{});
    CHECK(trips > rounds * wire::all_messages().size());
}

TEST_CASE(
    "a value in a field that the version lacks is refused, or left out where that is harmless") {
    std::size_t strays = 0;
    const auto wrong =
        in_every_version([&](wire::AnyMessage& message, std::int16_t version, Random& random) {
            Stray stray(random, message.schema(), version);
            message.visit(stray);
            const wire::FieldSchema* field = stray.put_in();
            wire::Writer out;
            const bool said = message.encode(out, version).has_value();
            strays += field != nullptr ? 1U : 0U;
            if (said == (field == nullptr || field->ignorable))
                return std::string();
            return (field == nullptr ? "nothing" : std::string(field->name)) +
                   (said ? " was dropped in silence from " : " was refused in ") +
                   in_words(message);
        });
    CHECK(wrong == Findings{});
    CHECK(strays > 1000);
}

TEST_CASE("messages that differ in one member are not equal") {
    const wire::MessageSchema& schema = *wire::find_message("RequestHeader");
    wire::AnyMessage one(schema);
    wire::AnyMessage other(schema);
    CHECK(one == other);
    Random random(8, "one");
    Filler filler(random, schema, 2);
    other.visit(filler);
    CHECK_FALSE(one == other);
    one = std::move(other);
    CHECK(in_words(one) != in_words(other = wire::AnyMessage(schema)));
}
