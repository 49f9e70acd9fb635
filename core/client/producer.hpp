// A producer with its application: a Load says what is sent, Kafka's producer decides in which
// batches, where to, when, and how often again. Not idempotent yet, so order and duplicates are as
// with enable.idempotence=false: with more than one request in flight a retried batch may be
// overtaken, with one it may not; a retry after a lost answer may write twice.
//
// The application is one thread that sends each record when it is due. send() blocks it for up to
// max.block.ms while the topic's metadata or buffer.memory is missing; then the record fails and
// the next is tried. What it is late with it sends as soon as it can.
//
// Records that are due are put into their batches when it can matter first (a batch may be full or
// its linger over), with the times at which they were due, so that a thousand records a second
// don't cost a thousand steps. Between two steps `sent` may thus be behind by up to linger.ms.
//
// Facts: record_acknowledged and record_failed for each batch, client_failed for what stops it.
// Sources: KafkaProducer.doSend, Sender, RecordAccumulator, BuiltInPartitioner (KIP-794), KIP-951.
#pragma once

#include "core/client/accumulator.hpp"
#include "core/client/load.hpp"
#include "core/client/network.hpp"

#include <optional>
#include <string>
#include <vector>

namespace orrery::wire {
struct ProduceResponse;
}

namespace orrery::client {

/// A load has one topic: its place among those that the network knows.
inline constexpr std::size_t load_topic = 0;

struct ProducerCounters {
    std::int64_t sent = 0; ///< records given to send(), failed ones among them
    std::int64_t acknowledged = 0;
    std::int64_t failed = 0;
    std::int64_t requests = 0;
    std::int64_t batches = 0;    ///< acknowledged or failed
    std::int64_t retries = 0;    ///< batches that were put back
    std::int64_t bytes = 0;      ///< of batches sent, retries among them
    std::int64_t latency_us = 0; ///< sum over the acknowledged batches, from creation to answer
    std::int64_t latency_us_max = 0;
    bool operator==(const ProducerCounters&) const = default;
    ORRERY_FIELDS(sent, acknowledged, failed, requests, batches, retries, bytes, latency_us,
                  latency_us_max)
};

class ProducerProcess {
public:
    ProducerProcess(const ProducerConfig& config, Load load);

    void step(const Now& now, const Input& input, Effects& out);
    std::optional<Instant> wakeup() const { return wakeup_; }
    /// One more record of the load's topic, now, by another thread of the application: beside the
    /// load's records, which keep their times, and under the next sequence number. A partition of
    /// -1 leaves the choice to key and partitioner. It waits for metadata and memory as send()
    /// does.
    void send(const Now& now, std::int32_t partition, Effects& out);

    const ProducerConfig& config() const { return *config_; }
    const Load& load() const { return *load_; }
    const ProducerCounters& counters() const { return counters_; }
    const Network& network() const { return network_; }
    const Accumulator& accumulator() const { return accumulator_; }
    /// Produce requests without answer yet.
    std::size_t in_flight() const { return in_flight_.size(); }
    /// True while send() blocks the application.
    bool blocked() const { return blocked_since_.has_value(); }
    /// The last thing that went wrong, as a sentence; empty if nothing has.
    const std::string& last_error() const { return last_error_; }

private:
    struct InFlight {
        std::uint64_t tag = 0;
        NodeId node;
        std::vector<ProducerBatch> batches;
        bool operator==(const InFlight&) const = default;
        ORRERY_FIELDS(tag, node, batches)
    };
    /// A record that a hand sent and that waits for metadata or memory.
    struct ByHand {
        Instant since;
        std::int32_t partition = -1;
        bool operator==(const ByHand&) const = default;
        ORRERY_FIELDS(since, partition)
    };
    struct Outcome {
        wire::Error error = wire::Error::none;
        Offset base_offset = no_offset;
        std::string message;
    };

    void start(const Now& now, const Started& started);
    void run_load(Turn& turn);
    void run_by_hand(Turn& turn);
    /// When the load's next record is due.
    Instant load_due(std::int64_t after = 0) const {
        return load_->due(started_, next_sequence_ - sent_by_hand_ + after);
    }
    enum class SendResult : std::uint8_t { sent, failed, blocked };
    SendResult try_send(Turn& turn, Instant at, std::int32_t partition);
    std::int32_t choose_partition(std::optional<record::View> key, Random& random);
    std::int32_t next_sticky_partition(Random& random) const;
    void after_sticky_append(std::size_t bytes);
    void fail_record(Turn& turn, std::int32_t partition, std::string why, wire::Error error);

    void on_answer(Turn& turn, const Chain& frame, const wire::AnsweredRequest& answer);
    void learn_leaders(const wire::ProduceResponse& response);
    void on_failed(Turn& turn);
    void complete(Turn& turn, ProducerBatch batch, const Outcome& outcome);
    void acknowledge(Turn& turn, const ProducerBatch& batch, Offset base_offset);
    void fail(Turn& turn, const ProducerBatch& batch, wire::Error error, const std::string& why);
    void retry(Turn& turn, ProducerBatch batch);
    void expire(Turn& turn);

    void send_due(Turn& turn);
    bool send_round(Turn& turn);
    bool send_to(Turn& turn, NodeId node);
    std::vector<ProducerBatch> drain(NodeId node, Instant now);
    void emit_request(Turn& turn, NodeId node, std::vector<ProducerBatch> batches);
    bool flushing() const { return closing_ || waits_for_memory_; }
    void plan_wakeup(Instant now);
    std::optional<Instant> load_wakeup() const;

    Cow<ProducerConfig> config_;
    Cow<Load> load_;
    Network network_;
    Accumulator accumulator_;
    Random load_random_; ///< keys and sticky partitions: the application's and partitioner's draws
    bool running_ = false;
    bool closing_ = false;
    bool waits_for_memory_ = false;
    Instant started_;
    std::int64_t next_sequence_ = 0;
    std::int64_t sent_by_hand_ = 0; ///< of the sequence numbers so far
    std::vector<ByHand> by_hand_;
    Instant application_free_at_; ///< the application's thread is busy or was blocked until then
    std::optional<Instant> blocked_since_;
    std::int32_t sticky_partition_ = -1;
    std::int64_t sticky_bytes_ = 0;
    std::int32_t drain_from_ = 0; ///< where the last request had to stop
    std::uint64_t next_tag_ = 0;
    std::vector<InFlight> in_flight_;
    Instant sendable_at_ = never; ///< the next batch becomes ready; set by send_round
    std::optional<Instant> wakeup_;
    ProducerCounters counters_;
    std::string last_error_;

public:
    bool operator==(const ProducerProcess&) const = default;
    ORRERY_FIELDS(config_, load_, network_, accumulator_, load_random_, running_, closing_,
                  waits_for_memory_, started_, next_sequence_, sent_by_hand_, by_hand_,
                  application_free_at_, blocked_since_, sticky_partition_, sticky_bytes_,
                  drain_from_, next_tag_, in_flight_, sendable_at_, wakeup_, counters_, last_error_)
};

} // namespace orrery::client
