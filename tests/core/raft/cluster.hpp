// A small world of quorum values for the property tests: nodes, links that delay, lose, duplicate
// and reorder, disks that honour only what they confirmed, clocks that drift, processes that die
// and come back. After each step an omniscient oracle checks what must always hold (see
// oracle.hpp); the first thing that does not is kept in `broken()` and ends the run.
#pragma once

#include "core/base/random.hpp"
#include "core/raft/quorum.hpp"
#include "tests/core/raft/disk.hpp"
#include "tests/core/raft/oracle.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace orrery::raft::tests {

struct ClusterOptions {
    int voters = 3;
    int observers = 0;
    Planted planted;
    std::uint32_t drop_ppm = 0;      ///< of messages, each way
    std::uint32_t duplicate_ppm = 0; ///< of requests
    std::int64_t delay_us_max = 2'000;
    std::int64_t disk_us_max = 5'000;
    std::int64_t drift_ppm_max = 0;
    std::int64_t snapshot_retention_bytes = -1; ///< small: logs are cut often
};

class Cluster {
public:
    Cluster(std::uint64_t seed, const ClusterOptions& options);

    // --- time
    /// Runs until `until_ms` or the first broken invariant.
    void run_until(std::int64_t until_ms);
    void run_for(std::int64_t ms) { run_until(now_ms() + ms); }
    std::int64_t now_ms() const { return now_ns_ / 1'000'000; }

    // --- faults
    void kill(int node);      ///< the process; its page cache lives
    void power_cut(int node); ///< the machine
    void wipe(int node);      ///< and its disk, while it is down
    void restart(int node);
    void pause(int node, std::int64_t ms);
    void cut(int from, int to) { cuts_.insert({from, to}); } ///< one way
    void isolate(int node);
    void heal_links() { cuts_.clear(); }
    void set_loss(std::uint32_t drop_ppm) { options_.drop_ppm = drop_ppm; }
    /// One fault or one healing of a random kind.
    void random_fault();
    /// All links, all nodes, no more loss.
    void heal();

    // --- use
    /// Appends a record at the node if it leads. True if it was taken.
    bool append(int node);
    /// At whoever leads the highest epoch.
    bool append_to_leader();
    void snapshot(int node);
    void shut_down(int node);
    /// The node that leads the highest epoch, or -1.
    int leader() const;
    /// Why the cluster has not settled yet: empty when all nodes follow one leader and have the
    /// same log, all of it committed.
    std::string unsettled() const;

    int size() const { return static_cast<int>(nodes_.size()); }
    int voters() const { return options_.voters; }
    bool up(int node) const { return nodes_[static_cast<std::size_t>(node)].quorum.has_value(); }
    const Quorum& quorum(int node) const { return *nodes_[static_cast<std::size_t>(node)].quorum; }
    Oracle& oracle() { return oracle_; }
    const std::string& broken() const { return oracle_.broken(); }
    std::uint64_t events() const { return events_; }
    Random& random() { return faults_; }

private:
    struct Asker {
        int node = 0;
        int life = 0;
        AskId ask;
    };
    struct Request {
        Asker from;
        int to = 0;
        Question question;
    };
    struct Answered {
        Asker to;
        int from = 0;
        Answer answer;
    };
    struct Unanswered {
        Asker to;
    };
    struct Confirmed {
        int node = 0;
        int life = 0;
        WriteId write;
    };
    struct Wake {
        int node = 0;
        int life = 0;
        std::int64_t at_ns = 0;
    };
    using What = std::variant<Request, Answered, Unanswered, Confirmed, Wake>;
    struct When {
        std::int64_t ns = 0;
        std::uint64_t tie = 0;
        std::uint64_t sequence = 0;
        auto operator<=>(const When&) const = default;
    };
    struct Inbound {
        Asker from;
        VoteAsk vote; ///< of a Vote request; else its epoch is -1
    };
    struct Node {
        std::optional<Quorum> quorum;
        Disk disk;
        int life = 0;
        std::int64_t paused_until_ns = 0;
        std::int64_t drift_ppm = 0;
        std::int64_t wake_at_ns = -1;
        Uuid directory_id;
        std::map<RequestId, Inbound> inbound;
        std::vector<WriteId> watched;
    };

    Config config_of(int node) const;
    Now now_at(const Node& node) const;
    void schedule(std::int64_t in_ns, What what);
    std::int64_t delay();
    void happen(What& what);
    int holder(const What& what) const;
    void boot(int node);
    template <class Step>
    void step(int node, Step&& step);
    void carry_out(int node, Out& out);
    void send(int from, Ask<Question> ask);
    void deliver(Request& request);
    void answer(int node, Reply<Response>& reply);
    void stop(int node);
    bool is_cut(int from, int to) const { return cuts_.contains({from, to}); }

    ClusterOptions options_;
    Random faults_;
    Random network_;
    Random ties_;
    Oracle oracle_;
    std::vector<Node> nodes_;
    std::map<When, What> queue_;
    std::set<std::pair<int, int>> cuts_;
    std::int64_t now_ns_ = 0;
    std::uint64_t sequence_ = 0;
    std::uint64_t next_request_ = 1;
    std::uint64_t next_value_ = 1;
    std::uint64_t events_ = 0;
};

} // namespace orrery::raft::tests
