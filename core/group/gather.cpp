#include "core/group/gather.hpp"

#include "core/wire/error.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace orrery::group {

namespace {

/// Each group of the piece into the first place of that name which is not filled yet: a place that
/// waits has an error that no coordinator gives.
template <class Groups>
void fill(Groups& places, Groups& piece) {
    for (auto& group : piece) {
        for (auto& place : places) {
            if (place.group_id == group.group_id &&
                place.error_code == wire::code(wire::Error::request_timed_out)) {
                place = std::move(group);
                break;
            }
        }
    }
}

struct Filling {
    Response& whole;

    void operator()(wire::OffsetFetchResponse& piece) const {
        fill(std::get<wire::OffsetFetchResponse>(whole).groups, piece.groups);
    }
    void operator()(wire::DescribeGroupsResponse& piece) const {
        fill(std::get<wire::DescribeGroupsResponse>(whole).groups, piece.groups);
    }
    void operator()(wire::ConsumerGroupDescribeResponse& piece) const {
        fill(std::get<wire::ConsumerGroupDescribeResponse>(whole).groups, piece.groups);
    }
    void operator()(wire::DeleteGroupsResponse& piece) const {
        fill(std::get<wire::DeleteGroupsResponse>(whole).results, piece.results);
    }
    void operator()(wire::ListGroupsResponse& piece) const {
        auto& all = std::get<wire::ListGroupsResponse>(whole);
        if (piece.error_code != 0)
            all.error_code = piece.error_code;
        for (auto& group : piece.groups)
            all.groups.push_back(std::move(group));
        if (all.error_code != 0)
            all.groups.clear();
    }
    /// The partitions that nobody has were answered before: a topic may be in both.
    void operator()(wire::OffsetCommitResponse& piece) const {
        auto& topics = std::get<wire::OffsetCommitResponse>(whole).topics;
        for (auto& topic : piece.topics) {
            const auto same = std::find_if(topics.begin(), topics.end(), [&](const auto& other) {
                return other.name == topic.name && other.topic_id == topic.topic_id;
            });
            if (same == topics.end())
                topics.push_back(std::move(topic));
            else
                same->partitions.insert(same->partitions.end(), topic.partitions.begin(),
                                        topic.partitions.end());
        }
    }
    template <class Other>
    void operator()(Other&) const {}
};

} // namespace

void Gather::add(Response&& piece) {
    std::visit(Filling{response}, piece);
    --missing;
}

} // namespace orrery::group
