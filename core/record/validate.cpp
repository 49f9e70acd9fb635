#include "core/record/validate.hpp"

#include "core/record/batch_builder.hpp"
#include "core/record/rewrite.hpp"

#include <algorithm>
#include <span>

namespace orrery::record {

namespace {

using wire::Error;

auto refuse(Error error, std::string message) {
    return failure(Rejected{error, std::move(message), {}, {}});
}
auto refuse(Error error, std::string message, RejectionMeter meter) {
    return failure(Rejected{error, std::move(message), {}, {meter}});
}

auto refuse(RecordsError error) {
    const std::string what(name_of(error));
    switch (error) {
    case RecordsError::none:
    case RecordsError::invalid_record: return refuse(Error::invalid_record, what);
    case RecordsError::corrupt: return refuse(Error::corrupt_message, what);
    case RecordsError::too_large: return refuse(Error::record_list_too_large, what);
    case RecordsError::bad_compression:
    case RecordsError::unknown_codec: break;
    }
    return refuse(Error::unknown_server_error, what);
}

/// One validation on its way: the settings, and what the records told so far.
class Validation {
public:
    Validation(std::span<const Batch> batches, const AppendSettings& settings)
        : batches_(batches), settings_(settings) {}

    Validated<ValidBatch> run();

private:
    Validated<void> check_batch(const Batch& batch) const;
    Validated<void> check_client_batch(const BatchHeader& header) const;
    Validated<void> read_records(const Batch& batch);
    Validated<void> check_record(const Batch& batch, const Record& record, std::int32_t index);
    bool time_is_out_of_range(std::int64_t timestamp) const;
    void reject_record(Error error, std::int32_t index, std::string message);
    Validated<void> rejected_records();
    ValidBatch in_place() const;
    Validated<ValidBatch> built_anew() const;

    std::span<const Batch> batches_;
    const AppendSettings& settings_;
    Codec source_ = Codec::none;
    Codec target_ = Codec::none;
    bool in_place_ = true;
    std::int64_t expected_inner_offset_ = 0;
    std::int64_t max_timestamp_ = no_timestamp;
    std::int64_t record_count_ = 0;
    Rejected rejected_;
};

Validated<ValidBatch> Validation::run() {
    for (const Batch& batch : batches_) {
        if (!batch.header.codec_is_known())
            return refuse(RecordsError::unknown_codec);
        if (batch.header.codec() != Codec::none)
            source_ = batch.header.codec();
    }
    if (batches_.empty())
        return refuse(Error::invalid_record, "Record batch has no batches at all");
    const BatchHeader& first = batches_.front().header;
    if (batches_.size() > 1 && (first.magic >= 2 || source_ != Codec::none))
        return refuse(Error::invalid_record, "Compressed outer record has more than one batch");
    target_ = settings_.target_codec.value_or(source_);
    // Control records stay as they were written.
    in_place_ =
        first.magic == 2 && (source_ == target_ || (source_ == Codec::none && first.is_control()));
    for (const Batch& batch : batches_) {
        if (auto ok = check_batch(batch); !ok)
            return failure(std::move(ok.error()));
        if (auto ok = read_records(batch); !ok)
            return failure(std::move(ok.error()));
    }
    if (in_place_)
        return in_place();
    return built_anew();
}

Validated<void> Validation::check_batch(const Batch& batch) const {
    if (batch.header.magic != batches_.front().header.magic)
        return refuse(Error::invalid_record, "batches of different magic",
                      RejectionMeter::invalid_magic);
    if (settings_.origin == Origin::client)
        return check_client_batch(batch.header);
    return {};
}

Validated<void> Validation::check_client_batch(const BatchHeader& header) const {
    const auto bad_offset = [](std::string message) {
        return refuse(Error::invalid_record, std::move(message), RejectionMeter::invalid_offset);
    };
    if (header.magic >= 2) {
        const std::int64_t by_offsets = std::int64_t{header.last_offset_delta} + 1;
        if (by_offsets <= 0)
            return bad_offset("Batch has an invalid offset range: last offset delta is " +
                              std::to_string(header.last_offset_delta));
        if (header.count <= 0)
            return bad_offset("Invalid reported count for record batch: " +
                              std::to_string(header.count));
        if (by_offsets != header.count)
            return bad_offset("Inconsistent batch offset range and count of records: " +
                              std::to_string(by_offsets) + " and " + std::to_string(header.count));
    }
    if (header.is_control())
        return bad_offset("Clients are not allowed to write control records");
    if (header.has_producer_id() && header.base_sequence < 0)
        return refuse(Error::invalid_record,
                      "Invalid sequence number " + std::to_string(header.base_sequence) +
                          " in record batch with producerId " + std::to_string(header.producer_id),
                      RejectionMeter::invalid_sequence);
    return {};
}

Validated<void> Validation::read_records(const Batch& batch) {
    Records records(batch, settings_.inflated_limit);
    const bool recompressing = source_ != Codec::none || target_ != Codec::none;
    std::int32_t index = 0;
    for (Record record; records.next(record); ++index) {
        if (auto ok = check_record(batch, record, index); !ok)
            return ok;
        max_timestamp_ = std::max(max_timestamp_, record.timestamp);
        // Some old clients numbered their records wrongly; such a batch is written anew. Kafka has
        // skipped keys and values by then when it hoped to keep a compressed batch, and fails.
        if (recompressing && record.offset.value != expected_inner_offset_) {
            if (in_place_ && source_ != Codec::none)
                return refuse(Error::unknown_server_error,
                              "a compressed batch whose offsets do not begin at 0");
            in_place_ = false;
        }
        ++expected_inner_offset_;
    }
    if (records.error() != RecordsError::none)
        return refuse(records.error());
    record_count_ += index;
    return rejected_records();
}

Validated<void> Validation::check_record(const Batch& batch, const Record& record,
                                         std::int32_t index) {
    if (record.magic != batch.header.magic)
        return refuse(Error::invalid_record, "a record's magic differs from its batch's",
                      RejectionMeter::invalid_magic);
    if (!record.checksum_ok)
        return refuse(Error::corrupt_message, "Record is corrupt inside a compressed batch",
                      RejectionMeter::invalid_checksums);
    if (settings_.compacted && !record.key) {
        rejected_.meters.push_back(RejectionMeter::no_key_compacted_topic);
        reject_record(Error::invalid_record, index,
                      "Compacted topic cannot accept message without key");
    } else if (settings_.timestamp_type == TimestampType::create_time &&
               record.timestamp != no_timestamp) {
        if (time_is_out_of_range(record.timestamp))
            reject_record(Error::invalid_timestamp, index,
                          "Timestamp " + std::to_string(record.timestamp) +
                              " of message with offset " + std::to_string(record.offset.value) +
                              " is out of range");
    } else if (batch.header.timestamp_type() == TimestampType::log_append_time) {
        reject_record(Error::invalid_timestamp, index,
                      "Producer should not set timestamp type to LogAppendTime");
    }
    return {};
}

bool Validation::time_is_out_of_range(std::int64_t timestamp) const {
    const std::int64_t difference = wrapping_subtract(settings_.now_ms, timestamp);
    return difference > settings_.timestamp_before_max_ms ||
           wrapping_subtract(0, difference) > settings_.timestamp_after_max_ms;
}

void Validation::reject_record(Error error, std::int32_t index, std::string message) {
    if (rejected_.error != Error::invalid_timestamp)
        rejected_.error = error;
    rejected_.records.push_back({index, std::move(message)});
}

Validated<void> Validation::rejected_records() {
    if (rejected_.records.empty())
        return {};
    rejected_.message = rejected_.error == Error::invalid_timestamp
                            ? "One or more records have been rejected due to invalid timestamp"
                            : "One or more records have been rejected due to " +
                                  std::to_string(rejected_.records.size()) + " record errors";
    return failure(std::move(rejected_));
}

ValidBatch Validation::in_place() const {
    ValidBatch valid;
    valid.next_offset = settings_.next_offset + record_count_;
    valid.log_append_time_ms = settings_.now_ms;
    const bool by_log = settings_.timestamp_type == TimestampType::log_append_time;
    valid.max_timestamp = by_log ? settings_.now_ms : max_timestamp_;
    const BatchHeader& header = batches_.front().header;
    valid.batch =
        rewritten(batches_.front(),
                  {wrapping_subtract(valid.next_offset.value - 1, header.last_offset_delta)},
                  settings_.leader_epoch, settings_.timestamp_type, valid.max_timestamp);
    return valid;
}

Validated<ValidBatch> Validation::built_anew() const {
    const BatchHeader& first = batches_.front().header;
    BatchOptions options;
    options.base_offset = settings_.next_offset;
    options.leader_epoch = settings_.leader_epoch;
    options.codec = target_;
    options.timestamp_type = settings_.timestamp_type;
    options.log_append_time = settings_.now_ms;
    options.producer_id = first.producer_id;
    options.producer_epoch = first.producer_epoch;
    options.base_sequence = first.base_sequence;
    options.transactional = first.is_transactional();
    options.control = first.is_control();
    BatchBuilder builder(options);
    for (const Batch& batch : batches_) {
        Records records(batch, settings_.inflated_limit);
        for (Record record; records.next(record);) {
            if (record.timestamp < 0 && record.timestamp != no_timestamp)
                return refuse(Error::unknown_server_error,
                              "Invalid negative timestamp " + std::to_string(record.timestamp));
            builder.append_copy(builder.next_offset(), record);
        }
    }
    ValidBatch valid;
    valid.next_offset = builder.next_offset();
    valid.log_append_time_ms = settings_.now_ms;
    valid.batch = builder.build();
    valid.max_timestamp = valid.batch.header.max_timestamp;
    valid.size_maybe_changed = true;
    return valid;
}

} // namespace

std::string_view name_of(RejectionMeter meter) {
    switch (meter) {
    case RejectionMeter::no_key_compacted_topic: return "noKeyCompactedTopic";
    case RejectionMeter::invalid_magic: return "invalidMagic";
    case RejectionMeter::invalid_checksums: return "invalidChecksums";
    case RejectionMeter::invalid_sequence: return "invalidSequence";
    case RejectionMeter::invalid_offset: return "invalidOffset";
    }
    return "unknown";
}

Validated<Batch> check_produce(const Chain& records, std::int16_t produce_version) {
    BatchReader reader(records);
    auto first = reader.next();
    if (!first)
        return refuse(Error::corrupt_message, first.error().what);
    if (!*first)
        return refuse(Error::invalid_record,
                      "Produce requests must have at least one record batch per partition");
    const BatchHeader& header = (*first)->header;
    if (header.magic != 2)
        return refuse(Error::invalid_record, "Produce requests are only allowed to contain record "
                                             "batches with magic version 2");
    if (produce_version < 7 && header.codec_number() == static_cast<int>(Codec::zstd))
        return refuse(Error::unsupported_compression_type,
                      "Produce requests below version 7 are not allowed to use ZStandard");
    const auto second = reader.next();
    if (!second)
        return refuse(Error::corrupt_message, second.error().what);
    if (*second)
        return refuse(Error::invalid_record, "Produce requests are only allowed to contain "
                                             "exactly one record batch per partition");
    return std::move(**first);
}

Validated<void> check_before_append(const Batch& batch, Origin origin) {
    if (origin == Origin::client && batch.header.magic >= 2 && batch.header.base_offset.value != 0)
        return refuse(Error::invalid_record,
                      "The baseOffset of the record batch should be 0, but it is " +
                          std::to_string(batch.header.base_offset.value));
    if (!crc_is_valid(batch))
        return refuse(Error::corrupt_message,
                      "Record is corrupt (stored crc = " + std::to_string(batch.header.crc) + ")");
    return {};
}

Validated<ValidBatch> validate_for_append(const Chain& records, const AppendSettings& settings) {
    auto batches = split_batches(records);
    if (!batches)
        return refuse(Error::corrupt_message, batches.error().what);
    return Validation(*batches, settings).run();
}

Validated<ValidBatch> validate_for_append(const Batch& batch, const AppendSettings& settings) {
    return Validation(std::span(&batch, 1), settings).run();
}

Validated<ValidBatch> accept_produce(const Chain& records, std::int16_t produce_version,
                                     const AppendSettings& settings) {
    auto batch = check_produce(records, produce_version);
    if (!batch)
        return failure(std::move(batch.error()));
    if (auto ok = check_before_append(*batch, settings.origin); !ok)
        return failure(std::move(ok.error()));
    return validate_for_append(*batch, settings);
}

} // namespace orrery::record
