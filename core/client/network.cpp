#include "core/client/network.hpp"

#include "core/base/backoff.hpp"
#include "core/wire/messages/metadata_request.hpp"
#include "core/wire/messages/metadata_response.hpp"
#include "core/wire/reader.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

wire::ChannelConfig channel_config(const CommonConfig& config, std::int32_t max_in_flight) {
    wire::ChannelConfig channel;
    channel.client_id = config.client_id;
    channel.reconnect_backoff = config.reconnect_backoff;
    channel.reconnect_backoff_max = config.reconnect_backoff_max;
    channel.setup_timeout = config.setup_timeout;
    channel.setup_timeout_max = config.setup_timeout_max;
    channel.request_timeout = config.request_timeout;
    channel.max_idle = config.connections_max_idle;
    channel.max_in_flight = max_in_flight;
    return channel;
}

bool connecting(const wire::Channel& channel) {
    return channel.state() == wire::ChannelState::dialing ||
           channel.state() == wire::ChannelState::negotiating;
}

template <class Channels>
auto place_of(Channels& channels, NodeId node) {
    return std::lower_bound(
        channels.begin(), channels.end(), node,
        [](const wire::Channel& channel, NodeId wanted) { return channel.peer() < wanted; });
}

} // namespace

Network::Network(const CommonConfig& config, std::int32_t max_in_flight, const Random& random)
    : config_(config), channel_config_(channel_config(config, max_in_flight)), random_(random),
      metadata_(ClusterMetadata(config.bootstrap_servers)) {}

// --- topics and leaders
// ---------------------------------------------------------------------------

std::size_t Network::want_topic(std::string_view name) {
    const std::size_t before = metadata_->topics().size();
    const std::size_t index = metadata_.edit().add_topic(name);
    if (index == before) {
        want_new_ = true;
        unchanged_answers_ = 0;
        update_not_before_ = {}; // a new topic is worth a request of its own, at once
    }
    return index;
}

bool Network::learn_leader(std::size_t topic, std::int32_t partition, NodeId leader,
                           LeaderEpoch epoch) {
    const PartitionInfo* known = metadata_->partition(topic, partition);
    if (known == nullptr || epoch <= known->seen)
        return false;
    return metadata_.edit().learn_leader(topic, partition, leader, epoch);
}

void Network::learn_broker(NodeId id, Endpoint at, std::string rack) {
    const BrokerInfo* known = metadata_->broker(id);
    if (known == nullptr || known->at != at || known->rack != rack)
        metadata_.edit().learn_broker(id, std::move(at), std::move(rack));
}

bool Network::learn_epoch(std::size_t topic, std::int32_t partition, LeaderEpoch epoch) {
    const PartitionInfo* known = metadata_->partition(topic, partition);
    if (known == nullptr || epoch <= known->seen)
        return false;
    want_all_ = true;
    return metadata_.edit().learn_epoch(topic, partition, epoch);
}

// --- channels
// -------------------------------------------------------------------------------------

const wire::Channel* Network::find(NodeId node) const {
    const auto at = place_of(channels_, node);
    return at != channels_.end() && at->peer() == node ? &*at : nullptr;
}

wire::Channel* Network::find(NodeId node) {
    return const_cast<wire::Channel*>(std::as_const(*this).find(node));
}

wire::Channel* Network::find(ConnectionId connection) {
    for (wire::Channel& channel : channels_)
        if (channel.connection() == connection)
            return &channel;
    return nullptr;
}

wire::Channel& Network::channel_to(const BrokerInfo& broker) {
    const auto at = place_of(channels_, broker.id);
    if (at == channels_.end() || at->peer() != broker.id)
        return *channels_.insert(at, wire::Channel(channel_config_, broker.id, broker.at));
    if (at->endpoint() != broker.at)
        at->move_to(broker.at);
    return *at;
}

bool Network::ready(Turn& turn, NodeId node) {
    const BrokerInfo* broker =
        coordinator_ && coordinator_->id == node ? &*coordinator_ : metadata_->broker(node);
    if (broker == nullptr)
        return false;
    wire::ChannelContext context = context_of(turn);
    return channel_to(*broker).ready(context);
}

void Network::hang_up(Turn& turn, NodeId node) {
    wire::ChannelContext context = context_of(turn);
    if (wire::Channel* channel = find(node))
        channel->hang_up(context);
}

bool Network::can_send(NodeId node) const {
    const wire::Channel* channel = find(node);
    return channel != nullptr && channel->can_send();
}

bool Network::backing_off(Instant now, NodeId node) const {
    const wire::Channel* channel = find(node);
    return channel != nullptr && channel->backing_off(now);
}

NodeId Network::least_loaded(Instant now) {
    const auto& brokers = metadata_->brokers();
    if (brokers.empty())
        return no_node;
    const auto first = static_cast<std::size_t>(random_.below(brokers.size()));
    NodeId ready = no_node;
    NodeId in_progress = no_node;
    NodeId dialable = no_node;
    std::size_t fewest = SIZE_MAX;
    Instant oldest_attempt = never;
    bool found_ready = false;
    bool found_in_progress = false;
    for (std::size_t i = 0; i < brokers.size(); ++i) {
        const BrokerInfo& broker = brokers[(first + i) % brokers.size()];
        const wire::Channel* channel = find(broker.id);
        if (channel != nullptr && channel->can_send()) {
            if (channel->in_flight() < fewest) {
                fewest = channel->in_flight();
                ready = broker.id;
                found_ready = true;
            }
        } else if (channel != nullptr && connecting(*channel)) {
            in_progress = broker.id;
            found_in_progress = true;
        } else if (channel == nullptr || (channel->state() == wire::ChannelState::disconnected &&
                                          !channel->backing_off(now))) {
            const Instant attempt = channel == nullptr ? Instant{} : channel->last_attempt();
            if (attempt < oldest_attempt) {
                oldest_attempt = attempt;
                dialable = broker.id;
            }
        }
    }
    return found_ready ? ready : found_in_progress ? in_progress : dialable;
}

bool Network::any_connecting() const {
    for (const BrokerInfo& broker : metadata_->brokers())
        if (const wire::Channel* channel = find(broker.id); channel && connecting(*channel))
            return true;
    return false;
}

bool Network::any_ready() const {
    for (const BrokerInfo& broker : metadata_->brokers())
        if (const wire::Channel* channel = find(broker.id);
            channel && channel->state() == wire::ChannelState::ready)
            return true;
    return false;
}

// --- what arrives
// ---------------------------------------------------------------------------------

std::optional<wire::AnsweredRequest> Network::take(Turn& turn, const Input& input) {
    auto answer = route(turn, input);
    for (wire::Channel& channel : channels_) {
        const auto due = channel.wakeup();
        if (!due || turn.now.instant < *due)
            continue;
        const bool open = channel.state() != wire::ChannelState::disconnected;
        wire::ChannelContext context = context_of(turn);
        channel.wake(context);
        if (open)
            on_lost(turn);
    }
    return answer;
}

std::optional<wire::AnsweredRequest> Network::route(Turn& turn, const Input& input) {
    wire::ChannelContext context = context_of(turn);
    if (const auto* received = std::get_if<Received>(&input)) {
        wire::Channel* channel = find(received->connection);
        if (channel == nullptr)
            return std::nullopt;
        auto answer = channel->on_received(context, received->frame);
        if (channel->state() == wire::ChannelState::disconnected)
            on_lost(turn);
        if (answer && answer->tag == metadata_tag) {
            on_metadata(turn, received->frame, *answer);
            return std::nullopt;
        }
        return answer;
    }
    if (const auto* connected = std::get_if<Connected>(&input)) {
        if (wire::Channel* channel = find(connected->connection))
            channel->on_connected(context);
    } else if (const auto* closed = std::get_if<Closed>(&input)) {
        if (wire::Channel* channel = find(closed->connection)) {
            channel->on_closed(context);
            on_lost(turn);
        }
    }
    return std::nullopt;
}

void Network::on_lost(Turn& turn) {
    const auto before = turn.failed.size();
    std::erase_if(turn.failed, [](const auto& request) { return request.tag == metadata_tag; });
    if (turn.failed.size() != before)
        in_progress_ = false;
    if (turn.failed.size() != before || next_update() <= turn.now.instant)
        metadata_failed(turn.now.instant);
    want_all_ = true;
}

void Network::close(Turn& turn) {
    wire::ChannelContext context = context_of(turn);
    for (wire::Channel& channel : channels_)
        channel.hang_up(context);
}

// --- keeping metadata fresh
// -----------------------------------------------------------------------

void Network::on_metadata(Turn& turn, const Chain& frame, const wire::AnsweredRequest& answer) {
    in_progress_ = false;
    wire::Reader reader(frame);
    reader.skip(answer.body_at);
    const auto response = wire::MetadataResponse::decode(reader, answer.version);
    if (!response)
        return metadata_failed(turn.now.instant);
    if (wire::error_of(response->error_code) == wire::Error::rebootstrap_required) {
        if (config_->rebootstrap)
            return rebootstrap(turn, true);
        return metadata_failed(turn.now.instant);
    }
    if (response->brokers.empty())
        return metadata_failed(turn.now.instant);

    const ClusterMetadata before = *metadata_;
    const bool again = metadata_.edit().update(*response, answer.version);
    if (all_topics_ && asked_all_)
        metadata_.edit().learn_all(*response);
    ++metadata_version_;
    failed_attempts_ = 0;
    trying_since_.reset();
    unchanged_answers_ = before == *metadata_ ? unchanged_answers_ + 1 : 0;
    if (asked_all_) {
        want_all_ = false;
        fresh_until_ = turn.now.instant + config_->metadata_max_age;
    }
    want_new_ = false;
    for (const TopicInfo& topic : metadata_->topics())
        want_new_ = want_new_ || (!topic.known && topic.error == wire::Error::none);
    want_all_ = want_all_ || again;
    allow_next_update(turn.now.instant);
}

void Network::metadata_failed(Instant now) {
    ++failed_attempts_;
    unchanged_answers_ = 0;
    allow_next_update(now);
}

void Network::allow_next_update(Instant now) {
    const Duration after_failures =
        exponential_backoff(config_->retry_backoff, config_->retry_backoff_max,
                            std::max(failed_attempts_ - 1, 0), random_);
    Duration wait = after_failures;
    if (unchanged_answers_ > 0) {
        const Duration after_nothing_new = exponential_backoff(
            config_->retry_backoff, config_->retry_backoff_max, unchanged_answers_ - 1, random_);
        wait = std::max(wait, after_nothing_new);
    }
    update_not_before_ = now + wait;
}

Instant Network::next_update() const {
    if (in_progress_)
        return never;
    return std::max(want_all_ || want_new_ ? Instant{} : fresh_until_, update_not_before_);
}

void Network::rebootstrap(Turn& turn, bool hang_up) {
    if (hang_up) {
        close(turn);
        std::erase_if(turn.failed, [](const auto& request) { return request.tag == metadata_tag; });
        in_progress_ = false;
    }
    metadata_.edit().rebootstrap(config_->bootstrap_servers);
    ++metadata_version_;
    want_all_ = true;
    trying_since_ = turn.now.instant;
}

void Network::maintain(Turn& turn) {
    const Instant now = turn.now.instant;
    if (config_->rebootstrap && trying_since_ && !metadata_->only_bootstrap() &&
        now >= *trying_since_ + config_->rebootstrap_trigger)
        rebootstrap(turn, true);
    if (now < next_update())
        return;
    if (fresh_until_ <= now && !want_all_) {
        want_all_ = true; // it is only old: that is no reason to back off further
        unchanged_answers_ = 0;
    }
    if (!trying_since_)
        trying_since_ = now;
    NodeId node = least_loaded(now);
    if (node == no_node && config_->rebootstrap && !any_ready()) {
        rebootstrap(turn, false);
        node = least_loaded(now);
    }
    if (node != no_node && can_send(node)) {
        send_metadata(turn, node);
    } else if (node == no_node) {
        update_not_before_ = now + config_->reconnect_backoff;
    } else if (!any_connecting()) {
        ready(turn, node);
    }
}

void Network::send_metadata(Turn& turn, NodeId node) {
    const auto version = version_for<wire::MetadataRequest>(node);
    wire::MetadataRequest request;
    asked_all_ = want_all_ || !want_new_;
    request.topics.emplace();
    for (const TopicInfo& topic : metadata_->topics())
        if (asked_all_ || !topic.known)
            request.topics->emplace_back().name = topic.name;
    if (asked_all_ && all_topics_)
        request.topics.reset();
    request.allow_auto_topic_creation = may_create_topics_ || version.value_or(0) < 4;
    if (!version || !send(turn, node, request, *version, metadata_tag, config_->request_timeout))
        return metadata_failed(turn.now.instant);
    in_progress_ = true;
}

std::optional<Instant> Network::wakeup() const {
    std::optional<Instant> earliest;
    for (const wire::Channel& channel : channels_)
        earliest = earlier(earliest, channel.wakeup());
    if (!in_progress_ && !any_connecting())
        earliest = earlier(earliest, next_update());
    if (trying_since_ && config_->rebootstrap && !metadata_->only_bootstrap())
        earliest = earlier(earliest, *trying_since_ + config_->rebootstrap_trigger);
    return earliest;
}

} // namespace orrery::client
