#include "core/wire/reader.hpp"

namespace orrery::wire {

Reader::Reader(const Chain& input) : after_(input.size()), input_(&input) {
    if (input.empty())
        return;
    const Bytes& first = input.piece(0);
    at_ = piece_ = first.data();
    end_ = at_ + first.size();
    after_ -= first.size();
}

Reader::Reader(Chain&& input) : Reader(input) {
    own_ = std::move(input);
    input_ = &own_;
}

void Reader::fail(const char* what) {
    if (failed_)
        return;
    failed_ = true;
    error_ = {what, offset()};
    end_ = at_;
    after_ = 0;
}

void Reader::next_piece() {
    piece_begin_ += static_cast<std::size_t>(end_ - piece_);
    ++index_;
    const Bytes& piece = input_->piece(index_);
    at_ = piece_ = piece.data();
    end_ = at_ + piece.size();
    after_ -= piece.size();
}

void Reader::skip(std::size_t count) {
    if (count > remaining())
        return fail("the input ends too early");
    while (count > static_cast<std::size_t>(end_ - at_)) {
        count -= static_cast<std::size_t>(end_ - at_);
        at_ = end_;
        next_piece();
    }
    at_ += count;
}

std::uint64_t Reader::slow_integer(std::size_t size) {
    if (size > remaining()) {
        fail("the input ends too early");
        return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        while (at_ == end_)
            next_piece();
        value = value << 8U | std::to_integer<std::uint64_t>(*at_++);
    }
    return value;
}

std::uint32_t Reader::long_varint() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        const auto byte = integer<std::uint8_t>();
        value |= (byte & 0x7FU) << shift;
        if (byte < 0x80U)
            return value;
    }
    fail("a varint longer than five bytes");
    return 0;
}

std::int32_t Reader::varint() {
    const std::uint32_t value = unsigned_varint();
    return static_cast<std::int32_t>(value >> 1U ^ (0U - (value & 1U)));
}

std::int64_t Reader::varlong() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        const std::uint64_t byte = integer<std::uint8_t>();
        value |= (byte & 0x7FU) << shift;
        if (byte < 0x80U)
            return static_cast<std::int64_t>(value >> 1U ^ (0U - (value & 1U)));
    }
    fail("a varlong longer than ten bytes");
    return 0;
}

Bytes Reader::raw(std::size_t size) {
    if (size > remaining()) {
        fail("fewer bytes than their length says");
        return {};
    }
    if (size > static_cast<std::size_t>(end_ - at_))
        return raw_chain(size).flat();
    const auto from = static_cast<std::size_t>(at_ - piece_);
    at_ += size;
    return size == 0 ? Bytes{} : input_->piece(index_).slice(from, size);
}

Chain Reader::raw_chain(std::size_t size) {
    if (size <= static_cast<std::size_t>(end_ - at_) || size > remaining())
        return raw(size);
    Chain made = input_->slice(offset(), size);
    skip(size);
    return made;
}

std::string Reader::text(std::size_t size) {
    if (size > remaining()) {
        fail("a string shorter than its length says");
        return {};
    }
    std::string value;
    if (size <= static_cast<std::size_t>(end_ - at_)) {
        value.assign(reinterpret_cast<const char*>(at_), size);
        at_ += size;
    } else {
        value = raw(size).text();
    }
    for (const char c : value)
        if (static_cast<unsigned char>(c) >= 0x80U)
            return java_utf8(value);
    return value;
}

std::optional<std::string> Reader::nullable_string(Form form) {
    const std::int32_t size = form == Form::compact ? length(form) : int16();
    if (size < 0 || !ok())
        return std::nullopt;
    if (size > 0x7FFF) {
        fail("a string longer than 32767 bytes");
        return std::nullopt;
    }
    return text(static_cast<std::size_t>(size));
}

std::string Reader::string(Form form) {
    auto value = nullable_string(form);
    if (value)
        return *std::move(value);
    fail("null where a string must be");
    return {};
}

std::optional<Bytes> Reader::nullable_bytes(Form form) {
    const std::int32_t size = length(form);
    if (size < 0 || !ok())
        return std::nullopt;
    return raw(static_cast<std::size_t>(size));
}

Bytes Reader::bytes(Form form) {
    auto value = nullable_bytes(form);
    if (value)
        return *std::move(value);
    fail("null where bytes must be");
    return {};
}

std::optional<Chain> Reader::nullable_records(Form form) {
    const std::int32_t size = length(form);
    if (size < 0 || !ok())
        return std::nullopt;
    return raw_chain(static_cast<std::size_t>(size));
}

Chain Reader::records(Form form) {
    auto value = nullable_records(form);
    if (value)
        return *std::move(value);
    fail("null where records must be");
    return {};
}

std::int32_t Reader::checked_count(std::int32_t count, std::size_t least, bool nullable) {
    if (!ok())
        return 0;
    if (count < 0) {
        if (!nullable)
            fail("null where an array must be");
        return nullable ? -1 : 0;
    }
    // Java allows one element a byte and then fails inside; to ask for each element's least size at
    // once gives the same outcome.
    if (static_cast<std::size_t>(count) > remaining() / std::max<std::size_t>(1, least)) {
        fail("an array with more elements than bytes could hold");
        return 0;
    }
    return count;
}

void Reader::unknown_tag(Tag tag, TaggedFields& to) {
    if (!ok())
        return;
    Bytes data = raw(tag.size);
    if (ok())
        to.push_back({tag.number, std::move(data)});
}

namespace {

template <class T, class One>
std::vector<T> elements(Reader& in, Form form, std::size_t least, One one) {
    std::vector<T> made;
    for (std::int32_t left = in.begin(made, form, least); left > 0 && in.ok(); --left)
        made.push_back(one());
    return made;
}

template <class T, class One>
std::optional<std::vector<T>> nullable_elements(Reader& in, Form form, std::size_t least, One one) {
    std::optional<std::vector<T>> made;
    for (std::int32_t left = in.begin(made, form, least); left > 0 && in.ok(); --left)
        made->push_back(one());
    return made;
}

std::size_t least_string(Form form) {
    return form == Form::compact ? 1 : 2;
}

} // namespace

std::vector<std::int8_t> Reader::int8s(Form form) {
    return elements<std::int8_t>(*this, form, 1, [this] { return int8(); });
}
std::vector<std::int16_t> Reader::int16s(Form form) {
    return elements<std::int16_t>(*this, form, 2, [this] { return int16(); });
}
std::vector<std::int32_t> Reader::int32s(Form form) {
    return elements<std::int32_t>(*this, form, 4, [this] { return int32(); });
}
std::vector<std::int64_t> Reader::int64s(Form form) {
    return elements<std::int64_t>(*this, form, 8, [this] { return int64(); });
}
std::vector<Uuid> Reader::uuids(Form form) {
    return elements<Uuid>(*this, form, 16, [this] { return uuid(); });
}
std::vector<std::string> Reader::strings(Form form) {
    return elements<std::string>(*this, form, least_string(form),
                                 [this, form] { return string(form); });
}
std::optional<std::vector<std::int32_t>> Reader::nullable_int32s(Form form) {
    return nullable_elements<std::int32_t>(*this, form, 4, [this] { return int32(); });
}
std::optional<std::vector<Uuid>> Reader::nullable_uuids(Form form) {
    return nullable_elements<Uuid>(*this, form, 16, [this] { return uuid(); });
}
std::optional<std::vector<std::string>> Reader::nullable_strings(Form form) {
    return nullable_elements<std::string>(*this, form, least_string(form),
                                          [this, form] { return string(form); });
}

} // namespace orrery::wire
