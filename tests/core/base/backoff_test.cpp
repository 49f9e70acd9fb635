// Backoff and the nearest word: small helpers that many rooms share.
#include "core/base/backoff.hpp"
#include "core/base/nearest.hpp"
#include "tests/support/catch.hpp"

#include <array>

using namespace orrery;

TEST_CASE("a backoff doubles with each attempt, within a fifth, and never passes its maximum") {
    Random random(7, "test");
    for (int round = 0; round < 200; ++round) {
        std::int64_t middle = 100'000'000;
        for (int attempts = 0; attempts < 8; ++attempts) {
            const Duration wait =
                exponential_backoff(milliseconds(100), seconds(1), attempts, random);
            CHECK(wait.ns >= middle - middle / 5);
            CHECK(wait.ns <= std::min<std::int64_t>(middle + middle / 5, 1'000'000'000));
            middle = std::min<std::int64_t>(middle * 2, 1'000'000'000);
        }
    }
}

TEST_CASE("a backoff that may not grow is constant and draws nothing") {
    Random random(7, "test");
    const Random before = random;
    CHECK(exponential_backoff(milliseconds(50), milliseconds(50), 9, random) == milliseconds(50));
    CHECK(exponential_backoff(Duration{}, seconds(1), 9, random) == Duration{});
    CHECK(random == before);
}

TEST_CASE("a backoff that may grow for ever does not overflow") {
    Random random(7, "test");
    const Duration longest{INT64_MAX};
    CHECK(exponential_backoff(milliseconds(1), longest, 200, random) > Duration{});
}

TEST_CASE("the nearest word is the one with the fewest wrong letters, or none") {
    constexpr std::array<std::string_view, 4> known = {"linger.ms", "batch.size", "acks",
                                                       "batch.sizes"};
    CHECK(nearest("linger.m", known) == "linger.ms");
    CHECK(nearest("lingre.ms", known) == "linger.ms");
    CHECK(nearest("batch.siz", known) == "batch.size");
    CHECK(nearest("ack", known) == "acks");
    CHECK(nearest("fetch.min.bytes", known).empty());
    CHECK(nearest("", known).empty());
}
