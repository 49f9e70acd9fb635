// Random lives of a consumer group: members join, leave, die, come back and change their minds,
// replies get lost, topics come, grow and go, coordinators fail over. At no time has a partition
// two owners, the log alone makes the same group, and when all is quiet the group is stable and
// each partition that somebody wants has one owner.
#include "tests/core/group/consumer_toy.hpp"

#include <algorithm>
#include <memory>

using namespace orrery;
using namespace orrery::group;

namespace {

class RandomLife {
public:
    explicit RandomLife(std::uint64_t seed) : random_(seed, "consumer group") {
        toy.settings.consumer_assignment_interval = random_.below(2) == 0 ? Duration{} : seconds(1);
        for (const char* name : {"a", "b", "c1"})
            toy.topic(name, static_cast<std::int32_t>(1 + random_.below(6)));
    }

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            step();
            toy.pass(milliseconds(static_cast<std::int64_t>(random_.below(3'000))));
            check();
        }
    }

    /// All that live heartbeat, and nothing else happens.
    void calm_down() {
        for (int round = 0; round < 80; ++round) {
            for (const auto& member : members_)
                member->heartbeat();
            toy.pass(seconds(2));
            check();
        }
    }

    /// Partitions that somebody is subscribed to, and whom of the members it is told to own them.
    void check_converged() const {
        CHECK(toy.group.state() == (members_.empty() ? "Empty" : "Stable"));
        std::map<std::pair<Uuid, std::int32_t>, int> owners;
        for (const auto& member : members_) {
            for (const auto& partition : member->owned)
                ++owners[partition];
            CHECK(toy.owned(member->id) == toy.target(member->id));
        }
        for (const auto& [name, wanted] : toy.group.logged().wanted_topics()) {
            const auto* topic = toy.image.topic(std::string_view(name));
            if (!topic)
                continue;
            for (std::size_t i = 0; i < topic->partitions.size(); ++i)
                CHECK(owners[{topic->id, static_cast<std::int32_t>(i)}] == 1);
        }
        for (const auto& [partition, count] : owners)
            CHECK(count == 1);
    }

    ToyCoordinator toy;

private:
    void check() const {
        REQUIRE(toy.owned_twice().empty());
        REQUIRE(toy.replayed() == toy.group.logged());
        // what members that belong to the group believe to own
        TopicPartitionSet seen;
        for (const auto& member : members_) {
            if (!toy.group.logged().member(member->id))
                continue;
            for (const auto& partition : member->owned)
                REQUIRE(seen.insert(partition).second);
        }
    }

    std::vector<std::string> some_topics() {
        std::vector<std::string> topics;
        for (const char* name : {"a", "b", "c1", "c2"})
            if (random_.below(2) == 0)
                topics.emplace_back(name);
        return topics;
    }

    void join() {
        auto member =
            std::make_unique<ToyMember>(toy, "m" + std::to_string(++born_), some_topics());
        if (random_.below(4) == 0)
            member->regex = random_.below(2) == 0 ? "c.*" : "[ab]";
        if (random_.below(4) == 0)
            member->assignor = "range";
        if (random_.below(4) == 0)
            member->instance_id = "i" + std::to_string(born_);
        member->heartbeat();
        members_.push_back(std::move(member));
    }

    ToyMember* anybody() {
        return members_.empty() ? nullptr : members_[random_.below(members_.size())].get();
    }

    void drop(ToyMember* member) {
        std::erase_if(members_, [&](const auto& other) { return other.get() == member; });
    }

    void come_back() {
        ToyMember* member = anybody();
        if (!member || !member->instance_id)
            return;
        member->leave(static_leaving_epoch);
        toy.pass(seconds(static_cast<std::int64_t>(random_.below(50))));
        if (random_.below(2) == 0)
            member->id = "m" + std::to_string(++born_);
        member->heartbeat();
    }

    void change_topics() {
        switch (random_.below(4)) {
        case 0: {
            const char* name = random_.below(2) == 0 ? "c2" : "b";
            if (toy.image.topic(std::string_view(name)))
                toy.remove_topic(name);
            else
                toy.topic(name, static_cast<std::int32_t>(1 + random_.below(6)));
            return;
        }
        default: {
            const auto* topic = toy.image.topic(std::string_view("a"));
            const auto size = static_cast<std::int32_t>(topic->partitions.size());
            if (size < 12)
                toy.grow("a", size + 1);
        }
        }
    }

    void step() {
        ToyMember* member = anybody();
        switch (random_.below(16)) {
        case 0:
        case 1:
            if (members_.size() < 6)
                join();
            return;
        case 2:
            if (member && random_.below(3) == 0) {
                member->leave();
                drop(member);
            }
            return;
        case 3:
            if (random_.below(4) == 0)
                drop(member); // dies
            return;
        case 4: return come_back();
        case 5: return change_topics();
        case 6:
            if (member) {
                member->topics = some_topics();
                member->say_all();
                member->heartbeat();
            }
            return;
        case 7:
            if (member) { // a reply is lost: the member says all again
                toy.heartbeat(member->request());
                member->say_all();
            }
            return;
        case 8:
            if (random_.below(3) == 0)
                toy.fail_over();
            return;
        default:
            for (const auto& other : members_)
                if (random_.below(4) != 0)
                    other->heartbeat();
        }
    }

    Random random_;
    std::vector<std::unique_ptr<ToyMember>> members_;
    int born_ = 0;
};

/// What compaction makes of a log up to `clean`: of each key the last record alone, and of
/// tombstones only those that chance keeps.
std::vector<Record> compacted(const std::vector<Record>& log, std::size_t clean, Random& random) {
    std::map<std::string, std::size_t> last;
    const auto key_of = [](const Record& record) {
        const Bytes key = encode(record).key;
        return std::string(reinterpret_cast<const char*>(key.data()), key.size());
    };
    for (std::size_t i = 0; i < clean; ++i)
        last[key_of(log[i])] = i;
    std::vector<Record> left;
    for (std::size_t i = 0; i < log.size(); ++i) {
        const bool superseded = i < clean && last[key_of(log[i])] != i;
        const bool forgotten = i < clean && !encode(log[i]).value && random.below(2) == 0;
        if (!superseded && !forgotten)
            left.push_back(log[i]);
    }
    return left;
}

} // namespace

TEST_CASE("a compacted log makes the same group") {
    for (std::uint64_t seed = 100; seed < 130; ++seed) {
        INFO("seed " << seed);
        RandomLife life(seed);
        life.run(120);
        Random random(seed, "compaction");
        for (int i = 0; i < 8; ++i) {
            const auto& log = life.toy.log;
            ConsumerState state;
            for (const Record& record :
                 compacted(log, static_cast<std::size_t>(random.below(log.size() + 1)), random))
                CHECK(state.apply(record));
            CHECK(state == life.toy.group.logged());
        }
    }
}

TEST_CASE("records in any order are taken for what they say") {
    for (std::uint64_t seed = 200; seed < 220; ++seed) {
        RandomLife life(seed);
        life.run(60);
        auto log = life.toy.log;
        Random random(seed, "order");
        random.shuffle(log);
        ConsumerGroup group("g");
        for (const Record& record : log)
            CHECK(group.apply(record));
        group.loaded(life.toy.context());
        std::vector<Record> end;
        group.write_tombstones(end);
        for (const Record& record : end)
            group.apply(record);
        CHECK(group.is_blank());
    }
}

TEST_CASE("senseless heartbeats are answered, and break nothing") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        INFO("seed " << seed);
        ToyCoordinator toy;
        toy.topic("a", 3);
        toy.topic("b", 2);
        Random random(seed, "senseless");
        const auto some = [&](std::vector<std::string> words) {
            return words[random.below(words.size())];
        };
        std::map<std::string, int> answers;
        for (int i = 0; i < 400; ++i) {
            HeartbeatRequest request;
            request.group_id = "g";
            request.member_id = some({"m1", "m2", "m3", ""});
            request.member_epoch = static_cast<std::int32_t>(random.between(-3, 6));
            if (random.below(2) == 0)
                request.member_epoch = 0;
            if (random.below(3) == 0)
                request.instance_id = some({"i1", "i2", ""});
            if (random.below(4) != 0)
                request.rebalance_timeout_ms = static_cast<std::int32_t>(random.between(-2, 5'000));
            if (random.below(3) != 0)
                request.subscribed_topic_names = {some({"a", "b", "", "none"}), some({"a", "b"})};
            if (random.below(3) == 0)
                request.subscribed_topic_regex = some({"a", ".*", "(", "", "[b"});
            if (random.below(4) == 0)
                request.server_assignor = some({"range", "uniform", "other", ""});
            if (random.below(4) != 0)
                request.topic_partitions.emplace();
            if (request.topic_partitions && random.below(4) == 0)
                request.topic_partitions->push_back(
                    {random.below(2) == 0 ? toy.topic_id("a") : Uuid{1, 1},
                     {static_cast<std::int32_t>(random.between(-2, 5)), 2'000'000'000},
                     {}});
            const auto reply = toy.heartbeat(request, static_cast<std::int16_t>(random.below(2)));
            ++answers[std::string(wire::name_of(wire::error_of(reply.error_code)))];
            toy.pass(milliseconds(static_cast<std::int64_t>(random.below(4'000))));
        }
        CHECK(answers["NONE"] > 10);
        CHECK(answers["INVALID_REQUEST"] > 10);
        CHECK(answers["UNKNOWN_SERVER_ERROR"] == 0);
        CHECK(toy.replayed() == toy.group.logged());
    }
}

TEST_CASE("in random lives a partition never has two owners, and all calms down") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        INFO("seed " << seed);
        RandomLife life(seed);
        life.run(150);
        life.calm_down();
        life.check_converged();
    }
}

TEST_CASE("with the planted bug random lives find two owners") {
    bool found = false;
    for (std::uint64_t seed = 1; seed <= 20 && !found; ++seed) {
        ToyCoordinator toy;
        toy.settings.planted.assign_before_revoked = true;
        toy.topic("a", 6);
        Random random(seed, "planted");
        std::vector<std::unique_ptr<ToyMember>> members;
        for (int i = 0; i < 5; ++i) {
            members.push_back(std::make_unique<ToyMember>(toy, "m" + std::to_string(i),
                                                          std::vector<std::string>{"a"}));
            members[random.below(members.size())]->heartbeat();
            found = found || !toy.owned_twice().empty();
        }
    }
    CHECK(found);
}
