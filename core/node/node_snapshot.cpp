// Snapshots of the metadata: when the image is written into one, and when it is read from one.
#include "core/metadata/record.hpp"
#include "core/node/node.hpp"
#include "core/node/node_step.hpp"
#include "core/raft/batches.hpp"
#include "core/record/records.hpp"

namespace orrery::node {

Result<metadata::Record> decode_record(const record::Record& record, const record::Batch& batch) {
    const auto value = record.value.value_or(record::View{});
    const auto from = static_cast<std::size_t>(value.data() - batch.bytes.data());
    return metadata::decode(batch.bytes.slice(from, value.size()));
}

Result<std::vector<metadata::Record>> snapshot_records_in(const Chain& content) {
    std::vector<metadata::Record> records;
    record::BatchReader batches(content);
    while (true) {
        const auto next = batches.next();
        if (!next)
            return failure(next.error());
        if (!*next)
            break;
        const record::Batch& batch = **next;
        if (!record::crc_is_valid(batch))
            return failure(ParseError{"a corrupt batch", batches.consumed()});
        if (batch.header.is_control())
            continue;
        record::Records in_batch(batch);
        for (record::Record record; in_batch.next(record);) {
            auto decoded = decode_record(record, batch);
            if (!decoded)
                return failure(decoded.error());
            records.push_back(std::move(*decoded));
        }
    }
    if (batches.consumed() != content.size())
        return failure(ParseError{"an incomplete last batch", batches.consumed()});
    return records;
}

/// An image that is empty begins with a snapshot, if there is one; so does one whose next record
/// has left the log: of a follower that was away, or that comes anew.
const raft::Snapshot* Node::snapshot_to_load() const {
    const raft::Snapshot* latest = quorum_->latest_snapshot();
    if (planted_.reload_snapshots && latest != nullptr && latest->id.end_offset == replayed_)
        return latest;
    const bool wanted = replayed_ == Offset{0} || replayed_ < quorum_->log().start_offset();
    if (latest == nullptr || !wanted || latest->id.end_offset <= replayed_ ||
        latest->id.end_offset > quorum_->high_watermark())
        return nullptr;
    return latest;
}

void Node::load_snapshot(const raft::Snapshot& snapshot, metadata::Changes& changes, Step& step) {
    const raft::SnapshotId id = snapshot.id;
    const auto records = snapshot_records_in(snapshot.content);
    metadata::Image loaded;
    const auto done = records ? loaded.load(*records, id.end_offset - 1, id.epoch)
                              : Result<void>(failure(records.error()));
    if (!done)
        return halt("snapshot " + raft::file_name_of(id) + ": " + done.error().what, step);
    image_ = std::move(loaded);
    replayed_ = id.end_offset;
    changes.clear();
    changes.everything = true;
    snapshots_.begin_anew(step.instant());
    snapshots_.last_timestamp_ms =
        raft::last_contained_log_timestamp(snapshot.content).value_or(record::no_timestamp);
    step.out.push_back(
        Note{Fact::metadata_snapshot_loaded,
             {},
             -1,
             {id.end_offset.value, id.epoch.value, static_cast<std::int64_t>(records->size())},
             {}});
}

void Node::make_snapshot_if_due(Step& step) {
    if (!snapshots_.caught_up) {
        snapshots_.caught_up = true;
        snapshots_.begin_anew(step.instant());
    }
    if (!snapshots_.is_due(step.instant()))
        return;
    snapshots_.begin_anew(step.instant());
    const auto epoch = quorum_->log().epoch_of(replayed_ - 1);
    if (!epoch) // all of the log is in a snapshot that is already there
        return;
    std::vector<Bytes> values;
    for (const metadata::Record& record : metadata::snapshot_records(image_))
        values.push_back(metadata::encode(record));
    if (planted_.short_snapshots)
        values.pop_back();
    quorum_->create_snapshot({replayed_, *epoch}, snapshots_.last_timestamp_ms, values, step.now,
                             step.raft);
}

} // namespace orrery::node
