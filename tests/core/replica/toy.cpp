#include "tests/core/replica/toy.hpp"

#include "core/base/print.hpp"
#include "core/record/batch_builder.hpp"
#include "core/record/records.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

namespace orrery::tests {

namespace {

std::vector<std::int32_t> ints(const std::vector<int>& ids) {
    return {ids.begin(), ids.end()};
}

std::vector<std::string> values_in(const Chain& records) {
    std::vector<std::string> values;
    const auto batches = record::split_batches(records);
    REQUIRE(batches);
    for (const record::Batch& batch : *batches) {
        REQUIRE(record::crc_is_valid(batch));
        const auto read = record::read_records(batch);
        REQUIRE(read);
        for (const record::OwnedRecord& record : *read)
            values.emplace_back(record.value ? record.value->text() : "null");
    }
    return values;
}

} // namespace

Bytes batch_of(const std::vector<std::string>& values, record::Codec codec,
               std::int64_t timestamp) {
    record::BatchOptions options;
    options.codec = codec;
    record::BatchBuilder builder(options);
    for (const std::string& value : values)
        builder.append(timestamp, std::nullopt, std::as_bytes(std::span(value)));
    return builder.build().bytes;
}

Toy::Toy(int count, replica::Config config) : config_(std::move(config)) {
    for (int id = 1; id <= count; ++id) {
        lives_[id].epoch = 100 + id;
        wire::RegisterBrokerRecord record;
        record.broker_id = id;
        record.broker_epoch = 100 + id;
        record.fenced = false;
        record.incarnation_id = Uuid{7, static_cast<std::uint64_t>(id)};
        auto& listener = record.end_points.emplace_back();
        listener.name = "PLAINTEXT";
        listener.host = "host" + std::to_string(id);
        listener.port = static_cast<std::uint16_t>(9000 + id);
        add_record(record);
    }
    for (int id = 1; id <= count; ++id)
        boot(id);
    publish();
}

void Toy::boot(int id) {
    Life& life = lives_.at(id);
    replica::Config config = config_;
    config.node = NodeId{id};
    std::vector<BootFile> boot_files;
    for (const auto& [name, content] : life.files)
        boot_files.push_back({name, Chain(Bytes::copy(content))});
    Effects effects;
    replica::Out out{effects, {}, {}, {}, {}};
    life.value.emplace(config, replica::Boot{boot_files, 42}, now, out);
    life.value->registered(BrokerEpoch{life.epoch});
    life.image = {};
    life.seen = 0;
    take(id, out);
}

const replica::Partition& Toy::part(int id, int partition, std::string_view topic) {
    const replica::Partition* found = (*this)[id].find(topic, partition);
    REQUIRE(found != nullptr);
    return *found;
}

// --- the controller

void Toy::add_record(metadata::Message message) {
    records_.push_back(message);
    const auto offset = static_cast<std::int64_t>(records_.size());
    REQUIRE(image_.apply({std::move(message), 0}, Offset{offset}, LeaderEpoch{1}, nullptr));
}

void Toy::publish() {
    for (auto& [id, life] : lives_) {
        if (!life.value || deaf.contains(id))
            continue;
        metadata::Changes changes;
        for (; life.seen < records_.size(); ++life.seen)
            REQUIRE(life.image.apply({records_[life.seen], 0},
                                     Offset{static_cast<std::int64_t>(life.seen + 1)},
                                     LeaderEpoch{1}, &changes));
        const metadata::Image& image = life.image;
        step(id, [&](Replicas& replicas, replica::Out& out) {
            replicas.apply(image, changes, now, out);
        });
    }
}

void Toy::create(const std::string& name, const std::vector<std::vector<int>>& replicas) {
    const Uuid topic{9, records_.size() + 1};
    topics_[name] = topic;
    wire::TopicRecord record;
    record.name = name;
    record.topic_id = topic;
    add_record(record);
    for (std::size_t i = 0; i < replicas.size(); ++i) {
        wire::PartitionRecord partition;
        partition.partition_id = static_cast<std::int32_t>(i);
        partition.topic_id = topic;
        partition.replicas = ints(replicas[i]);
        partition.isr = partition.replicas;
        partition.leader = replicas[i].front();
        partition.leader_epoch = 0;
        partition.partition_epoch = 0;
        partition.directories.resize(replicas[i].size(), Uuid{3, 3});
        add_record(partition);
    }
    publish();
}

void Toy::set_config(const std::string& topic, const std::string& name, const std::string& value) {
    wire::ConfigRecord record;
    record.resource_type = 2;
    record.resource_name = topic;
    record.name = name;
    record.value = value;
    add_record(record);
    publish();
}

void Toy::elect(int leader, const std::vector<int>& isr, int partition) {
    wire::PartitionChangeRecord record;
    record.partition_id = partition;
    record.topic_id = topics_.at("t");
    record.leader = leader;
    record.isr = ints(isr);
    add_record(record);
    publish();
}

void Toy::set_isr(const std::vector<int>& isr, int partition) {
    wire::PartitionChangeRecord record;
    record.partition_id = partition;
    record.topic_id = topics_.at("t");
    record.isr = ints(isr);
    add_record(record);
    publish();
}

void Toy::delete_topic(const std::string& name) {
    wire::RemoveTopicRecord record;
    record.topic_id = topics_.at(name);
    topics_.erase(name);
    add_record(record);
    publish();
}

void Toy::fence(int id, bool fenced) {
    wire::BrokerRegistrationChangeRecord record;
    record.broker_id = id;
    record.broker_epoch = lives_.at(id).epoch;
    record.fenced = fenced ? 1 : -1;
    add_record(record);
    publish();
}

void Toy::leaving(int id) {
    wire::BrokerRegistrationChangeRecord record;
    record.broker_id = id;
    record.broker_epoch = lives_.at(id).epoch;
    record.in_controlled_shutdown = 1;
    add_record(record);
    publish();
}

void Toy::reregister(int id) {
    Life& life = lives_.at(id);
    life.epoch = next_epoch_++;
    wire::RegisterBrokerRecord record;
    record.broker_id = id;
    record.broker_epoch = life.epoch;
    record.fenced = false;
    record.incarnation_id = Uuid{8, static_cast<std::uint64_t>(life.epoch)};
    auto& listener = record.end_points.emplace_back();
    listener.name = "PLAINTEXT";
    listener.host = "host" + std::to_string(id);
    listener.port = static_cast<std::uint16_t>(9000 + id);
    add_record(record);
    if (life.value)
        life.value->registered(BrokerEpoch{life.epoch});
}

const metadata::Partition& Toy::registered(int partition, const std::string& topic) {
    return *image_.partition(topics_.at(topic), partition);
}

/// The checks of Kafka's ReplicationControlManager that matter here, in its order.
wire::AlterPartitionResponse Toy::decide(const wire::AlterPartitionRequest& request) {
    wire::AlterPartitionResponse response;
    const metadata::Broker* asker = image_.broker(NodeId{request.broker_id});
    if (asker == nullptr || asker->epoch.value != request.broker_epoch) {
        response.error_code = wire::code(wire::Error::stale_broker_epoch);
        return response;
    }
    for (const auto& topic : request.topics) {
        auto& answered = response.topics.emplace_back();
        answered.topic_id = topic.topic_id;
        for (const auto& data : topic.partitions) {
            auto& part = answered.partitions.emplace_back();
            part.partition_index = data.partition_index;
            const metadata::Partition* current =
                image_.partition(topic.topic_id, data.partition_index);
            wire::Error error = refuse_alter;
            if (error == wire::Error::none && current == nullptr)
                error = wire::Error::unknown_topic_id;
            else if (error == wire::Error::none && data.leader_epoch != current->leader_epoch.value)
                error = wire::Error::fenced_leader_epoch;
            else if (error == wire::Error::none &&
                     data.partition_epoch != current->partition_epoch.value)
                error = wire::Error::invalid_update_version;
            std::vector<std::int32_t> isr;
            for (const auto& member : data.new_isr_with_epochs) {
                isr.push_back(member.broker_id);
                const metadata::Broker* broker = image_.broker(NodeId{member.broker_id});
                if (error == wire::Error::none &&
                    (broker == nullptr || !broker->active() ||
                     (member.broker_epoch != -1 && member.broker_epoch != broker->epoch.value)))
                    error = wire::Error::ineligible_replica;
            }
            part.error_code = wire::code(error);
            if (error != wire::Error::none)
                continue;
            wire::PartitionChangeRecord record;
            record.partition_id = data.partition_index;
            record.topic_id = topic.topic_id;
            record.isr = isr;
            add_record(record);
            current = image_.partition(topic.topic_id, data.partition_index);
            part.leader_id = current->leader.value;
            part.leader_epoch = current->leader_epoch.value;
            part.partition_epoch = current->partition_epoch.value;
            part.isr = isr;
        }
    }
    return response;
}

// --- carrying

void Toy::write(Life& life, const Effect& effect, int id) {
    if (const auto* write = std::get_if<Write>(&effect)) {
        std::string& file = life.files[write->file];
        const Bytes data = write->data.flat();
        const auto at = static_cast<std::size_t>(write->at);
        REQUIRE(at <= file.size());
        file.resize(std::max(file.size(), at + data.size()));
        file.replace(at, data.size(), data.text());
    } else if (const auto* replace = std::get_if<Replace>(&effect)) {
        life.files[replace->file] = std::string(replace->data.flat().text());
    } else if (const auto* truncate = std::get_if<Truncate>(&effect)) {
        life.files[truncate->file].resize(static_cast<std::size_t>(truncate->size));
    } else if (const auto* erase = std::get_if<Erase>(&effect)) {
        life.files.erase(erase->file);
    } else if (const auto* note = std::get_if<Note>(&effect)) {
        notes.emplace_back(id, *note);
    }
}

void Toy::take(int id, replica::Out& out) {
    Life& life = lives_.at(id);
    std::vector<Wrote> confirmed;
    for (const Effect& effect : out.effects) {
        write(life, effect, id);
        if (const auto* flush = std::get_if<Flush>(&effect))
            if (flush->write != unwatched)
                confirmed.push_back({flush->write, DiskFault::none, flush->file});
    }
    for (auto& ask : out.asks)
        flights.push_back({NodeId{id}, std::move(ask)});
    for (const RequestId request : out.unanswered)
        unanswered.push_back(request.value);
    for (const RequestId request : out.hang_ups)
        hang_ups.push_back(request.value);
    for (auto& reply : out.replies) {
        const auto asked = inter_broker_.find(reply.request.value);
        if (asked == inter_broker_.end()) {
            REQUIRE(!replies.contains(reply.request.value));
            replies.emplace(reply.request.value, std::move(reply.response));
            continue;
        }
        const NodeId asker = asked->second.from;
        const AskId ask = asked->second.ask;
        inter_broker_.erase(asked);
        if (cut.contains({id, asker.value})) { // the connection is lost, and with it the answer
            if (up(asker.value))
                step(asker.value, [&](Replicas& replicas, replica::Out& next) {
                    replicas.on_no_answer(ask, now, next);
                });
            continue;
        }
        if (auto* fetched = std::get_if<wire::FetchResponse>(&reply.response))
            answer(asker, ask, std::move(*fetched));
        else if (auto* listed = std::get_if<wire::ListOffsetsResponse>(&reply.response))
            answer(asker, ask, std::move(*listed));
    }
    for (const Wrote& wrote : confirmed)
        step(id,
             [&](Replicas& replicas, replica::Out& next) { replicas.on_wrote(wrote, now, next); });
}

void Toy::answer(NodeId asker, AskId ask, replica::Answer&& answer) {
    if (up(asker.value))
        step(asker.value, [&](Replicas& replicas, replica::Out& out) {
            replicas.on_answer(ask, std::move(answer), now, out);
        });
}

bool Toy::blocked(const Flight& flight) const {
    if (flight.ask.to == no_node)
        return hold_controller;
    return cut.contains({flight.from.value, flight.ask.to.value}) || !up(flight.ask.to.value);
}

void Toy::carry(Flight flight) {
    if (const auto* alter = std::get_if<wire::AlterPartitionRequest>(&flight.ask.request)) {
        answer(flight.from, flight.ask.id, decide(*alter));
        publish();
        return;
    }
    const RequestId request = next_request();
    inter_broker_[request.value] = {flight.from, flight.ask.to, flight.ask.id};
    step(flight.ask.to.value, [&](Replicas& replicas, replica::Out& out) {
        if (const auto* fetch = std::get_if<wire::FetchRequest>(&flight.ask.request))
            replicas.fetch(caller(request, 18), *fetch, now, out);
        else if (const auto* list = std::get_if<wire::ListOffsetsRequest>(&flight.ask.request))
            replicas.list_offsets(caller(request, 11), *list, out);
    });
}

bool Toy::deliver(int from) {
    for (std::size_t i = 0; i < flights.size(); ++i)
        if (flights[i].from == NodeId{from} && !blocked(flights[i])) {
            Flight flight = std::move(flights[i]);
            flights.erase(flights.begin() + static_cast<std::ptrdiff_t>(i));
            carry(std::move(flight));
            return true;
        }
    return false;
}

void Toy::run() {
    for (int rounds = 0; rounds < 10'000; ++rounds) {
        const auto next = std::find_if(flights.begin(), flights.end(),
                                       [&](const Flight& flight) { return !blocked(flight); });
        if (next == flights.end())
            return;
        Flight flight = std::move(*next);
        flights.erase(next);
        carry(std::move(flight));
    }
    for (int i = 0; i < 6; ++i) {
        const auto next = std::find_if(flights.begin(), flights.end(),
                                       [&](const Flight& flight) { return !blocked(flight); });
        if (next == flights.end())
            break;
        Flight flight = std::move(*next);
        flights.erase(next);
        UNSCOPED_INFO(print(flight.from) << " asks " << print(flight.ask));
        carry(std::move(flight));
    }
    FAIL("the brokers never come to rest");
}

void Toy::lose(int from) {
    const auto next = std::find_if(flights.begin(), flights.end(), [&](const Flight& flight) {
        return flight.from == NodeId{from};
    });
    REQUIRE(next != flights.end());
    const AskId ask = next->ask.id;
    flights.erase(next);
    step(from,
         [&](Replicas& replicas, replica::Out& out) { replicas.on_no_answer(ask, now, out); });
}

void Toy::advance(std::int64_t ms) {
    const Instant end = now.instant + milliseconds(ms);
    run();
    for (int rounds = 0; rounds < 100'000; ++rounds) {
        std::optional<Instant> next;
        for (auto& [id, life] : lives_)
            if (life.value)
                next = earlier(next, life.value->wakeup());
        if (!next || *next > end) {
            now.wall_ms += end.ms() - now.instant.ms();
            now.instant = end;
            return;
        }
        if (*next > now.instant) {
            now.wall_ms += next->ms() - now.instant.ms();
            now.instant = *next;
        }
        for (auto& [id, life] : lives_)
            if (life.value && life.value->wakeup() && *life.value->wakeup() <= now.instant)
                step(id, [&](Replicas& replicas, replica::Out& out) { replicas.wake(now, out); });
        run();
    }
    FAIL("time does not move on");
}

// --- clients

RequestId Toy::produce(int to, const std::vector<std::string>& values, std::int16_t acks,
                       int partition, std::int32_t timeout_ms) {
    wire::ProduceRequest request;
    request.acks = acks;
    request.timeout_ms = timeout_ms;
    auto& topic = request.topic_data.emplace_back();
    topic.topic_id = topics_.at("t");
    auto& data = topic.partition_data.emplace_back();
    data.index = partition;
    data.records = Chain(batch_of(values, record::Codec::none, now.wall_ms));
    const RequestId id = next_request();
    step(to, [&](Replicas& replicas, replica::Out& out) {
        replicas.produce(caller(id, 13), std::move(request), now, out);
    });
    return id;
}

const wire::ProduceResponse::PartitionProduceResponse* Toy::produced(RequestId id) const {
    const auto reply = replies.find(id.value);
    if (reply == replies.end())
        return nullptr;
    return &std::get<wire::ProduceResponse>(reply->second)
                .responses.at(0)
                .partition_responses.at(0);
}

wire::Error Toy::produce_error(RequestId id) const {
    const auto* part = produced(id);
    REQUIRE(part != nullptr);
    return wire::error_of(part->error_code);
}

RequestId Toy::fetch(int to, const wire::FetchRequest& request, std::int16_t version) {
    const RequestId id = next_request();
    step(to, [&](Replicas& replicas, replica::Out& out) {
        replicas.fetch(caller(id, version), request, now, out);
    });
    return id;
}

const wire::FetchResponse* Toy::fetched(RequestId id) const {
    const auto reply = replies.find(id.value);
    return reply == replies.end() ? nullptr : &std::get<wire::FetchResponse>(reply->second);
}

wire::FetchRequest Toy::consumer(std::int64_t offset, int partition) {
    wire::FetchRequest request;
    request.max_bytes = 1 << 20;
    request.min_bytes = 1;
    auto& topic = request.topics.emplace_back();
    topic.topic_id = topics_.at("t");
    auto& asked = topic.partitions.emplace_back();
    asked.partition = partition;
    asked.fetch_offset = offset;
    asked.partition_max_bytes = 1 << 20;
    return request;
}

std::vector<std::string> Toy::consume(int from, int partition) {
    const RequestId id = fetch(from, consumer(part(from, partition).log_start().value, partition));
    const auto& data = fetched(id)->responses.at(0).partitions.at(0);
    REQUIRE(data.error_code == 0);
    return values_in(*data.records);
}

std::vector<std::string> Toy::log_values(int id, int partition) {
    const log::Log& log = part(id, partition).log;
    std::vector<std::string> values;
    for (std::size_t i = 0; i < log.segment_count(); ++i)
        for (const log::StoredBatch& batch : log.segment(i).batches)
            for (std::string& value : values_in(Chain(batch.bytes)))
                values.push_back(std::move(value));
    return values;
}

// --- lives

void Toy::kill(int id) {
    lives_.at(id).value.reset();
    std::erase_if(flights, [&](const Flight& flight) { return flight.from == NodeId{id}; });
    // What others asked of it, and what it asked of others, has no answer.
    std::vector<Carried> open;
    for (const auto& [request, carried] : inter_broker_)
        if (carried.to == NodeId{id})
            open.push_back(carried);
    std::erase_if(inter_broker_, [&](const auto& entry) {
        return entry.second.from == NodeId{id} || entry.second.to == NodeId{id};
    });
    for (const Carried& carried : open)
        if (up(carried.from.value))
            step(carried.from.value, [&](Replicas& replicas, replica::Out& out) {
                replicas.on_no_answer(carried.ask, now, out);
            });
}

void Toy::start(int id, bool registers) {
    if (registers)
        reregister(id);
    boot(id);
    publish();
}

void Toy::shut_down(int id) {
    step(id, [&](Replicas& replicas, replica::Out& out) {
        replicas.shut_down(WriteId{1}, WriteId{2}, now, out);
    });
    kill(id);
}

std::vector<Note> Toy::facts(Fact fact) const {
    std::vector<Note> found;
    for (const auto& [id, note] : notes)
        if (note.fact == fact)
            found.push_back(note);
    return found;
}

} // namespace orrery::tests
