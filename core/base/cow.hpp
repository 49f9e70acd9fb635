// Cow<T>: a value that is shared until it is written. Copying is one counter; `edit()` clones first
// when anybody else holds the same value. This is what makes a snapshot of a world cost what
// changed.
//
// The counter is safe among threads, so worlds that share history may live on different ones; one
// Cow object is not for two threads at once.
#pragma once

#include "core/base/fingerprint.hpp"
#include "core/base/print.hpp"
#include "core/base/share_count.hpp"

#include <utility>

namespace orrery {

template <class T>
class Cow {
public:
    Cow() : box_(new Box{T{}, {}}) {}
    explicit Cow(T value) : box_(new Box{std::move(value), {}}) {}
    Cow(const Cow& other) noexcept : box_(other.box_) {
        if (box_)
            box_->owners.keep();
    }
    Cow(Cow&& other) noexcept : box_(std::exchange(other.box_, nullptr)) {}
    Cow& operator=(Cow other) noexcept {
        std::swap(box_, other.box_);
        return *this;
    }
    ~Cow() {
        if (box_ && box_->owners.drop())
            delete box_;
    }

    const T& operator*() const { return box_->value; }
    const T* operator->() const { return &box_->value; }

    /// The value for writing; cloned first if it is shared. The reference holds until this Cow is
    /// copied, assigned or destroyed.
    T& edit() {
        if (!box_->owners.alone())
            *this = Cow(box_->value);
        return box_->value;
    }

    bool shares_with(const Cow& other) const { return box_ == other.box_; }
    bool operator==(const Cow& other) const {
        return box_ == other.box_ || box_->value == other.box_->value;
    }
    void hash_into(Hasher& hasher) const { orrery::hash_into(hasher, box_->value); }
    std::string to_text() const { return print(box_->value); }

private:
    struct Box {
        T value;
        ShareCount owners;
    };
    Box* box_;
};

} // namespace orrery
