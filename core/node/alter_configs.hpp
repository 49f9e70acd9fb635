// IncrementalAlterConfigs and AlterConfigs at the broker that a client asks. It looks before it
// forwards, as Kafka's ConfigAdminManager does: what is wrong with the request's form, and whether
// a running broker can take the configs at all, it answers itself; the rest is the controller's to
// decide, and the client gets both in the order in which it asked.
#pragma once

#include "core/base/reflect.hpp"
#include "core/metadata/configs.hpp"
#include "core/wire/messages/alter_configs_request.hpp"
#include "core/wire/messages/alter_configs_response.hpp"
#include "core/wire/messages/incremental_alter_configs_request.hpp"
#include "core/wire/messages/incremental_alter_configs_response.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::node {

/// A resource of such a request, and the broker's own answer to it, if it is refused.
struct CheckedResource {
    std::int8_t type = 0;
    std::string name;
    std::int16_t error_code = 0; ///< 0: it goes on to the controller
    std::optional<std::string> message;
    bool operator==(const CheckedResource&) const = default;
    ORRERY_FIELDS(type, name, error_code, message)
};

/// All resources of a request, in its order.
struct CheckedConfigs {
    std::vector<CheckedResource> resources;
    bool operator==(const CheckedConfigs&) const = default;
    ORRERY_FIELDS(resources)

    bool any_refused() const;
    bool all_refused() const;
};

/// What the broker `view.node` finds.
CheckedConfigs check_configs(const wire::IncrementalAlterConfigsRequest& request,
                             const metadata::ConfigView& view);
CheckedConfigs check_configs(const wire::AlterConfigsRequest& request,
                             const metadata::ConfigView& view);

/// The request without what was refused.
wire::IncrementalAlterConfigsRequest
without_refused(const wire::IncrementalAlterConfigsRequest& request, const CheckedConfigs& checked);
wire::AlterConfigsRequest without_refused(const wire::AlterConfigsRequest& request,
                                          const CheckedConfigs& checked);

/// The whole answer, of the broker's own and the controller's to the rest. What the controller left
/// out is UNKNOWN_SERVER_ERROR.
wire::IncrementalAlterConfigsResponse
whole_answer(const CheckedConfigs& checked,
             const wire::IncrementalAlterConfigsResponse& from_controller);
wire::AlterConfigsResponse whole_answer(const CheckedConfigs& checked,
                                        const wire::AlterConfigsResponse& from_controller);

} // namespace orrery::node
