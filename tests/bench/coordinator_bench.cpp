// The group coordinator: one OffsetCommit of 100 partitions (to be under 50 us), 100,000 committed
// offsets loaded when leadership comes (under 100 ms), a heartbeat, and a copy of it all.
#include "core/group/coordinator.hpp"
#include "core/record/batch_builder.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace orrery;
using namespace orrery::group;

/// One partition in memory that commits at once.
class BenchLogs : public PartitionLogs {
public:
    Result<Offset, wire::Error> append(std::int32_t, LeaderEpoch,
                                       std::span<const StoredRecord> records) override {
        if (keep)
            keep_batch(records);
        end = end + static_cast<std::int64_t>(records.size());
        return end;
    }
    Result<LogPiece, wire::Error> read(std::int32_t, LeaderEpoch, Offset from,
                                       std::int64_t most) override {
        LogPiece piece{{}, end, end};
        for (const record::Batch& batch : batches)
            if (batch.header.next_offset() > from &&
                static_cast<std::int64_t>(piece.records.size()) < most)
                piece.records.append(batch.bytes);
        return piece;
    }
    Offset log_start(std::int32_t) const override { return Offset{0}; }
    Offset high_watermark(std::int32_t) const override { return end; }

    bool keep = false;

private:
    void keep_batch(std::span<const StoredRecord> records) {
        record::BatchOptions options;
        options.base_offset = end;
        record::BatchBuilder builder(options);
        for (const StoredRecord& one : records)
            builder.append(0, one.key.span(), one.value->span());
        batches.push_back(builder.build());
    }
    std::vector<record::Batch> batches;
    Offset end{0};
};

struct Desk {
    Coordinator coordinator{[] {
                                Settings settings;
                                settings.node = NodeId{1};
                                return settings;
                            }(),
                            7};
    BenchLogs logs;
    metadata::Image image;
    Effects effects;
    std::vector<Reply<Response>> replies;
    Out out{effects, replies, logs};
    Now now;
    std::int64_t records = 0;

    void topic(const std::string& name, int partitions) {
        metadata::Changes changes;
        wire::TopicRecord topic;
        topic.name = name;
        topic.topic_id = Uuid{9, static_cast<std::uint64_t>(records + 1)};
        benchmark::DoNotOptimize(
            image.apply({topic, 0}, Offset{++records}, LeaderEpoch{1}, &changes));
        for (int i = 0; i < partitions; ++i) {
            wire::PartitionRecord partition;
            partition.partition_id = i;
            partition.topic_id = topic.topic_id;
            partition.replicas = {1};
            partition.isr = {1};
            partition.leader = 1;
            partition.leader_epoch = 0;
            partition.partition_epoch = 0;
            partition.directories.resize(1, Uuid{3, 3});
            benchmark::DoNotOptimize(
                image.apply({partition, 0}, Offset{++records}, LeaderEpoch{1}, &changes));
        }
        coordinator.apply(image, changes, now, out);
    }
    void begin() {
        topic("orders", 100);
        topic(std::string(offsets_topic), 1);
        load();
    }
    void load() {
        for (int i = 0; i < 100; ++i) {
            now.instant = now.instant + seconds(1);
            coordinator.wake(now, out);
        }
    }
    void commit(const std::string& group, std::int64_t offset) {
        wire::OffsetCommitRequest request;
        request.group_id = group;
        request.topics.resize(1);
        request.topics[0].name = "orders";
        for (int i = 0; i < 100; ++i)
            request.topics[0].partitions.push_back({i, offset, -1, "", {}});
        ask(std::move(request), 9);
    }
    void ask(Request request, std::int16_t version) {
        const Caller caller{RequestId{1}, version, "client", "/127.0.0.1"};
        coordinator.on_request(caller, std::move(request), now, out);
        effects.clear();
        replies.clear();
    }
};

void commit_of_100_partitions(benchmark::State& state) {
    Desk desk;
    desk.begin();
    std::int64_t offset = 0;
    for (auto _ : state)
        desk.commit("a group of a usual name", ++offset);
}
BENCHMARK(commit_of_100_partitions)->Unit(benchmark::kMicrosecond);

void load_100_000_offsets(benchmark::State& state) {
    Desk desk;
    desk.begin();
    desk.logs.keep = true;
    for (int group = 0; group < 1'000; ++group)
        desk.commit("group-" + std::to_string(group * 7'919 % 1'000), group);
    for (auto _ : state) {
        Coordinator next(desk.coordinator.settings(), 8);
        Now later = desk.now;
        next.apply(desk.image, {}, later, desk.out);
        for (int i = 0; i < 10; ++i) {
            later.instant = later.instant + seconds(1);
            next.wake(later, desk.out);
        }
        if (next.shards().begin()->second->latest().offsets() != 100'000)
            state.SkipWithError("not all offsets were loaded");
    }
}
BENCHMARK(load_100_000_offsets)->Unit(benchmark::kMillisecond);

void copy_of_1_000_groups_and_a_commit(benchmark::State& state) {
    Desk desk;
    desk.begin();
    for (int group = 0; group < 1'000; ++group)
        desk.commit("group-" + std::to_string(group), group);
    for (auto _ : state) {
        const Coordinator copy = desk.coordinator;
        benchmark::DoNotOptimize(&copy);
        desk.commit("group-77", 5);
    }
}
BENCHMARK(copy_of_1_000_groups_and_a_commit)->Unit(benchmark::kMicrosecond);

} // namespace
BENCHMARK_MAIN();
