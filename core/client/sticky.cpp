// The sticky assignors' common part: who owned what, which of the two ways to take, and what the
// cooperative one leaves out.
#include "core/client/sticky.hpp"

#include <algorithm>
#include <numeric>

namespace orrery::client {

namespace {

/// As the members wrote them: topics that are not there count, too.
bool subscriptions_are_equal(const AssignorView& view) {
    const auto topics = [&](std::size_t member) {
        std::vector<std::string> names = view.member(member).topics;
        std::sort(names.begin(), names.end());
        return names;
    };
    const std::vector<std::string> first = topics(0);
    for (std::size_t m = 1; m < view.members(); ++m)
        if (view.member(m).topics != view.member(0).topics && topics(m) != first)
            return false;
    return true;
}

/// Takes a member's claim to a partition into account.
void claim(Claims& claims, Owners& claimed_by, const AssignorView& view, std::size_t member,
           std::size_t partition) {
    std::int32_t& last = claimed_by[partition];
    const auto give_up = [&] {
        std::erase(claims.held[static_cast<std::size_t>(last)], partition);
    };
    const std::int32_t generation = view.member(member).generation;
    if (last != unowned) {
        const std::int32_t other = view.member(static_cast<std::size_t>(last)).generation;
        if (generation < other)
            return;
        give_up();
        if (generation == other)
            claims.disputed[partition] = true;
    }
    if (last == unowned || generation > view.member(static_cast<std::size_t>(last)).generation)
        claims.held[member].push_back(partition);
    last = static_cast<std::int32_t>(member);
}

struct Sticky {
    StickyOwners found;
    bool equal = false;
};

Sticky sticky(const AssignorView& view) {
    Numbers members(view.members());
    std::iota(members.begin(), members.end(), std::size_t{0});
    Numbers partitions(view.partitions());
    std::iota(partitions.begin(), partitions.end(), std::size_t{0});
    const Racks racks(view, members, partitions);
    const Claims claims = claims_of(view);
    if (subscriptions_are_equal(view))
        return {sticky_equal(view, claims, racks), true};
    return {{sticky_unequal(view, claims, racks), {}}, false};
}

/// What is to move, where subscriptions differ: one member is to have it, and another says that it
/// does, whatever its generation.
std::vector<bool> handed_over(const AssignorView& view, const Owners& owners) {
    std::vector<bool> others(owners.size());
    std::vector<bool> owners_own(owners.size());
    for (std::size_t m = 0; m < view.members(); ++m)
        for (const std::size_t partition : view.owned_by(m)) {
            const bool own = owners[partition] == static_cast<std::int32_t>(m);
            (own ? owners_own : others)[partition] = true;
        }
    for (std::size_t p = 0; p < owners.size(); ++p)
        others[p] = others[p] && !owners_own[p];
    return others;
}

} // namespace

Claims claims_of(const AssignorView& view) {
    Claims claims{std::vector<Numbers>(view.members()), std::vector<bool>(view.partitions()),
                  Owners(view.partitions(), unowned)};
    Owners claimed_by(view.partitions(), unowned);
    std::int32_t newest = no_generation;
    const Numbers order = view.members_as_java_walks();
    for (const std::size_t member : order) {
        newest = std::max(newest, view.member(member).generation);
        for (const std::size_t partition : view.owned_by(member))
            claim(claims, claimed_by, view, member, partition);
    }
    for (const std::size_t member : order)
        if (const std::int32_t generation = view.member(member).generation; generation < newest)
            for (const std::size_t partition : view.owned_by(member)) {
                std::int32_t& last = claims.before[partition];
                if (last == unowned ||
                    generation > view.member(static_cast<std::size_t>(last)).generation)
                    last = static_cast<std::int32_t>(member);
            }
    return claims;
}

Owners sticky_owners(const AssignorView& view) {
    if (view.partitions() == 0)
        return {};
    return sticky(view).found.owners;
}

Owners cooperative_sticky_owners(const AssignorView& view) {
    if (view.partitions() == 0)
        return {};
    auto [found, equal] = sticky(view);
    const std::vector<bool> moving = equal ? found.moving : handed_over(view, found.owners);
    for (std::size_t p = 0; p < moving.size(); ++p)
        if (moving[p])
            found.owners[p] = unowned;
    return std::move(found.owners);
}

} // namespace orrery::client
