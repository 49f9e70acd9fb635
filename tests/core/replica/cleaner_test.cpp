// The log cleaner's turns: who is cleaned when, how far, and what of it outlives the process.
#include "core/record/records.hpp"
#include "tests/core/replica/toy.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::tests;
using wire::Error;

namespace {

/// Offsets of the records in a broker's log, with their keys.
std::map<std::int64_t, std::string> keys_of(Toy& toy, int id) {
    std::map<std::int64_t, std::string> found;
    const log::Log& log = toy.part(id).log;
    for (std::size_t i = 0; i < log.segment_count(); ++i)
        for (const log::StoredBatch& stored : log.segment(i).batches) {
            record::Records records({stored.header(), stored.bytes});
            for (record::Record record; records.next(record);)
                found[record.offset.value] = {reinterpret_cast<const char*>(record.key->data()),
                                              record.key->size()};
        }
    return found;
}

void write(Toy& toy, int to, int count) {
    for (int i = 0; i < count; ++i) {
        const std::string key = "k" + std::to_string(i % 4);
        const std::string value(60, 'v');
        const replica::OwnRecord record{std::as_bytes(std::span(key)),
                                        std::as_bytes(std::span(value))};
        toy.step(to, [&](Replicas& replicas, replica::Out& out) {
            const LeaderEpoch epoch = toy.part(to).leader_epoch;
            REQUIRE(replicas.append_own({"t", 0, epoch, {&record, 1}, {}}, toy.now, out));
        });
        toy.run();
    }
}

Toy with_compacted_topic(const std::vector<std::vector<int>>& replicas, replica::Config config) {
    Toy toy(3, std::move(config));
    toy.create("t", replicas);
    toy.set_config("t", "segment.bytes", "1000");
    toy.set_config("t", "cleanup.policy", "compact");
    toy.run();
    return toy;
}

} // namespace

TEST_CASE("each replica of a compacted topic cleans its own log, and all keep the same records") {
    Toy toy = with_compacted_topic({{1, 2, 3}}, {});
    write(toy, 1, 40);
    CHECK(keys_of(toy, 1).size() == 40);
    toy.advance(20'000);
    const auto kept = keys_of(toy, 1);
    CHECK(kept.size() < 15);
    CHECK(kept.size() >= 4);
    for (const int id : {1, 2, 3}) {
        CHECK(keys_of(toy, id) == kept);
        CHECK(toy.part(id).log_end() == Offset{40});
        CHECK(toy.part(id).cleaned > Offset{20});
        CHECK(toy.files(id).contains("cleaner-offset-checkpoint"));
        for (const auto& [name, content] : toy.files(id))
            CHECK_FALSE(name.ends_with(".swap"));
    }
    const std::string clean = std::to_string(toy.part(2).cleaned.value);
    CHECK(toy.files(2).at("cleaner-offset-checkpoint") == "0\n1\nt 0 " + clean + "\n");
}

TEST_CASE("a broker that comes back knows how far its log is clean, and one that is new follows") {
    Toy toy = with_compacted_topic({{1, 2, 3}}, {});
    write(toy, 1, 40);
    toy.advance(20'000);
    const Offset clean = toy.part(2).cleaned;
    const auto kept = keys_of(toy, 1);
    toy.kill(2);
    toy.start(2);
    toy.run();
    CHECK(toy.part(2).cleaned == clean);
    CHECK(keys_of(toy, 2) == kept);
    toy.kill(3);
    toy.files(3).clear();
    toy.start(3);
    toy.run();
    toy.advance(2000);
    CHECK(keys_of(toy, 3) == kept);
    CHECK(toy.part(3).log_end() == Offset{40});
}

TEST_CASE("a log that was deleted is not clean by the checkpoint, nor is one of the same name") {
    Toy toy = with_compacted_topic({{1}}, {});
    write(toy, 1, 40);
    toy.advance(20'000);
    REQUIRE(toy.files(1).at("cleaner-offset-checkpoint").starts_with("0\n1\nt 0 "));
    toy.delete_topic("t");
    toy.run();
    CHECK(toy.files(1).at("cleaner-offset-checkpoint") == "0\n0\n");
}

TEST_CASE("a log that is cut below where it was clean is no cleaner than it is long") {
    Toy toy = with_compacted_topic({{1, 2}}, {});
    write(toy, 1, 40);
    toy.advance(20'000);
    REQUIRE(toy.part(2).cleaned > Offset{4});
    toy.kill(1);
    toy.files(1).clear(); // and with it all that was committed there
    toy.start(1);
    toy.elect(1, {1});
    toy.run();
    toy.advance(2000);
    REQUIRE(toy.part(2).log_end() == Offset{0});
    CHECK(toy.part(2).cleaned == Offset{0});
    CHECK(toy.files(2).at("cleaner-offset-checkpoint") == "0\n0\n");
}

TEST_CASE("what is not committed is not cleaned") {
    Toy toy = with_compacted_topic({{1, 2}}, {});
    toy.cut = {{2, 1}};
    write(toy, 1, 40);
    toy.advance(16'000);
    CHECK(toy.part(1).high_watermark == Offset{0});
    CHECK(keys_of(toy, 1).size() == 40);
    CHECK(toy.part(1).cleaned == Offset{0});
}

TEST_CASE("nothing is cleaned without the cleaner, or of a topic that is not compacted") {
    replica::Config off;
    off.cleaner_enable = false;
    Toy toy = with_compacted_topic({{1}}, off);
    write(toy, 1, 40);
    toy.advance(60'000);
    CHECK(keys_of(toy, 1).size() == 40);

    Toy plain(1);
    plain.create("t", {{1}});
    plain.set_config("t", "segment.bytes", "1000");
    plain.run();
    write(plain, 1, 40);
    plain.advance(60'000);
    CHECK(keys_of(plain, 1).size() == 40);
}

TEST_CASE("a topic waits for its share of dirty bytes") {
    Toy toy = with_compacted_topic({{1}}, {});
    toy.set_config("t", "min.cleanable.dirty.ratio", "0.99");
    toy.run();
    write(toy, 1, 40);
    toy.advance(20'000);
    const std::size_t kept = keys_of(toy, 1).size();
    CHECK(kept < 40); // all of it was dirty
    write(toy, 1, 40);
    toy.advance(60'000);
    CHECK(keys_of(toy, 1).size() == kept + 40);
    toy.set_config("t", "min.cleanable.dirty.ratio", "0.1");
    toy.advance(20'000);
    CHECK(keys_of(toy, 1).size() < kept + 20);
}
