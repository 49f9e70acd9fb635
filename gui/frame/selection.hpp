// What is selected: one thing, the same in every pane, with a way back and forth through what was
// selected before.
#pragma once

#include "gui/model/snapshot.hpp"

#include <string>
#include <vector>

namespace orrery::gui {

enum class Kind : std::uint8_t {
    nothing,
    node,
    client,
    link,
    partition,
    record,
    message,
    fact,
    fault,
    check,
    group,
    member
};
inline constexpr unsigned bit(Kind kind) {
    return 1U << static_cast<unsigned>(kind);
}

/// One thing of a snapshot, by name: it may be gone in the next.
struct Subject {
    Kind kind = Kind::nothing;
    std::int32_t node = -1;  ///< a node's or client's id; of a partition: the replica pointed at;
                             ///< of a member: the client that it is
    std::int32_t other = -1; ///< a link's other end
    std::string topic;
    std::int32_t partition = -1;
    std::int64_t offset = -1;
    std::uint64_t id = 0; ///< of a message or fault; index of a fact or check
    std::string group;
    std::string member; ///< its id
    bool operator==(const Subject&) const = default;
};

Subject node_subject(std::int32_t id);
Subject client_subject(std::int32_t id);
Subject link_subject(std::int32_t a, std::int32_t b);
Subject partition_subject(std::string topic, std::int32_t index, std::int32_t replica = -1);
Subject record_subject(std::string topic, std::int32_t index, std::int32_t replica,
                       std::int64_t offset);
Subject message_subject(std::uint64_t id);
Subject fact_subject(std::size_t index);
Subject group_subject(std::string group);
Subject member_subject(std::string group, const model::GroupMember& member);

/// "broker 2", "orders-0", "broker 1 - broker 2": for titles and menus.
std::string title_of(const Subject& subject, const model::Snapshot& snapshot);
std::string node_name(const model::Snapshot& snapshot, std::int32_t id);
/// "B2", "C101", "producer A": for lists.
std::string short_name(const model::Snapshot& snapshot, std::int32_t id);

class Selection {
public:
    const Subject& subject() const { return subject_; }
    void select(Subject subject);
    void clear() { select({}); }
    bool back();
    bool forward();
    bool can_back() const { return !past_.empty(); }
    bool can_forward() const { return !future_.empty(); }

    /// The partition that the strips show: the last one selected, or a snapshot's first.
    const model::Partition* partition(const model::Snapshot& snapshot) const;
    /// The group that the groups view shows: the last one selected, itself or by a client of it, or
    /// a snapshot's first.
    const model::Group* group(const model::Snapshot& snapshot) const;

private:
    void remember();

    Subject subject_;
    std::string topic_;
    std::int32_t partition_ = -1;
    std::string group_;
    std::int32_t client_ = -1; ///< selected later than `group_`
    std::vector<Subject> past_;
    std::vector<Subject> future_;
};

} // namespace orrery::gui
