// CowVector<T, N>: a vector in blocks of N that copies share. Appending clones nothing, not even to
// a copy: a block has room for N, each holder looks no further than its own size, and whoever is
// first to add behind the last element adds in place; a second one, on another branch, clones the
// block. Dropping from either end drops whole blocks where it can. For what grows long and is
// copied often: the batches of a segment, the facts of a history.
#pragma once

#include "core/base/expect.hpp"
#include "core/base/share_count.hpp"

#include <algorithm>
#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace orrery {

template <class T, std::size_t N = 64>
class CowVector {
public:
    CowVector() = default;
    CowVector(const CowVector&) = default;
    CowVector(CowVector&& other) noexcept
        : blocks_(std::move(other.blocks_)), size_(std::exchange(other.size_, 0)) {}
    CowVector& operator=(CowVector other) noexcept {
        blocks_.swap(other.blocks_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~CowVector() = default;

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    const T& operator[](std::size_t i) const { return blocks_[i / N].items()[i % N]; }
    const T& front() const { return (*this)[0]; }
    const T& back() const { return (*this)[size_ - 1]; }

    void push_back(T value) {
        const std::size_t at = size_ % N;
        if (at == 0)
            blocks_.push_back(Block(size_ == 0 ? first_room : N));
        Block* last = &blocks_.back();
        if (!last->claim(at)) {
            *last = last->with_room(at);
            last->claim(at);
        }
        new (last->items() + at) T(std::move(value));
        ++size_;
    }

    /// Keeps the first n elements, n <= size().
    void truncate(std::size_t n) {
        expect(n <= size_, "a CowVector to shrink, not grow");
        blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>((n + N - 1) / N),
                      blocks_.end());
        size_ = n;
        if (n % N != 0)
            blocks_.back().cut(n % N);
    }

    /// Drops whole blocks of the first n elements, n <= size(). Returns how many elements went: no
    /// more than n, and all but fewer than N of them.
    std::size_t drop_front(std::size_t n) {
        expect(n <= size_, "no more to drop than there is");
        const std::size_t whole = n == size_ ? blocks_.size() : n / N;
        const std::size_t gone = n == size_ ? n : whole * N;
        blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(whole));
        size_ -= gone;
        return gone;
    }

    /// The element for writing; its block is cloned first if it is shared.
    T& edit(std::size_t i) {
        Block& block = blocks_[i / N];
        if (!block.alone())
            block = block.with_room(std::min(N, size_ - i / N * N));
        return block.items()[i % N];
    }

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
        if (size_ != other.size_)
            return false;
        for (std::size_t at = 0; at < size_; at += N) {
            const Block& mine = blocks_[at / N];
            const Block& theirs = other.blocks_[at / N];
            if (!mine.shares_with(theirs) &&
                !std::equal(mine.items(), mine.items() + std::min(N, size_ - at), theirs.items()))
                return false;
        }
        return true;
    }

private:
    /// Many never grow beyond a few elements.
    static constexpr std::size_t first_room = std::min<std::size_t>(4, N);

    /// One hold of a block: elements that were added in order and never move.
    class Block {
    public:
        explicit Block(std::size_t room) {
            void* memory = ::operator new(sizeof(Head) + room * sizeof(T));
            head_ = new (memory) Head;
            head_->room = static_cast<std::uint32_t>(room);
        }
        Block(const Block& other) noexcept : head_(other.head_) { head_->holders.keep(); }
        Block(Block&& other) noexcept : head_(std::exchange(other.head_, nullptr)) {}
        Block& operator=(Block other) noexcept {
            std::swap(head_, other.head_);
            return *this;
        }
        ~Block() {
            if (head_ == nullptr || !head_->holders.drop())
                return;
            std::destroy_n(items(), head_->filled.load(std::memory_order_acquire));
            head_->~Head();
            ::operator delete(head_);
        }

        T* items() const {
            static_assert(alignof(T) <= alignof(Head));
            return reinterpret_cast<T*>(head_ + 1);
        }
        bool alone() const { return head_->holders.alone(); }
        bool shares_with(const Block& other) const { return head_ == other.head_; }
        /// Takes the place `at` for the caller to fill, if it is the next free one.
        bool claim(std::size_t at) {
            auto next = static_cast<std::uint32_t>(at);
            if (next == head_->room)
                return false;
            if (!ORRERY_ONE_THREAD)
                return head_->filled.compare_exchange_strong(next, next + 1);
            if (head_->filled.load(std::memory_order_relaxed) != next)
                return false;
            head_->filled.store(next + 1, std::memory_order_relaxed);
            return true;
        }
        /// A block of its own with the first `count` elements, and room for more.
        Block with_room(std::size_t count) const {
            Block made(count < first_room ? first_room : N);
            if (alone())
                std::uninitialized_move_n(items(), count, made.items());
            else
                std::uninitialized_copy_n(items(), count, made.items());
            made.head_->filled.store(static_cast<std::uint32_t>(count), std::memory_order_relaxed);
            return made;
        }
        /// Destroys what is beyond `count`, unless others may look at it.
        void cut(std::size_t count) {
            if (!alone())
                return;
            std::destroy(items() + count, items() + head_->filled.load(std::memory_order_relaxed));
            head_->filled.store(static_cast<std::uint32_t>(count), std::memory_order_relaxed);
        }

    private:
        struct alignas(std::max_align_t) Head {
            ShareCount holders;
            std::atomic<std::uint32_t> filled{0};
            std::uint32_t room = 0;
        };
        Head* head_;
    };

    std::vector<Block> blocks_;
    std::size_t size_ = 0;
};

} // namespace orrery
