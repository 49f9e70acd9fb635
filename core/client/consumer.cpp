#include "core/client/consumer.hpp"

#include "core/client/decode.hpp"
#include "core/wire/messages/fetch_response.hpp"
#include "core/wire/messages/list_offsets_response.hpp"
#include "core/wire/messages/offset_for_leader_epoch_response.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

/// Fetches, and the questions about offsets beside them; a consumer's client sets no limit.
constexpr std::int32_t consumer_in_flight_max = 100;

} // namespace

ConsumerProcess::ConsumerProcess(const ConsumerConfig& config, Reading reading)
    : config_(config), reading_(std::move(reading)),
      network_(config.common, consumer_in_flight_max, Random(0, "consumer network")) {}

void ConsumerProcess::start(const Started& started) {
    network_ = Network(config_->common, consumer_in_flight_max,
                       Random(started.random, "consumer network"));
    network_.let_create_topics(config_->allow_auto_create_topics);
    for (const Assigned& assigned : reading_->partitions)
        network_.want_topic(assigned.topic);
    application_.crash = reading_->crash;
    if (!config_->group.id.empty())
        start_group();
    running_ = true;
}

void ConsumerProcess::step(const Now& now, const Input& input, Effects& out) {
    Turn turn{now, out, {}};
    if (const auto* started = std::get_if<Started>(&input))
        start(*started);
    if (!running_)
        return;
    if (std::holds_alternative<Stopping>(input))
        on_stopping(turn);
    if (!running_)
        return;
    if (const auto answer = network_.take(turn, input))
        on_answer(turn, std::get<Received>(input).frame, *answer);
    go_on(turn);
}

void ConsumerProcess::go_on(Turn& turn) {
    on_failed(turn);
    refresh_assignment();
    if (group_)
        keep_membership(turn);
    run_application(turn);
    while (group_ && running_ && drive_commits(turn)) // one may end at once
        run_application(turn);
    if (!running_)
        return;
    if (group_)
        fetch_committed(turn);
    send_questions(turn, true);
    send_questions(turn, false);
    send_fetches(turn);
    network_.maintain(turn);
    on_failed(turn); // a rebootstrap hung up everywhere
    plan_wakeup(turn.now.instant);
}

/// Without a group there is nothing to tell anybody; with one the application comes to its end
/// first, and then the consumer leaves.
void ConsumerProcess::on_stopping(Turn& turn) {
    if (!group_)
        return end(turn, true, "the consumer is closed");
    if (group_->closing == Closing::no)
        group_->closing = Closing::asked;
}

void ConsumerProcess::end(Turn& turn, bool clean, std::string why) {
    if (clean)
        network_.close(turn);
    turn.out.push_back(Exit{clean, std::move(why)});
    running_ = false;
    wakeup_.reset();
}

// --- which partitions
// -----------------------------------------------------------------------------

void ConsumerProcess::refresh_assignment() {
    if (metadata_seen_ == network_.metadata_version())
        return;
    metadata_seen_ = network_.metadata_version();
    for (const Assigned& assigned : reading_->partitions) {
        const std::size_t topic = network_.metadata().find_topic({}, assigned.topic);
        const auto count =
            static_cast<std::int32_t>(network_.metadata().topic(topic).partitions.size());
        if (assigned.partition >= 0)
            add_partition(assigned, topic, assigned.partition);
        for (std::int32_t i = 0; assigned.partition < 0 && i < count; ++i)
            add_partition(assigned, topic, i);
    }
    follow_leaders();
}

void ConsumerProcess::add_partition(const Assigned& assigned, std::size_t topic,
                                    std::int32_t partition) {
    if (find(topic, partition) != nullptr)
        return;
    ConsumerPartition& fresh = partitions_.emplace_back();
    fresh.topic = topic;
    fresh.partition = partition;
    if (group_)
        fresh.phase = Phase::initializing;
    if (assigned.start) {
        fresh.position = *assigned.start;
        fresh.phase = Phase::fetching;
    }
}

/// Positions were found good for one leader; under another they are looked at again (KIP-320).
void ConsumerProcess::follow_leaders() {
    for (ConsumerPartition& partition : partitions_) {
        if (partition.position == no_offset || !partition.owned ||
            partition.phase == Phase::initializing || partition.phase == Phase::reset_needed ||
            partition.phase == Phase::resetting || partition.phase == Phase::stuck)
            continue;
        const PartitionInfo* info =
            network_.metadata().partition(partition.topic, partition.partition);
        const NodeId leader = leader_of(partition);
        if (leader != no_node &&
            (leader != partition.leader || info->epoch != partition.leader_epoch))
            begin_validation(partition, leader, info->epoch);
    }
}

ConsumerPartition* ConsumerProcess::find(std::size_t topic, std::int32_t partition) {
    for (ConsumerPartition& ours : partitions_)
        if (ours.topic == topic && ours.partition == partition)
            return &ours;
    return nullptr;
}

NodeId ConsumerProcess::leader_of(const ConsumerPartition& partition) const {
    const PartitionInfo* info = network_.metadata().partition(partition.topic, partition.partition);
    return info == nullptr ? no_node : info->current_leader();
}

// --- answers
// --------------------------------------------------------------------------------------

void ConsumerProcess::on_answer(Turn& turn, const Chain& frame,
                                const wire::AnsweredRequest& answer) {
    for (FetchSession& session : sessions_) {
        if (!session.waiting() || session.tag() != answer.tag)
            continue;
        if (const auto response = decode_answer<wire::FetchResponse>(frame, answer))
            on_fetched(turn, session, *response);
        else
            session.on_failed();
        return;
    }
    const auto place = std::find_if(questions_.begin(), questions_.end(),
                                    [&](const Question& q) { return q.tag == answer.tag; });
    if (place == questions_.end()) {
        if (group_)
            on_group_answer(turn, frame, answer);
        return;
    }
    const Question question = std::move(*place);
    questions_.erase(place);
    if (question.validates) {
        if (const auto response = decode_answer<wire::OffsetForLeaderEpochResponse>(frame, answer))
            return on_epochs(turn, question, *response);
    } else if (const auto response = decode_answer<wire::ListOffsetsResponse>(frame, answer)) {
        return on_offsets(turn, question, *response);
    }
    question_failed(turn, question);
}

void ConsumerProcess::on_failed(Turn& turn) {
    while (!turn.failed.empty()) { // to hang up at a lost coordinator fails more of them
        const std::vector<wire::FailedRequest> all = std::exchange(turn.failed, {});
        for (const wire::FailedRequest& failed : all)
            on_failed(turn, failed);
    }
}

void ConsumerProcess::on_failed(Turn& turn, const wire::FailedRequest& failed) {
    last_error_ = failed.why == wire::NoAnswer::timed_out ? "no answer in request.timeout.ms"
                                                          : "the connection was lost";
    for (FetchSession& session : sessions_)
        if (session.waiting() && session.tag() == failed.tag)
            session.on_failed();
    const auto place = std::find_if(questions_.begin(), questions_.end(),
                                    [&](const Question& q) { return q.tag == failed.tag; });
    if (place != questions_.end()) {
        const Question question = std::move(*place);
        questions_.erase(place);
        question_failed(turn, question);
    } else if (group_) {
        on_group_failed(turn, failed);
    }
}

void ConsumerProcess::complain(Turn& turn, const ConsumerPartition& partition, std::string what) {
    last_error_ = what;
    turn.out.push_back(
        Note{Fact::client_failed, topic_of(partition), partition.partition, {}, std::move(what)});
}

// --- time
// -----------------------------------------------------------------------------------------

void ConsumerProcess::plan_wakeup(Instant now) {
    wakeup_ = network_.wakeup();
    if (application_.activity == Activity::processing && (group_ || !buffered_.empty()))
        wakeup_ = earlier(wakeup_, application_.busy_until);
    if (group_)
        wakeup_ = earlier(wakeup_, group_wakeup(now));
    for (const ConsumerPartition& partition : partitions_)
        if (partition.retry_at > now)
            wakeup_ = earlier(wakeup_, partition.retry_at);
    if (wakeup_ && *wakeup_ < now)
        wakeup_ = now;
}

} // namespace orrery::client
