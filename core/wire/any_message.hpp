// AnyMessage: a struct of any message behind one face, for tools and tests that go through all of
// them: compiled once, not three hundred times.
#pragma once

#include "core/base/result.hpp"
#include "core/wire/reader.hpp"
#include "core/wire/schema.hpp"
#include "core/wire/visit.hpp"
#include "core/wire/writer.hpp"

#include <cstdint>
#include <utility>

namespace orrery::wire {

/// What one message's struct can do, by pointers to it; the generator makes one for each message.
struct Erased {
    void* (*make)();
    void (*drop)(void* held);
    Result<void> (*decode)(void* held, Reader& in, std::int16_t version);
    Result<void> (*encode)(const void* held, Writer& out, std::int16_t version);
    bool (*equal)(const void* a, const void* b);
    void (*visit)(void* held, Visitor& to);
};

class AnyMessage {
public:
    /// A struct with defaults in it.
    explicit AnyMessage(const MessageSchema& schema)
        : schema_(&schema), held_(schema.erased->make()) {}
    AnyMessage(AnyMessage&& other) noexcept
        : schema_(other.schema_), held_(std::exchange(other.held_, nullptr)) {}
    AnyMessage& operator=(AnyMessage other) noexcept {
        std::swap(schema_, other.schema_);
        std::swap(held_, other.held_);
        return *this;
    }
    ~AnyMessage() {
        if (held_ != nullptr)
            schema_->erased->drop(held_);
    }

    const MessageSchema& schema() const { return *schema_; }
    /// On an error the struct stays as it was.
    Result<void> decode(Reader& in, std::int16_t version) {
        return schema_->erased->decode(held_, in, version);
    }
    Result<void> encode(Writer& out, std::int16_t version) const {
        return schema_->erased->encode(held_, out, version);
    }
    void visit(Visitor& to) { schema_->erased->visit(held_, to); }
    bool operator==(const AnyMessage& other) const {
        return schema_ == other.schema_ && schema_->erased->equal(held_, other.held_);
    }

private:
    const MessageSchema* schema_;
    void* held_;
};

/// For generated code.
template <class Message, void (*visit_struct)(Visitor&, Message&)>
constexpr Erased erased_of() {
    return {[]() -> void* { return new Message; },
            [](void* held) { delete static_cast<Message*>(held); },
            [](void* held, Reader& in, std::int16_t version) -> Result<void> {
                auto made = Message::decode(in, version);
                if (!made)
                    return failure(made.error());
                *static_cast<Message*>(held) = std::move(*made);
                return {};
            },
            [](const void* held, Writer& out, std::int16_t version) {
                return static_cast<const Message*>(held)->encode(out, version);
            },
            [](const void* a, const void* b) {
                return *static_cast<const Message*>(a) == *static_cast<const Message*>(b);
            },
            [](void* held, Visitor& to) { visit_struct(to, *static_cast<Message*>(held)); }};
}

} // namespace orrery::wire
