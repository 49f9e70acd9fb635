// node::Node: one Kafka process, put together. It has a part in the metadata quorum (a voter's or
// an observer's), and, by process.roles, a controller, a broker's partitions, or both. This room
// owns what connects the others: connections, dispatch by api key, the image that the committed
// metadata log builds, boot and shutdown.
//
//     Node node(config);
//     node.step(now, Started{files, random}, effects);   // first; then whatever comes
//
// A step takes one input, hands it to the room it is for, and settles: what was committed is
// applied, what rooms asked is sent, what they answered goes out, until nothing is left to do.
#pragma once

#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "core/controller/controller.hpp"
#include "core/group/coordinator.hpp"
#include "core/metadata/image.hpp"
#include "core/node/alter_configs.hpp"
#include "core/node/answers.hpp"
#include "core/node/config.hpp"
#include "core/node/forwarding.hpp"
#include "core/node/lifecycle.hpp"
#include "core/node/peers.hpp"
#include "core/node/planted.hpp"
#include "core/node/serving.hpp"
#include "core/node/snapshots.hpp"
#include "core/raft/quorum.hpp"
#include "core/record/codec.hpp"
#include "core/replica/replicas.hpp"

#include <optional>
#include <vector>

namespace orrery::node {

class Node {
public:
    /// A process that has not started: the prototype of each of its lives.
    explicit Node(Config config, Planted planted = {});

    void step(const Now& now, const Input& input, Effects& out);
    std::optional<Instant> wakeup() const;

    /// A hand ends this voter's patience with the quorum (raft::Quorum::lose_patience); nothing for
    /// a node that is no voter or does not run.
    void lose_patience(const Now& now, Effects& out);

    // --- to read, for window and checkers
    const Config& config() const { return *config_; }
    NodeId id() const { return config_->id; }
    /// True between Started and Exit.
    bool running() const { return quorum_.has_value() && !exited_; }
    /// Null before the start; for the next three also when the node lacks the role.
    const raft::Quorum* quorum() const { return quorum_ ? &*quorum_ : nullptr; }
    const controller::Controller* controller() const {
        return controller_ ? &*controller_ : nullptr;
    }
    const replica::Replicas* replicas() const { return replicas_ ? &*replicas_ : nullptr; }
    const group::Coordinator* groups() const { return groups_ ? &*groups_ : nullptr; }
    const Lifecycle& lifecycle() const { return lifecycle_; }
    /// The image as far as this node has replayed the committed metadata log.
    const metadata::Image& image() const { return image_; }
    /// The node's directory id (meta.properties).
    Uuid directory() const { return directory_; }

    bool operator==(const Node&) const = default;

private:
    struct Step; // node_step.hpp: the buffers of one step

    // node_boot.cpp
    void boot(const Started& started, Step& step);
    bool read_identity(const Started& started, Step& step);
    void wrote(const Wrote& wrote, Step& step);
    void stop(Step& step);
    void finish_stop(Step& step);
    void halt(std::string why, Step& step);

    // node_serve.cpp
    void accept(const Connected& connected);
    void drop(ConnectionId connection);
    void receive(ConnectionId connection, const Chain& frame, Step& step);
    void handle_frame(ConnectionId connection, ServedConnection& served, const Chain& frame,
                      Step& step);
    void resume(ConnectionId connection, Step& step);
    void hang_up(ConnectionId connection, Step& step);
    void send_reply(RequestId request, Chain frame, Step& step);
    template <class Response>
    void reply(RequestId request, const Response& response, Step& step);

    // node_dispatch.cpp
    struct Call;
    bool dispatch(const Call& call, wire::Reader& body, Step& step);
    bool dispatch_quorum(const Call& call, wire::Reader& body, Step& step);
    bool dispatch_controller(const Call& call, wire::Reader& body, Step& step);
    bool dispatch_broker(const Call& call, wire::Reader& body, Step& step);
    bool dispatch_image(const Call& call, wire::Reader& body, Step& step);
    bool open_envelope(const Call& call, wire::Reader& body, Step& step);
    AnswerView view_for(const Call& call) const;
    template <class Request>
    bool to_quorum(const Call& call, wire::Reader& body, Step& step);
    template <class Request>
    bool decide(const Call& call, wire::Reader& body, Step& step);
    NodeId any_live_broker();
    void create_topics(const std::vector<std::string>& names, Step& step);
    void creation_ended(const Chain& frame);

    // node_groups.cpp
    template <class Use>
    void with_groups(Step& step, Use&& use);
    template <class Request>
    bool to_groups(const Call& call, wire::Reader& body, Step& step);
    bool dispatch_groups(const Call& call, wire::Reader& body, Step& step);
    bool find_coordinator(const Call& call, wire::Reader& body, Step& step);
    void boot_groups(std::uint64_t random);
    void apply_to_groups(const metadata::Changes& changes, Step& step);
    void wake_groups(Step& step);
    void stop_groups(Step& step);
    bool settle_groups(Step& step);

    // node_forward.cpp
    bool forward(const Call& call, wire::Reader& body, Step& step);
    template <class Request>
    bool check_and_forward(const Call& call, wire::Reader& body, Step& step);
    template <class Response>
    void reply_whole(RequestId request, const Response& from_controller, Step& step);
    template <class Response>
    bool complete(RequestId request, const Bytes& from_controller, Step& step);
    bool forward_answered(const PeerAnswer& answer, const Chain& frame, Step& step);
    void refuse_forwarded(const Forwarded& forward, Step& step);

    // node_answers.cpp
    void answered(const PeerAnswer& answer, const Chain& frame, Step& step);
    void unanswered(const PeerAnswer& answer, Step& step);
    bool registered(const PeerAnswer& answer, const Chain& frame, Step& step);

    // node_settle.cpp
    void settle(Step& step);
    bool settle_quorum(Step& step);
    bool settle_metadata(Step& step);
    bool settle_controller(Step& step);
    bool settle_replicas(Step& step);
    bool settle_asks(Step& step);
    template <class Ready>
    void answer(const Ready& ready, Step& step);
    template <class Asked>
    void ask_peer(Purpose purpose, Asked& ask, const Endpoint& at, Step& step);
    void replay(metadata::Changes& changes, Step& step);
    void publish(metadata::Changes& changes, bool registered, Step& step);
    void ask_controller(Purpose purpose, AskId id, Duration timeout, PeerRequest request,
                        Step& step);
    void register_controller(Step& step);
    std::optional<Endpoint> controller_endpoint(NodeId id) const;
    std::optional<Endpoint> broker_endpoint(NodeId id) const;
    void wake(Step& step);

    // node_snapshot.cpp
    const raft::Snapshot* snapshot_to_load() const;
    void load_snapshot(const raft::Snapshot& snapshot, metadata::Changes& changes, Step& step);
    void make_snapshot_if_due(Step& step);

    Cow<Config> config_;
    Planted planted_;
    Uuid directory_;
    Uuid incarnation_;
    Random random_;

    std::optional<raft::Quorum> quorum_;
    std::optional<controller::Controller> controller_;
    std::optional<replica::Replicas> replicas_;
    std::optional<group::Coordinator> groups_;          ///< beside replicas_
    record::Codec offsets_codec_ = record::Codec::none; ///< offsets.topic.compression.codec
    Lifecycle lifecycle_;
    metadata::Image image_;
    metadata::Changes pending_changes_; ///< of a metadata transaction that is still open
    Offset replayed_{0};                ///< metadata below this offset is in image_
    SnapshotSchedule snapshots_;
    bool published_ = false; ///< our registration is in image_: partitions hear of metadata
    raft::Leadership seen_leadership_;

    Peers peers_;
    Forwarding forwarding_;
    std::vector<std::string> creating_; ///< topics whose automatic creation is under way
    FlatMap<RequestId, CheckedConfigs>
        checked_; ///< of forwarded requests that were refused in part
    ServedConnections served_;

    // registration of a controller with the active one (KIP-919)
    std::uint64_t registration_ask_ = 0; ///< 0: none open
    Instant registration_retry_;

    bool stopping_ = false;
    bool closing_ = false; ///< the last write of a clean shutdown is under way
    bool exited_ = false;
    Instant stop_patience_ = never;

public:
    ORRERY_FIELDS(config_, planted_, directory_, incarnation_, random_, quorum_, controller_,
                  replicas_, groups_, offsets_codec_, creating_, lifecycle_, image_,
                  pending_changes_, replayed_, snapshots_, published_, seen_leadership_, peers_,
                  forwarding_, checked_, served_, registration_ask_, registration_retry_, stopping_,
                  closing_, exited_, stop_patience_)
};

} // namespace orrery::node
