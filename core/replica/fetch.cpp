// Fetch: from the request to its reply, at once or after waiting. Sessions are in sessions.cpp,
// reading one partition in read.cpp.
//
// A fetch is answered at once if it does not want to wait, wants no partition, has min_bytes to
// take, met an error or a diverging epoch. Otherwise it is parked with its set, and every change of
// a partition that the set watches asks is_ready() (Kafka's DelayedFetch):
//
//   A  we no longer lead a partition it must read from the leader
//   B  we no longer have a replica of it
//   C  the partition is unknown to us
//   D  its log directory went offline
//   E  the leader epoch it was made for is over
//   F  its offset is no longer in the segment that is being written (or not in the log at all)
//   G  the bytes of all its partitions reach min_bytes
//   H  the epoch it fetched last parts from ours: it must be told to truncate
//
// and, beyond Kafka 4.4's brokers, a follower that says which high watermark it knows (KIP-1166) is
// answered when ours is higher. Our own followers don't say, as Kafka's don't.
#include "core/replica/replicas.hpp"

#include <algorithm>

namespace orrery::replica {

using wire::Error;

namespace {

FetchTerms terms_of(const Caller& caller, const wire::FetchRequest& request,
                    std::int32_t max_bytes) {
    FetchTerms terms;
    terms.request = caller.request;
    terms.version = caller.version;
    if (caller.version >= 15) {
        terms.replica = {request.replica_state.replica_id};
        terms.broker_epoch = {request.replica_state.replica_epoch};
    } else {
        terms.replica = {request.replica_id};
    }
    terms.max_bytes = std::min(request.max_bytes, max_bytes);
    terms.min_bytes = std::min(request.min_bytes, terms.max_bytes);
    terms.isolation = request.isolation_level;
    terms.listener = caller.listener;
    return terms;
}

} // namespace

void Replicas::fetch(const Caller& caller, const wire::FetchRequest& request, const Now& now,
                     Out& out) {
    const Step step{now, out};
    FetchTerms terms = terms_of(caller, request, config_->fetch_max_bytes);
    const bool full = request.session_epoch <= 0;
    SetId id{};
    if (full) {
        if (request.session_id != 0)
            close_session(request.session_id, step);
        FetchSet set;
        set.replica = terms.from_follower() ? terms.replica : no_node;
        set.broker_epoch = terms.broker_epoch;
        want_all(set, request, terms);
        if (request.session_epoch == 0 && set.size() > 0)
            id = open_session(set, terms, step);
        if (id == SetId{}) {
            fetch_without_session(std::move(set), std::move(terms), request.max_wait_ms, step);
            finish(step);
            return;
        }
    } else {
        const Error refused = continue_session(request, terms, step, id);
        if (refused != Error::none) {
            wire::FetchResponse response;
            response.error_code = wire::code(refused);
            out.replies.push_back({terms.request, std::move(response)});
            finish(step);
            return;
        }
        if (id == SetId{}) { // everything was forgotten, and with it the session
            out.replies.push_back({terms.request, wire::FetchResponse{}});
            finish(step);
            return;
        }
    }
    FetchSet& set = sets_.find(id)->edit();
    ReadSet read = read_first(set, terms, step);
    if (request.max_wait_ms <= 0 || read.ready || read.bytes >= terms.min_bytes) {
        answer(set, terms, full, std::move(read), step);
    } else {
        cool(set, read);
        park(set, std::move(terms), full, request.max_wait_ms, now);
    }
    finish(step);
}

void Replicas::fetch_without_session(FetchSet&& set, FetchTerms&& terms, std::int32_t max_wait_ms,
                                     const Step& step) {
    ReadSet read = read_first(set, terms, step);
    if (max_wait_ms <= 0 || read.ready || read.bytes >= terms.min_bytes) {
        answer(set, terms, true, std::move(read), step);
        return;
    }
    cool(set, read);
    park(set, std::move(terms), true, max_wait_ms, step.now);
    const SetId id{next_set_++};
    set.id = id;
    for (std::uint32_t place = 0; place < set.wanted.size(); ++place)
        watch(id, place, set.wanted[place].slot);
    sets_[id] = Cow<FetchSet>(std::move(set));
}

void Replicas::park(FetchSet& set, FetchTerms&& terms, bool all, std::int32_t max_wait_ms,
                    const Now& now) {
    const Instant give_up = now.instant + milliseconds(max_wait_ms);
    set.parked = ParkedFetch{std::move(terms), give_up, all};
    fetches_expire_ = earlier(fetches_expire_, give_up);
}

/// Cases A to H of the head comment, over the partitions that may have news.
bool Replicas::is_ready(const FetchSet& set) const {
    const FetchTerms& terms = set.parked->terms;
    std::int64_t bytes = 0;
    for (const std::uint32_t place : set.hot) {
        const WantedPartition& wanted = set.wanted[place];
        if (wanted.slot == no_slot)
            continue; // not ours when it was asked; when one ceases to be, its fetches are answered
        const Partition& partition = at(wanted.slot);
        if (fetch_error(partition, wanted, terms) != Error::none || divergence(partition, wanted))
            return true;
        if (terms.from_follower() && wanted.known_high_watermark < partition.high_watermark.value)
            return true;
        const std::optional<std::int64_t> available =
            bytes_available(partition, wanted.offset, readable_end(partition, terms));
        if (!available)
            return true;
        bytes += std::min<std::int64_t>(*available, wanted.max_bytes);
    }
    return bytes >= terms.min_bytes && bytes > 0;
}

void Replicas::answer_parked(SetId id, const Step& step) {
    Cow<FetchSet>& shared = *sets_.find(id);
    FetchSet& set = shared.edit();
    const ParkedFetch parked = std::move(*set.parked);
    set.parked.reset();
    if (parked.all)
        for (std::uint32_t place = 0; place < set.wanted.size(); ++place)
            set.heat(place);
    ReadSet read = read_again(set, parked.terms);
    answer(set, parked.terms, parked.all, std::move(read), step);
    if (set.session_id == 0) {
        for (std::uint32_t place = 0; place < set.wanted.size(); ++place)
            unwatch(id, set.wanted[place].slot);
        sets_.erase(id);
    }
}

/// Builds the response from what was read. A session leaves out partitions without news.
void Replicas::answer(FetchSet& set, const FetchTerms& terms, bool all, ReadSet&& read,
                      const Step& step) {
    const bool session = set.session_id != 0;
    wire::FetchResponse response;
    response.session_id = set.session_id;
    std::vector<NodeId> leaders;
    for (ReadPartition& part : read.parts) {
        WantedPartition& wanted = set.wanted[part.place];
        const bool news = is_news(part.data, wanted);
        if (session) {
            const bool failed = part.data.error_code != 0;
            wanted.told_high_watermark = failed ? no_offset : Offset{part.data.high_watermark};
            wanted.told_log_start = Offset{part.data.log_start_offset};
            if (part.data.records && !part.data.records->empty())
                wanted.turn = set.next_turn++;
        }
        if (!all && !news)
            continue;
        if (terms.version >= 16)
            tell_leader(part.data, wanted, terms, leaders);
        auto& topics = response.responses;
        if (topics.empty() || topics.back().topic != wanted.name.topic ||
            topics.back().topic_id != wanted.name.topic_id) {
            topics.emplace_back();
            topics.back().topic = wanted.name.topic;
            topics.back().topic_id = wanted.name.topic_id;
        }
        topics.back().partitions.push_back(std::move(part.data));
    }
    if (session)
        cool(set, read);
    for (const NodeId id : leaders)
        if (const metadata::Listener* at_ = endpoint_of(id, terms.listener)) {
            wire::FetchResponse::NodeEndpoint node;
            node.node_id = id.value;
            node.host = at_->host;
            node.port = at_->port;
            node.rack = image_.broker(id)->rack;
            response.node_endpoints.push_back(std::move(node));
        }
    step.out.replies.push_back({terms.request, std::move(response)});
}

/// KIP-951: who leads now, beside the error that says it is not us or not in that epoch.
void Replicas::tell_leader(wire::FetchResponse::PartitionData& data, const WantedPartition& wanted,
                           const FetchTerms& terms, std::vector<NodeId>& leaders) const {
    const Error error = wire::error_of(data.error_code);
    if (error != Error::not_leader_or_follower && error != Error::fenced_leader_epoch)
        return;
    const auto [leader, epoch] =
        current_leader(wanted.name.topic_id, wanted.name.topic, wanted.name.partition);
    data.current_leader.leader_id = leader.value;
    data.current_leader.leader_epoch = epoch.value;
    if (endpoint_of(leader, terms.listener) != nullptr &&
        std::find(leaders.begin(), leaders.end(), leader) == leaders.end())
        leaders.push_back(leader);
}

bool Replicas::is_news(const wire::FetchResponse::PartitionData& data,
                       const WantedPartition& wanted) {
    return (data.records && !data.records->empty()) || data.error_code != 0 ||
           data.diverging_epoch.epoch >= 0 || data.preferred_read_replica >= 0 ||
           data.high_watermark != wanted.told_high_watermark.value ||
           data.log_start_offset != wanted.told_log_start.value;
}

} // namespace orrery::replica
