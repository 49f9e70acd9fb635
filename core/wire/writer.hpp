// Writer: builds a Chain of Kafka's primitives. Small fields go into one buffer; big Bytes
// and records are spliced in as pieces of their own, shared, not copied.
//
// What cannot be written (a string beyond 32767 bytes, null where the version has no null, a value
// in a field that the version lacks) is kept by `refuse`, sticky like the Reader's failure;
// encoders ask once, at their end.
#pragma once

#include "core/base/big_endian.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/uuid.hpp"
#include "core/wire/form.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::wire {

class Writer {
public:
    Writer() { start_anew(); }
    Writer(const Writer&) = delete; // it points into itself
    Writer& operator=(const Writer&) = delete;

    bool ok() const { return !failed_; }
    ParseError error() const { return error_; }
    /// The value cannot be written. `what` is a string literal.
    void refuse(const char* what);

    /// Bytes written so far.
    std::size_t size() const { return done_.size() + static_cast<std::size_t>(at_ - from_); }
    /// Everything written; the writer starts anew.
    Chain take();

    void boolean(bool value) { integer<std::uint8_t>(value ? 1 : 0); }
    void int8(std::int8_t value) { integer(static_cast<std::uint8_t>(value)); }
    void int16(std::int16_t value) { integer(static_cast<std::uint16_t>(value)); }
    void uint16(std::uint16_t value) { integer(value); }
    void int32(std::int32_t value) { integer(static_cast<std::uint32_t>(value)); }
    void uint32(std::uint32_t value) { integer(value); }
    void int64(std::int64_t value) { integer(static_cast<std::uint64_t>(value)); }
    void float64(double value) { integer(std::bit_cast<std::uint64_t>(value)); }
    void uuid(const Uuid& value) {
        integer(value.high);
        integer(value.low);
    }
    void unsigned_varint(std::uint32_t value) {
        reserve(5);
        while (value >= 0x80U) {
            *at_++ = static_cast<std::byte>(value | 0x80U);
            value >>= 7U;
        }
        *at_++ = static_cast<std::byte>(value);
    }
    void varint(std::int32_t value) {
        unsigned_varint(static_cast<std::uint32_t>(value) << 1U ^
                        static_cast<std::uint32_t>(value >> 31));
    }
    void varlong(std::int64_t value);

    void string(Form form, std::string_view value);
    void nullable_string(Form form, const std::optional<std::string>& value);
    void bytes(Form form, const Bytes& value);
    void nullable_bytes(Form form, const std::optional<Bytes>& value);
    void records(Form form, const Chain& value);
    void nullable_records(Form form, const std::optional<Chain>& value);
    /// The byte before a nullable struct.
    void present(bool is) { int8(is ? 1 : -1); }
    void tagged_present(bool is) { unsigned_varint(is ? 1 : 0); }

    /// Bytes as they are, copied.
    void raw(std::span<const std::byte> value);
    /// Bytes as they are, shared when big.
    void splice(const Bytes& value);
    void splice(const Chain& value);

    void int8s(Form form, const std::vector<std::int8_t>& values);
    void int16s(Form form, const std::vector<std::int16_t>& values);
    void int32s(Form form, const std::vector<std::int32_t>& values);
    void int64s(Form form, const std::vector<std::int64_t>& values);
    void uuids(Form form, const std::vector<Uuid>& values);
    void strings(Form form, const std::vector<std::string>& values);
    void nullable_int32s(Form form, const std::optional<std::vector<std::int32_t>>& values);
    void nullable_uuids(Form form, const std::optional<std::vector<Uuid>>& values);
    void nullable_strings(Form form, const std::optional<std::vector<std::string>>& values);

    /// A length or a count; -1 is null.
    void length(Form form, std::int64_t value) {
        if (form == Form::compact)
            unsigned_varint(static_cast<std::uint32_t>(value + 1));
        else
            int32(static_cast<std::int32_t>(value));
    }
    template <class T>
    void count(Form form, const std::vector<T>& values) {
        length(form, static_cast<std::int64_t>(values.size()));
    }
    template <class T>
    void count(Form form, const std::optional<std::vector<T>>& values) {
        length(form, values ? static_cast<std::int64_t>(values->size()) : -1);
    }
    /// The value of a field that may not be null in this version.
    template <class T>
    const T& required(const std::optional<T>& value, const char* what) {
        static const T nothing{};
        if (value)
            return *value;
        refuse(what);
        return nothing;
    }

    /// Tagged fields: say how many known ones follow, write each between `begin_tag` and `end_tag`
    /// in rising order, then `end_tags`. Unknown ones are put among them in their place; numbers
    /// that don't rise are refused.
    class Tags {
    public:
        Tags(std::uint32_t known, const TaggedFields& unknown)
            : count(known + static_cast<std::uint32_t>(unknown.size())), unknown_(unknown) {}
        const std::uint32_t count;

    private:
        friend class Writer;
        const TaggedFields& unknown_;
        std::size_t next_ = 0;
        std::int64_t last_ = -1;
        std::size_t mark_ = 0;
    };
    Tags tags(std::uint32_t known, const TaggedFields& unknown) {
        unsigned_varint(known + static_cast<std::uint32_t>(unknown.size()));
        return {known, unknown};
    }
    void begin_tag(Tags& tags, std::uint32_t number);
    void end_tag(Tags& tags);
    void end_tags(Tags& tags) {
        if (!tags.unknown_.empty()) [[unlikely]]
            unknown_before(tags, 1LL << 32);
    }
    /// A section without known tags.
    void unknown_tags(const TaggedFields& unknown) {
        Tags section = tags(0, unknown);
        end_tags(section);
    }

private:
    template <class Int>
    void integer(Int value) {
        reserve(sizeof(Int));
        big_endian::store(at_, value);
        at_ += sizeof(Int);
    }
    void reserve(std::size_t count) {
        if (static_cast<std::size_t>(end_ - at_) < count) [[unlikely]]
            grow(count);
    }
    void grow(std::size_t count);
    /// Ends the present piece, so that something else can follow it.
    void cut();
    void start_anew() {
        from_ = at_ = near_;
        end_ = near_ + sizeof near_;
    }
    void unknown_before(Tags& tags, std::int64_t number);

    // Most frames fit into the buffer that is part of the writer; each piece is copied out of it
    // at its true size, for frames end up in logs, which would keep all of a bigger block.
    std::byte near_[1000]; // not initialised: written before it is read
    Bytes block_;          ///< the buffer of a bigger piece, once near_ is too small
    Chain done_;           ///< pieces that are complete
    std::byte* from_;      ///< [from_, at_) is the piece in the making
    std::byte* at_;
    std::byte* end_;
    std::uint32_t open_tags_ = 0; ///< inside a tagged field nothing is spliced: it may have to move
    bool failed_ = false;
    ParseError error_;
};

} // namespace orrery::wire
