// A toy cluster for the tests of one room: some Replicas values, a hand that carries their asks and
// replies, a disk that forgets nothing, and a controller of a few lines that says yes to what the
// real one would. Nothing moves by itself: a test delivers, drops, delays.
#pragma once

#include "core/metadata/image.hpp"
#include "core/replica/replicas.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace orrery::tests {

using replica::Replicas;

struct Flight {
    NodeId from;
    Ask<replica::Request> ask;
};

class Toy {
public:
    /// Brokers 1..count, registered, unfenced, with broker epoch 100 + id.
    explicit Toy(int count, replica::Config config = {});

    Replicas& operator[](int id) { return *lives_.at(id).value; }
    const replica::Partition& part(int id, int partition = 0, std::string_view topic = "t");
    bool up(int id) const { return lives_.at(id).value.has_value(); }

    // --- the controller
    /// Topic with one partition per list of replicas; the first leads. Told to every broker.
    void create(const std::string& name, const std::vector<std::vector<int>>& replicas);
    void set_config(const std::string& topic, const std::string& name, const std::string& value);
    /// A new leader (its leader epoch rises) and ISR, as the metadata log's next record.
    void elect(int leader, const std::vector<int>& isr, int partition = 0);
    void set_isr(const std::vector<int>& isr, int partition = 0);
    void delete_topic(const std::string& name);
    void fence(int id, bool fenced = true);
    void leaving(int id);
    /// A new life of the broker, with a broker epoch that rises.
    void reregister(int id);
    void add_record(metadata::Message message);
    /// Hands every broker that is up (and not in `deaf`) the records that it has not seen.
    void publish();
    const metadata::Partition& registered(int partition = 0, const std::string& topic = "t");
    std::set<int> deaf;
    /// Answers AlterPartition with this error instead of deciding; none decides.
    wire::Error refuse_alter = wire::Error::none;
    wire::AlterPartitionResponse decide(const wire::AlterPartitionRequest& request);

    // --- carrying
    std::vector<Flight> flights; ///< asks not yet delivered
    /// Delivers asks, and answers that come, until none is left (parked ones stay at their broker).
    /// Between brokers of `cut` nothing is delivered: it stays in flights.
    void run();
    /// Delivers the first ask from `from`; false if there is none.
    bool deliver(int from);
    /// The asker is told that there is no answer to its first ask.
    void lose(int from);
    std::set<std::pair<int, int>> cut; ///< from, to
    bool hold_controller = false;      ///< AlterPartition stays in flights
    /// Moves time, waking who wants it, and running in between.
    void advance(std::int64_t ms);
    /// Only the clock: nobody is woken.
    void skip(std::int64_t ms) { now.instant = now.instant + milliseconds(ms); }

    // --- clients
    RequestId produce(int to, const std::vector<std::string>& values, std::int16_t acks = -1,
                      int partition = 0, std::int32_t timeout_ms = 1000);
    /// The reply's only partition; nullptr while there is none.
    const wire::ProduceResponse::PartitionProduceResponse* produced(RequestId id) const;
    wire::Error produce_error(RequestId id) const;
    RequestId fetch(int to, const wire::FetchRequest& request, std::int16_t version = 17);
    const wire::FetchResponse* fetched(RequestId id) const;
    /// A consumer's request for one partition by topic id, sessionless, not waiting.
    wire::FetchRequest consumer(std::int64_t offset, int partition = 0);
    /// All values below the high watermark, as a consumer reads them.
    std::vector<std::string> consume(int from, int partition = 0);
    /// All values in the broker's log.
    std::vector<std::string> log_values(int id, int partition = 0);
    std::map<std::uint64_t, replica::Response> replies; ///< to clients
    std::vector<std::uint64_t> unanswered;
    std::vector<std::uint64_t> hang_ups;
    RequestId next_request() { return {next_request_++}; }
    replica::Caller caller(RequestId id, std::int16_t version) {
        return {id, version, "test", "PLAINTEXT"};
    }
    /// Hands the output of a direct call on.
    template <class Call>
    void step(int id, Call&& call) {
        Effects effects;
        replica::Out out{effects, {}, {}, {}, {}};
        call((*this)[id], out);
        take(id, out);
    }

    // --- lives
    /// The process dies; what it wrote stays. Asks to and from it are lost.
    void kill(int id);
    /// It comes back from its files (registers anew unless told otherwise) and hears the metadata.
    void start(int id, bool registers = true);
    void shut_down(int id);
    std::map<std::string, std::string>& files(int id) { return lives_.at(id).files; }

    std::vector<Note> facts(Fact fact) const;
    std::vector<std::pair<int, Note>> notes;
    Now now{Instant{0}, 1'700'000'000'000};
    Uuid topic_id(const std::string& name) const { return topics_.at(name); }
    std::int64_t broker_epoch(int id) const { return lives_.at(id).epoch; }
    replica::Config config_; ///< of lives that begin from now on

private:
    struct Life {
        std::optional<Replicas> value;
        metadata::Image image;
        std::size_t seen = 0;
        std::int64_t epoch = 0;
        std::map<std::string, std::string> files;
    };
    void boot(int id);
    void take(int id, replica::Out& out);
    void write(Life& life, const Effect& effect, int id);
    void answer(NodeId asker, AskId ask, replica::Answer&& answer);
    bool blocked(const Flight& flight) const;
    void carry(Flight flight);

    std::map<int, Life> lives_;
    metadata::Image image_; ///< the controller's
    std::vector<metadata::Message> records_;
    std::map<std::string, Uuid> topics_;
    struct Carried {
        NodeId from;
        NodeId to;
        AskId ask;
    };
    std::map<std::uint64_t, Carried> inter_broker_; ///< by request id
    std::uint64_t next_request_ = 1;
    std::int64_t next_epoch_ = 200;
};

/// A batch of records with these values.
Bytes batch_of(const std::vector<std::string>& values, record::Codec codec = record::Codec::none,
               std::int64_t timestamp = 1'700'000'000'000);

} // namespace orrery::tests
