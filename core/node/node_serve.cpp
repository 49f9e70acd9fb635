// The serving side of a node: frames in, replies out, one request of a connection at a time.
#include "core/node/answers.hpp"
#include "core/node/node.hpp"
#include "core/node/node_reply.hpp"
#include "core/node/node_step.hpp"
#include "core/wire/api.hpp"
#include "core/wire/frame.hpp"

namespace orrery::node {

void Node::accept(const Connected& connected) {
    ServedConnection served;
    served.listener = connected.listener;
    served.host = connected.host;
    for (const Listener& listener : config_->listeners)
        if (listener.name == connected.listener)
            served.controller_listener = listener.controller;
    served_[connected.connection] = std::move(served);
}

/// The peer is gone. What its request has begun goes on, as in Kafka; nobody hears the answer.
void Node::drop(ConnectionId connection) {
    const RequestId request = request_on(connection);
    if (controller_)
        controller_->forget(request);
    forwarding_.forget(request);
    checked_.erase(request);
    served_.erase(connection);
}

void Node::hang_up(ConnectionId connection, Step& step) {
    if (!served_.contains(connection))
        return;
    drop(connection);
    step.out.push_back(HangUp{connection});
}

void Node::receive(ConnectionId connection, const Chain& frame, Step& step) {
    ServedConnection* served = served_.find(connection);
    if (served == nullptr || !running())
        return;
    if (served->open)
        served->waiting.push_back(frame);
    else
        handle_frame(connection, *served, frame, step);
}

/// What Kafka does with a frame it can't make sense of, or an API that the listener doesn't serve:
/// it closes the connection. Only ApiVersions is answered in any version, for how else would a
/// client know.
void Node::handle_frame(ConnectionId connection, ServedConnection& served, const Chain& frame,
                        Step& step) {
    wire::Reader reader(frame);
    const auto header = wire::read_request_header(reader);
    if (!header)
        return hang_up(connection, step);
    const std::int16_t key = header->request_api_key;
    const std::int16_t version = header->request_api_version;
    const wire::Api* api = wire::find_api(key);
    if (api == nullptr || !api_served(key, served.controller_listener))
        return hang_up(connection, step);
    served.open = OpenRequest{key, version, header->correlation_id, std::nullopt};
    if (!api->speaks(version)) {
        if (key != static_cast<std::int16_t>(wire::ApiKey::api_versions))
            return hang_up(connection, step);
        served.open->version = 0;
        return reply(request_on(connection), refuse_api_versions(), step);
    }
    served.client_id = header->client_id.value_or("");
    const Call call{
        request_on(connection),     *served.open, served.client_id, served.host, served.listener,
        served.controller_listener, frame};
    if (!dispatch(call, reader, step))
        hang_up(connection, step);
}

void Node::resume(ConnectionId connection, Step& step) {
    ServedConnection* served = served_.find(connection);
    if (served == nullptr || served->open || served->waiting.empty())
        return;
    const Chain frame = std::move(served->waiting.front());
    served->waiting.erase(served->waiting.begin());
    handle_frame(connection, *served, frame, step);
}

void Node::send_reply(RequestId request, Chain frame, Step& step) {
    const ConnectionId connection = connection_of(request);
    ServedConnection* served = served_.find(connection);
    if (served == nullptr)
        return;
    served->open.reset();
    step.out.push_back(Send{connection, std::move(frame)});
    if (!served->waiting.empty())
        step.resumed.push_back(connection);
}

} // namespace orrery::node
