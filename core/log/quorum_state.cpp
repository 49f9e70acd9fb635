#include "core/log/quorum_state.hpp"

#include "core/log/json.hpp"

#include <limits>

namespace orrery::log {

namespace {

FileResult<std::int32_t> int32_member(const std::vector<JsonMember>& members, std::string_view name,
                                      std::int32_t smallest) {
    const auto number = number_member(members, name);
    if (!number)
        return failure(number.error());
    if (*number < smallest || *number > std::numeric_limits<std::int32_t>::max())
        return failure(FileError{std::string(name) + " is out of range"});
    return static_cast<std::int32_t>(*number);
}

} // namespace

Bytes encode(const QuorumState& state) {
    return Bytes::copy("{\"leaderId\":" + std::to_string(state.leader_id.value) +
                       ",\"leaderEpoch\":" + std::to_string(state.leader_epoch.value) +
                       ",\"votedId\":" + std::to_string(state.voted_id.value) +
                       ",\"votedDirectoryId\":\"" + state.voted_directory_id.to_text() +
                       "\",\"data_version\":1}");
}

FileResult<QuorumState> decode_quorum_state(const Chain& content) {
    const auto members = parse_json_object(content.flat().text());
    if (!members)
        return failure(members.error());
    const auto version = int32_member(*members, "data_version", 0);
    const auto leader = int32_member(*members, "leaderId", -1);
    const auto epoch = int32_member(*members, "leaderEpoch", 0);
    const auto voted = int32_member(*members, "votedId", -1);
    for (const auto* number : {&version, &leader, &epoch, &voted})
        if (!*number)
            return failure(number->error());
    if (*version > 1)
        return failure(FileError{"data_version is " + std::to_string(*version) + ", not 0 or 1"});
    QuorumState state{{*leader}, {*epoch}, {*voted}, {}};
    if (*version == 1) {
        const JsonMember* directory = find_member(*members, "votedDirectoryId");
        const auto id = directory != nullptr && directory->is_string ? Uuid::parse(directory->value)
                                                                     : std::nullopt;
        if (!id)
            return failure(FileError{"votedDirectoryId is missing or no uuid"});
        state.voted_directory_id = *id;
    }
    return state;
}

Bytes encode_clean_shutdown(BrokerEpoch epoch) {
    return Bytes::copy("{\"version\":0,\"brokerEpoch\":" + std::to_string(epoch.value) + "}");
}

FileResult<BrokerEpoch> decode_clean_shutdown(const Chain& content) {
    const auto members = parse_json_object(content.flat().text());
    if (!members)
        return failure(members.error());
    const auto version = int32_member(*members, "version", 0);
    if (!version)
        return failure(version.error());
    if (*version != 0)
        return failure(FileError{"version is not 0"});
    const auto epoch = number_member(*members, "brokerEpoch");
    if (!epoch)
        return failure(epoch.error());
    return BrokerEpoch{*epoch};
}

} // namespace orrery::log
