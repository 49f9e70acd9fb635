// Batches by hand: building, cutting a stream, rewriting, checksums, codecs, control records.
#include "core/base/fingerprint.hpp"
#include "core/base/random.hpp"
#include "core/record/batch_builder.hpp"
#include "core/record/checksum.hpp"
#include "core/record/compression.hpp"
#include "core/record/control.hpp"
#include "core/record/rewrite.hpp"
#include "core/record/validate.hpp"
#include "core/record/varint.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <limits>

using namespace orrery;
using namespace orrery::record;

namespace {

View bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

Batch sample(Codec codec = Codec::none, std::string_view value = "value") {
    BatchOptions options;
    options.base_offset = {7};
    options.leader_epoch = {3};
    options.codec = codec;
    BatchBuilder builder(options);
    const std::array<RecordHeader, 2> headers{RecordHeader{"trace", bytes_of("id")},
                                              RecordHeader{"", std::nullopt}};
    builder.append(1000, bytes_of("key"), bytes_of(value), headers);
    builder.append(999, std::nullopt, std::nullopt);
    builder.append(1005, bytes_of(""), bytes_of(""));
    return builder.build();
}

std::string noise(std::uint64_t seed, std::size_t size) {
    Random random(seed, "noise");
    std::string text(size, 0);
    for (char& c : text)
        c = static_cast<char>(random.below(256));
    return text;
}

} // namespace

TEST_CASE("a built batch reads back: null and empty fields, headers, times before the first") {
    const Batch batch = sample();
    CHECK(parse_batch(batch.bytes) == batch);
    CHECK(batch.header.max_timestamp == 1005);
    CHECK(batch.header.base_timestamp == 1000);
    CHECK(batch.header.last_offset() == Offset{9});
    const auto records = read_records(batch);
    REQUIRE(records);
    REQUIRE(records->size() == 3);
    CHECK((*records)[0].key == Bytes::copy("key"));
    CHECK((*records)[0].headers[0].second == Bytes::copy("id"));
    CHECK((*records)[0].headers[1] == std::pair<std::string, std::optional<Bytes>>{"", {}});
    CHECK((*records)[1] == OwnedRecord{{8}, 999, {}, {}, {}});
    CHECK((*records)[2] == OwnedRecord{{9}, 1005, Bytes(), Bytes(), {}});
}

TEST_CASE("reading an uncompressed batch gives views into its own bytes") {
    const Batch batch = sample();
    Records records(batch);
    Record record;
    REQUIRE(records.next(record));
    CHECK(record.value->data() > batch.bytes.data());
    CHECK(record.value->data() < batch.bytes.data() + batch.bytes.size());
}

TEST_CASE("a stream of batches is cut wherever its pieces end, and its tail is ignored") {
    const Batch first = sample();
    const Batch second = sample(Codec::zstd);
    Chain whole(first.bytes);
    whole.append(second.bytes);
    whole.append(first.bytes.slice(0, 30));
    const Bytes flat = whole.flat();
    for (std::size_t piece = 1; piece < flat.size(); piece += 7) {
        Chain cut;
        for (std::size_t at = 0; at < flat.size(); at += piece)
            cut.append(flat.slice(at, std::min(piece, flat.size() - at)));
        CHECK(split_batches(cut) == std::vector<Batch>{first, second});
    }
    // A batch that lies in one piece is shared, not copied.
    const auto batches = split_batches(whole);
    CHECK((*batches)[0].bytes.data() == first.bytes.data());
}

TEST_CASE("every codec gives back what it was given, small and large, dull and noisy") {
    for (const Codec codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
        for (const std::size_t size : {0U, 1U, 100U, 65'536U, 300'000U}) {
            for (const std::string& text : {std::string(size, 'a'), noise(size, size)}) {
                INFO(name_of(codec) << " " << size);
                std::vector<std::byte> packed;
                compress(codec, bytes_of(text), packed);
                const Inflated back = inflate(codec, packed, size);
                CHECK(back.end == InflateEnd::complete);
                CHECK(back.bytes.text() == text);
            }
        }
        const auto records = read_records(sample(codec, std::string(200'000, 'z')));
        REQUIRE(records);
        CHECK((*records)[0].value->size() == 200'000);
    }
}

TEST_CASE("a bomb is stopped at the limit") {
    const std::string zeros(10'000'000, '\0');
    for (const Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
        INFO(name_of(codec));
        std::vector<std::byte> packed;
        compress(codec, bytes_of(zeros), packed);
        const Inflated stopped = inflate(codec, packed, 1'000'000);
        CHECK(stopped.end == InflateEnd::too_large);
        CHECK(stopped.bytes.size() <= 1'000'000);
        CHECK(inflate(codec, packed, zeros.size()).end == InflateEnd::complete);
        const Batch batch = sample(codec, zeros);
        Records records(batch, 1'000'000);
        Record record;
        CHECK(!records.next(record));
        CHECK(records.error() == RecordsError::too_large);
    }
}

TEST_CASE("offset and epoch are set without touching the checksum") {
    const Batch batch = sample();
    const Batch stored = with_offset_and_epoch(batch, {4711}, {9});
    CHECK(stored.header.crc == batch.header.crc);
    CHECK(crc_is_valid(stored));
    CHECK(parse_batch(stored.bytes) == stored);
    CHECK(stored.header.base_offset == Offset{4711});
    CHECK(stored.header.leader_epoch == LeaderEpoch{9});
}

TEST_CASE(
    "log append time changes attributes, max timestamp and checksum, and every record's time") {
    const Batch stored = rewritten(sample(), {0}, {1}, TimestampType::log_append_time, 5'000);
    CHECK(crc_is_valid(stored));
    CHECK(parse_batch(stored.bytes) == stored);
    CHECK(stored.header.crc != sample().header.crc);
    const auto records = read_records(stored);
    REQUIRE(records);
    for (const OwnedRecord& record : *records)
        CHECK(record.timestamp == 5'000);
}

TEST_CASE("CRC32C is the same by hardware and by tables, at every length and start") {
    const std::string text = noise(1, 40'000);
    Random random(2, "lengths");
    for (int i = 0; i < 300; ++i) {
        const std::size_t from = random.below(64);
        const std::size_t size = i < 100 ? static_cast<std::size_t>(i) : random.below(39'000);
        const View part = bytes_of(text).subspan(from, size);
        const auto start = static_cast<std::uint32_t>(random.next());
        CHECK(crc32c(part, start) == crc32c_by_tables(part, start));
        const std::size_t middle = size / 3;
        CHECK(crc32c(part.subspan(middle), crc32c(part.first(middle))) == crc32c(part));
    }
    CHECK(crc32c(bytes_of("123456789")) == 0xE3069283);
    CHECK(crc32(bytes_of("123456789")) == 0xCBF43926);
}

TEST_CASE("sequences wrap at 2^31") {
    CHECK(add_to_sequence(5, 3) == 8);
    CHECK(add_to_sequence(std::numeric_limits<std::int32_t>::max(), 1) == 0);
    CHECK(add_to_sequence(std::numeric_limits<std::int32_t>::max() - 1, 5) == 3);
}

TEST_CASE("varints take the extremes") {
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63}, std::int64_t{64}, std::int64_t{-65},
          std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
        std::array<std::byte, longest_varlong> buffer{};
        const auto size =
            static_cast<std::size_t>(put_varint(buffer.data(), value) - buffer.data());
        CHECK(size == varint_size(value));
        VarintReader in(View(buffer).first(size));
        CHECK(in.varlong() == value);
        CHECK(in.ok());
        CHECK(in.left() == 0);
        VarintReader cut(View(buffer).first(size - 1));
        cut.varlong();
        CHECK(!cut.ok());
    }
}

TEST_CASE("a control batch says what it is") {
    BatchOptions options;
    options.base_offset = {3};
    const Batch batch =
        control_batch(options, ControlType::leader_change, 1, bytes_of("message"), 77);
    CHECK(batch.header.is_control());
    Records records(batch);
    Record record;
    REQUIRE(records.next(record));
    CHECK(control_type_of(record) == ControlType::leader_change);
    CHECK(control_value_of(record)->version == 1);
    CHECK(to_hex(control_value_of(record)->message) == to_hex(bytes_of("message")));
    record.key = bytes_of("abc");
    CHECK(!control_type_of(record));
    AppendSettings settings;
    settings.now_ms = 77;
    CHECK(validate_for_append(batch, settings).error().error == wire::Error::invalid_record);
    settings.origin = Origin::raft_leader;
    CHECK(validate_for_append(batch, settings));
}

TEST_CASE("zstd needs version 7 of Produce") {
    const Batch batch = sample(Codec::zstd);
    CHECK(check_produce(batch.bytes, 7));
    CHECK(check_produce(batch.bytes, 6).error().error == wire::Error::unsupported_compression_type);
    CHECK(check_produce({}, 7).error().error == wire::Error::invalid_record);
}

TEST_CASE("a batch with gaps keeps its offsets and its end") {
    BatchOptions options;
    options.base_offset = {100};
    BatchBuilder builder(options);
    builder.append_at({102}, 1, std::nullopt, bytes_of("a"));
    builder.append_at({110}, 1, std::nullopt, bytes_of("b"));
    const Batch batch = builder.build(Offset{120});
    CHECK(batch.header.last_offset() == Offset{120});
    const auto records = read_records(batch);
    REQUIRE(records);
    CHECK((*records)[0].offset == Offset{102});
    CHECK((*records)[1].offset == Offset{110});
}
