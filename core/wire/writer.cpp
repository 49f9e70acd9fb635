#include "core/wire/writer.hpp"

#include <algorithm>

namespace orrery::wire {

namespace {

// Below this a copy is cheaper than a piece of its own, for us and for whoever reads the chain. It
// is less than a batch of one small record, so that all replicas of a log hold the same bytes.
constexpr std::size_t splice_from = 128;

// A piece that fills less of its block than this part is copied out of it.
constexpr std::size_t worth_its_block = 2;

} // namespace

void Writer::refuse(const char* what) {
    if (!failed_)
        error_ = {what, size()};
    failed_ = true;
}

void Writer::grow(std::size_t count) {
    const auto written = static_cast<std::size_t>(at_ - from_);
    std::byte* fill = nullptr;
    Bytes bigger = Bytes::allocate(std::max(2 * written, written + count + 32), &fill);
    if (written > 0)
        std::memcpy(fill, from_, written);
    block_ = std::move(bigger);
    from_ = fill;
    at_ = from_ + written;
    end_ = from_ + block_.size();
}

void Writer::cut() {
    if (at_ == from_)
        return;
    const auto size = static_cast<std::size_t>(at_ - from_);
    if (size * worth_its_block < block_.size() || block_.empty())
        done_.append(Bytes::copy({from_, size}));
    else
        done_.append(block_.slice(0, size));
    block_ = {};
    start_anew();
}

Chain Writer::take() {
    cut();
    failed_ = false;
    return std::exchange(done_, {});
}

void Writer::varlong(std::int64_t value) {
    auto left = static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63);
    reserve(10);
    while (left >= 0x80U) {
        *at_++ = static_cast<std::byte>((left & 0x7FU) | 0x80U);
        left >>= 7U;
    }
    *at_++ = static_cast<std::byte>(left);
}

void Writer::raw(std::span<const std::byte> value) {
    if (value.empty())
        return;
    reserve(value.size());
    std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
}

void Writer::splice(const Bytes& value) {
    if (value.size() < splice_from || open_tags_ > 0)
        return raw(value);
    cut();
    done_.append(value);
}

void Writer::splice(const Chain& value) {
    for (std::size_t i = 0; i < value.pieces(); ++i)
        splice(value.piece(i));
}

void Writer::string(Form form, std::string_view value) {
    if (value.size() > 0x7FFF)
        return refuse("a string longer than 32767 bytes");
    if (form == Form::compact)
        unsigned_varint(static_cast<std::uint32_t>(value.size() + 1));
    else
        int16(static_cast<std::int16_t>(value.size()));
    raw(std::as_bytes(std::span(value.data(), value.size())));
}

void Writer::nullable_string(Form form, const std::optional<std::string>& value) {
    if (value)
        return string(form, *value);
    if (form == Form::compact)
        unsigned_varint(0);
    else
        int16(-1);
}

void Writer::bytes(Form form, const Bytes& value) {
    length(form, static_cast<std::int64_t>(value.size()));
    splice(value);
}

void Writer::nullable_bytes(Form form, const std::optional<Bytes>& value) {
    if (value)
        return bytes(form, *value);
    length(form, -1);
}

void Writer::records(Form form, const Chain& value) {
    length(form, static_cast<std::int64_t>(value.size()));
    splice(value);
}

void Writer::nullable_records(Form form, const std::optional<Chain>& value) {
    if (value)
        return records(form, *value);
    length(form, -1);
}

void Writer::int8s(Form form, const std::vector<std::int8_t>& values) {
    count(form, values);
    for (const std::int8_t each : values)
        int8(each);
}
void Writer::int16s(Form form, const std::vector<std::int16_t>& values) {
    count(form, values);
    for (const std::int16_t each : values)
        int16(each);
}
void Writer::int32s(Form form, const std::vector<std::int32_t>& values) {
    count(form, values);
    for (const std::int32_t each : values)
        int32(each);
}
void Writer::int64s(Form form, const std::vector<std::int64_t>& values) {
    count(form, values);
    for (const std::int64_t each : values)
        int64(each);
}
void Writer::uuids(Form form, const std::vector<Uuid>& values) {
    count(form, values);
    for (const Uuid& each : values)
        uuid(each);
}
void Writer::strings(Form form, const std::vector<std::string>& values) {
    count(form, values);
    for (const std::string& each : values)
        string(form, each);
}
void Writer::nullable_int32s(Form form, const std::optional<std::vector<std::int32_t>>& values) {
    values ? int32s(form, *values) : length(form, -1);
}
void Writer::nullable_uuids(Form form, const std::optional<std::vector<Uuid>>& values) {
    values ? uuids(form, *values) : length(form, -1);
}
void Writer::nullable_strings(Form form, const std::optional<std::vector<std::string>>& values) {
    values ? strings(form, *values) : length(form, -1);
}

void Writer::unknown_before(Tags& tags, std::int64_t number) {
    while (tags.next_ < tags.unknown_.size()) {
        const TaggedField& next = tags.unknown_[tags.next_];
        if (next.tag >= number)
            return;
        if (next.tag <= tags.last_)
            return refuse("unknown tagged fields whose numbers do not rise");
        tags.last_ = next.tag;
        unsigned_varint(next.tag);
        unsigned_varint(static_cast<std::uint32_t>(next.data.size()));
        raw(next.data);
        ++tags.next_;
    }
}

void Writer::begin_tag(Tags& tags, std::uint32_t number) {
    if (!tags.unknown_.empty()) [[unlikely]]
        unknown_before(tags, number);
    tags.last_ = number;
    unsigned_varint(number);
    // One byte is kept for the size; end_tag moves the content when that is not enough, which is
    // why nothing inside may be spliced.
    reserve(1);
    ++at_;
    ++open_tags_;
    tags.mark_ = static_cast<std::size_t>(at_ - from_);
}

void Writer::end_tag(Tags& tags) {
    --open_tags_;
    const std::size_t size = static_cast<std::size_t>(at_ - from_) - tags.mark_;
    std::size_t more = 0;
    for (std::size_t left = size; left >= 0x80U; left >>= 7U)
        ++more;
    if (more > 0) {
        reserve(more);
        std::memmove(from_ + tags.mark_ + more, from_ + tags.mark_, size);
    }
    at_ = from_ + tags.mark_ - 1;
    unsigned_varint(static_cast<std::uint32_t>(size));
    at_ += size;
}

} // namespace orrery::wire
