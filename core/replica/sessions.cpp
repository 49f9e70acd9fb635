// Fetch sessions (KIP-227): which exist, who gives way when there are too many, and what a request
// on one changes.
#include "core/replica/replicas.hpp"

#include <algorithm>
#include <tuple>

namespace orrery::replica {

using wire::Error;

namespace {

/// Kafka's MIN_INCREMENTAL_FETCH_SESSION_EVICTION_MS: an unused session may go after this, and a
/// session this old no longer has precedence over larger ones.
constexpr Duration evictable_after = seconds(120);

PartitionName name_of_fetch(const FetchTerms& terms, const wire::FetchRequest::FetchTopic& topic,
                            std::int32_t partition) {
    return terms.by_topic_id() ? PartitionName{topic.topic_id, {}, partition}
                               : PartitionName{{}, topic.topic, partition};
}

} // namespace

void Replicas::want(FetchSet& set, PartitionName&& name,
                    const wire::FetchRequest::FetchPartition& asked) {
    std::uint32_t place = 0;
    if (const std::uint32_t* known = set.places.find(name)) {
        place = *known;
    } else {
        if (set.free.empty()) {
            place = static_cast<std::uint32_t>(set.wanted.size());
            set.wanted.emplace_back();
        } else {
            place = set.free.back();
            set.free.pop_back();
            set.wanted[place] = WantedPartition{};
        }
        set.places[name] = place;
        WantedPartition& fresh = set.wanted[place];
        fresh.slot = slot_named(name);
        fresh.name = std::move(name);
        fresh.turn = set.next_turn++;
        if (set.id != SetId{})
            watch(set.id, place, fresh.slot);
    }
    WantedPartition& wanted = set.wanted[place];
    wanted.offset = {asked.fetch_offset};
    wanted.current_leader_epoch = {asked.current_leader_epoch};
    wanted.last_fetched_epoch = {asked.last_fetched_epoch};
    wanted.log_start = {asked.log_start_offset};
    wanted.max_bytes = asked.partition_max_bytes;
    wanted.known_high_watermark = asked.high_watermark;
    set.heat(place);
}

void Replicas::want_all(FetchSet& set, const wire::FetchRequest& request, const FetchTerms& terms) {
    for (const auto& topic : request.topics)
        for (const auto& partition : topic.partitions)
            want(set, name_of_fetch(terms, topic, partition.partition), partition);
}

void Replicas::forget(FetchSet& set, const PartitionName& name) {
    const std::uint32_t* known = set.places.find(name);
    if (known == nullptr)
        return;
    const std::uint32_t place = *known;
    set.places.erase(name);
    unwatch(set.id, set.wanted[place].slot);
    std::erase(set.hot, place);
    set.wanted[place] = WantedPartition{};
    set.wanted[place].gone = true;
    set.free.push_back(place);
}

/// The new session's set, or {0} when there is no room for it.
SetId Replicas::open_session(FetchSet& set, const FetchTerms& terms, const Step& step) {
    set.privileged = terms.from_follower();
    set.by_topic_id = terms.by_topic_id();
    if (!make_room(set, step))
        return {};
    std::int32_t session_id = 0;
    while (session_id == 0 || sessions_.contains(session_id))
        session_id = static_cast<std::int32_t>(random_.next() & 0x7fffffffU);
    set.session_id = session_id;
    set.epoch = 1;
    set.created = set.last_used = step.now.instant;
    set.id = {next_set_++};
    for (std::uint32_t place = 0; place < set.wanted.size(); ++place)
        watch(set.id, place, set.wanted[place].slot);
    const SetId id = set.id;
    sessions_[session_id] = id;
    sets_[id] = Cow<FetchSet>(std::move(set));
    return id;
}

/// When all slots are taken a session gives way that was not used for two minutes, or else the
/// smallest that ranks below the new one: followers' rank above consumers', larger above smaller,
/// and young ones are safe from their equals.
bool Replicas::make_room(const FetchSet& fresh, const Step& step) {
    if (sessions_.size() < static_cast<std::size_t>(std::max(config_->session_slots, 0)))
        return true;
    using Rank = std::tuple<bool, std::size_t, std::int32_t>;
    const Instant now = step.now.instant;
    std::optional<std::pair<Instant, std::int32_t>> stalest;
    std::optional<Rank> lowest;
    for (const auto& [session_id, id] : sessions_) {
        const FetchSet& set = **sets_.find(id);
        const std::pair<Instant, std::int32_t> use{set.last_used, session_id};
        if (!stalest || use < *stalest)
            stalest = use;
        const bool old = now - set.created > evictable_after;
        const Rank rank{set.privileged, set.size(), session_id};
        if ((old || (fresh.privileged && !set.privileged)) && (!lowest || rank < *lowest))
            lowest = rank;
    }
    if (stalest && now - stalest->first > evictable_after) {
        close_session(stalest->second, step);
        return true;
    }
    if (!lowest || Rank{fresh.privileged, fresh.size(), 0} <= *lowest)
        return false;
    close_session(std::get<2>(*lowest), step);
    return true;
}

void Replicas::close_session(std::int32_t session_id, const Step& step) {
    const SetId* found = sessions_.find(session_id);
    if (found == nullptr)
        return;
    const SetId id = *found;
    if ((*sets_.find(id))->parked)
        answer_parked(id, step);
    sessions_.erase(session_id);
    const Cow<FetchSet> set = *sets_.find(id);
    for (const WantedPartition& wanted : set->wanted)
        unwatch(id, wanted.slot);
    sets_.erase(id);
}

/// Applies an incremental request to its session, which `id` names afterwards; {0} when the request
/// forgot the last partition.
Error Replicas::continue_session(const wire::FetchRequest& request, const FetchTerms& terms,
                                 const Step& step, SetId& id) {
    const SetId* found = sessions_.find(request.session_id);
    if (found == nullptr)
        return Error::fetch_session_id_not_found;
    FetchSet& set = sets_.find(*found)->edit();
    if (set.epoch != request.session_epoch)
        return Error::invalid_fetch_session_epoch;
    if (set.by_topic_id != terms.by_topic_id())
        return Error::fetch_session_topic_id_error;
    if (set.parked) { // the client gave up on it, or speaks out of turn
        wire::FetchResponse late;
        late.error_code = wire::code(Error::invalid_fetch_session_epoch);
        step.out.replies.push_back({set.parked->terms.request, std::move(late)});
        set.parked.reset();
    }
    want_all(set, request, terms);
    for (const auto& topic : request.forgotten_topics_data)
        for (const std::int32_t partition : topic.partitions)
            forget(set, terms.by_topic_id() ? PartitionName{topic.topic_id, {}, partition}
                                            : PartitionName{{}, topic.topic, partition});
    if (set.size() == 0) {
        close_session(request.session_id, step);
        id = {};
        return Error::none;
    }
    set.epoch = epoch_after(set.epoch);
    set.last_used = step.now.instant;
    set.broker_epoch = terms.broker_epoch;
    id = set.id;
    return Error::none;
}

void Replicas::watch(SetId id, std::uint32_t place, Slot slot) {
    if (slot != no_slot)
        edit(slot).watches.push_back({id, place});
}

void Replicas::unwatch(SetId id, Slot slot) {
    if (slot != no_slot)
        std::erase_if(edit(slot).watches, [&](const FetchWatch& watch) { return watch.set == id; });
}

} // namespace orrery::replica
