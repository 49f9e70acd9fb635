// metadata::Image: the cluster's metadata as a value, as of one offset of the metadata log. Brokers
// and controllers build the same image from the same records; a copy costs a few counters, since
// every part is shared until it is written.
//
// Nothing but apply() writes. What a record did is told as Changes, so that a broker or a reporter
// need not compare images.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/cow_vector.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/result.hpp"
#include "core/base/uuid.hpp"
#include "core/metadata/changes.hpp"
#include "core/metadata/cluster.hpp"
#include "core/metadata/record.hpp"
#include "core/metadata/topics.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::metadata {

/// The configs of one resource: name to value, as the records say (no defaults).
using ConfigMap = FlatMap<std::string, std::string>;

using BrokerMap = FlatMap<NodeId, Cow<Broker>>;
using ControllerMap = FlatMap<NodeId, ControllerNode>;
using TopicMap = FlatMap<Uuid, Cow<Topic>>;
using TopicNames = FlatMap<std::string, Uuid>;
using ConfigsMap = FlatMap<ConfigResource, ConfigMap>;
using FeatureMap = FlatMap<std::string, std::int16_t>;

class Image {
public:
    // --- brokers and controllers, by id
    const BrokerMap& brokers() const { return *brokers_; }
    /// Null when there is none (unregistered); also for the two below.
    const Broker* broker(NodeId id) const;
    const ControllerMap& controllers() const { return *controllers_; }
    /// Registered and not fenced (it may be in controlled shutdown).
    bool is_unfenced(NodeId id) const;
    /// May lead and be in an ISR: registered, unfenced, not in controlled shutdown.
    bool is_active(NodeId id) const;

    // --- topics
    const TopicMap& topics() const { return *topics_; }       ///< in order of their ids
    const TopicNames& topic_names() const { return *names_; } ///< in order of their names
    const Topic* topic(const Uuid& id) const;
    const Topic* topic(std::string_view name) const;
    const Partition* partition(const Uuid& topic, std::int32_t partition) const;
    const Partition* partition(const TopicPartitionId& id) const {
        return partition(id.topic, id.partition);
    }

    // --- configs as set by records; configs.hpp adds static values and defaults
    const ConfigsMap& configs() const { return *configs_; }
    /// The value set on exactly that resource; null when not set.
    const std::string* config(const ConfigResource& resource, std::string_view name) const;
    /// All set on that resource; null when none.
    const ConfigMap* configs_of(const ConfigResource& resource) const;

    // --- the rest
    const FeatureMap& features() const { return *features_; }
    /// The finalized level of a feature; 0 when it has none.
    std::int16_t feature(std::string_view name) const;
    std::int16_t metadata_version() const { return feature("metadata.version"); }
    bool elr_enabled() const { return feature("eligible.leader.replicas.version") > 0; }
    /// The first producer id that was not handed out yet.
    std::int64_t next_producer_id() const { return next_producer_id_; }
    std::int8_t zk_migration_state() const { return zk_migration_state_; }
    const CowVector<Record>& unapplied() const { return unapplied_; }

    /// The last record applied, and the quorum's epoch it was written in; -1 in an empty image.
    Offset offset() const { return offset_; }
    LeaderEpoch epoch() const { return epoch_; }
    /// Between BeginTransaction and EndTransaction (KIP-868) the image holds what may yet be
    /// aborted: readers use published().
    bool in_transaction() const { return !before_transaction_.empty(); }
    /// The name the open transaction was begun with.
    const std::optional<std::string>& transaction_name() const { return transaction_name_; }
    /// This image, or the one before the open transaction (KIP-868: not to be shown before its
    /// end).
    const Image& published() const {
        return before_transaction_.empty() ? *this : before_transaction_.front();
    }

    /// Applies the record at `offset`, written in `epoch`. Adds what it did to `changes`. An error
    /// says that the record can't follow this image (a change of a partition that is not there):
    /// the log is damaged, and the image stays as it was but for its offset. An aborted transaction
    /// tells `changes` only that all may have changed (`everything`).
    Result<void> apply(const Record& record, Offset offset, LeaderEpoch epoch, Changes* changes);
    /// As apply(), for what does not come from the log but from a snapshot as of (offset, epoch).
    Result<void> load(const std::vector<Record>& snapshot, Offset offset, LeaderEpoch epoch);

    bool operator==(const Image&) const = default;
    ORRERY_FIELDS(brokers_, controllers_, topics_, names_, configs_, features_, next_producer_id_,
                  zk_migration_state_, unapplied_, before_transaction_, transaction_name_, offset_,
                  epoch_)

private:
    friend struct Applier; // image_apply.cpp: one function a record type

    Cow<BrokerMap> brokers_;
    Cow<ControllerMap> controllers_;
    Cow<TopicMap> topics_;
    Cow<TopicNames> names_; ///< the name of every topic in topics_, and no other
    Cow<ConfigsMap> configs_;
    Cow<FeatureMap> features_;
    std::int64_t next_producer_id_ = 0;
    std::int8_t zk_migration_state_ = 0;
    CowVector<Record> unapplied_;           ///< in the log's order
    std::vector<Image> before_transaction_; ///< none, or the image to go back to on abort
    std::optional<std::string> transaction_name_;
    Offset offset_ = no_offset;
    LeaderEpoch epoch_ = no_epoch;
};

/// The records that rebuild the image in an empty one: what a snapshot holds. Never within a
/// transaction. Versions are those of the image's metadata.version.
std::vector<Record> snapshot_records(const Image& image);

} // namespace orrery::metadata
