// An actor's clock: what it reads when the world's time is t. The monotonic side only drifts; the
// wall side also is skewed and jumps, as a machine's clocks do under a bad NTP server.
#pragma once

#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

namespace orrery::sim {

class Clock {
public:
    /// A clock whose wall reads `epoch_ms` when the world begins.
    explicit Clock(std::int64_t epoch_ms = 0) : epoch_ms_(epoch_ms) {}

    Now read(Instant world) const {
        const Instant local = local_at(world);
        return {local, epoch_ms_ + floor_ms(local.ns + skew_.ns)};
    }
    Instant local_at(Instant world) const {
        return {since_local_ + scaled(world.ns - since_world_)};
    }
    /// The first world time at which the monotonic side reads at least `local`.
    Instant world_at(Instant local) const;

    /// The wall side is off by this much from now on; the monotonic side isn't touched.
    void set_skew(Duration skew) { skew_ = skew; }
    void jump(Duration by) { skew_ = skew_ + by; }
    /// Gains `ppm` microseconds a second from `world` on (loses, if negative); above -1,000,000.
    void set_drift(Instant world, std::int64_t ppm);

    Duration skew() const { return skew_; }
    std::int64_t drift_ppm() const { return ppm_; }
    bool operator==(const Clock&) const = default;
    ORRERY_FIELDS(epoch_ms_, skew_, ppm_, since_world_, since_local_)

private:
    static std::int64_t floor_ms(std::int64_t ns) {
        return ns >= 0 ? ns / 1'000'000 : -((-ns + 999'999) / 1'000'000);
    }
    std::int64_t scaled(std::int64_t ns) const { return ppm_ == 0 ? ns : scaled_by_drift(ns); }
    std::int64_t scaled_by_drift(std::int64_t ns) const;

    std::int64_t epoch_ms_;
    Duration skew_;
    std::int64_t ppm_ = 0;
    std::int64_t since_world_ = 0; ///< the drift counts from this world time...
    std::int64_t since_local_ = 0; ///< ...at which the monotonic side read this
};

} // namespace orrery::sim
