#include "core/client/client.hpp"

namespace orrery::client {

void Client::step(const Now& now, const Input& input, Effects& out) {
    std::visit([&](auto& role) { role.step(now, input, out); }, role_);
}

void Client::submit(const Now& now, AdminAction action, Effects& out) {
    if (auto* admin = std::get_if<AdminProcess>(&role_))
        admin->submit(now, std::move(action), out);
}

void Client::send(const Now& now, std::int32_t partition, Effects& out) {
    if (auto* producer = std::get_if<ProducerProcess>(&role_))
        producer->send(now, partition, out);
}

void Client::tell(const Now& now, const ConsumerDeed& deed, Effects& out) {
    if (auto* consumer = std::get_if<ConsumerProcess>(&role_))
        consumer->tell(now, deed, out);
}

std::optional<Instant> Client::wakeup() const {
    return std::visit([](const auto& role) { return role.wakeup(); }, role_);
}

const Network& Client::network() const {
    return std::visit([](const auto& role) -> const Network& { return role.network(); }, role_);
}

std::string_view Client::kind() const {
    constexpr std::string_view kinds[] = {"producer", "consumer", "admin"};
    return kinds[role_.index()];
}

const std::string& Client::last_error() const {
    return std::visit([](const auto& role) -> const std::string& { return role.last_error(); },
                      role_);
}

} // namespace orrery::client
