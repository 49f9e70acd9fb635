// Reader: takes Kafka's primitives out of a Chain, bounds-checked. Bytes and records that lie
// inside one piece come out as shared slices, never copied.
//
// Failure is sticky: the first thing that cannot be read is kept with its offset (`error()`), and
// from then on every read gives zero or empty. So decoders read straight on and ask `ok()` once, at
// the end and in loops. Nothing is allocated before the bytes for it were seen to be there: a count
// is held against what remains, and room for many elements is made as they come.
//
// Lengths are read as Kafka's Java classes read them (ByteBufferAccessor and the generated
// messages), down to what they make of odd bytes: any negative length is null, bad UTF-8 becomes
// U+FFFD.
#pragma once

#include "core/base/big_endian.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/uuid.hpp"
#include "core/wire/form.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace orrery::wire {

class Reader {
public:
    /// Reads `input`, which must outlive the reader.
    explicit Reader(const Chain& input);
    /// The same, of a chain that the reader keeps.
    explicit Reader(Chain&& input);
    Reader(const Reader&) = delete; // it may point into itself
    Reader& operator=(const Reader&) = delete;

    bool ok() const { return !failed_; }
    /// What went wrong first; only when !ok().
    ParseError error() const { return error_; }
    /// Bytes already read, from the start of the chain.
    std::size_t offset() const { return piece_begin_ + static_cast<std::size_t>(at_ - piece_); }
    std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_) + after_; }
    /// Gives up: as if the next byte could not be read. `what` is a string literal.
    void fail(const char* what);
    void skip(std::size_t count);

    bool boolean() { return int8() != 0; }
    std::int8_t int8() { return static_cast<std::int8_t>(integer<std::uint8_t>()); }
    std::int16_t int16() { return static_cast<std::int16_t>(integer<std::uint16_t>()); }
    std::uint16_t uint16() { return integer<std::uint16_t>(); }
    std::int32_t int32() { return static_cast<std::int32_t>(integer<std::uint32_t>()); }
    std::uint32_t uint32() { return integer<std::uint32_t>(); }
    std::int64_t int64() { return static_cast<std::int64_t>(integer<std::uint64_t>()); }
    double float64() { return std::bit_cast<double>(integer<std::uint64_t>()); }
    Uuid uuid() {
        const std::uint64_t high = integer<std::uint64_t>();
        return {high, integer<std::uint64_t>()};
    }

    /// At most five bytes; bits above the 32nd are dropped, as Java drops them.
    std::uint32_t unsigned_varint() {
        if (at_ != end_ && std::to_integer<std::uint8_t>(*at_) < 0x80U) [[likely]]
            return std::to_integer<std::uint32_t>(*at_++);
        return long_varint();
    }
    std::int32_t varint();
    std::int64_t varlong();

    std::string string(Form form);
    std::optional<std::string> nullable_string(Form form);
    Bytes bytes(Form form);
    std::optional<Bytes> nullable_bytes(Form form);
    Chain records(Form form);
    std::optional<Chain> nullable_records(Form form);
    /// Is a nullable struct there? Reads the byte that says so.
    bool present() { return int8() >= 0; }
    /// The same of one that is a tagged field, which a varint says.
    bool tagged_present() { return unsigned_varint() > 0; }

    /// Exactly `size` bytes: one shared slice, or a copy if they lie in several pieces.
    Bytes raw(std::size_t size);
    /// Exactly `size` bytes, shared.
    Chain raw_chain(std::size_t size);

    std::vector<std::int8_t> int8s(Form form);
    std::vector<std::int16_t> int16s(Form form);
    std::vector<std::int32_t> int32s(Form form);
    std::vector<std::int64_t> int64s(Form form);
    std::vector<Uuid> uuids(Form form);
    std::vector<std::string> strings(Form form);
    std::optional<std::vector<std::int32_t>> nullable_int32s(Form form);
    std::optional<std::vector<Uuid>> nullable_uuids(Form form);
    std::optional<std::vector<std::string>> nullable_strings(Form form);

    /// Length of what follows; negative is null.
    std::int32_t length(Form form) {
        return form == Form::compact ? static_cast<std::int32_t>(unsigned_varint() - 1U) : int32();
    }
    /// Reads an array's count and empties `to`. Each element takes at least `least` bytes.
    template <class T>
    std::int32_t begin(std::vector<T>& to, Form form, std::size_t least) {
        to.clear();
        const std::int32_t count = checked_count(length(form), least, false);
        to.reserve(first_room<T>(count));
        return count;
    }
    /// The same for an array that may be null; then `to` is, and the count is 0.
    template <class T>
    std::int32_t begin(std::optional<std::vector<T>>& to, Form form, std::size_t least) {
        const std::int32_t count = checked_count(length(form), least, true);
        if (count < 0) {
            to.reset();
            return 0;
        }
        to.emplace().reserve(first_room<T>(count));
        return count;
    }

    /// How many tagged fields follow. As in Java a count beyond 31 bits reads as none.
    std::int32_t tag_count() { return static_cast<std::int32_t>(unsigned_varint()); }
    /// A tagged field's number and size.
    struct Tag {
        std::uint32_t number = 0;
        std::uint32_t size = 0;
    };
    Tag tag() {
        const std::uint32_t number = unsigned_varint();
        return {number, unsigned_varint()};
    }
    /// The content of a tagged field nobody here knows.
    void unknown_tag(Tag tag, TaggedFields& to);
    /// A whole section of which no tag is known.
    void unknown_tags(TaggedFields& to) {
        for (std::int32_t left = tag_count(); left > 0 && ok(); --left)
            unknown_tag(tag(), to);
    }

private:
    template <class Int>
    Int integer() {
        if (static_cast<std::size_t>(end_ - at_) < sizeof(Int)) [[unlikely]]
            return static_cast<Int>(slow_integer(sizeof(Int)));
        const Int value = big_endian::load<Int>(at_);
        at_ += sizeof(Int);
        return value;
    }
    /// Never a big reservation on a count's word alone; beyond this a vector grows as it is filled.
    template <class T>
    static std::size_t first_room(std::int32_t count) {
        constexpr std::size_t most = std::max<std::size_t>(1, 16384 / sizeof(T));
        return count <= 0 ? 0 : std::min(static_cast<std::size_t>(count), most);
    }
    std::int32_t checked_count(std::int32_t count, std::size_t least, bool nullable);
    std::uint64_t slow_integer(std::size_t size);
    std::uint32_t long_varint();
    std::string text(std::size_t size);
    void next_piece();

    const std::byte* at_ = nullptr;
    const std::byte* end_ = nullptr;
    const std::byte* piece_ = nullptr; ///< where the present piece begins
    std::size_t piece_begin_ = 0;      ///< its offset in the chain
    std::size_t after_ = 0;            ///< bytes in the pieces after it
    std::size_t index_ = 0;
    bool failed_ = false;
    ParseError error_;
    Chain own_;
    const Chain* input_;
};

/// The characters of UTF-8 bytes as Java's String(bytes, UTF_8) reads them: each malformed sequence
/// becomes U+FFFD. Good UTF-8 comes out as it went in.
std::string java_utf8(std::string_view bytes);

} // namespace orrery::wire
