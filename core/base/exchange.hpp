// How rooms that speak to other nodes say so without knowing connections: a Reply answers a request
// that the node handed in under a number, an Ask is a request of our own to another node. The node
// room turns both into frames, keeps correlation ids, and reports the answer, or its absence, under
// the same number.
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

namespace orrery {

template <class Response>
struct Reply {
    RequestId request;
    Response response;
    bool operator==(const Reply&) const = default;
    ORRERY_FIELDS(request, response)
};

template <class Request>
struct Ask {
    AskId id; ///< chosen by the asking room; unique among its open asks
    NodeId to;
    Duration timeout; ///< after this without an answer the asker is told that there is none
    Request request;
    bool operator==(const Ask&) const = default;
    ORRERY_FIELDS(id, to, timeout, request)
};

} // namespace orrery
