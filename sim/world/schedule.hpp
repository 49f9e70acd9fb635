// When what comes next: one entry for each thing that can happen (an actor, a disk, one direction
// of a connection), in a heap that knows where each entry sits. A timer that moves is moved, so no
// stale entries pile up, and the heap is as small as the world, whatever is in flight.
//
// Order: time; then a tie drawn from the scheduler's stream, so that the seed permutes what is
// simultaneous; then the source's number, which makes it total.
#pragma once

#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <vector>

namespace orrery::sim {

using Source = std::uint32_t;

class Schedule {
public:
    struct Entry {
        std::int64_t time = 0;
        std::uint32_t tie = 0;
        Source source = 0;
        bool operator==(const Entry&) const = default;
        ORRERY_FIELDS(time, tie, source)
    };

    bool empty() const { return heap_.empty(); }
    const Entry& first() const { return heap_.front(); }
    /// The time at which the source is due; never.ns if it is not.
    std::int64_t time_of(Source source) const {
        return source < places_.size() && places_[source] != nowhere ? heap_[places_[source]].time
                                                                     : never.ns;
    }
    /// Enters the source, or moves it.
    void set(Source source, std::int64_t time, std::uint32_t tie) {
        if (source >= places_.size())
            places_.resize(source + 1, nowhere);
        const Entry entry{time, tie, source};
        if (places_[source] == nowhere) {
            heap_.push_back(entry);
            places_[source] = static_cast<std::uint32_t>(heap_.size() - 1);
            rise(heap_.size() - 1, entry);
        } else {
            settle(places_[source], entry);
        }
    }
    void remove(Source source) {
        if (source >= places_.size() || places_[source] == nowhere)
            return;
        const std::size_t hole = places_[source];
        places_[source] = nowhere;
        const Entry last = heap_.back();
        heap_.pop_back();
        if (hole < heap_.size())
            settle(hole, last);
    }
    bool operator==(const Schedule&) const = default;
    ORRERY_FIELDS(heap_, places_)

private:
    static constexpr std::uint32_t nowhere = 0xFFFFFFFF;
    static constexpr std::size_t arity = 4;

    static bool before(const Entry& a, const Entry& b) {
        if (a.time != b.time)
            return a.time < b.time;
        return a.tie != b.tie ? a.tie < b.tie : a.source < b.source;
    }
    void put(std::size_t at, const Entry& entry) {
        heap_[at] = entry;
        places_[entry.source] = static_cast<std::uint32_t>(at);
    }
    void settle(std::size_t at, const Entry& entry) {
        if (at > 0 && before(entry, heap_[(at - 1) / arity]))
            rise(at, entry);
        else
            sink(at, entry);
    }
    void rise(std::size_t at, Entry entry) {
        while (at > 0) {
            const std::size_t parent = (at - 1) / arity;
            if (!before(entry, heap_[parent]))
                break;
            put(at, heap_[parent]);
            at = parent;
        }
        put(at, entry);
    }
    void sink(std::size_t at, Entry entry) {
        const std::size_t count = heap_.size();
        while (true) {
            const std::size_t first_child = at * arity + 1;
            if (first_child >= count)
                break;
            std::size_t least = first_child;
            const std::size_t end = first_child + arity < count ? first_child + arity : count;
            for (std::size_t child = first_child + 1; child < end; ++child)
                if (before(heap_[child], heap_[least]))
                    least = child;
            if (!before(heap_[least], entry))
                break;
            put(at, heap_[least]);
            at = least;
        }
        put(at, entry);
    }

    std::vector<Entry> heap_;
    std::vector<std::uint32_t> places_; ///< by source
};

} // namespace orrery::sim
