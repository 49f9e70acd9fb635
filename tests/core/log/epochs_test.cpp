#include "core/log/leader_epochs.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::log;

namespace {

LeaderEpochs epochs(std::initializer_list<EpochStart> list) {
    return LeaderEpochs(std::span(list.begin(), list.size()));
}

} // namespace

TEST_CASE("an epoch ends where the next known one begins, the latest at the log's end") {
    const LeaderEpochs known = epochs({{{2}, {10}}, {{4}, {20}}, {{7}, {30}}});
    const Offset end{35};
    CHECK(known.end_offset_for({7}, end) == EpochEnd{{7}, {35}});
    CHECK(known.end_offset_for({4}, end) == EpochEnd{{4}, {30}});
    // KIP-279: the largest epoch not above the one asked for, with that one's end
    CHECK(known.end_offset_for({5}, end) == EpochEnd{{4}, {30}});
    CHECK(known.end_offset_for({3}, end) == EpochEnd{{2}, {20}});
    CHECK(known.end_offset_for({1}, end) == EpochEnd{{1}, {10}}); // older than all
    CHECK(known.end_offset_for({8}, end) == EpochEnd{});          // younger than all
    CHECK(known.end_offset_for(no_epoch, end) == EpochEnd{});
    CHECK(LeaderEpochs{}.end_offset_for({0}, end) == EpochEnd{});
}

TEST_CASE("an epoch is assigned once, and drops what contradicts it") {
    LeaderEpochs known;
    CHECK(known.assign({1}, {0}));
    CHECK(!known.assign({1}, {5})); // it goes on
    CHECK(known.assign({2}, {10}));
    CHECK(known.assign({3}, {10})); // epoch 2 wrote nothing
    CHECK(known == epochs({{{1}, {0}}, {{3}, {10}}}));
    CHECK(known.assign({2}, {8})); // an older epoch after all: what was younger goes
    CHECK(known == epochs({{{1}, {0}}, {{2}, {8}}}));
    CHECK(known.assign({5}, {0}));
    CHECK(known == epochs({{{5}, {0}}}));
}

TEST_CASE("epochs are cut with the log, at both ends") {
    LeaderEpochs known = epochs({{{2}, {10}}, {{4}, {20}}, {{7}, {30}}});
    CHECK(!known.truncate_from_end({31}));
    CHECK(known.truncate_from_end({30}));
    CHECK(known.latest_epoch() == LeaderEpoch{4});
    CHECK(known.truncate_from_start({25}));
    CHECK(known == epochs({{{4}, {25}}}));
    CHECK(!known.truncate_from_start({25}));
    CHECK(known.epoch_of({24}) == std::nullopt);
    CHECK(known.epoch_of({25}) == LeaderEpoch{4});
    CHECK(known.start_of({4}) == Offset{25});
    CHECK(known.clear());
    CHECK(!known.latest_epoch());
}
