#include "core/base/bytes.hpp"

#include "core/base/expect.hpp"

#include <new>

namespace orrery {

namespace {

/// Header and bytes in one allocation.
class HeapOwner final : public BytesOwner {
public:
    static HeapOwner* make(std::size_t size) {
        void* memory = ::operator new(sizeof(HeapOwner) + size);
        return new (memory) HeapOwner;
    }
    std::byte* bytes() { return reinterpret_cast<std::byte*>(this) + sizeof(HeapOwner); }

private:
    void destroy() noexcept override {
        this->~HeapOwner();
        ::operator delete(this);
    }
};

constexpr std::string_view hex_digits = "0123456789abcdef";

} // namespace

Bytes Bytes::allocate(std::size_t size, std::byte** fill) {
    if (size == 0) {
        *fill = nullptr;
        return {};
    }
    HeapOwner* owner = HeapOwner::make(size);
    *fill = owner->bytes();
    return {owner, {owner->bytes(), size}};
}

Bytes Bytes::copy(std::span<const std::byte> from) {
    std::byte* fill = nullptr;
    Bytes made = allocate(from.size(), &fill);
    if (!from.empty())
        std::memcpy(fill, from.data(), from.size());
    return made;
}

Bytes Bytes::copy(std::string_view text) {
    return copy(std::as_bytes(std::span(text.data(), text.size())));
}

Bytes Bytes::slice(std::size_t from, std::size_t count) const {
    expect(from <= size() && count <= size() - from, "a slice inside its bytes");
    if (count == 0)
        return {};
    if (owner_)
        owner_->keep();
    return {owner_, span_.subspan(from, count)};
}

std::string Bytes::to_text() const {
    std::string text = std::to_string(size()) + " bytes";
    if (empty())
        return text;
    text += ": " + to_hex(span_.first(std::min<std::size_t>(size(), 32)));
    if (size() > 32)
        text += "…";
    return text;
}

Chain Chain::slice(std::size_t from, std::size_t count) const {
    expect(from <= size_ && count <= size_ - from, "a slice inside its chain");
    Chain made;
    for (std::size_t i = 0; i < pieces() && count > 0; ++i) {
        const Bytes& at = piece(i);
        if (from >= at.size()) {
            from -= at.size();
            continue;
        }
        const std::size_t taken = std::min(count, at.size() - from);
        made.append(at.slice(from, taken));
        count -= taken;
        from = 0;
    }
    return made;
}

Bytes Chain::flat() const {
    if (pieces() <= 1)
        return first_;
    std::byte* fill = nullptr;
    Bytes made = Bytes::allocate(size_, &fill);
    for (std::size_t i = 0; i < pieces(); ++i) {
        std::memcpy(fill, piece(i).data(), piece(i).size());
        fill += piece(i).size();
    }
    return made;
}

bool Chain::operator==(const Chain& other) const {
    if (size_ != other.size_)
        return false;
    if (pieces() <= 1 && other.pieces() <= 1)
        return first_ == other.first_;
    return flat() == other.flat();
}

void Chain::hash_into(Hasher& hasher) const {
    hasher.add(pieces() <= 1 ? hash_bytes(first_) : hash_bytes(flat()));
}

std::string Chain::to_text() const {
    return flat().to_text();
}

std::string to_hex(std::span<const std::byte> bytes) {
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const std::byte b : bytes) {
        hex += hex_digits[std::to_integer<std::size_t>(b) >> 4U];
        hex += hex_digits[std::to_integer<std::size_t>(b) & 15U];
    }
    return hex;
}

bool from_hex(std::string_view hex, Bytes& out) {
    if (hex.size() % 2 != 0)
        return false;
    std::byte* fill = nullptr;
    Bytes made = Bytes::allocate(hex.size() / 2, &fill);
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const auto high = hex_digits.find(hex[i]);
        const auto low = hex_digits.find(hex[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos)
            return false;
        fill[i / 2] = static_cast<std::byte>(high * 16 + low);
    }
    out = std::move(made);
    return true;
}

} // namespace orrery
