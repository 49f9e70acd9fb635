#include "core/client/assignor.hpp"

#include "core/base/expect.hpp"
#include "core/client/assignor_view.hpp"

#include <array>
#include <utility>

namespace orrery::client {

namespace {

constexpr std::array<std::pair<Assignor, std::string_view>, 4> assignor_names = {{
    {Assignor::range, "range"},
    {Assignor::round_robin, "roundrobin"},
    {Assignor::sticky, "sticky"},
    {Assignor::cooperative_sticky, "cooperative-sticky"},
}};

Owners owners_by(Assignor assignor, const AssignorView& view) {
    switch (assignor) {
    case Assignor::range: return range_owners(view);
    case Assignor::round_robin: return round_robin_owners(view);
    case Assignor::sticky: return sticky_owners(view);
    case Assignor::cooperative_sticky: return cooperative_sticky_owners(view);
    }
    expect(false, "an assignor that there is");
    return {};
}

} // namespace

std::string_view name_of(Assignor assignor) {
    for (const auto& [known, name] : assignor_names)
        if (known == assignor)
            return name;
    expect(false, "an assignor that there is");
    return {};
}

std::optional<Assignor> assignor_named(std::string_view name) {
    for (const auto& [assignor, known] : assignor_names)
        if (known == name)
            return assignor;
    return std::nullopt;
}

std::vector<TopicPartitions> assign(Assignor assignor, const std::vector<AssignableTopic>& topics,
                                    const std::vector<Subscription>& members) {
    const AssignorView view(topics, members);
    return view.assignment(owners_by(assignor, view));
}

} // namespace orrery::client
