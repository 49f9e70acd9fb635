// The wire: a small Fetch request, as a follower sends it for one partition, encoded, decoded and
// shown; and a Fetch response with 1 MiB of records, which must cost no copy. Beside each its
// baseline: the same bytes copied into fresh memory.
#include "core/wire/describe.hpp"
#include "core/wire/frame.hpp"
#include "core/wire/messages/fetch_request.hpp"
#include "core/wire/messages/fetch_response.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace orrery;

constexpr std::int16_t version = 17;

wire::FetchRequest small_fetch() {
    wire::FetchRequest request;
    request.max_wait_ms = 500;
    request.min_bytes = 1;
    request.max_bytes = 10'485'760;
    request.session_id = 12345;
    request.session_epoch = 77;
    auto& topic = request.topics.emplace_back();
    topic.topic_id = Uuid{0x0123456789abcdefULL, 0xfedcba9876543210ULL};
    auto& partition = topic.partitions.emplace_back();
    partition.partition = 3;
    partition.current_leader_epoch = 5;
    partition.fetch_offset = 1'000'000;
    partition.last_fetched_epoch = 5;
    partition.log_start_offset = 0;
    partition.partition_max_bytes = 1'048'576;
    return request;
}

Chain frame() {
    return *wire::request_frame(small_fetch(), version, 42, "broker-2-fetcher-0");
}

void encode_small_fetch(benchmark::State& state) {
    const auto request = small_fetch();
    for (auto _ : state)
        benchmark::DoNotOptimize(wire::request_frame(request, version, 42, "broker-2-fetcher-0"));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode_small_fetch);

void decode_small_fetch(benchmark::State& state) {
    const Chain bytes = frame();
    for (auto _ : state) {
        wire::Reader in(bytes);
        benchmark::DoNotOptimize(wire::read_request_header(in));
        benchmark::DoNotOptimize(wire::FetchRequest::decode(in, version));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_small_fetch);

void describe_small_fetch(benchmark::State& state) {
    const Chain bytes = frame();
    for (auto _ : state)
        benchmark::DoNotOptimize(wire::describe_request(bytes));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(describe_small_fetch);

void baseline_copy_of_small_fetch(benchmark::State& state) {
    const Bytes bytes = frame().flat();
    for (auto _ : state)
        benchmark::DoNotOptimize(Bytes::copy(bytes.span()));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(baseline_copy_of_small_fetch);

Bytes mebibyte() {
    return Bytes::copy(std::string(1U << 20U, 'x'));
}

void encode_and_decode_mebibyte_response(benchmark::State& state) {
    wire::FetchResponse response;
    response.responses.emplace_back().partitions.emplace_back().records = Chain(mebibyte());
    for (auto _ : state) {
        const auto bytes = wire::response_frame(1, version, 42, response);
        wire::Reader in(*bytes);
        benchmark::DoNotOptimize(wire::read_response_header(in, 1, version));
        benchmark::DoNotOptimize(wire::FetchResponse::decode(in, version));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode_and_decode_mebibyte_response);

void baseline_copy_of_mebibyte(benchmark::State& state) {
    const Bytes bytes = mebibyte();
    for (auto _ : state)
        benchmark::DoNotOptimize(Bytes::copy(bytes.span()));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(baseline_copy_of_mebibyte);

} // namespace

BENCHMARK_MAIN();
