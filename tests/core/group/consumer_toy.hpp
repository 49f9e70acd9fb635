// A coordinator of one consumer group with its log in a vector, and members that do what Kafka's
// consumer does: heartbeat, give up what they are asked to, take what they are given.
#pragma once

#include "core/group/consumer_group.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace orrery::group {

using HeartbeatRequest = wire::ConsumerGroupHeartbeatRequest;
using HeartbeatResponse = wire::ConsumerGroupHeartbeatResponse;
using TopicPartitionSet = std::set<std::pair<Uuid, std::int32_t>>;

class ToyCoordinator {
public:
    ToyCoordinator();

    // --- topics and configs
    void topic(const std::string& name, std::int32_t partitions);
    void grow(const std::string& name, std::int32_t partitions);
    void remove_topic(const std::string& name);
    void set_config(const std::string& name, const std::string& value);
    Uuid topic_id(const std::string& name) const;

    // --- requests and time
    /// Decides, writes, applies, answers; and lets what is due at this instant happen.
    HeartbeatResponse heartbeat(const HeartbeatRequest& request, std::int16_t version = 1);
    /// Time goes by, deadlines come.
    void pass(Duration time);
    /// Another broker takes over with what the log says.
    void fail_over();
    Context context() { return {now, image, settings, random}; }
    void perform(Decision& decision);

    // --- to look at
    /// The group that the log alone makes.
    ConsumerState replayed() const;
    /// "ConsumerGroupMetadata ConsumerGroupMemberMetadata- ..." of the last decision; '-' marks a
    /// tombstone.
    std::string last_records() const;
    /// Partitions that two members have at once.
    TopicPartitionSet owned_twice() const;
    const ConsumerMember& member(const std::string& id) const;
    std::string owned(const std::string& member) const; ///< "orders-0,1"
    std::string revoking(const std::string& member) const;
    std::string target(const std::string& member) const;
    /// The texts of the facts of a kind, in order.
    std::vector<std::string> told(Fact fact) const;

    Now now{Instant{seconds(100).ns}, 1'700'000'000'000};
    Settings settings;
    metadata::Image image;
    Random random{7, "group"};
    ConsumerGroup group{"g"};
    std::vector<Record> log;
    std::vector<Note> notes;

private:
    void add(const metadata::Message& record, metadata::Changes& changes);
    void publish(const metadata::Changes& changes);
    void run_due();

    std::int64_t offset_ = 0;
    std::uint64_t ids_ = 0;
    std::vector<Record> last_;
};

/// A request of a member that says all.
HeartbeatRequest joining(const std::string& id, std::vector<std::string> topics);

/// A member as Kafka's consumer is one.
class ToyMember {
public:
    ToyMember(ToyCoordinator& coordinator, std::string name, std::vector<std::string> wanted)
        : coordinator_(&coordinator), id(std::move(name)), topics(std::move(wanted)) {}

    /// One heartbeat; a member that is fenced begins anew. Gives the error code.
    std::int16_t heartbeat();
    std::int16_t leave(std::int32_t epoch = leaving_epoch);
    /// The next heartbeat says all there is to say, as after a change or a lost reply.
    void say_all() { says_all_ = true; }
    /// The request it would send.
    HeartbeatRequest request() const;
    /// The next heartbeats do not say that it gave up what it was asked to.
    bool clings = false;

private:
    ToyCoordinator* coordinator_;

public:
    std::string id;
    std::vector<std::string> topics;
    std::optional<std::string> regex;
    std::optional<std::string> instance_id;
    std::optional<std::string> assignor;
    std::int32_t epoch = 0;
    TopicPartitionSet owned;

private:
    bool says_all_ = true;
    TopicPartitionSet said_;
};

/// Heartbeats of all, once each, and a second between the rounds, until nothing moves any more.
void settle(ToyCoordinator& coordinator, std::vector<ToyMember*> members, int rounds = 12);

} // namespace orrery::group
