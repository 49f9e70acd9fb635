// CowVector<T, N>: a vector in blocks of N that copies share. Appending to a copy clones only its
// last block; dropping from either end drops whole blocks where it can. For what grows long and is
// copied often: the batches of a segment, the facts of a history.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/expect.hpp"

#include <cstddef>
#include <vector>

namespace orrery {

template <class T, std::size_t N = 64>
class CowVector {
public:
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    const T& operator[](std::size_t i) const { return (*blocks_[i / N])[i % N]; }
    const T& front() const { return (*this)[0]; }
    const T& back() const { return (*this)[size_ - 1]; }

    void push_back(T value) {
        if (size_ % N == 0) {
            blocks_.emplace_back();
            blocks_.back().edit().reserve(size_ == 0 ? 4 : N);
        }
        blocks_.back().edit().push_back(std::move(value));
        ++size_;
    }

    /// Keeps the first n elements, n <= size().
    void truncate(std::size_t n) {
        expect(n <= size_, "a CowVector to shrink, not grow");
        blocks_.resize((n + N - 1) / N);
        if (n % N != 0) {
            auto& last = blocks_.back().edit();
            last.erase(last.begin() + static_cast<std::ptrdiff_t>(n % N), last.end());
        }
        size_ = n;
    }

    /// The element for writing; its block is cloned first if it is shared.
    T& edit(std::size_t i) { return blocks_[i / N].edit()[i % N]; }

    class const_iterator {
    public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using reference = const T&;
        using pointer = const T*;
        using iterator_category = std::random_access_iterator_tag;
        const_iterator() = default;
        const_iterator(const CowVector* owner, std::size_t at) : owner_(owner), at_(at) {}
        reference operator*() const { return (*owner_)[at_]; }
        pointer operator->() const { return &(*owner_)[at_]; }
        const_iterator& operator++() {
            ++at_;
            return *this;
        }
        const_iterator operator++(int) {
            auto old = *this;
            ++at_;
            return old;
        }
        const_iterator& operator--() {
            --at_;
            return *this;
        }
        const_iterator& operator+=(difference_type n) {
            at_ = static_cast<std::size_t>(static_cast<difference_type>(at_) + n);
            return *this;
        }
        friend const_iterator operator+(const_iterator a, difference_type n) { return a += n; }
        friend difference_type operator-(const_iterator a, const_iterator b) {
            return static_cast<difference_type>(a.at_) - static_cast<difference_type>(b.at_);
        }
        bool operator==(const const_iterator& other) const { return at_ == other.at_; }
        auto operator<=>(const const_iterator& other) const { return at_ <=> other.at_; }

    private:
        const CowVector* owner_ = nullptr;
        std::size_t at_ = 0;
    };
    const_iterator begin() const { return {this, 0}; }
    const_iterator end() const { return {this, size_}; }

    bool operator==(const CowVector& other) const {
        return size_ == other.size_ && blocks_ == other.blocks_;
    }

private:
    std::vector<Cow<std::vector<T>>> blocks_;
    std::size_t size_ = 0;
};

} // namespace orrery
