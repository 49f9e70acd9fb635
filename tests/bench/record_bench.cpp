// Record batches and logs: encode and decode of 1 KiB records, CRC32C beside the table baseline, an
// append, a read, a copy of a log.
#include "core/log/log.hpp"
#include "core/record/batch_builder.hpp"
#include "core/record/checksum.hpp"
#include "core/record/rewrite.hpp"
#include "core/record/validate.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace {

using namespace orrery;
using record::Batch;

constexpr int records_in_batch = 16;
constexpr std::size_t record_bytes = 1024;
constexpr std::int64_t some_time = 1'700'000'000'000;

Batch build(Offset base, int records, std::string_view value) {
    record::BatchOptions options;
    options.base_offset = base;
    options.leader_epoch = {1};
    const auto view = std::as_bytes(std::span(value.data(), value.size()));
    record::BatchBuilder builder(options,
                                 128 + static_cast<std::size_t>(records) * (view.size() + 32));
    for (int i = 0; i < records; ++i)
        builder.append(some_time + i, std::nullopt, view);
    return builder.build();
}

void crc(benchmark::State& state, std::uint32_t (*sum)(std::span<const std::byte>, std::uint32_t)) {
    const std::vector<std::byte> bytes(static_cast<std::size_t>(state.range(0)), std::byte{7});
    for (auto _ : state)
        benchmark::DoNotOptimize(sum(bytes, 0));
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(crc, crc32c, record::crc32c)->Arg(1 << 10)->Arg(16 << 10)->Arg(1 << 20);
BENCHMARK_CAPTURE(crc, crc32c_by_tables, record::crc32c_by_tables)->Arg(16 << 10);

void baseline_memcpy(benchmark::State& state) {
    const std::vector<std::byte> from(records_in_batch * record_bytes, std::byte{7});
    for (auto _ : state)
        benchmark::DoNotOptimize(Bytes::copy(from));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(from.size()));
}
BENCHMARK(baseline_memcpy);

void encode_1_kib_records(benchmark::State& state) {
    const std::string value(record_bytes, 'v');
    for (auto _ : state)
        benchmark::DoNotOptimize(build({0}, records_in_batch, value));
    state.SetBytesProcessed(state.iterations() * records_in_batch *
                            static_cast<std::int64_t>(record_bytes));
}
BENCHMARK(encode_1_kib_records);

/// As a consumer does: cut, checksum, every record.
void decode_1_kib_records(benchmark::State& state) {
    const Batch batch = build({0}, records_in_batch, std::string(record_bytes, 'v'));
    const Chain chain(batch.bytes);
    for (auto _ : state) {
        record::BatchReader reader(chain);
        const auto next = reader.next();
        benchmark::DoNotOptimize(record::crc_is_valid(**next));
        record::Records records(**next);
        std::size_t bytes = 0;
        for (record::Record one; records.next(one);)
            bytes += one.value->size();
        benchmark::DoNotOptimize(bytes);
    }
    state.SetBytesProcessed(state.iterations() * records_in_batch *
                            static_cast<std::int64_t>(record_bytes));
}
BENCHMARK(decode_1_kib_records);

/// What a leader does with one small batch of a producer.
void accept_small_batch(benchmark::State& state) {
    const Batch batch = build({0}, 1, std::string(100, 'v'));
    const Chain chain(batch.bytes);
    record::AppendSettings settings;
    settings.now_ms = some_time;
    for (auto _ : state)
        benchmark::DoNotOptimize(record::accept_produce(chain, 12, settings));
}
BENCHMARK(accept_small_batch);

log::Log filled(int batches) {
    Effects out;
    log::Log log = log::Log::create("orders-0", {}, {0}, {}, out);
    for (int i = 0; i < batches; ++i) {
        log.append(build({i}, 1, std::string(100, 'v')), {}, out);
        out.clear();
    }
    return log;
}

void append_small_batch(benchmark::State& state) {
    const Batch batch = build({0}, 1, std::string(100, 'v'));
    Effects out;
    log::Log log = filled(0);
    for (auto _ : state) {
        if (log.end_offset().value == 1'000'000)
            log = filled(0);
        Batch next = batch; // its offset is not in the bytes; the log does not look there
        next.header.base_offset = log.end_offset();
        benchmark::DoNotOptimize(log.append(next, {}, out));
        out.clear();
    }
}
BENCHMARK(append_small_batch);

void append_to_a_copy(benchmark::State& state) {
    const log::Log log = filled(2'000);
    const Batch batch = build(log.end_offset(), 1, std::string(100, 'v'));
    Effects out;
    for (auto _ : state) {
        log::Log copy = log;
        benchmark::DoNotOptimize(copy.append(batch, {}, out));
        out.clear();
    }
}
BENCHMARK(append_to_a_copy);

void copy_log(benchmark::State& state) {
    const log::Log log = filled(2'000);
    for (auto _ : state)
        benchmark::DoNotOptimize(log::Log(log));
}
BENCHMARK(copy_log);

void read_at_random(benchmark::State& state) {
    const log::Log log = filled(20'000);
    std::int64_t at = 0;
    for (auto _ : state) {
        at = (at * 48'271 + 11) % 19'000;
        benchmark::DoNotOptimize(log.read({at}, {1'000, log.end_offset(), true}));
    }
}
BENCHMARK(read_at_random);

} // namespace

BENCHMARK_MAIN();
