#include "core/client/fetch_session.hpp"

#include <algorithm>

namespace orrery::client {

const SessionPartition* FetchSession::find(std::size_t place) const {
    const auto at = std::lower_bound(
        partitions_.begin(), partitions_.end(), place,
        [](const SessionPartition& p, std::size_t wanted) { return p.place < wanted; });
    return at != partitions_.end() && at->place == place ? &*at : nullptr;
}

FetchSession::Changes FetchSession::begin(std::vector<SessionPartition> wanted, std::uint64_t tag) {
    Changes changes;
    if (epoch_ == 0) {
        changes.ask = wanted;
    } else {
        for (const SessionPartition& partition : wanted) {
            const SessionPartition* known = find(partition.place);
            if (known == nullptr || *known != partition)
                changes.ask.push_back(partition);
        }
        std::size_t next = 0;
        for (const SessionPartition& known : partitions_) {
            while (next < wanted.size() && wanted[next].place < known.place)
                ++next;
            if (next == wanted.size() || wanted[next].place != known.place)
                changes.forget.push_back(known.place);
        }
    }
    partitions_ = std::move(wanted);
    waiting_ = true;
    tag_ = tag;
    return changes;
}

bool FetchSession::on_answer(wire::Error error, std::int32_t session_id) {
    waiting_ = false;
    if (error != wire::Error::none) {
        // The broker forgot the session, or one of us lost count: begin anew, and let it drop what
        // it may still have of the old one.
        if (error == wire::Error::fetch_session_id_not_found)
            id_ = 0;
        epoch_ = 0;
        return false;
    }
    id_ = session_id;
    if (session_id == 0)
        epoch_ = 0;
    else
        epoch_ = epoch_ == INT32_MAX ? 1 : epoch_ + 1;
    return true;
}

void FetchSession::on_failed() {
    waiting_ = false;
    epoch_ = 0;
}

} // namespace orrery::client
