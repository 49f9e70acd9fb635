#include "core/base/fingerprint.hpp"
#include "gui/model/why.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::gui::model;

namespace {

FactLine fact(std::uint64_t event, bool notable, std::int64_t cause, std::int32_t partition = -1) {
    FactLine line;
    line.event = event;
    line.notable = notable;
    line.cause = cause;
    line.topic = partition < 0 ? "" : "orders";
    line.partition = partition;
    return line;
}

} // namespace

TEST_CASE("a change is explained by the chain of its causes, the first cause first") {
    Snapshot snapshot;
    snapshot.facts.push_back(fact(1, true, -1));
    snapshot.facts.push_back(fact(2, false, -1, 0));
    snapshot.facts.push_back(fact(3, true, 0));
    snapshot.facts.push_back(fact(4, true, 2, 0));
    snapshot.facts.push_back(fact(5, false, -1, 0));
    const auto latest = latest_about_partition(snapshot, "orders", 0);
    CHECK(latest == 3);
    CHECK(chain_to(snapshot, latest, 10) == std::vector<std::size_t>{0, 2, 3});
    CHECK(chain_to(snapshot, latest, 2) == std::vector<std::size_t>{2, 3});
    CHECK(latest_about_partition(snapshot, "orders", 7) == -1);
}

TEST_CASE("a fact that names itself or a later one as its cause ends the chain") {
    Snapshot snapshot;
    snapshot.facts.push_back(fact(1, true, 0));
    snapshot.facts.push_back(fact(2, true, 9));
    CHECK(chain_to(snapshot, 0, 10) == std::vector<std::size_t>{0});
    CHECK(chain_to(snapshot, 1, 10) == std::vector<std::size_t>{1});
}

TEST_CASE("rows of a snapshot are found by their keys and only by them") {
    Snapshot snapshot;
    for (const std::int32_t id : {1, 2, 5}) {
        Node node;
        node.id = id;
        snapshot.nodes.push_back(node);
    }
    Link link;
    link.a = 1;
    link.b = 5;
    snapshot.links.push_back(link);
    Message old;
    old.id = 7;
    snapshot.recent.push_back(old);
    CHECK(node_of(snapshot, 5) == &snapshot.nodes[2]);
    CHECK(node_of(snapshot, 3) == nullptr);
    CHECK(link_of(snapshot, 5, 1) == &snapshot.links[0]);
    CHECK(link_of(snapshot, 1, 2) == nullptr);
    CHECK(message_of(snapshot, 7) == &snapshot.recent[0]);
    CHECK(message_of(snapshot, 8) == nullptr);
}

TEST_CASE("a snapshot compares and fingerprints by all it holds") {
    Snapshot a;
    Snapshot b;
    CHECK(fingerprint(a) == fingerprint(b));
    b.faults.push_back({3, {5}, "broker 1 cut off", 1, -1});
    CHECK(fingerprint(a) != fingerprint(b));
    CHECK(a != b);
}
