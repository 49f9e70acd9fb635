#include "sim/world/latency.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <vector>

using namespace orrery;
using namespace orrery::sim;

namespace {

std::vector<std::int64_t> draws(const Latency& latency, int count) {
    Random random(9, "latency");
    std::vector<std::int64_t> drawn;
    for (int i = 0; i < count; ++i)
        drawn.push_back(latency.draw(random).ns);
    std::sort(drawn.begin(), drawn.end());
    return drawn;
}

std::int64_t mean(const std::vector<std::int64_t>& values) {
    std::int64_t sum = 0;
    for (const auto value : values)
        sum += value;
    return sum / static_cast<std::int64_t>(values.size());
}

} // namespace

TEST_CASE("a constant latency is its base and takes no random number") {
    Random random(1, "x");
    const Random before = random;
    CHECK(constant_latency(milliseconds(3)).draw(random) == milliseconds(3));
    CHECK(random == before);
}

TEST_CASE("a uniform latency fills its range evenly") {
    const auto drawn = draws({LatencyShape::uniform, {1000}, {1000}}, 100'000);
    CHECK(drawn.front() >= 1000);
    CHECK(drawn.back() <= 2000);
    CHECK(std::abs(mean(drawn) - 1500) < 5);
}

TEST_CASE("an exponential latency has the mean and the quantiles of an exponential") {
    const auto drawn = draws({LatencyShape::exponential, {0}, {1'000'000}}, 200'000);
    CHECK(std::abs(mean(drawn) - 1'000'000) < 10'000);
    CHECK(std::abs(drawn[100'000] - 693'147) < 10'000);    // ln 2
    CHECK(std::abs(drawn[198'000] - 4'605'170) < 100'000); // ln 100
}

TEST_CASE("a heavy tail has the quantiles of a Pareto of index 2, and ends somewhere") {
    const auto drawn = draws({LatencyShape::heavy_tail, {0}, {1'000'000}}, 200'000);
    CHECK(std::abs(drawn[100'000] - 414'214) < 10'000);    // sqrt 2 - 1
    CHECK(std::abs(drawn[198'000] - 9'000'000) < 500'000); // sqrt 100 - 1
    CHECK(std::abs(drawn[199'980] - 99'000'000) < 50'000'000);
    CHECK(drawn.back() <= 1024 * std::int64_t{1'000'000});
}

TEST_CASE("latencies are golden: the same on every compiler and machine") {
    Random random(42, "network");
    const Latency exponential{LatencyShape::exponential, {}, seconds(1)};
    const Latency heavy{LatencyShape::heavy_tail, {}, seconds(1)};
    CHECK(exponential.draw(random).ns == 1664580608);
    CHECK(heavy.draw(random).ns == 234315271);
    CHECK(exponential.draw(random).ns == 449511901);
}
