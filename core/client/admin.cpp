#include "core/client/admin.hpp"

#include "core/base/backoff.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

/// KafkaAdminClient sends one request at a time to a broker.
constexpr std::int32_t admin_in_flight_max = 1;

} // namespace

AdminProcess::AdminProcess(const AdminConfig& config, AdminPlan plan)
    : config_(config), plan_(std::move(plan)),
      network_(config.common, admin_in_flight_max, Random(0, "admin network")) {}

void AdminProcess::step(const Now& now, const Input& input, Effects& out) {
    Turn turn{now, out, {}};
    if (const auto* started = std::get_if<Started>(&input)) {
        network_ =
            Network(config_->common, admin_in_flight_max, Random(started->random, "admin network"));
        for (const AdminTask& task : plan_->tasks) {
            AdminCall& call = calls_.emplace_back();
            call.action = task.action;
            call.begins = now.instant + task.after;
            call.deadline = call.begins + config_->api_timeout;
        }
        running_ = true;
    }
    if (!running_)
        return;
    if (const auto answer = network_.take(turn, input))
        on_answer(turn, std::get<Received>(input).frame, *answer);
    on_failed(turn);
    drive(turn);
    const bool leave =
        std::holds_alternative<Stopping>(input) || (plan_->exit_when_done && all_done());
    if (leave) {
        network_.close(turn);
        out.push_back(Exit{true, "the admin client is closed"});
        running_ = false;
    }
    plan_wakeup(now.instant);
}

void AdminProcess::submit(const Now& now, AdminAction action, Effects& out) {
    AdminCall& call = calls_.emplace_back();
    call.action = std::move(action);
    call.begins = now.instant;
    call.deadline = now.instant + config_->api_timeout;
    if (running_)
        step(now, Woke{}, out);
}

bool AdminProcess::all_done() const {
    return std::all_of(calls_.begin(), calls_.end(), [](const AdminCall& call) {
        return call.state == ActionState::done || call.state == ActionState::failed;
    });
}

void AdminProcess::drive(Turn& turn) {
    for (AdminCall& call : calls_) {
        if (call.state == ActionState::planned && call.begins <= turn.now.instant)
            call.state = ActionState::waiting;
        const bool open = call.state == ActionState::waiting || call.state == ActionState::asked;
        if (open && turn.now.instant >= call.deadline)
            finish(turn, call,
                   {wire::Error::request_timed_out, false,
                    "no success in default.api.timeout.ms" +
                        (call.result.empty() ? "" : ", last: " + call.result)});
        else if (call.state == ActionState::waiting)
            try_call(turn, call);
    }
    network_.maintain(turn);
    on_failed(turn);
}

NodeId AdminProcess::node_for(const AdminCall& call, Instant now) {
    const ClusterMetadata& metadata = network_.metadata();
    switch (target_of(call.action)) {
    case Target::broker: return broker_of(call.action);
    case Target::controller: return metadata.controller();
    case Target::any: return metadata.only_bootstrap() ? no_node : network_.least_loaded(now);
    }
    return no_node;
}

void AdminProcess::try_call(Turn& turn, AdminCall& call) {
    const Instant now = turn.now.instant;
    if (now < call.not_before || network_.metadata_version() <= call.after_metadata)
        return;
    if (network_.metadata_version() == 0)
        return; // nothing is known yet; the first metadata is on its way
    const NodeId node = node_for(call, now);
    if (node == no_node || network_.metadata().broker(node) == nullptr)
        return network_.want_metadata();
    if (!network_.ready(turn, node))
        return;
    call.tag = next_tag_++;
    const Duration left = call.deadline - now;
    if (send_action(network_, turn, node, call.action, call.tag,
                    std::min(left, config_->common.request_timeout)))
        call.state = ActionState::asked;
    else
        finish(turn, call,
               {wire::Error::unsupported_version, false, "the broker doesn't speak this request"});
}

void AdminProcess::on_answer(Turn& turn, const Chain& frame, const wire::AnsweredRequest& answer) {
    for (AdminCall& call : calls_) {
        if (call.state != ActionState::asked || call.tag != answer.tag)
            continue;
        const Verdict verdict = judge(call.action, frame, answer);
        if (!verdict.retry)
            return finish(turn, call, verdict);
        if (verdict.error == wire::Error::not_controller) {
            network_.want_metadata();
            network_.expect_news();
            call.after_metadata = network_.metadata_version();
        }
        return try_again(turn, call, verdict);
    }
}

void AdminProcess::on_failed(Turn& turn) {
    for (const wire::FailedRequest& failed : std::exchange(turn.failed, {}))
        for (AdminCall& call : calls_)
            if (call.state == ActionState::asked && call.tag == failed.tag)
                try_again(turn, call,
                          {wire::Error::network_exception, true,
                           failed.why == wire::NoAnswer::timed_out
                               ? "no answer in request.timeout.ms"
                               : "the connection was lost"});
}

void AdminProcess::try_again(Turn& turn, AdminCall& call, const Verdict& verdict) {
    if (call.tries >= config_->retries)
        return finish(turn, call, verdict);
    call.state = ActionState::waiting;
    call.result = verdict.text;
    call.not_before = turn.now.instant + exponential_backoff(config_->common.retry_backoff,
                                                             config_->common.retry_backoff_max,
                                                             call.tries, network_.random());
    ++call.tries;
    last_error_ = verdict.text;
}

void AdminProcess::finish(Turn& turn, AdminCall& call, const Verdict& verdict) {
    const bool good = verdict.error == wire::Error::none;
    call.state = good ? ActionState::done : ActionState::failed;
    call.result = verdict.text;
    Note note{good ? Fact::admin_done : Fact::admin_failed, {}, -1, {}, text_of(call.action)};
    note.numbers[0] = wire::code(verdict.error);
    if (!verdict.text.empty())
        note.text += (good ? ": " : " failed: ") + verdict.text;
    if (!good)
        last_error_ = note.text;
    turn.out.push_back(std::move(note));
}

void AdminProcess::plan_wakeup(Instant now) {
    wakeup_.reset();
    if (!running_)
        return;
    wakeup_ = network_.wakeup();
    for (const AdminCall& call : calls_) {
        if (call.state == ActionState::planned)
            wakeup_ = earlier(wakeup_, call.begins);
        if (call.state != ActionState::waiting && call.state != ActionState::asked)
            continue;
        wakeup_ = earlier(wakeup_, call.deadline);
        if (call.not_before > now)
            wakeup_ = earlier(wakeup_, call.not_before);
    }
    if (wakeup_ && *wakeup_ < now)
        wakeup_ = now;
}

} // namespace orrery::client
