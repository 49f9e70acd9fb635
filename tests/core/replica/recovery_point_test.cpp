// Recovery points: how they rise while a broker lives, when they are written down, and what a
// restart after a crash is spared by them.
#include "tests/core/replica/toy.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::tests;

namespace {

const std::string checkpoint = "recovery-point-offset-checkpoint";

/// A broker with a partition of several segments of two records each.
struct Segmented {
    Toy toy;

    explicit Segmented(int brokers, const std::vector<int>& replicas) : toy(brokers) {
        toy.create("t", {replicas});
        toy.set_config("t", "segment.bytes", "400");
        toy.run();
        for (int i = 0; i < 7; ++i)
            toy.produce(1, {std::string(100, 'a')}, 1);
        toy.run();
    }
    std::int64_t last_base() {
        const log::Log& log = toy.part(1).log;
        return log.segment(log.segment_count() - 1).base_offset.value;
    }
};

} // namespace

TEST_CASE("recovery points rise with each roll and are written once a minute") {
    Segmented here(1, {1});
    REQUIRE(here.toy.part(1).log.segment_count() > 2);
    CHECK(here.toy.part(1).log.recovery_point().value == here.last_base());
    here.toy.advance(59'000);
    CHECK_FALSE(here.toy.files(1).contains(checkpoint));
    here.toy.advance(1'000);
    CHECK(here.toy.files(1).at(checkpoint) ==
          "0\n1\nt 0 " + std::to_string(here.last_base()) + "\n");
}

TEST_CASE("a broker that was killed scans nothing below its recovery point") {
    Segmented here(1, {1});
    here.toy.advance(60'000);
    const log::Log before = here.toy.part(1).log;
    here.toy.kill(1);
    here.toy.start(1);
    auto recovered = here.toy.facts(Fact::log_recovered);
    REQUIRE(recovered.size() == 1);
    CHECK(recovered[0].numbers[0] == 7);
    CHECK(recovered[0].numbers[2] == before.segment(before.segment_count() - 1).size);
    // Without the checkpoint all of it is read.
    here.toy.kill(1);
    here.toy.files(1).erase(checkpoint);
    here.toy.start(1);
    recovered = here.toy.facts(Fact::log_recovered);
    REQUIRE(recovered.size() == 2);
    CHECK(recovered[1].numbers[2] == before.size());
    CHECK(here.toy.part(1).log.end_offset() == Offset{7});
}

TEST_CASE("a log that is cut, or goes, takes its recovery point back at once") {
    Segmented here(2, {1, 2});
    Toy& toy = here.toy;
    toy.advance(60'000);
    REQUIRE(toy.files(1).at(checkpoint) != "0\n1\nt 0 2\n");
    // What broker 1 alone has, it loses under the next leader.
    toy.cut = {{2, 1}};
    for (int i = 0; i < 5; ++i)
        toy.produce(1, {std::string(100, 'b')}, 1);
    toy.advance(60'000);
    const std::int64_t reached = toy.part(1).log.recovery_point().value;
    const std::int64_t kept = toy.part(2).log_end().value;
    REQUIRE(reached > kept);
    REQUIRE(toy.files(1).at(checkpoint) == "0\n1\nt 0 " + std::to_string(reached) + "\n");
    toy.lose(2);
    toy.cut.clear();
    toy.elect(2, {2});
    toy.advance(2'000);
    REQUIRE(toy.part(1).log_end().value == kept);
    CHECK(toy.files(1).at(checkpoint) == "0\n1\nt 0 " + std::to_string(kept) + "\n");
    toy.delete_topic("t");
    CHECK(toy.files(1).at(checkpoint) == "0\n0\n");
}
