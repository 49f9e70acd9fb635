// Random lives of a controller: brokers come and go, leaders report ISRs, admins do what they like,
// terms end in the middle. After each committed batch the invariants must hold; with a bug planted
// they must not.
#include "core/base/fingerprint.hpp"
#include "tests/core/controller/room.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <map>

using namespace orrery;
using namespace orrery::tests;

namespace {

using metadata::Image;
using metadata::Partition;
using Broken = std::optional<std::string>;

bool has(const std::vector<NodeId>& nodes, NodeId id) {
    return std::find(nodes.begin(), nodes.end(), id) != nodes.end();
}

bool within(const std::vector<NodeId>& nodes, const std::vector<NodeId>& of) {
    return std::all_of(nodes.begin(), nodes.end(), [&](NodeId id) { return has(of, id); });
}

/// True of any committed state (invariant 6).
Broken check_partition(const Image& image, const Partition& p, std::int64_t min_isr) {
    if (!within(p.isr, p.replicas) || !within(p.elr, p.replicas))
        return "ISR and ELR are of the replicas";
    for (const NodeId id : p.isr) {
        if (has(p.elr, id))
            return "ISR and ELR do not overlap";
        if (!image.is_active(id))
            return "who is fenced or shutting down is not in an ISR";
    }
    if (p.has_leader() && !has(p.isr, p.leader))
        return "a leader is of the ISR";
    const auto enough = std::min(min_isr, static_cast<std::int64_t>(p.replicas.size()));
    if (static_cast<std::int64_t>(p.isr.size()) >= enough && !p.elr.empty())
        return "an ISR of min ISR has no ELR";
    if (p.last_known_elr.size() > 1)
        return "at most one leader is the last known";
    if (p.directories.size() != p.replicas.size())
        return "each replica has a directory";
    return std::nullopt;
}

/// True of any step (invariants 3 and 6).
Broken check_step(const Partition& before, const Partition& after) {
    if (after.partition_epoch <= before.partition_epoch)
        return "a change bumps the partition epoch";
    if (after.leader_epoch < before.leader_epoch)
        return "a leader epoch never goes back";
    if (after.leader == before.leader)
        return std::nullopt;
    if (after.leader_epoch == before.leader_epoch)
        return "another leader has another leader epoch";
    const bool clean =
        !after.has_leader() || has(before.isr, after.leader) || has(before.elr, after.leader);
    if (!clean && after.leader_recovery_state != metadata::LeaderRecoveryState::recovering)
        return "a leader from outside ISR and ELR is told to recover";
    return std::nullopt;
}

class Life {
public:
    Life(std::uint64_t seed, const controller::Planted& planted)
        : random_(seed, "life"), room_(settings(planted), seed) {
        room_.activate();
        for (const int id : {1, 2, 3})
            register_broker(id, false);
        for (const int id : {1, 2, 3})
            heartbeat(id, false, false);
        settle();
    }

    /// The first invariant to break in so many steps; none when all hold.
    Broken live(int steps) {
        for (int i = 0; i < steps && !broken_; ++i) {
            step();
            // Now and then records stay uncommitted for a while.
            if (random_.chance_ppm(700'000))
                settle();
        }
        settle();
        if (!broken_ && room_.controller.latest() != room_.controller.stable())
            broken_ = "with nothing uncommitted the latest image is the committed one";
        if (!broken_)
            broken_ = check_replay();
        return broken_;
    }
    std::uint64_t mark() const { return fingerprint(room_.controller); }
    std::size_t written() const { return room_.log.size(); }

private:
    static controller::Settings settings(const controller::Planted& planted) {
        auto settings = controller::settings_from(NodeId{100}, "the-cluster", {});
        settings.planted = planted;
        return settings;
    }
    bool chance(std::uint32_t percent) { return random_.chance_ppm(percent * 10'000); }
    int any_broker() { return static_cast<int>(random_.between(1, 5)); }
    const Image& latest() const { return room_.controller.latest(); }

    // Draws stand in statements of their own: compilers differ in the order of arguments.
    void any_heartbeat() {
        const int id = any_broker();
        const bool fence = chance(10);
        const bool shut_down = chance(10);
        heartbeat(id, fence, shut_down);
    }
    void any_registration() {
        const int id = any_broker();
        const bool clean = chance(50);
        register_broker(id, clean);
    }

    void step() {
        const auto what = random_.below(100);
        if (what < 30)
            report_isr();
        else if (what < 55)
            any_heartbeat();
        else if (what < 65)
            any_registration();
        else if (what < 72)
            create_topic();
        else if (what < 75)
            delete_topic();
        else if (what < 78)
            add_partitions();
        else if (what < 83)
            change_config();
        else if (what < 88)
            elect();
        else if (what < 97)
            pass_time();
        else
            change_term();
    }

    void register_broker(int id, bool clean) {
        auto request = room_.registration(id, random_.below(4));
        const metadata::Broker* broker = latest().broker(NodeId{id});
        if (clean && broker)
            request.previous_broker_epoch = broker->epoch.value;
        room_.send(request);
    }

    void heartbeat(int id, bool want_fence, bool want_shut_down) {
        wire::BrokerHeartbeatRequest request;
        request.broker_id = id;
        const metadata::Broker* broker = latest().broker(NodeId{id});
        request.broker_epoch = broker ? broker->epoch.value : 0;
        request.current_metadata_offset = room_.committed.offset().value - (chance(20) ? 50 : 0);
        request.want_fence = want_fence;
        // Who is on its way out never thinks better of it within one life.
        request.want_shut_down = want_shut_down || (broker && broker->in_controlled_shutdown);
        room_.send(request);
    }

    const metadata::Topic* any_topic() {
        const auto& topics = latest().topics();
        if (topics.empty())
            return nullptr;
        const auto index = static_cast<std::ptrdiff_t>(random_.below(topics.size()));
        return &*(topics.begin() + index)->second;
    }

    /// The leader says an ISR: any set of replicas with itself. Sometimes it is late.
    void report_isr() {
        const metadata::Topic* topic = any_topic();
        if (!topic)
            return;
        const auto number = static_cast<std::int32_t>(random_.below(topic->partitions.size()));
        const Partition& p = topic->partition(static_cast<std::size_t>(number));
        const metadata::Broker* leader = latest().broker(p.leader);
        if (!leader)
            return;
        wire::AlterPartitionRequest request;
        request.broker_id = p.leader.value;
        request.broker_epoch = leader->epoch.value;
        auto& wishes = request.topics.emplace_back();
        wishes.topic_id = topic->id;
        auto& wish = wishes.partitions.emplace_back();
        wish.partition_index = number;
        wish.leader_epoch = p.leader_epoch.value;
        const std::int32_t late = chance(15) ? 1 : 0;
        wish.partition_epoch = p.partition_epoch.value - late;
        wish.leader_recovery_state = 0;
        for (const NodeId id : p.replicas)
            if (id == p.leader || chance(60)) {
                auto& member = wish.new_isr_with_epochs.emplace_back();
                member.broker_id = id.value;
                const metadata::Broker* broker = latest().broker(id);
                member.broker_epoch = broker ? broker->epoch.value : -1;
            }
        const RequestId id = room_.send(request);
        settle();
        if (late == 0 || broken_)
            return;
        const auto answer = std::get<wire::AlterPartitionResponse>(room_.answer_to(id));
        if (answer.error_code == 0 && answer.topics[0].partitions[0].error_code == 0)
            broken_ = "a leader that is late is refused";
    }

    void create_topic() {
        wire::CreateTopicsRequest request;
        auto& topic = request.topics.emplace_back();
        topic.name = "t" + std::to_string(random_.below(8));
        topic.num_partitions = static_cast<std::int32_t>(random_.between(1, 4));
        topic.replication_factor = static_cast<std::int16_t>(random_.between(1, 4));
        if (chance(50)) {
            auto& config = topic.configs.emplace_back();
            config.name = "min.insync.replicas";
            config.value = std::to_string(random_.between(1, 3));
        }
        room_.send(request);
    }

    void delete_topic() {
        const metadata::Topic* topic = any_topic();
        if (!topic)
            return;
        wire::DeleteTopicsRequest request;
        request.topic_names = {topic->name};
        room_.send(request);
    }

    void add_partitions() {
        const metadata::Topic* topic = any_topic();
        if (!topic || topic->partitions.size() > 8)
            return;
        wire::CreatePartitionsRequest request;
        auto& wish = request.topics.emplace_back();
        wish.name = topic->name;
        wish.count = static_cast<std::int32_t>(topic->partitions.size()) + 1;
        wish.assignments = std::nullopt;
        room_.send(request);
    }

    void change_config() {
        wire::IncrementalAlterConfigsRequest request;
        auto& wish = request.resources.emplace_back();
        const metadata::Topic* topic = any_topic();
        wish.resource_type = topic && chance(70) ? 2 : 4;
        wish.resource_name = wish.resource_type == 2 ? topic->name : "";
        auto& config = wish.configs.emplace_back();
        const bool min_isr = chance(60);
        config.name = min_isr ? "min.insync.replicas" : "unclean.leader.election.enable";
        config.value = min_isr      ? std::to_string(random_.between(1, 3))
                       : chance(50) ? "true"
                                    : "false";
        room_.send(request);
    }

    void elect() {
        wire::ElectLeadersRequest request;
        request.election_type = chance(50) ? 1 : 0;
        request.topic_partitions = std::nullopt;
        room_.send(request);
    }

    void pass_time() {
        settle(); // what comes with time commits at once
        const std::size_t from = room_.log.size();
        room_.pass(milliseconds(random_.between(1, 4000)));
        if (room_.log.size() != from)
            check_all();
    }

    void change_term() {
        if (chance(50) && !room_.pending.empty())
            commit_one();
        room_.resign();
        room_.activate();
        check_all();
    }

    void settle() {
        while (!room_.pending.empty() && !broken_)
            commit_one();
    }

    void commit_one() {
        room_.commit_one();
        check_all();
    }

    /// Every partition as a state, and as a step from what it was when last looked at.
    void check_all() {
        const Image& image = room_.committed;
        const auto file = metadata::Properties{};
        const metadata::ConfigView view{image, file, NodeId{100}};
        std::map<metadata::TopicPartitionId, Cow<Partition>> seen;
        for (const auto& entry : image.topics()) {
            const metadata::Topic& topic = *entry.second;
            const auto min_isr = metadata::topic_number(view, topic.name, "min.insync.replicas");
            for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
                const metadata::TopicPartitionId id{topic.id, static_cast<std::int32_t>(i)};
                check_one(id, topic.partitions[i], min_isr);
                seen.emplace(id, topic.partitions[i]);
            }
        }
        last_ = std::move(seen);
    }

    void check_one(const metadata::TopicPartitionId& id, const Cow<Partition>& now,
                   std::int64_t min_isr) {
        if (broken_)
            return;
        broken_ = check_partition(room_.committed, *now, min_isr);
        const auto before = last_.find(id);
        // Several records may lie between two looks: only a single one is a step.
        if (!broken_ && before != last_.end() && !(before->second == now) &&
            now->partition_epoch <= before->second->partition_epoch + 1)
            broken_ = check_step(*before->second, *now);
        auto& leader = leaders_[{id, now->leader_epoch}];
        if (!broken_ && now->has_leader() && leader.value != 0 && leader != now->leader)
            broken_ = "a leader epoch has one leader";
        if (now->has_leader())
            leader = now->leader;
    }

    /// The records alone make the same image, and so does its snapshot.
    Broken check_replay() {
        Image image;
        const Offset end = room_.committed.offset();
        const LeaderEpoch epoch = room_.committed.epoch();
        if (!image.load(room_.log, end, epoch).has_value() || image != room_.committed)
            return "replaying the records gives the same image";
        Image loaded;
        if (!loaded.load(metadata::snapshot_records(image), end, epoch).has_value() ||
            loaded != image || fingerprint(loaded) != fingerprint(image))
            return "a snapshot's records give the same image";
        return std::nullopt;
    }

    Random random_;
    ControllerRoom room_;
    Broken broken_;
    std::map<metadata::TopicPartitionId, Cow<Partition>> last_;
    std::map<std::pair<metadata::TopicPartitionId, LeaderEpoch>, NodeId> leaders_;
};

/// The first invariant that breaks in some lives with the bug planted.
std::string caught(const controller::Planted& planted) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        Life life(seed, planted);
        if (const Broken broken = life.live(150))
            return *broken;
    }
    return "nothing";
}

} // namespace

TEST_CASE("whatever happens, the invariants of partitions hold") {
    std::size_t written = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        INFO("seed " << seed);
        Life life(seed, {});
        CHECK(life.live(250).value_or("all hold") == "all hold");
        written += life.written();
    }
    CHECK(written > 6'000); // the lives were not idle
}

TEST_CASE("the same seed lives the same life") {
    Life one(11, {});
    Life two(11, {});
    one.live(200);
    two.live(200);
    CHECK(one.mark() == two.mark());
    Life other(12, {});
    other.live(200);
    CHECK(one.mark() != other.mark());
}

TEST_CASE("each planted bug breaks an invariant") {
    controller::Planted planted;
    planted.keep_fenced_in_isr = true;
    CHECK(caught(planted) == "who is fenced or shutting down is not in an ISR");
    planted = {};
    planted.elect_outside_isr = true;
    CHECK(caught(planted) == "a leader is of the ISR");
    planted = {};
    planted.skip_partition_epoch = true;
    CHECK(caught(planted) == "a leader that is late is refused");
    planted = {};
    planted.keep_leader_epoch = true;
    CHECK(caught(planted) == "a leader epoch has one leader");
    planted = {};
    planted.elr_overlaps_isr = true;
    CHECK(caught(planted) == "ISR and ELR do not overlap");
}
