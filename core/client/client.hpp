// A client of any kind, as one type: what a world hosts beside its nodes, what the tools run. The
// same kind of value as a node: step it with what happens, it answers with effects.
#pragma once

#include "core/client/admin.hpp"
#include "core/client/consumer.hpp"
#include "core/client/producer.hpp"

#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace orrery::client {

class Client {
public:
    using Role = std::variant<ProducerProcess, ConsumerProcess, AdminProcess>;
    explicit Client(Role role) : role_(std::move(role)) {}

    void step(const Now& now, const Input& input, Effects& out);
    std::optional<Instant> wakeup() const;
    /// One more action for an admin client; nothing for others.
    void submit(const Now& now, AdminAction action, Effects& out);
    /// One more record by a producer, beside its load's; nothing for others.
    void send(const Now& now, std::int32_t partition, Effects& out);

    /// What a hand makes a consumer's application do; nothing for others.
    void tell(const Now& now, const ConsumerDeed& deed, Effects& out);

    const Role& role() const { return role_; }
    const ProducerProcess* producer() const { return std::get_if<ProducerProcess>(&role_); }
    const ConsumerProcess* consumer() const { return std::get_if<ConsumerProcess>(&role_); }
    const AdminProcess* admin() const { return std::get_if<AdminProcess>(&role_); }
    const Network& network() const;
    /// "producer", "consumer" or "admin".
    std::string_view kind() const;
    const std::string& last_error() const;

    bool operator==(const Client&) const = default;
    ORRERY_FIELDS(role_)

private:
    Role role_;
};

} // namespace orrery::client
