#include "sim/world/clock.hpp"

#include "core/base/expect.hpp"

namespace orrery::sim {

namespace {

__extension__ using SignedWide = __int128;
constexpr std::int64_t million = 1'000'000;

} // namespace

std::int64_t Clock::scaled_by_drift(std::int64_t ns) const {
    return static_cast<std::int64_t>(static_cast<SignedWide>(ns) * (million + ppm_) / million);
}

Instant Clock::world_at(Instant local) const {
    if (local == never)
        return never;
    const std::int64_t ahead = local.ns - since_local_;
    if (ppm_ == 0 || ahead <= 0)
        return {since_world_ + ahead};
    // Division rounds down, so the inverse rounds up: waking a nanosecond early would make an actor
    // see its deadline ahead and ask to be woken at the same instant for ever.
    const SignedWide rate = million + ppm_;
    const SignedWide world =
        (static_cast<SignedWide>(ahead) * million + rate - 1) / rate + since_world_;
    return world >= never.ns ? never : Instant{static_cast<std::int64_t>(world)};
}

void Clock::set_drift(Instant world, std::int64_t ppm) {
    expect(ppm > -million, "a clock that goes forward");
    since_local_ = local_at(world).ns;
    since_world_ = world.ns;
    ppm_ = ppm;
}

} // namespace orrery::sim
