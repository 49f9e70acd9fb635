// A toy broker for the tests of the group room: a Coordinator, the logs of __consumer_offsets in
// memory, a high watermark that moves by hand or follows, and clients of one line a request.
#pragma once

#include "core/group/coordinator.hpp"
#include "core/record/batch_builder.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace orrery::tests {

/// The partitions of __consumer_offsets: batches as a leader would have them. Outlives a
/// coordinator, so that another can load from it.
class ToyLogs : public group::PartitionLogs {
public:
    Result<Offset, wire::Error> append(std::int32_t partition, LeaderEpoch epoch,
                                       std::span<const group::StoredRecord> records) override;
    Result<group::LogPiece, wire::Error> read(std::int32_t partition, LeaderEpoch epoch,
                                              Offset from, std::int64_t most) override;
    Offset log_start(std::int32_t partition) const override;
    Offset high_watermark(std::int32_t partition) const override;

    /// Puts bytes in as the next batch: what a coordinator would not write.
    void append_raw(std::int32_t partition, record::BatchBuilder builder);
    /// Everything in the partition, decoded.
    std::vector<group::Record> records(std::int32_t partition) const;
    void commit_all();

    /// What the next appends are refused with.
    std::optional<wire::Error> refuse;
    bool hold = false;          ///< the high watermark stays where it is
    std::int64_t stored_at = 0; ///< the timestamp of records
    std::map<std::int32_t, LeaderEpoch> epochs;
    int appends = 0;

private:
    struct Log {
        std::vector<record::Batch> batches;
        Offset end{0};
        Offset high_watermark{0};
    };
    std::map<std::int32_t, Log> logs_;
};

/// What a member of the classic protocol asks with.
struct Join {
    std::string group = "g";
    std::string member = {};
    std::optional<std::string> instance = {};
    std::vector<std::string> topics{"orders"};
    std::vector<std::string> protocols{"range"};
    std::int32_t session_ms = 10'000;
    std::int32_t rebalance_ms = 60'000;
    std::string protocol_type = "consumer";
    std::int16_t version = 9;
};

class ToyGroups {
public:
    /// Node 1 leads all partitions of __consumer_offsets. Topics orders (4 partitions) and
    /// payments (2) are there. `load`: time passes until all shards are loaded.
    explicit ToyGroups(group::Settings settings = {}, int partitions = 2, bool load = true);

    // --- asking. Gives the number to find the reply under.
    RequestId ask(group::Request request, std::int16_t version);
    /// The reply; fails the test when there is none (yet), or when it is another's.
    template <class Typed>
    Typed reply(RequestId request) {
        const auto found = replies.find(request.value);
        if (found == replies.end() || !std::holds_alternative<Typed>(found->second))
            fail("no such reply");
        return std::get<Typed>(found->second);
    }
    bool answered(RequestId request) const { return replies.contains(request.value); }

    // --- members of the classic protocol
    RequestId join(const Join& join);
    /// The round that gives a member its id; gives the id.
    std::string member_id(Join join = {});
    RequestId sync(const std::string& member, std::int32_t generation,
                   std::vector<std::pair<std::string, std::string>> assignments = {},
                   std::optional<std::string> instance = {}, const std::string& group = "g");
    wire::Error heartbeat(const std::string& member, std::int32_t generation,
                          std::optional<std::string> instance = {}, const std::string& group = "g");
    std::vector<wire::Error> leave(const std::vector<std::string>& members,
                                   const std::string& group = "g");
    /// A group of so many dynamic members, stable; gives their ids, the leader's first.
    std::vector<std::string> stable_group(int members, const Join& join = {});

    // --- offsets
    RequestId commit(const std::string& topic, std::int32_t partition, std::int64_t offset,
                     const std::string& member = "", std::int32_t generation = -1,
                     const std::string& group = "g");
    wire::Error commit_error(RequestId request);
    /// What is committed; -1 if nothing is.
    std::int64_t committed(const std::string& topic, std::int32_t partition,
                           const std::string& group = "g");

    const group::ClassicGroup& classic(const std::string& group = "g");
    std::string state(const std::string& group = "g");

    // --- the world
    void advance(std::int64_t ms);
    void wake();
    void settle();
    /// All shards are loaded.
    void load();
    /// Node 1 leads the partition (or all) in a new epoch; or somebody else does.
    void elect(bool us, int partition = -1);
    void create_topic(const std::string& name, int partitions);
    void delete_topic(const std::string& name);
    /// Another coordinator on the same logs, loaded: what one would know that takes over.
    group::Coordinator successor();

    std::vector<Note> facts(Fact fact) const;
    Uuid topic_id(const std::string& name) const { return image.topic(name)->id; }

    ToyLogs logs;
    group::Settings settings;
    group::Coordinator coordinator;
    metadata::Image image;
    Now now{Instant{0}, 1'700'000'000'000};
    std::map<std::uint64_t, group::Response> replies;
    std::vector<Note> notes;
    std::string client_id = "c";

private:
    [[noreturn]] static void fail(const char* what);
    void apply(std::vector<metadata::Message> messages);
    template <class Call>
    void step(Call&& call);

    std::map<std::uint64_t, std::int16_t> versions_;
    std::uint64_t next_request_ = 1;
    std::int64_t records_ = 0;
    std::int32_t epoch_ = 0;
};

/// A ConsumerProtocolSubscription to the topics, and an assignment of partitions of one.
Bytes subscription(const std::vector<std::string>& topics);
Bytes assignment(const std::string& topic, const std::vector<std::int32_t>& partitions);

} // namespace orrery::tests
