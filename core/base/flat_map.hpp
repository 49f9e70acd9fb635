// FlatMap<K, V>: a map as one sorted vector. Iterates in key order (so it may steer), copies with
// one allocation, and is quick for the tens to hundreds of entries that a node's tables hold.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

namespace orrery {

template <class K, class V>
class FlatMap {
public:
    using Entry = std::pair<K, V>;
    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }
    auto begin() { return entries_.begin(); }
    auto end() { return entries_.end(); }
    std::size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }
    void clear() { entries_.clear(); }

    /// The value under the key, or null. Holds until the map changes.
    template <class Key>
    const V* find(const Key& key) const {
        const auto at = place(key);
        return at != entries_.end() && at->first == key ? &at->second : nullptr;
    }
    template <class Key>
    V* find(const Key& key) {
        return const_cast<V*>(std::as_const(*this).find(key));
    }
    template <class Key>
    bool contains(const Key& key) const {
        return find(key) != nullptr;
    }
    /// The value under the key, made by default if there is none.
    V& operator[](const K& key) {
        const auto at = place(key);
        if (at != entries_.end() && at->first == key)
            return entries_[static_cast<std::size_t>(at - entries_.begin())].second;
        return entries_.insert(at, {key, V{}})->second;
    }
    template <class Key>
    bool erase(const Key& key) {
        const auto at = place(key);
        if (at == entries_.end() || !(at->first == key))
            return false;
        entries_.erase(at);
        return true;
    }
    template <class Predicate>
    void erase_if(Predicate&& gone) {
        std::erase_if(entries_, std::forward<Predicate>(gone));
    }
    bool operator==(const FlatMap&) const = default;

private:
    template <class Key>
    auto place(const Key& key) const {
        return std::lower_bound(entries_.begin(), entries_.end(), key,
                                [](const Entry& e, const Key& k) { return e.first < k; });
    }
    std::vector<Entry> entries_;
};

} // namespace orrery
