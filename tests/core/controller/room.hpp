// A controller and a metadata log for tests: what it appends is committed when the test says so.
#pragma once

#include "core/controller/controller.hpp"
#include "core/wire/error.hpp"

#include <string>
#include <utility>
#include <vector>

namespace orrery::tests {

struct ControllerRoom {
    explicit ControllerRoom(controller::Settings settings, std::uint64_t seed = 1);
    ControllerRoom();

    controller::Controller controller;
    metadata::Image committed;               ///< as every node has it
    std::vector<controller::Append> pending; ///< appended, not committed
    std::vector<metadata::Record> log;       ///< committed
    std::vector<Reply<controller::Response>> replies;
    Effects facts;
    Now now{Instant{0}, 1'700'000'000'000};
    std::uint64_t next_request = 0;

    /// Active in the next epoch, and its first records committed.
    void activate();
    void resign();
    /// Asks and leaves the records uncommitted.
    RequestId send(controller::Request request);
    /// Asks, commits, and gives the answer.
    template <class Response>
    Response ask(controller::Request request) {
        const RequestId id = send(std::move(request));
        commit();
        return std::get<Response>(answer_to(id));
    }
    /// Everything appended is committed: one batch after the other.
    void commit();
    void commit_one();
    /// What was answered to a request; fails the test when nothing was.
    controller::Response answer_to(RequestId id) const;
    bool answered(RequestId id) const;
    /// Time passes; deadlines are kept on the way, and what they write is committed.
    void pass(Duration time);

    // --- short ways to common requests
    /// Registers (a new incarnation each time) and, unless told otherwise, unfences.
    std::int64_t add_broker(std::int32_t id, std::optional<std::string> rack = std::nullopt,
                            bool unfenced = true);
    wire::BrokerRegistrationRequest registration(std::int32_t id, std::uint64_t incarnation) const;
    wire::BrokerHeartbeatResponse heartbeat(std::int32_t id, bool want_fence = false,
                                            bool want_shut_down = false);
    wire::CreateTopicsResponse::CreatableTopicResult
    create(const std::string& name, std::int32_t partitions, std::int16_t factor,
           std::vector<std::pair<std::string, std::string>> configs = {});
    const metadata::Partition& partition(const std::string& topic, std::int32_t number) const;
    wire::AlterPartitionResponse alter_isr(const std::string& topic, std::int32_t number,
                                           std::vector<std::int32_t> isr,
                                           std::int32_t epoch_offset = 0);
    wire::IncrementalAlterConfigsResponse set_config(std::int8_t type, const std::string& resource,
                                                     const std::string& name,
                                                     std::optional<std::string> value);
    /// The facts told so far, as sentences.
    std::vector<std::string> story() const;

private:
    controller::Out out();
    void take_appends();

    std::vector<controller::Append> appends_;
    LeaderEpoch epoch_{0};
    Offset log_end_{0};
    std::uint64_t incarnations_ = 0;
};

inline std::vector<NodeId> nodes(std::vector<std::int32_t> ids) {
    std::vector<NodeId> out;
    for (const std::int32_t id : ids)
        out.push_back(NodeId{id});
    return out;
}

inline wire::Error error(std::int16_t code) {
    return wire::error_of(code);
}

} // namespace orrery::tests
