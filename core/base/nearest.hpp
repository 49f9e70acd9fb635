// "Did you mean": the known word that is nearest to one that nobody knows, by edits of a letter.
#pragma once

#include <span>
#include <string_view>

namespace orrery {

/// The nearest of `known` (the first of those that tie); empty if none is within a third of the
/// word's length, since a far-fetched hint misleads more than none.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

} // namespace orrery
