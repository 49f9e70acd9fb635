// The nine invariants of striped placement, numbered as in the project's protocol notes.
#include "core/controller/placement.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace orrery;
using namespace orrery::controller;

namespace {

using Placed = std::vector<std::vector<NodeId>>;

std::vector<UsableBroker> brokers(const std::vector<std::pair<int, std::string>>& of,
                                  const std::set<int>& fenced = {}) {
    std::vector<UsableBroker> out;
    for (const auto& [id, rack] : of)
        out.push_back(
            {NodeId{id}, rack.empty() ? std::nullopt : std::optional(rack), fenced.count(id) > 0});
    return out;
}

Placed placed(const std::vector<UsableBroker>& of, int partitions, int factor, std::uint64_t seed) {
    Random random(seed, "placement");
    auto out = place_replicas(random, of, partitions, factor);
    REQUIRE(out.has_value());
    REQUIRE(out->size() == static_cast<std::size_t>(partitions));
    return *out;
}

std::string refusal(const std::vector<UsableBroker>& of, int factor) {
    Random random(1, "placement");
    const auto out = place_replicas(random, of, 1, factor);
    return out ? "placed" : out.error();
}

std::optional<std::string> rack_of(const std::vector<UsableBroker>& all, NodeId id) {
    return std::find_if(all.begin(), all.end(), [&](const auto& b) { return b.id == id; })->rack;
}

const std::vector<UsableBroker> three_racks = brokers(
    {{0, "a"}, {1, "a"}, {2, "a"}, {3, "b"}, {4, "b"}, {5, "b"}, {6, "c"}, {7, "c"}, {8, "c"}});

} // namespace

TEST_CASE("1: replicas of a partition are distinct brokers") {
    for (std::uint64_t seed = 0; seed < 50; ++seed)
        for (const auto& replicas : placed(three_racks, 40, 7, seed))
            CHECK(std::set<NodeId>(replicas.begin(), replicas.end()).size() == 7);
}

TEST_CASE("2: a factor that cannot be reached is refused") {
    const auto few = brokers({{1, ""}, {2, ""}}, {2});
    CHECK(refusal(few, 0) ==
          "Invalid replication factor 0: the replication factor must be positive.");
    CHECK(refusal(few, 3) == "The target replication factor of 3 cannot be reached because only 2 "
                             "broker(s) are registered.");
    CHECK(refusal(few, 2) == "placed"); // fenced ones count
    CHECK(refusal(brokers({{1, ""}}, {1}), 1) == "All brokers are currently fenced.");
}

TEST_CASE("3: the leader is never fenced") {
    const auto some = brokers({{1, "a"}, {2, "a"}, {3, "b"}, {4, "c"}}, {1, 3});
    for (std::uint64_t seed = 0; seed < 100; ++seed)
        for (const auto& replicas : placed(some, 20, 3, seed))
            CHECK((replicas.front() == NodeId{2} || replicas.front() == NodeId{4}));
}

TEST_CASE("4: in a rack fenced brokers come after the unfenced ones") {
    const auto some = brokers({{1, ""}, {2, ""}, {3, ""}, {4, ""}, {5, ""}}, {2, 4});
    for (std::uint64_t seed = 0; seed < 100; ++seed)
        for (const auto& replicas : placed(some, 20, 4, seed))
            for (std::size_t i = 0; i < 3; ++i)
                CHECK((replicas[i] != NodeId{2} && replicas[i] != NodeId{4}));
}

TEST_CASE("5: the first replicas lie in distinct racks, as many as there are") {
    for (std::uint64_t seed = 0; seed < 50; ++seed)
        for (int factor = 1; factor <= 5; ++factor)
            for (const auto& replicas : placed(three_racks, 30, factor, seed)) {
                std::set<std::optional<std::string>> racks;
                const auto count = static_cast<std::size_t>(std::min(factor, 3));
                for (std::size_t i = 0; i < count; ++i)
                    racks.insert(rack_of(three_racks, replicas[i]));
                CHECK(racks.size() == count);
            }
}

TEST_CASE("6: with racks of equal size leaders and replicas are even") {
    const auto six = brokers({{0, "a"}, {1, "a"}, {2, "b"}, {3, "b"}, {4, "c"}, {5, "c"}});
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        std::map<NodeId, int> leaders;
        std::map<NodeId, int> replicas;
        for (const auto& each : placed(six, 6, 3, seed)) {
            ++leaders[each.front()];
            for (const NodeId id : each)
                ++replicas[id];
        }
        for (int id = 0; id < 6; ++id) {
            CHECK(leaders[NodeId{id}] == 1);
            CHECK(replicas[NodeId{id}] == 3);
        }
        // With as many racks as brokers in each, Kafka's two turns keep step: a rack's leader is
        // the same broker until the shuffle. Replicas are even all the same.
        std::map<NodeId, int> nine;
        for (const auto& each : placed(three_racks, 9, 3, seed))
            for (const NodeId id : each)
                ++nine[id];
        for (int id = 0; id < 9; ++id)
            CHECK(nine[NodeId{id}] == 3);
    }
}

TEST_CASE("7: racks are balanced before brokers: a small rack's broker carries more") {
    const auto uneven = brokers({{0, "big"}, {1, "big"}, {2, "big"}, {3, "small"}});
    for (std::uint64_t seed = 0; seed < 50; ++seed)
        for (const auto& replicas : placed(uneven, 20, 2, seed))
            CHECK(std::count(replicas.begin(), replicas.end(), NodeId{3}) == 1);
}

TEST_CASE("8: the order changes after as many partitions as there are unfenced brokers") {
    const auto four = brokers({{0, ""}, {1, ""}, {2, ""}, {3, ""}});
    int repeats = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const auto all = placed(four, 12, 3, seed);
        for (std::size_t i = 0; i + 1 < 4; ++i) { // within a round the start moves by one
            std::set<NodeId> first;
            for (std::size_t j = 0; j < 4; ++j)
                first.insert(all[j].front());
            CHECK(first.size() == 4);
        }
        repeats += std::equal(all.begin(), all.begin() + 4, all.begin() + 4);
    }
    CHECK(repeats < 20); // one order of 4! x 4 comes again by chance
    // One unfenced broker leads all, and its followers still take turns.
    const auto lonely = placed(brokers({{0, ""}, {1, ""}, {2, ""}}, {1, 2}), 10, 2, 3);
    std::set<NodeId> followers;
    for (const auto& replicas : lonely)
        followers.insert(replicas[1]);
    CHECK(followers.size() == 2);
}

TEST_CASE("9: brokers without a rack form one rack of their own") {
    const auto mixed = brokers({{0, ""}, {1, ""}, {2, "a"}, {3, "a"}});
    for (std::uint64_t seed = 0; seed < 50; ++seed)
        for (const auto& replicas : placed(mixed, 20, 2, seed))
            CHECK(rack_of(mixed, replicas[0]) != rack_of(mixed, replicas[1]));
}

TEST_CASE("placement is a function of its seed alone, not of the order of brokers") {
    auto turned = three_racks;
    std::reverse(turned.begin(), turned.end());
    CHECK(placed(three_racks, 20, 3, 5) == placed(turned, 20, 3, 5));
    CHECK(placed(three_racks, 20, 3, 5) != placed(three_racks, 20, 3, 6));
}
