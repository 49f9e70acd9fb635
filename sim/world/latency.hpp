// How long a thing takes: latency models in integers, so that every machine draws the same delays.
#pragma once

#include "core/base/random.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <string_view>

namespace orrery::sim {

enum class LatencyShape : std::uint8_t {
    constant,    ///< always `base`
    uniform,     ///< `base` to `base + spread`, even
    exponential, ///< `base` + an exponential of mean `spread`: what a queue in front adds
    heavy_tail, ///< `base` + `spread` × (a Pareto of index 2, less 1): rare delays of a hundredfold
};
constexpr std::string_view name_of(LatencyShape shape) {
    switch (shape) {
    case LatencyShape::constant: return "constant";
    case LatencyShape::uniform: return "uniform";
    case LatencyShape::exponential: return "exponential";
    case LatencyShape::heavy_tail: return "heavy tail";
    }
    return "?";
}

struct Latency {
    LatencyShape shape = LatencyShape::constant;
    Duration base;
    Duration spread;
    bool operator==(const Latency&) const = default;
    ORRERY_FIELDS(shape, base, spread)

    /// One delay; takes one number from the stream unless it is constant.
    Duration draw(Random& random) const {
        return shape == LatencyShape::constant ? base : draw_shaped(random);
    }
    /// No delay is shorter than this.
    Duration shortest() const { return base; }

private:
    Duration draw_shaped(Random& random) const;
};

/// Always the same delay.
constexpr Latency constant_latency(Duration base) {
    return {LatencyShape::constant, base, {}};
}

} // namespace orrery::sim
