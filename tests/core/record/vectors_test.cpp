// The golden vectors: batches, corrupt-batches, append and checksums, as the Kafka 4.4 classes made
// them. Another folder of the same form can be given by ORRERY_VECTORS.
#include "core/record/batch_builder.hpp"
#include "core/record/checksum.hpp"
#include "core/record/control.hpp"
#include "core/record/legacy.hpp"
#include "core/record/validate.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

using namespace orrery;
using namespace orrery::record;
using Json = nlohmann::json;

namespace {

Bytes unhex(const Json& hex) {
    Bytes bytes;
    REQUIRE(from_hex(hex.get<std::string>(), bytes));
    return bytes;
}

Json hex_or_null(const std::optional<View>& view) {
    return view ? Json(to_hex(*view)) : Json(nullptr);
}

Json records_json(const Batch& batch, std::int32_t& count, RecordsError& error) {
    Json list = Json::array();
    Records records(batch);
    for (Record record; records.next(record);) {
        Json headers = Json::array();
        for (const RecordHeader& header : record.headers.list())
            headers.push_back({std::string(header.key), hex_or_null(header.value)});
        Json json = {{"offset", record.offset.value},      {"timestamp", record.timestamp},
                     {"sequence", record.sequence},        {"key", hex_or_null(record.key)},
                     {"value", hex_or_null(record.value)}, {"headers", headers}};
        if (batch.header.is_control())
            if (const auto type = control_type_of(record))
                json["controlType"] = std::string(name_of(*type));
        list.push_back(std::move(json));
    }
    count = static_cast<std::int32_t>(list.size());
    error = records.error();
    return list;
}

Json batch_json(const Batch& batch) {
    const BatchHeader& h = batch.header;
    std::int32_t count = 0;
    RecordsError error{};
    Json json = {{"magic", h.magic},
                 {"baseOffset", first_offset(batch).value},
                 {"lastOffset", h.last_offset().value},
                 {"sizeInBytes", h.size()},
                 {"compression", std::string(name_of(h.codec()))},
                 {"timestampType", std::string(name_of(h.timestamp_type()))},
                 {"maxTimestamp", h.max_timestamp},
                 {"checksum", h.crc},
                 {"valid", crc_is_valid(batch)},
                 {"records", records_json(batch, count, error)}};
    if (h.magic == 2) {
        json["partitionLeaderEpoch"] = h.leader_epoch.value;
        // With a delete horizon, the base timestamp is that.
        json["baseTimestamp"] = h.base_timestamp;
        json["producerId"] = h.producer_id;
        json["producerEpoch"] = h.producer_epoch;
        json["baseSequence"] = h.base_sequence;
        json["lastSequence"] = h.last_sequence();
        json["count"] = h.count;
        json["transactional"] = h.is_transactional();
        json["control"] = h.is_control();
        if (h.has_delete_horizon())
            json["deleteHorizonMs"] = h.base_timestamp;
    }
    return json;
}

/// Compares what `expected` mentions, so that vectors may say less.
void check_mentioned(const Json& expected, const Json& got) {
    for (const auto& [name, value] : expected.items()) {
        INFO(name);
        REQUIRE(got.contains(name));
        CHECK(got[name] == value);
    }
}

std::string exception_of(RecordsError error) {
    switch (error) {
    case RecordsError::none: return "ok";
    case RecordsError::invalid_record: return "InvalidRecordException";
    case RecordsError::corrupt: return "CorruptRecordException";
    case RecordsError::bad_compression: return "KafkaException";
    case RecordsError::unknown_codec: return "IllegalArgumentException";
    case RecordsError::too_large: return "too large";
    }
    return "?";
}

std::string kafka_name(wire::Error error) {
    switch (error) {
    case wire::Error::none: return "ok";
    case wire::Error::corrupt_message: return "CORRUPT_MESSAGE";
    case wire::Error::invalid_record: return "INVALID_RECORD";
    case wire::Error::invalid_timestamp: return "INVALID_TIMESTAMP";
    case wire::Error::unsupported_compression_type: return "UNSUPPORTED_COMPRESSION_TYPE";
    default: return "UNKNOWN_SERVER_ERROR";
    }
}

template <class T>
std::string outcome(const Validated<T>& result) {
    return result ? "ok" : kafka_name(result.error().error);
}

/// Where Java failed by accident, any rejection will do.
void check_outcome(const Json& expected, const std::string& got) {
    if (expected == "UNKNOWN_SERVER_ERROR")
        CHECK(got != "ok");
    else
        CHECK(expected == got);
}

AppendSettings settings_of(const Json& json) {
    AppendSettings settings;
    settings.next_offset = {json["nextOffset"].get<std::int64_t>()};
    settings.now_ms = json["nowMs"];
    settings.leader_epoch = {json["partitionLeaderEpoch"].get<std::int32_t>()};
    settings.timestamp_before_max_ms = json["timestampBeforeMaxMs"];
    settings.timestamp_after_max_ms = json["timestampAfterMaxMs"];
    settings.compacted = json["compacted"];
    if (json["timestampType"] == "LogAppendTime")
        settings.timestamp_type = TimestampType::log_append_time;
    const std::string origin = json["origin"];
    settings.origin = origin == "CLIENT"        ? Origin::client
                      : origin == "REPLICATION" ? Origin::replication
                      : origin == "COORDINATOR" ? Origin::coordinator
                                                : Origin::raft_leader;
    const std::string codec = json["targetCompression"];
    if (codec != "producer")
        settings.target_codec = codec_named(codec);
    return settings;
}

/// What a stored log holds of these bytes: the whole batches. Java leaves what a producer sent
/// after them in its buffer.
std::string whole_batches(const Json& hex) {
    const Chain all = unhex(hex);
    BatchReader reader(all);
    while (true) {
        const auto next = reader.next();
        REQUIRE(next);
        if (!*next)
            return to_hex(all.slice(0, reader.consumed()).flat());
    }
}

void check_appended(const Json& expected, const ValidBatch& valid) {
    CHECK(expected["nextOffsetAfter"] == valid.next_offset.value);
    CHECK(expected["logAppendTimeMs"] == valid.log_append_time_ms);
    CHECK(expected["maxTimestampMs"] == valid.max_timestamp);
    CHECK(expected["sizeMaybeChanged"] == valid.size_maybe_changed);
    const auto parsed = parse_batch(valid.batch.bytes);
    REQUIRE(parsed);
    CHECK(parsed->header == valid.batch.header);
    const bool rebuilt = valid.size_maybe_changed && valid.batch.header.codec() != Codec::none;
    if (!rebuilt)
        CHECK(whole_batches(expected["appendedHex"]) == to_hex(valid.batch.bytes));
    if (!expected.contains("appendedBatches"))
        return;
    REQUIRE(expected["appendedBatches"].size() == 1);
    Json batch = expected["appendedBatches"][0];
    if (rebuilt) { // which bytes a codec chooses is its library's affair
        batch.erase("sizeInBytes");
        batch.erase("checksum");
    }
    check_mentioned(batch, batch_json(valid.batch));
}

void check_validation(const Json& expected, const Chain& records, const AppendSettings& settings) {
    const auto valid = validate_for_append(records, settings);
    check_outcome(expected["append"], outcome(valid));
    if (valid && expected["append"] == "ok")
        check_appended(expected, *valid);
    if (valid || expected["append"] == "UNKNOWN_SERVER_ERROR")
        return;
    std::vector<std::int32_t> indexes;
    for (const RecordRejection& record : valid.error().records)
        indexes.push_back(record.index);
    CHECK(expected.value("recordErrors", std::vector<std::int32_t>{}) == indexes);
    std::vector<std::string> meters;
    for (const RejectionMeter meter : valid.error().meters)
        meters.emplace_back(name_of(meter));
    CHECK(expected.value("metrics", std::vector<std::string>{}) == meters);
}

} // namespace

TEST_CASE("every golden batch decodes to what Kafka decodes") {
    const auto vectors = tests::load_vectors("batches");
    REQUIRE(!vectors.empty());
    for (const Json& vector : vectors) {
        INFO(vector["id"]);
        const auto batches = split_batches(unhex(vector["hex"]));
        REQUIRE(batches);
        REQUIRE(batches->size() == vector["batches"].size());
        for (std::size_t i = 0; i < batches->size(); ++i)
            check_mentioned(vector["batches"][i], batch_json((*batches)[i]));
    }
}

TEST_CASE("every golden batch without compression is built again byte for byte") {
    int built = 0;
    for (const Json& vector : tests::load_vectors("batches")) {
        INFO(vector["id"]);
        const auto batches = split_batches(unhex(vector["hex"]));
        REQUIRE(batches);
        for (const Batch& batch : *batches) {
            const BatchHeader& h = batch.header;
            if (h.magic != 2 || h.codec() != Codec::none || h.count == 0)
                continue;
            BatchOptions options{h.base_offset,      h.leader_epoch,  h.codec(),
                                 h.timestamp_type(), h.max_timestamp, h.producer_id,
                                 h.producer_epoch,   h.base_sequence, h.is_transactional(),
                                 h.is_control(),     std::nullopt};
            if (h.has_delete_horizon())
                options.delete_horizon_ms = h.base_timestamp;
            BatchBuilder by_copy(options);
            BatchBuilder by_parts(options);
            Records records(batch);
            for (Record record; records.next(record);) {
                by_copy.append_copy(record.offset, record);
                by_parts.append_at(record.offset, record.timestamp, record.key, record.value,
                                   record.headers.list());
            }
            if (h.timestamp_type() == TimestampType::log_append_time)
                continue; // the records' own times were lost when the leader stamped them
            CHECK(to_hex(by_copy.build(h.last_offset()).bytes) == to_hex(batch.bytes));
            CHECK(to_hex(by_parts.build(h.last_offset()).bytes) == to_hex(batch.bytes));
            ++built;
        }
    }
    CHECK(built > 5);
}

TEST_CASE("every corrupt batch is read and refused as Kafka does") {
    const auto vectors = tests::load_vectors("corrupt-batches");
    REQUIRE(!vectors.empty());
    AppendSettings settings;
    settings.next_offset = {1000};
    settings.now_ms = 1'700'000'000'500;
    settings.leader_epoch = {7};
    for (const Json& vector : vectors) {
        INFO(vector["id"]);
        const Chain bytes = unhex(vector["hex"]);
        const Json& read = vector["read"];
        BatchReader reader(bytes);
        for (const Json& expected : read["batches"]) {
            const auto next = reader.next();
            REQUIRE(next);
            REQUIRE(*next);
            const Batch& batch = **next;
            CHECK(expected["sizeInBytes"] == batch.bytes.size());
            CHECK(expected["magic"] == batch.header.magic);
            CHECK((expected["ensureValid"] == "ok") == crc_is_valid(batch));
            std::int32_t count = 0;
            RecordsError error{};
            records_json(batch, count, error);
            CHECK(expected["iterate"] == exception_of(error));
            CHECK(expected["recordsRead"] == count);
        }
        const auto after = reader.next();
        CHECK(after.has_value() == !read.contains("splitError"));
        CHECK((!after || !*after));

        const Json& produce = vector["produce"];
        check_outcome(produce["requestCheck"], outcome(check_produce(bytes, 12)));
        check_validation(produce, bytes, settings);
        check_outcome(produce["leader"], outcome(accept_produce(bytes, 12, settings)));
    }
}

TEST_CASE("every append vector is validated and stored as Kafka does") {
    const auto vectors = tests::load_vectors("append");
    REQUIRE(!vectors.empty());
    for (const Json& vector : vectors) {
        INFO(vector["id"]);
        const Chain bytes = unhex(vector["hex"]);
        const AppendSettings settings = settings_of(vector["settings"]);
        const Json& expected = vector["result"];
        check_validation(expected, bytes, settings);
        const auto batches = split_batches(bytes);
        REQUIRE(batches);
        std::string leader = "ok";
        for (const Batch& batch : *batches)
            if (const auto ok = check_before_append(batch, settings.origin); !ok && leader == "ok")
                leader = outcome(ok);
        if (leader == "ok")
            leader = outcome(validate_for_append(bytes, settings));
        check_outcome(expected["leader"], leader);
    }
}

TEST_CASE("every checksum vector holds, by hardware and by tables") {
    const auto vectors = tests::load_vectors("checksums");
    REQUIRE(!vectors.empty());
    for (const Json& vector : vectors) {
        INFO(vector["id"]);
        const Bytes data = unhex(vector["data"]);
        CHECK(vector["crc32c"] == crc32c(data));
        CHECK(vector["crc32c"] == crc32c_by_tables(data));
        CHECK(vector["crc32"] == crc32(data));
    }
}
