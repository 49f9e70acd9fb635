// What the answers to admin actions mean, and say in words.
#include "core/base/print.hpp"
#include "core/client/admin_actions.hpp"
#include "core/wire/messages/create_partitions_response.hpp"
#include "core/wire/messages/create_topics_response.hpp"
#include "core/wire/messages/delete_topics_response.hpp"
#include "core/wire/messages/describe_cluster_response.hpp"
#include "core/wire/messages/describe_configs_response.hpp"
#include "core/wire/messages/describe_quorum_response.hpp"
#include "core/wire/messages/describe_topic_partitions_response.hpp"
#include "core/wire/messages/elect_leaders_response.hpp"
#include "core/wire/messages/incremental_alter_configs_response.hpp"
#include "core/wire/reader.hpp"

namespace orrery::client {

namespace {

using Message = std::optional<std::string>;

/// The verdict of one error code. Only what says "not me" or "not now" is tried again, as Kafka's
/// AdminClient does; other errors are the action's own, retriable or not.
Verdict verdict_of(std::int16_t error_code, const Message& message) {
    Verdict verdict;
    verdict.error = wire::error_of(error_code);
    if (verdict.error == wire::Error::none)
        return verdict;
    verdict.retry = verdict.error == wire::Error::not_controller ||
                    verdict.error == wire::Error::throttling_quota_exceeded;
    verdict.text = wire::name_of(verdict.error);
    if (message && !message->empty())
        verdict.text += ": " + *message;
    return verdict;
}

Verdict left_out() {
    return {wire::Error::unknown_server_error, false, "the answer doesn't speak of it"};
}

Verdict read(const CreateTopic& action, const wire::CreateTopicsResponse& response) {
    for (const auto& topic : response.topics)
        if (topic.name == action.topic)
            return verdict_of(topic.error_code, topic.error_message);
    return left_out();
}

Verdict read(const DeleteTopic& action, const wire::DeleteTopicsResponse& response) {
    for (const auto& topic : response.responses)
        if (topic.name == action.topic)
            return verdict_of(topic.error_code, topic.error_message);
    return left_out();
}

Verdict read(const AddPartitions& action, const wire::CreatePartitionsResponse& response) {
    for (const auto& topic : response.results)
        if (topic.name == action.topic)
            return verdict_of(topic.error_code, topic.error_message);
    return left_out();
}

Verdict read(const AlterConfigs&, const wire::IncrementalAlterConfigsResponse& response) {
    for (const auto& result : response.responses)
        return verdict_of(result.error_code, result.error_message);
    return left_out();
}

Verdict read(const DescribeConfigs&, const wire::DescribeConfigsResponse& response) {
    for (const auto& result : response.results) {
        Verdict verdict = verdict_of(result.error_code, result.error_message);
        for (const auto& config : result.configs) {
            verdict.text += verdict.text.empty() ? "" : ", ";
            verdict.text += config.name + "=" + config.value.value_or("null");
        }
        return verdict;
    }
    return left_out();
}

Verdict read(const ElectLeaders&, const wire::ElectLeadersResponse& response) {
    Verdict verdict = verdict_of(response.error_code, {});
    if (verdict.error != wire::Error::none)
        return verdict;
    for (const auto& topic : response.replica_election_results)
        for (const auto& part : topic.partition_result) {
            const wire::Error error = wire::error_of(part.error_code);
            if (error == wire::Error::none || error == wire::Error::election_not_needed)
                continue;
            verdict.error = error;
            verdict.text += (verdict.text.empty() ? "" : ", ") + topic.topic + "-" +
                            std::to_string(part.partition_id) + ": " +
                            verdict_of(part.error_code, part.error_message).text;
        }
    return verdict;
}

Verdict read(const DescribeCluster&, const wire::DescribeClusterResponse& response) {
    Verdict verdict = verdict_of(response.error_code, response.error_message);
    if (verdict.error != wire::Error::none)
        return verdict;
    verdict.text = "cluster " + response.cluster_id + ", controller " +
                   std::to_string(response.controller_id) + ", brokers";
    for (const auto& broker : response.brokers)
        verdict.text += " " + std::to_string(broker.broker_id) + "@" + broker.host + ":" +
                        std::to_string(broker.port) + (broker.is_fenced ? " (fenced)" : "");
    return verdict;
}

Verdict read(const DescribeTopic&, const wire::DescribeTopicPartitionsResponse& response) {
    for (const auto& topic : response.topics) {
        Verdict verdict = verdict_of(topic.error_code, {});
        for (const auto& part : topic.partitions) {
            verdict.text += verdict.text.empty() ? "" : "; ";
            verdict.text += "partition " + std::to_string(part.partition_index) + " leader " +
                            std::to_string(part.leader_id) + " epoch " +
                            std::to_string(part.leader_epoch) + " replicas " +
                            print(part.replica_nodes) + " isr " + print(part.isr_nodes) + " elr " +
                            print(part.eligible_leader_replicas);
        }
        return verdict;
    }
    return left_out();
}

Verdict read(const DescribeQuorum&, const wire::DescribeQuorumResponse& response) {
    Verdict verdict = verdict_of(response.error_code, response.error_message);
    if (verdict.error != wire::Error::none)
        return verdict;
    for (const auto& topic : response.topics)
        for (const auto& part : topic.partitions) {
            verdict = verdict_of(part.error_code, part.error_message);
            if (verdict.error != wire::Error::none)
                return verdict;
            verdict.text = "leader " + std::to_string(part.leader_id) + " epoch " +
                           std::to_string(part.leader_epoch) + " high watermark " +
                           std::to_string(part.high_watermark) + " voters";
            for (const auto& voter : part.current_voters)
                verdict.text += " " + std::to_string(voter.replica_id) + ":" +
                                std::to_string(voter.log_end_offset);
            return verdict;
        }
    return left_out();
}

template <class Response, class Action>
Verdict decode_and_read(const Action& action, const Chain& frame,
                        const wire::AnsweredRequest& answer) {
    wire::Reader reader(frame);
    reader.skip(answer.body_at);
    if (const auto response = Response::decode(reader, answer.version))
        return read(action, *response);
    return {wire::Error::network_exception, true, "an answer that can't be read"};
}

} // namespace

Verdict judge(const AdminAction& action, const Chain& frame, const wire::AnsweredRequest& answer) {
    using namespace wire;
    if (const auto* a = std::get_if<CreateTopic>(&action))
        return decode_and_read<CreateTopicsResponse>(*a, frame, answer);
    if (const auto* a = std::get_if<DeleteTopic>(&action))
        return decode_and_read<DeleteTopicsResponse>(*a, frame, answer);
    if (const auto* a = std::get_if<AddPartitions>(&action))
        return decode_and_read<CreatePartitionsResponse>(*a, frame, answer);
    if (const auto* a = std::get_if<AlterConfigs>(&action))
        return decode_and_read<IncrementalAlterConfigsResponse>(*a, frame, answer);
    if (const auto* a = std::get_if<DescribeConfigs>(&action))
        return decode_and_read<DescribeConfigsResponse>(*a, frame, answer);
    if (const auto* a = std::get_if<ElectLeaders>(&action))
        return decode_and_read<ElectLeadersResponse>(*a, frame, answer);
    if (const auto* a = std::get_if<DescribeCluster>(&action))
        return decode_and_read<DescribeClusterResponse>(*a, frame, answer);
    if (const auto* a = std::get_if<DescribeTopic>(&action))
        return decode_and_read<DescribeTopicPartitionsResponse>(*a, frame, answer);
    return decode_and_read<DescribeQuorumResponse>(std::get<DescribeQuorum>(action), frame, answer);
}

} // namespace orrery::client
