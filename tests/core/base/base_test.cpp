#include "core/base/cow.hpp"
#include "core/base/cow_vector.hpp"
#include "core/base/fact.hpp"
#include "core/base/fingerprint.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/print.hpp"
#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;

namespace {

struct Sample {
    Offset offset{};
    std::optional<Instant> caught_up;
    std::vector<std::string> names;
    bool operator==(const Sample&) const = default;
    ORRERY_FIELDS(offset, caught_up, names)
};

} // namespace

TEST_CASE("a struct prints every field by its name") {
    const Sample sample{{12}, Instant{4}, {"a", "b"}};
    CHECK(print(sample) == R"({offset: 12, caught_up: {ns: 4}, names: ["a", "b"]})");
}

TEST_CASE("a fingerprint is of the value: equal for equal, different for one changed field") {
    Sample one{{12}, Instant{4}, {"a", "b"}};
    Sample two = one;
    CHECK(fingerprint(one) == fingerprint(two));
    two.names[1] = "c";
    CHECK(fingerprint(one) != fingerprint(two));
    CHECK(fingerprint(std::vector<int>{1, 2}) != fingerprint(std::vector<int>{2, 1}));
}

TEST_CASE("every kind of effect prints and has a fingerprint") {
    const Effects effects{Send{{1}, Bytes::copy("x")}, Exit{true, ""}, Note{}};
    CHECK(fingerprint(effects) != fingerprint(Effects{}));
    CHECK(print(effects).find("connection: 1") != std::string::npos);
    CHECK(fingerprint(Input{Woke{}}) != fingerprint(Input{Stopping{}}));
}

TEST_CASE("random streams are golden: the same on every compiler and machine") {
    Random random(42, "network");
    CHECK(random.next() == 0x30717dd7e6756d88ULL);
    Random other(42, "disk");
    CHECK(other.next() != Random(42, "network").next());
    Random copy = random;
    CHECK(copy.next() == random.next());
}

TEST_CASE("below() stays in its bound and reaches every value") {
    Random random(1, "test");
    std::array<int, 7> seen{};
    for (int i = 0; i < 700; ++i)
        ++seen[static_cast<std::size_t>(random.below(7))];
    for (const int count : seen)
        CHECK(count > 50);
}

TEST_CASE("a Cow clones only when it is shared and written") {
    Cow<std::vector<int>> one(std::vector<int>{1});
    Cow<std::vector<int>> two = one;
    CHECK(one.shares_with(two));
    two.edit().push_back(2);
    CHECK(one->size() == 1);
    CHECK(two->size() == 2);
    const int* place = two->data();
    two.edit()[0] = 9;
    CHECK(two->data() == place);
}

TEST_CASE("a CowVector's copy keeps its own elements when the original goes on") {
    CowVector<int, 4> numbers;
    for (int i = 0; i < 10; ++i)
        numbers.push_back(i);
    CowVector<int, 4> copy = numbers;
    numbers.push_back(10);
    numbers.truncate(5);
    numbers.push_back(50);
    CHECK(copy.size() == 10);
    CHECK(copy.back() == 9);
    CHECK(numbers.size() == 6);
    CHECK(std::vector<int>(numbers.begin(), numbers.end()) == std::vector<int>{0, 1, 2, 3, 4, 50});
}

TEST_CASE("a chain reads the same however it is cut") {
    Chain cut(Bytes::copy("ab"));
    cut.append(Bytes::copy("cde"));
    const Chain whole(Bytes::copy("abcde"));
    CHECK(cut == whole);
    CHECK(fingerprint(cut) == fingerprint(whole));
    CHECK(cut.slice(1, 3).flat().text() == "bcd");
    CHECK(cut.pieces() == 2);
}

TEST_CASE("a uuid reads back from its text and refuses other text") {
    Random random(7, "uuids");
    for (int i = 0; i < 100; ++i) {
        const Uuid uuid = random.uuid();
        CHECK(Uuid::parse(uuid.to_text()) == uuid);
    }
    CHECK(metadata_topic_id.to_text() == "AAAAAAAAAAAAAAAAAAAAAQ");
    CHECK_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAAR"));
    CHECK_FALSE(Uuid::parse("short"));
}

TEST_CASE("every fact has a row and its sentence uses only what the row names") {
    for (const FactRow& row : fact_table()) {
        CHECK(&row_of(row.fact) == &row);
        CHECK(fact_named(row.name) == row.fact);
        Note note;
        note.fact = row.fact;
        CHECK(sentence_of(note).find('?') == std::string::npos);
    }
}

TEST_CASE("an instant past the end of time is never") {
    CHECK(Instant{5} + Duration{never.ns} == never);
}

TEST_CASE("a FlatMap iterates in key order") {
    FlatMap<int, char> map;
    map[3] = 'c';
    map[1] = 'a';
    map[2] = 'b';
    std::string order;
    for (const auto& [key, value] : map)
        order += value;
    CHECK(order == "abc");
    CHECK(map.erase(2));
    CHECK(map.find(2) == nullptr);
}
