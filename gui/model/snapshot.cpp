#include "gui/model/snapshot.hpp"

#include <algorithm>
#include <tuple>

namespace orrery::gui::model {

namespace {

/// The row whose key is `key`, in rows sorted by that key.
template <class Row, class KeyOf, class Key>
const Row* row_at(const std::vector<Row>& rows, KeyOf key_of, const Key& key) {
    const auto at = std::partition_point(rows.begin(), rows.end(),
                                         [&](const Row& row) { return key_of(row) < key; });
    return at != rows.end() && key_of(*at) == key ? &*at : nullptr;
}

} // namespace

const Node* node_of(const Snapshot& snapshot, std::int32_t id) {
    return row_at(
        snapshot.nodes, [](const Node& node) { return node.id; }, id);
}

const Client* client_of(const Snapshot& snapshot, std::int32_t id) {
    return row_at(
        snapshot.clients, [](const Client& client) { return client.id; }, id);
}

const Link* link_of(const Snapshot& snapshot, std::int32_t a, std::int32_t b) {
    return row_at(
        snapshot.links, [](const Link& link) { return std::tuple(link.a, link.b); },
        std::tuple(std::min(a, b), std::max(a, b)));
}

const Partition* partition_of(const Snapshot& snapshot, std::string_view topic,
                              std::int32_t index) {
    return row_at(
        snapshot.partitions,
        [](const Partition& partition) {
            return std::tuple(std::string_view(partition.topic), partition.index);
        },
        std::tuple(topic, index));
}

const Message* message_of(const Snapshot& snapshot, std::uint64_t id) {
    if (const Message* flying = row_at(
            snapshot.messages, [](const Message& message) { return message.id; }, id))
        return flying;
    for (const Message& message : snapshot.recent)
        if (message.id == id)
            return &message;
    return nullptr;
}

const Group* group_of(const Snapshot& snapshot, std::string_view id) {
    return row_at(
        snapshot.groups, [](const Group& group) { return std::string_view(group.id); }, id);
}

const Branch* branch_of(const Snapshot& snapshot, std::int32_t id) {
    for (const Branch& branch : snapshot.branches)
        if (branch.id == id)
            return &branch;
    return nullptr;
}

} // namespace orrery::gui::model
