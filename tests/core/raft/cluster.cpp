// The world of the property tests; see the header.
#include "tests/core/raft/cluster.hpp"

#include <algorithm>
#include <utility>

namespace orrery::raft::tests {

namespace {

constexpr std::int64_t ms_ns = 1'000'000;
constexpr std::int64_t wall_start_ms = 1'700'000'000'000;

/// Answers never bear DescribeQuorum; every other response is one.
std::optional<Answer> answer_of(Response response) {
    return std::visit(
        [](auto& held) -> std::optional<Answer> {
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>,
                                         wire::DescribeQuorumResponse>)
                return std::nullopt;
            else
                return Answer(std::move(held));
        },
        response);
}

} // namespace

Cluster::Cluster(std::uint64_t seed, const ClusterOptions& options)
    : options_(options), faults_(seed, "faults"), network_(seed, "network"), ties_(seed, "ties"),
      oracle_(options.voters) {
    nodes_.resize(static_cast<std::size_t>(options.voters + options.observers));
    for (int i = 0; i < size(); ++i) {
        Node& node = nodes_[static_cast<std::size_t>(i)];
        node.directory_id = faults_.uuid();
        if (options.drift_ppm_max > 0)
            node.drift_ppm = faults_.between(-options.drift_ppm_max, options.drift_ppm_max);
    }
    for (int i = 0; i < size(); ++i)
        boot(i);
}

Config Cluster::config_of(int node) const {
    Config config;
    config.id = {node};
    config.directory_id = nodes_[static_cast<std::size_t>(node)].directory_id;
    config.cluster_id = "cluster";
    for (int i = 0; i < options_.voters; ++i)
        config.voters.push_back({{i}, {}, {"host" + std::to_string(i), 9093}});
    config.planted = options_.planted;
    config.retention_bytes = options_.snapshot_retention_bytes;
    config.clean_interval = milliseconds(50);
    config.fetch_snapshot_max_bytes = 150; // snapshots come in pieces
    return config;
}

Now Cluster::now_at(const Node& node) const {
    const std::int64_t local = now_ns_ + now_ns_ / 1'000'000 * node.drift_ppm;
    return {{local}, wall_start_ms + local / ms_ns};
}

void Cluster::schedule(std::int64_t in_ns, What what) {
    const When when{now_ns_ + in_ns, ties_.next(), ++sequence_};
    queue_.emplace(when, std::move(what));
}

std::int64_t Cluster::delay() {
    // Mostly quick, now and then a hundred times as slow: so messages overtake each other.
    const std::int64_t most = options_.delay_us_max * 1'000;
    return network_.between(most / 10, network_.chance_ppm(20'000) ? most * 100 : most);
}

int Cluster::holder(const What& what) const {
    if (const auto* request = std::get_if<Request>(&what))
        return request->to;
    if (const auto* answered = std::get_if<Answered>(&what))
        return answered->to.node;
    if (const auto* unanswered = std::get_if<Unanswered>(&what))
        return unanswered->to.node;
    if (const auto* confirmed = std::get_if<Confirmed>(&what))
        return confirmed->node;
    return std::get<Wake>(what).node;
}

void Cluster::run_until(std::int64_t until_ms) {
    const std::int64_t until = until_ms * ms_ns;
    while (broken().empty() && !queue_.empty() && queue_.begin()->first.ns <= until) {
        auto event = queue_.extract(queue_.begin());
        now_ns_ = event.key().ns;
        // What comes for a paused process waits until it goes on.
        const Node& node = nodes_[static_cast<std::size_t>(holder(event.mapped()))];
        if (node.paused_until_ns > now_ns_) {
            event.key().ns = node.paused_until_ns;
            queue_.insert(std::move(event));
            continue;
        }
        ++events_;
        happen(event.mapped());
    }
    if (broken().empty())
        now_ns_ = until;
}

void Cluster::happen(What& what) {
    const auto alive = [this](const Asker& asker) {
        const Node& node = nodes_[static_cast<std::size_t>(asker.node)];
        return node.quorum && node.life == asker.life;
    };
    if (auto* request = std::get_if<Request>(&what)) {
        deliver(*request);
    } else if (auto* answered = std::get_if<Answered>(&what)) {
        if (alive(answered->to) && !is_cut(answered->from, answered->to.node))
            step(answered->to.node, [&](Quorum& quorum, const Now& now, Out& out) {
                quorum.on_answer(answered->to.ask, answered->answer, now, out);
            });
    } else if (auto* unanswered = std::get_if<Unanswered>(&what)) {
        if (alive(unanswered->to))
            step(unanswered->to.node, [&](Quorum& quorum, const Now& now, Out& out) {
                quorum.on_no_answer(unanswered->to.ask, now, out);
            });
    } else if (auto* confirmed = std::get_if<Confirmed>(&what)) {
        Node& node = nodes_[static_cast<std::size_t>(confirmed->node)];
        if (!node.quorum || node.life != confirmed->life)
            return;
        node.disk.confirm(confirmed->write);
        step(confirmed->node, [&](Quorum& quorum, const Now& now, Out& out) {
            quorum.on_wrote(confirmed->write, DiskFault::none, now, out);
        });
    } else {
        const auto wake = std::get<Wake>(what);
        Node& node = nodes_[static_cast<std::size_t>(wake.node)];
        if (!node.quorum || node.life != wake.life || node.wake_at_ns != wake.at_ns)
            return; // an earlier deadline took its place
        node.wake_at_ns = -1;
        step(wake.node, [](Quorum& quorum, const Now& now, Out& out) { quorum.on_woke(now, out); });
    }
}

template <class Step>
void Cluster::step(int index, Step&& step) {
    Node& node = nodes_[static_cast<std::size_t>(index)];
    Effects effects;
    Out out{effects, {}, {}};
    step(*node.quorum, now_at(node), out);
    carry_out(index, out);
}

void Cluster::carry_out(int index, Out& out) {
    Node& node = nodes_[static_cast<std::size_t>(index)];
    node.watched.clear();
    node.disk.perform(out.effects, node.watched);
    for (const WriteId id : node.watched) {
        if (!node.quorum->owns(id))
            oracle_.fail("a watched write that the quorum does not own");
        schedule(network_.between(options_.disk_us_max * 100, options_.disk_us_max * 1'000),
                 Confirmed{index, node.life, id});
    }
    if (!out.asks.empty() || !out.replies.empty())
        oracle_.spoke(index, *node.quorum);
    for (auto& ask : out.asks)
        send(index, std::move(ask));
    for (auto& reply : out.replies)
        answer(index, reply);
    std::vector<const Disk*> disks;
    for (const Node& other : nodes_)
        disks.push_back(&other.disk);
    oracle_.stepped(index, *node.quorum, disks);
    for (const Effect& effect : out.effects)
        if (const auto* exit = std::get_if<Exit>(&effect))
            return oracle_.fail("node " + std::to_string(index) + " halts: " + exit->why);

    const auto wakeup = node.quorum->wakeup();
    if (!wakeup)
        return;
    // Back from the node's clock to ours, rounded up: never too early by more than a tick.
    const std::int64_t global =
        wakeup->ns - wakeup->ns / (1'000'000 + node.drift_ppm) * node.drift_ppm + 1'000;
    if (node.wake_at_ns >= 0 && node.wake_at_ns <= global && node.wake_at_ns > now_ns_)
        return;
    node.wake_at_ns = std::max(global, now_ns_ + 1);
    schedule(node.wake_at_ns - now_ns_, Wake{index, node.life, node.wake_at_ns});
}

void Cluster::send(int from, Ask<Question> ask) {
    const Node& node = nodes_[static_cast<std::size_t>(from)];
    const Asker asker{from, node.life, ask.id};
    if (const auto* vote = std::get_if<wire::VoteRequest>(&ask.request)) {
        const auto& partition = vote->topics[0].partitions[0];
        if (!partition.pre_vote)
            oracle_.voted(from, {partition.replica_epoch}, {from});
    }
    const int to = ask.to.value;
    schedule(ask.timeout.ns, Unanswered{asker});
    if (to < 0 || to >= size() || is_cut(from, to) || network_.chance_ppm(options_.drop_ppm))
        return;
    if (network_.chance_ppm(options_.duplicate_ppm))
        schedule(delay(), Request{asker, to, ask.request});
    schedule(delay(), Request{asker, to, std::move(ask.request)});
}

void Cluster::deliver(Request& request) {
    Node& node = nodes_[static_cast<std::size_t>(request.to)];
    if (is_cut(request.from.node, request.to))
        return;
    if (!node.quorum) {
        // Nobody listens there: the connection is refused.
        schedule(delay(), Unanswered{request.from});
        return;
    }
    const RequestId id{next_request_++};
    Inbound inbound{request.from, {}};
    inbound.vote.epoch = no_epoch;
    if (const auto* vote = std::get_if<wire::VoteRequest>(&request.question)) {
        const auto& partition = vote->topics[0].partitions[0];
        inbound.vote = {{partition.replica_epoch},
                        {{partition.replica_id}, partition.replica_directory_id},
                        {partition.last_offset_epoch},
                        {partition.last_offset},
                        partition.pre_vote};
    }
    node.inbound.emplace(id, inbound);
    step(request.to, [&](Quorum& quorum, const Now& now, Out& out) {
        std::visit(
            [&](const auto& question) {
                using Kind = std::decay_t<decltype(question)>;
                constexpr std::int16_t version = std::is_same_v<Kind, wire::FetchRequest>  ? 18
                                                 : std::is_same_v<Kind, wire::VoteRequest> ? 2
                                                                                           : 1;
                quorum.on_request(id, version, question, now, out);
            },
            request.question);
    });
}

void Cluster::answer(int from, Reply<Response>& reply) {
    Node& node = nodes_[static_cast<std::size_t>(from)];
    const auto inbound = node.inbound.extract(reply.request);
    if (inbound.empty())
        return oracle_.fail("a reply to a request that was not open");
    const Inbound& asked = inbound.mapped();
    if (const auto* vote = std::get_if<wire::VoteResponse>(&reply.response))
        if (asked.vote.epoch != no_epoch && !asked.vote.pre_vote && !vote->topics.empty() &&
            vote->topics[0].partitions[0].vote_granted)
            oracle_.voted(from, asked.vote.epoch, asked.vote.from.id);
    if (is_cut(from, asked.from.node) || network_.chance_ppm(options_.drop_ppm))
        return;
    if (auto answer = answer_of(std::move(reply.response)))
        schedule(delay(), Answered{asked.from, from, std::move(*answer)});
}

// --- faults
// ------------------------------------------------------------------------------------------------

void Cluster::boot(int index) {
    Node& node = nodes_[static_cast<std::size_t>(index)];
    ++node.life;
    Effects effects;
    Out out{effects, {}, {}};
    const std::vector<BootFile> files = node.disk.files();
    auto booted = Quorum::boot(config_of(index), files, faults_.next(), now_at(node), out);
    if (!booted)
        return oracle_.fail("node " + std::to_string(index) +
                            " does not boot: " + booted.error().where + " " + booted.error().what);
    node.quorum = std::move(*booted);
    node.wake_at_ns = -1;
    oracle_.booted(index, *node.quorum);
    carry_out(index, out);
}

void Cluster::stop(int index) {
    Node& node = nodes_[static_cast<std::size_t>(index)];
    node.quorum.reset();
    node.disk.kill();
    // Whoever asked it learns soon that the connection is gone.
    for (const auto& [id, inbound] : node.inbound)
        schedule(delay(), Unanswered{inbound.from});
    node.inbound.clear();
}

void Cluster::kill(int node) {
    if (up(node))
        stop(node);
}

void Cluster::power_cut(int node) {
    kill(node);
    nodes_[static_cast<std::size_t>(node)].disk.power_cut(faults_);
}

void Cluster::wipe(int index) {
    kill(index);
    Node& node = nodes_[static_cast<std::size_t>(index)];
    node.disk.wipe();
    node.directory_id = faults_.uuid();
    oracle_.wiped(index);
}

void Cluster::restart(int node) {
    if (!up(node))
        boot(node);
}

void Cluster::pause(int node, std::int64_t ms) {
    nodes_[static_cast<std::size_t>(node)].paused_until_ns = now_ns_ + ms * ms_ns;
}

void Cluster::isolate(int node) {
    for (int other = 0; other < size(); ++other) {
        cut(node, other);
        cut(other, node);
    }
}

void Cluster::random_fault() {
    const int node = static_cast<int>(faults_.below(static_cast<std::uint64_t>(size())));
    const int other = static_cast<int>(faults_.below(static_cast<std::uint64_t>(size())));
    switch (faults_.below(10)) {
    case 0: return kill(node);
    case 1: return power_cut(node);
    case 2: return isolate(node);
    case 3: return cut(node, other);
    case 4: return pause(node, faults_.between(50, 4'000));
    case 5:
    case 6: return heal_links();
    default:
        for (int i = 0; i < size(); ++i)
            restart(i);
        return;
    }
}

void Cluster::heal() {
    heal_links();
    options_.drop_ppm = 0;
    for (int i = 0; i < size(); ++i) {
        nodes_[static_cast<std::size_t>(i)].paused_until_ns = 0;
        restart(i);
    }
}

// --- use
// ------------------------------------------------------------------------------------------------

bool Cluster::append(int index) {
    Node& node = nodes_[static_cast<std::size_t>(index)];
    if (!node.quorum || !node.quorum->is_leader() || node.paused_until_ns > now_ns_)
        return false;
    const std::vector<Bytes> values(1 + faults_.below(3),
                                    Bytes::copy("value " + std::to_string(next_value_++)));
    bool taken = false;
    step(index, [&](Quorum& quorum, const Now& now, Out& out) {
        taken = quorum.append(values, now, out).has_value();
    });
    return taken;
}

bool Cluster::append_to_leader() {
    const int node = leader();
    return node >= 0 && append(node);
}

void Cluster::snapshot(int index) {
    Node& node = nodes_[static_cast<std::size_t>(index)];
    if (!node.quorum)
        return;
    const KnownBatch* last = oracle_.committed_before(node.quorum->high_watermark());
    if (last == nullptr)
        return;
    const Bytes image = *oracle_.image_at(last->next);
    step(index, [&](Quorum& quorum, const Now& now, Out& out) {
        quorum.create_snapshot({last->next, last->epoch}, now.wall_ms, {&image, 1}, now, out);
    });
}

void Cluster::shut_down(int index) {
    step(index, [](Quorum& quorum, const Now& now, Out& out) { quorum.begin_shutdown(now, out); });
}

int Cluster::leader() const {
    int found = -1;
    for (int i = 0; i < size(); ++i)
        if (up(i) && quorum(i).is_leader() &&
            (found < 0 || quorum(i).epoch() > quorum(found).epoch()))
            found = i;
    return found;
}

std::string Cluster::unsettled() const {
    const int lead = leader();
    if (lead < 0)
        return "nobody leads";
    const Quorum& wanted = quorum(lead);
    for (int i = 0; i < size(); ++i) {
        const std::string name = "node " + std::to_string(i);
        if (!up(i))
            return name + " is down";
        const Quorum& q = quorum(i);
        if (q.leadership() != wanted.leadership())
            return name + " follows another leader";
        if (q.log().end_offset() != wanted.log().end_offset())
            return name + " has another log end";
        if (q.high_watermark() != q.log().end_offset())
            return name + " has uncommitted records";
    }
    return {};
}

} // namespace orrery::raft::tests
