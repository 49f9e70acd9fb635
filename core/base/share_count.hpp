// How many hold a shared thing. Counted without the processor's lock while the process has but one
// thread, as libstdc++ counts its shared_ptr: a world shares by the million, and a locked count
// costs as much as all else that a copy does.
#pragma once

#include <atomic>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define ORRERY_ONE_THREAD __libc_single_threaded
#else
#define ORRERY_ONE_THREAD false
#endif

namespace orrery {

/// Begins with one holder.
class ShareCount {
public:
    void keep() noexcept {
        if (ORRERY_ONE_THREAD)
            holders_.store(holders_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        else
            holders_.fetch_add(1, std::memory_order_relaxed);
    }
    /// True if that was the last.
    bool drop() noexcept {
        if (alone())
            return true;
        if (!ORRERY_ONE_THREAD)
            return holders_.fetch_sub(1, std::memory_order_acq_rel) == 1;
        holders_.store(holders_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
        return false;
    }
    /// Who holds alone may write: nobody else can come to hold it meanwhile.
    bool alone() const noexcept { return holders_.load(std::memory_order_acquire) == 1; }

private:
    std::atomic<int> holders_{1};
};

} // namespace orrery
