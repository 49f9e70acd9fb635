// What a broker appends by itself to an internal topic, and reads back.
#include "core/record/batches.hpp"
#include "core/record/records.hpp"
#include "tests/core/replica/toy.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::tests;
using wire::Error;

namespace {

const std::vector<std::vector<int>> three = {{1, 2, 3}};

struct Pair {
    std::string key;
    std::optional<std::string> value;
    bool operator==(const Pair&) const = default;
};

record::View view_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

Result<Offset, Error> append(Toy& toy, int to, std::vector<Pair> pairs, LeaderEpoch epoch,
                             record::Codec codec = record::Codec::none) {
    std::vector<replica::OwnRecord> own;
    for (const Pair& pair : pairs) {
        own.push_back({view_of(pair.key), {}});
        if (pair.value)
            own.back().value = view_of(*pair.value);
    }
    Result<Offset, Error> done = failure(Error::unknown_server_error);
    toy.step(to, [&](Replicas& replicas, replica::Out& out) {
        done = replicas.append_own({"t", 0, epoch, own, codec}, toy.now, out);
    });
    return done;
}

std::string text_of(record::View view) {
    return {reinterpret_cast<const char*>(view.data()), view.size()};
}

std::vector<Pair> pairs_in(const Chain& records) {
    std::vector<Pair> found;
    record::BatchReader batches(records);
    while (true) {
        const auto next = batches.next();
        REQUIRE(next.has_value());
        if (!*next)
            return found;
        record::Records reader(**next);
        record::Record record;
        while (reader.next(record)) {
            found.push_back({text_of(*record.key), {}});
            if (record.value)
                found.back().value = text_of(*record.value);
        }
    }
}

LeaderEpoch epoch_of(Toy& toy, int id = 1) {
    return toy.part(id).leader_epoch;
}

} // namespace

TEST_CASE("own records are one batch, committed when the followers in sync have it") {
    Toy toy(3);
    toy.create("t", three);
    toy.run();
    toy.cut = {{2, 1}, {3, 1}};
    const auto end = append(toy, 1, {{"a", "1"}, {"b", {}}}, epoch_of(toy));
    REQUIRE(end.has_value());
    CHECK(*end == Offset{2});
    toy.run();
    CHECK(toy.part(1).high_watermark == Offset{0});
    toy.cut.clear();
    toy.run();
    CHECK(toy.part(1).high_watermark == Offset{2});
    CHECK(toy.part(3).log_end() == Offset{2});
    CHECK(toy.part(1).log.segment(0).batches.size() == 1);
}

TEST_CASE("the same records come back, also compressed, from where the log starts") {
    Toy toy(1);
    toy.create("t", {{1}});
    toy.run();
    const std::vector<Pair> first{{"a", "1"}, {"b", {}}};
    const std::vector<Pair> second{{"a", std::string(500, 'x')}};
    REQUIRE(append(toy, 1, first, epoch_of(toy)).has_value());
    REQUIRE(append(toy, 1, second, epoch_of(toy), record::Codec::lz4).has_value());
    const auto little = toy[1].read_own("t", 0, epoch_of(toy), Offset{-1}, 1);
    REQUIRE(little.has_value());
    CHECK(pairs_in(little->records) == first);
    CHECK(little->end == Offset{3});
    CHECK(little->high_watermark == Offset{3});
    const auto rest = toy[1].read_own("t", 0, epoch_of(toy), Offset{2}, 1 << 20);
    REQUIRE(rest.has_value());
    CHECK(rest->records.size() < 300);
    CHECK(pairs_in(rest->records) == second);
    const auto nothing = toy[1].read_own("t", 0, epoch_of(toy), Offset{3}, 1 << 20);
    REQUIRE(nothing.has_value());
    CHECK(nothing->records.empty());
    CHECK(toy[1].read_own("t", 0, epoch_of(toy), Offset{4}, 1).error() ==
          Error::offset_out_of_range);
}

TEST_CASE("who does not lead in the writer's epoch refuses own records") {
    Toy toy(3);
    toy.create("t", three);
    toy.run();
    const LeaderEpoch epoch = epoch_of(toy);
    CHECK(append(toy, 2, {{"a", "1"}}, epoch).error() == Error::not_leader_or_follower);
    CHECK(append(toy, 1, {{"a", "1"}}, LeaderEpoch{epoch.value + 1}).error() ==
          Error::not_leader_or_follower);
    toy.elect(2, {1, 2, 3});
    toy.run();
    CHECK(append(toy, 1, {{"a", "1"}}, epoch).error() == Error::not_leader_or_follower);
    CHECK(append(toy, 2, {{"a", "1"}}, epoch).error() == Error::not_leader_or_follower);
    CHECK(toy[2].read_own("t", 0, epoch, Offset{0}, 1).error() == Error::not_leader_or_follower);
    CHECK(toy.part(2).log_end() == Offset{0});
    CHECK(append(toy, 2, {{"a", "1"}}, epoch_of(toy, 2)).has_value());
}

TEST_CASE("own records need min.insync.replicas and must fit into a message and a segment") {
    Toy toy(3);
    toy.create("t", three);
    toy.set_config("t", "min.insync.replicas", "2");
    toy.set_config("t", "max.message.bytes", "1000");
    toy.set_config("t", "segment.bytes", "1048576");
    toy.run();
    CHECK(append(toy, 1, {{"a", std::string(1000, 'x')}}, epoch_of(toy)).error() ==
          Error::message_too_large);
    toy.set_config("t", "max.message.bytes", "10000000");
    CHECK(append(toy, 1, {{"a", std::string(1'048'576, 'x')}}, epoch_of(toy)).error() ==
          Error::record_list_too_large);
    toy.set_isr({1});
    toy.run();
    CHECK(append(toy, 1, {{"a", "1"}}, epoch_of(toy)).error() == Error::not_enough_replicas);
    CHECK(toy.part(1).log_end() == Offset{0});
}
