#include "core/wire/channel.hpp"

#include "core/base/backoff.hpp"
#include "core/wire/error.hpp"
#include "core/wire/messages/api_versions_request.hpp"
#include "core/wire/messages/api_versions_response.hpp"
#include "core/wire/reader.hpp"

#include <algorithm>

namespace orrery::wire {

namespace {

constexpr const char* software_name = "orrery";
constexpr const char* software_version = "0.1.0";

/// Correlation id and, in a flexible response, the header's tagged fields. Returns where the body
/// begins, 0 if the header can't be read.
std::size_t read_header(const Chain& frame, bool flexible, std::int32_t& correlation) {
    Reader reader(frame);
    correlation = reader.int32();
    if (flexible)
        for (std::int32_t left = reader.tag_count(); left > 0 && reader.ok(); --left)
            reader.skip(reader.tag().size);
    return reader.ok() ? reader.offset() : 0;
}

/// Decodes the answer to ApiVersions in the version it has: a peer that doesn't know the version
/// asked for answers in version 0 with UNSUPPORTED_VERSION (KIP-511).
Result<ApiVersionsResponse> read_versions(const Chain& frame, std::size_t body_at,
                                          std::int16_t version) {
    Reader peek(frame);
    peek.skip(body_at);
    const bool refused = peek.int16() == code(Error::unsupported_version);
    Reader reader(frame);
    reader.skip(body_at);
    return ApiVersionsResponse::decode(reader, refused ? std::int16_t{0} : version);
}

} // namespace

std::string_view name_of(ChannelState state) {
    switch (state) {
    case ChannelState::disconnected: return "disconnected";
    case ChannelState::dialing: return "dialing";
    case ChannelState::negotiating: return "negotiating";
    case ChannelState::ready: return "ready";
    }
    return "?";
}

Channel::Channel(Cow<ChannelConfig> config, NodeId peer, Endpoint at)
    : config_(std::move(config)), peer_(peer), endpoint_(std::move(at)) {}

bool Channel::ready(ChannelContext& context) {
    if (state_ == ChannelState::disconnected) {
        if (context.now < dial_not_before_)
            wanted_ = true;
        else
            dial(context);
        return false;
    }
    return can_send();
}

std::optional<std::int16_t> Channel::version_for(std::int16_t api_key, ApiRange ours) const {
    if (state_ != ChannelState::ready)
        return std::nullopt;
    if (!config_->negotiate)
        return ours.highest;
    const auto index = static_cast<std::size_t>(api_key);
    if (api_key < 0 || index >= peer_versions_->size())
        return std::nullopt;
    const ApiRange theirs = (*peer_versions_)[index];
    const std::int16_t highest = std::min(ours.highest, theirs.highest);
    if (highest < std::max(ours.lowest, theirs.lowest))
        return std::nullopt;
    return highest;
}

void Channel::begin_frame(Writer& writer, std::int16_t api_key, std::int16_t version,
                          bool flexible) const {
    writer.int16(api_key);
    writer.int16(version);
    writer.int32(next_correlation_);
    writer.string(Form::plain, config_->client_id); // never compact, even in header v2
    if (flexible)
        writer.unsigned_varint(0);
}

Result<void> Channel::send_frame(ChannelContext& context, Result<Chain> frame) {
    if (!frame)
        return failure(frame.error());
    next_correlation_ = next_correlation_ == INT32_MAX ? 0 : next_correlation_ + 1;
    last_use_ = context.now;
    context.out.push_back(Send{connection_, std::move(*frame)});
    return {};
}

void Channel::dial(ChannelContext& context) {
    state_ = ChannelState::dialing;
    connection_ = context.ids.take();
    wanted_ = false;
    last_attempt_ = context.now;
    setup_deadline_ =
        context.now + exponential_backoff(config_->setup_timeout, config_->setup_timeout_max,
                                          failed_dials_, context.random);
    context.out.push_back(Dial{connection_, endpoint_});
}

void Channel::on_connected(ChannelContext& context) {
    if (state_ != ChannelState::dialing)
        return;
    failed_dials_ = 0;
    last_use_ = context.now;
    if (!config_->negotiate)
        return become_ready();
    state_ = ChannelState::negotiating;
    ask_versions(context, ApiVersionsRequest::highest_version);
}

void Channel::ask_versions(ChannelContext& context, std::int16_t version) {
    ApiVersionsRequest request;
    request.client_software_name = software_name;
    request.client_software_version = software_version;
    const auto sent = send_as(context, request, version, config_->request_timeout, {0, true});
    expect(sent.has_value(), "an ApiVersions request that every version can say");
}

void Channel::on_versions(ChannelContext& context, const InFlight& request, const Chain& frame) {
    std::int32_t correlation = 0;
    const std::size_t body_at = read_header(frame, false, correlation);
    const auto response = read_versions(frame, body_at, request.version);
    if (!response)
        return give_up(context);
    std::vector<ApiRange> versions;
    for (const auto& api : response->api_keys) {
        if (api.api_key < 0 || api.api_key > 1'000)
            continue; // a peer's fantasy must not size our table
        const auto index = static_cast<std::size_t>(api.api_key);
        if (versions.size() <= index)
            versions.resize(index + 1);
        versions[index] = {api.min_version, api.max_version};
    }
    if (response->error_code == code(Error::unsupported_version) && request.version > 0) {
        constexpr std::size_t own_key = ApiVersionsRequest::api_key;
        const std::int16_t theirs = versions.size() > own_key ? versions[own_key].highest : -1;
        const auto lower = static_cast<std::int16_t>(request.version - 1);
        return ask_versions(context, std::clamp<std::int16_t>(theirs, 0, lower));
    }
    if (response->error_code != 0)
        return give_up(context);
    peer_versions_ = Cow(std::move(versions));
    become_ready();
}

void Channel::become_ready() {
    state_ = ChannelState::ready;
    failed_attempts_ = 0;
}

std::optional<AnsweredRequest> Channel::on_received(ChannelContext& context, const Chain& frame) {
    std::int32_t correlation = 0;
    // Answers come in the order of the requests; anything else means that one side has lost count.
    const std::size_t body_at =
        in_flight_.empty() ? 0 : read_header(frame, in_flight_.front().flexible, correlation);
    if (body_at == 0 || correlation != in_flight_.front().correlation) {
        give_up(context);
        return std::nullopt;
    }
    const InFlight request = in_flight_.front();
    in_flight_.erase(in_flight_.begin());
    last_use_ = context.now;
    if (request.own) {
        on_versions(context, request, frame);
        return std::nullopt;
    }
    return AnsweredRequest{request.tag, request.api_key, request.version, body_at};
}

void Channel::on_closed(ChannelContext& context) {
    if (state_ != ChannelState::disconnected)
        become_disconnected(context);
}

void Channel::become_disconnected(ChannelContext& context) {
    if (state_ == ChannelState::dialing)
        failed_dials_ = static_cast<std::uint8_t>(std::min(failed_dials_ + 1, 255));
    else
        failed_dials_ = 0;
    state_ = ChannelState::disconnected;
    connection_ = {};
    last_attempt_ = context.now;
    dial_not_before_ = context.now + exponential_backoff(config_->reconnect_backoff,
                                                         config_->reconnect_backoff_max,
                                                         failed_attempts_, context.random);
    failed_attempts_ = static_cast<std::uint8_t>(std::min(failed_attempts_ + 1, 255));
    fail_in_flight(context);
}

void Channel::fail_in_flight(ChannelContext& context) {
    for (const InFlight& request : in_flight_)
        if (!request.own)
            context.failed.push_back(
                {request.tag, request.api_key,
                 request.deadline <= context.now ? NoAnswer::timed_out : NoAnswer::disconnected});
    in_flight_.clear();
}

void Channel::give_up(ChannelContext& context) {
    context.out.push_back(HangUp{connection_});
    become_disconnected(context);
}

void Channel::hang_up(ChannelContext& context) {
    wanted_ = false;
    if (state_ == ChannelState::disconnected)
        return;
    context.out.push_back(HangUp{connection_});
    state_ = ChannelState::disconnected;
    connection_ = {};
    dial_not_before_ = context.now;
    fail_in_flight(context);
}

void Channel::wake(ChannelContext& context) {
    const auto due = wakeup();
    if (!due || context.now < *due)
        return;
    if (state_ == ChannelState::disconnected)
        wanted_ = false; // the backoff is over: whoever wants us asks ready() again
    else
        give_up(context);
}

std::optional<Instant> Channel::wakeup() const {
    if (state_ == ChannelState::disconnected)
        return wanted_ ? std::optional(dial_not_before_) : std::nullopt;
    if (state_ == ChannelState::dialing)
        return setup_deadline_;
    if (in_flight_.empty())
        return config_->max_idle.ns > 0 ? std::optional(last_use_ + config_->max_idle)
                                        : std::nullopt;
    Instant earliest = never;
    for (const InFlight& request : in_flight_)
        earliest = std::min(earliest, request.deadline);
    return earliest;
}

} // namespace orrery::wire
