// A seeded life of three brokers: produces, cuts, kills, elections from the ISR, time; and after
// every event the invariants of replication: nothing acknowledged with acks=all is lost, logs
// match, the high watermark only rises within an epoch and lies within the log.
#include "core/base/random.hpp"
#include "tests/core/replica/toy.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace orrery;
using namespace orrery::tests;

namespace {

struct Story {
    Toy toy;
    Random random;
    int next_value = 0;
    std::map<std::uint64_t, std::string> waiting;     // acks=all produces by request
    std::map<std::int64_t, std::string> acknowledged; // by offset
    std::map<int, Offset> watched;                    // high watermarks after the last event
    bool broken = false;
    std::string why;

    Story(std::uint64_t seed, replica::Config config) : toy(3, config), random(seed, "story") {
        toy.create("t", {{1, 2, 3}});
        toy.set_config("t", "min.insync.replicas", "2");
        toy.run();
    }

    void fail(const std::string& what) {
        if (!broken)
            why = what;
        broken = true;
    }

    int leader() { return toy.registered().leader.value; }

    void elect_if_needed() {
        const int now_leading = leader();
        if (now_leading > 0 && toy.up(now_leading) && random.below(4) != 0)
            return;
        // As the controller: any live member of the ISR; the dead leave it unless they are the
        // last.
        std::vector<int> isr;
        for (const NodeId id : toy.registered().isr)
            if (toy.up(id.value))
                isr.push_back(id.value);
        if (isr.empty())
            return; // nobody may lead
        random.shuffle(isr);
        const int next = isr.front();
        // Who left while fewer than min.insync.replicas stay would be an eligible leader replica;
        // the toy has none, so it keeps them in the ISR.
        if (isr.size() < 2)
            for (const NodeId id : toy.registered().isr)
                if (std::find(isr.begin(), isr.end(), id.value) == isr.end())
                    isr.push_back(id.value);
        toy.elect(next, isr);
    }

    void event() {
        const int id = static_cast<int>(random.between(1, 3));
        const int other = static_cast<int>(random.between(1, 3));
        switch (random.below(10)) {
        case 0:
        case 1:
        case 2:
        case 3: {
            const int to = leader() > 0 ? leader() : id;
            if (!toy.up(to))
                break;
            const std::string value = std::to_string(next_value++);
            waiting[toy.produce(to, {value}, -1, 0, 30'000).value] = value;
            break;
        }
        case 4: toy.cut.insert({id, other}); break;
        case 5: toy.cut.clear(); break;
        case 6:
            if (toy.up(id))
                toy.kill(id);
            else
                toy.start(id);
            break;
        case 7: elect_if_needed(); break;
        case 8: toy.advance(random.between(1, 3000)); break;
        default:
            for (std::uint64_t i = random.below(6); i-- > 0;)
                toy.deliver(static_cast<int>(random.between(1, 3)));
            break;
        }
        if (random.below(3) == 0)
            toy.run();
    }

    void take_acknowledgements() {
        for (auto entry = waiting.begin(); entry != waiting.end();) {
            const auto* part = toy.produced(RequestId{entry->first});
            if (part == nullptr) {
                ++entry;
                continue;
            }
            if (part->error_code == 0) {
                const auto [at, fresh] = acknowledged.try_emplace(part->base_offset, entry->second);
                if (!fresh)
                    fail("two values acknowledged at offset " + std::to_string(at->first));
            }
            entry = waiting.erase(entry);
        }
    }

    void check() {
        take_acknowledgements();
        for (int id = 1; id <= 3; ++id) {
            if (!toy.up(id)) {
                watched.erase(id);
                continue;
            }
            const replica::Partition& part = toy.part(id);
            if (part.log_start() > part.high_watermark || part.high_watermark > part.log_end())
                fail("high watermark outside of the log");
            // A leader's never goes back, not even from what it was as a follower; a follower's
            // may, to that of a new leader that has yet to hear from its followers.
            Offset& high = watched[id];
            if (part.leads() && part.high_watermark < high)
                fail("high watermark went back");
            high = part.high_watermark;
        }
        check_logs();
    }

    void check_logs() {
        for (int a = 1; a <= 3; ++a)
            for (int b = a + 1; b <= 3; ++b)
                if (toy.up(a) && toy.up(b))
                    check_match(toy.part(a), toy.part(b));
        const int id = leader();
        // The registered leader, if it knows that it leads, has all that was acknowledged.
        if (id <= 0 || !toy.up(id) || !toy.part(id).leads() ||
            toy.part(id).leader_epoch != toy.registered().leader_epoch)
            return;
        const std::vector<std::string> values = toy.log_values(id);
        for (const auto& [offset, value] : acknowledged)
            if (static_cast<std::size_t>(offset) >= values.size() ||
                values[static_cast<std::size_t>(offset)] != value)
                fail("lost what was acknowledged at " + std::to_string(offset));
    }

    void check_match(const replica::Partition& a, const replica::Partition& b) {
        const auto& left = a.log.segment(0).batches;
        const auto& right = b.log.segment(0).batches;
        const auto committed = std::min(a.high_watermark, b.high_watermark);
        bool same = true;
        for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
            const bool equal = left[i].bytes == right[i].bytes;
            if (equal && !same)
                fail("logs part and meet again");
            same = same && equal;
            if (!equal && left[i].base_offset < committed)
                fail("logs differ below both high watermarks");
        }
    }

    void settle() {
        toy.cut.clear();
        for (int id = 1; id <= 3; ++id)
            if (!toy.up(id))
                toy.start(id);
        elect_if_needed();
        for (int i = 0; i < 6 && !broken; ++i) {
            toy.advance(20'000);
            check();
        }
        if (broken)
            return;
        const int id = leader();
        for (int other = 1; other <= 3; ++other)
            if (toy.log_values(other) != toy.log_values(id))
                fail("logs did not come together");
        if (toy.registered().isr.size() != 3)
            fail("the ISR did not come together");
        if (toy.part(id).high_watermark != toy.part(id).log_end())
            fail("the high watermark did not reach the end");
    }
};

std::string run_story(std::uint64_t seed, const replica::Config& config, int events,
                      std::size_t& acknowledged) {
    Story story(seed, config);
    for (int i = 0; i < events && !story.broken; ++i) {
        story.event();
        story.check();
    }
    if (!story.broken)
        story.settle();
    acknowledged += story.acknowledged.size();
    return story.why;
}

} // namespace

TEST_CASE("whatever happens, what was acknowledged stays, and the logs come together") {
    std::size_t acknowledged = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        INFO("seed " << seed);
        CHECK(run_story(seed, {}, 150, acknowledged) == "");
    }
    CHECK(acknowledged > 500);
}

TEST_CASE("the random stories find the flaws that are planted") {
    using replica::Planted;
    for (bool Planted::*flaw :
         {&Planted::truncate_to_high_watermark, &Planted::high_watermark_alone,
          &Planted::high_watermark_goes_back}) {
        replica::Config config;
        config.planted.*flaw = true;
        std::size_t acknowledged = 0;
        bool found = false;
        for (std::uint64_t seed = 1; seed <= 200 && !found; ++seed)
            found = !run_story(seed, config, 150, acknowledged).empty();
        CHECK(found);
    }
}
