// Network: a client's connections and its metadata, what producer, consumer and admin stand on: the
// NetworkClient, Metadata and DefaultMetadataUpdater of Kafka's Java client in one value.
//
// It answers "who leads this partition" and "may I send to that broker now", routes what arrives to
// the right channel, and keeps the metadata fresh: when it is older than metadata.max.age.ms, when
// somebody asks (an error, a connection lost), never more often than retry.backoff.ms allows, with
// exponential backoff while answers fail or bring nothing new (KIP-580). When no broker that it
// knows can be reached it goes back to the bootstrap servers (KIP-899, KIP-1102).
#pragma once

#include "core/client/config.hpp"
#include "core/client/metadata.hpp"
#include "core/wire/channel.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace orrery::client {

/// One step of a client: what it was told of time, where its effects go, and which of its requests
/// have turned out to have no answer.
struct Turn {
    const Now& now;
    Effects& out;
    std::vector<wire::FailedRequest> failed;
};

class Network {
public:
    Network(const CommonConfig& config, std::int32_t max_in_flight, const Random& random);

    const CommonConfig& config() const { return *config_; }
    const ClusterMetadata& metadata() const { return *metadata_; }
    const std::vector<wire::Channel>& channels() const { return channels_; }
    Random& random() { return random_; }
    /// Counts the answers of Metadata that were merged in, and rebootstraps.
    std::uint64_t metadata_version() const { return metadata_version_; }
    /// Whether Metadata requests may create topics that aren't there (allow.auto.create.topics).
    void let_create_topics(bool may) { may_create_topics_ = may; }

    /// Whether replicas are remembered with the partitions.
    void keep_replicas() { metadata_.edit().keep_replicas(); }
    /// Full updates ask for all topics of the cluster, as who subscribes to a pattern needs it.
    void want_all_topics() { all_topics_ = true; }
    /// A second connection to a broker beside the one that metadata leads to, under an id of its
    /// own: the group coordinator's, so that its heartbeats don't wait behind long fetches.
    void learn_coordinator(NodeId id, Endpoint at) { coordinator_ = BrokerInfo{id, at, {}}; }
    /// Hangs up at that broker, if there is a connection; what was in flight fails.
    void hang_up(Turn& turn, NodeId node);

    /// Adds the topic to those whose metadata is kept; asks for it soon if it is new.
    std::size_t want_topic(std::string_view name);
    /// Metadata may be outdated: asks for it as soon as the backoff allows.
    void want_metadata() { want_all_ = true; }
    /// Forgets the backoff that grew while answers brought nothing new.
    void expect_news() { unchanged_answers_ = 0; }
    /// A refusal said who leads now. True if we didn't know.
    bool learn_leader(std::size_t topic, std::int32_t partition, NodeId leader, LeaderEpoch epoch);
    void learn_broker(NodeId id, Endpoint at, std::string rack);
    bool learn_epoch(std::size_t topic, std::int32_t partition, LeaderEpoch epoch);

    /// Gives an input to the channel that it is for, and lets every deadline that is due have its
    /// way. Returns the answer to a request of the owner, if that is what arrived.
    std::optional<wire::AnsweredRequest> take(Turn& turn, const Input& input);
    /// True if a request can go to the broker now; else begins to connect if that is possible.
    bool ready(Turn& turn, NodeId node);
    bool can_send(NodeId node) const;
    /// The same as Kafka's NetworkClient.connectionFailed: a reconnect backoff is running.
    bool backing_off(Instant now, NodeId node) const;
    /// The broker with the fewest requests in flight among those that are connected, else one that
    /// is being connected, else one that may be dialed; no_node if none.
    NodeId least_loaded(Instant now);
    template <class Request>
    std::optional<std::int16_t> version_for(NodeId node) const {
        const wire::Channel* channel = find(node);
        return channel == nullptr ? std::nullopt : channel->version_for<Request>();
    }
    /// Sends to a broker that can_send. False, with nothing sent, if the request can't be said in
    /// the version.
    template <class Request>
    bool send(Turn& turn, NodeId node, const Request& request, std::int16_t version,
              std::uint64_t tag, Duration timeout) {
        wire::ChannelContext context = context_of(turn);
        return find(node)->send(context, request, version, tag, timeout).has_value();
    }
    template <class Request>
    bool send_unanswered(Turn& turn, NodeId node, const Request& request, std::int16_t version) {
        wire::ChannelContext context = context_of(turn);
        return find(node)->send_unanswered(context, request, version).has_value();
    }
    /// Fetches metadata if it is time. To be called at the end of each step.
    void maintain(Turn& turn);
    std::optional<Instant> wakeup() const;
    /// Hangs up everywhere: the process ends.
    void close(Turn& turn);

    /// Requests of the owner have tags below this.
    static constexpr std::uint64_t metadata_tag = ~std::uint64_t{0};

private:
    wire::ChannelContext context_of(Turn& turn) {
        return {turn.now.instant, ids_, random_, turn.out, turn.failed};
    }
    const wire::Channel* find(NodeId node) const;
    wire::Channel* find(NodeId node);
    wire::Channel* find(ConnectionId connection);
    wire::Channel& channel_to(const BrokerInfo& broker);
    std::optional<wire::AnsweredRequest> route(Turn& turn, const Input& input);
    void on_metadata(Turn& turn, const Chain& frame, const wire::AnsweredRequest& answer);
    void metadata_failed(Instant now);
    /// After a connection was lost: the metadata is suspect, and our own request may be gone.
    void on_lost(Turn& turn);
    void allow_next_update(Instant now);
    void rebootstrap(Turn& turn, bool hang_up);
    bool any_connecting() const;
    bool any_ready() const;
    void send_metadata(Turn& turn, NodeId node);
    Instant next_update() const;

    Cow<CommonConfig> config_;
    Cow<wire::ChannelConfig> channel_config_;
    Random random_;
    wire::ConnectionIds ids_;
    std::vector<wire::Channel> channels_; ///< by peer
    Cow<ClusterMetadata> metadata_;
    std::uint64_t metadata_version_ = 0;
    std::optional<BrokerInfo> coordinator_;
    bool all_topics_ = false;
    bool may_create_topics_ = true;
    bool want_all_ = true;               ///< a full update was asked for
    bool want_new_ = false;              ///< topics were added since the last update
    bool in_progress_ = false;           ///< our Metadata request is in flight
    bool asked_all_ = false;             ///< ... and it is for all topics
    std::int32_t failed_attempts_ = 0;   ///< of metadata requests, since the last answer
    std::int32_t unchanged_answers_ = 0; ///< answers in a row that brought nothing new
    Instant update_not_before_;
    Instant fresh_until_;
    std::optional<Instant> trying_since_; ///< metadata is due, and not come since

public:
    bool operator==(const Network&) const = default;
    ORRERY_FIELDS(config_, channel_config_, random_, ids_, channels_, metadata_, metadata_version_,
                  coordinator_, all_topics_, may_create_topics_, want_all_, want_new_, in_progress_,
                  asked_all_, failed_attempts_, unchanged_answers_, update_not_before_,
                  fresh_until_, trying_since_)
};

} // namespace orrery::client
