// Damage by seed: bits flipped, bytes changed, ranges cut, doubled and swapped in good batches of
// every codec and format. Whatever comes out, reading and validating it ends, in a value.
#include "core/base/random.hpp"
#include "core/record/batch_builder.hpp"
#include "core/record/big_endian.hpp"
#include "core/record/checksum.hpp"
#include "tests/core/record/torture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

using namespace orrery;
using namespace orrery::record;

namespace {

std::vector<std::byte> damaged(std::vector<std::byte> bytes, Random& random) {
    const std::uint64_t times = 1 + random.below(4);
    for (std::uint64_t i = 0; i < times && !bytes.empty(); ++i) {
        const std::size_t at = random.below(bytes.size());
        const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        switch (random.below(5)) {
        case 0: *place ^= static_cast<std::byte>(1U << random.below(8)); break;
        case 1: *place = static_cast<std::byte>(random.below(256)); break;
        case 2: bytes.resize(at); break;
        case 3: bytes.insert(place, static_cast<std::byte>(random.below(256))); break;
        default: bytes.erase(place); break;
        }
    }
    return bytes;
}

/// Makes length and checksum fit again, so that the damage gets past them.
void disguise(std::vector<std::byte>& bytes) {
    if (bytes.size() < header_size || load<std::int8_t>(bytes.data() + magic_at) != 2)
        return;
    store(bytes.data() + 8, static_cast<std::int32_t>(bytes.size() - offset_and_length_size));
    store(bytes.data() + crc_at, crc32c(View(bytes).subspan(attributes_at)));
}

} // namespace

TEST_CASE("no damage to a batch makes reading or validating it do anything but end") {
    std::vector<std::vector<std::byte>> seeds;
    for (const auto& vector : tests::load_vectors("batches")) {
        Bytes bytes;
        REQUIRE(from_hex(vector["hex"].get<std::string>(), bytes));
        seeds.emplace_back(bytes.span().begin(), bytes.span().end());
    }
    REQUIRE(!seeds.empty());
    Random random(2026, "damage");
    std::size_t read = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::vector<std::byte> bytes = damaged(seeds[random.below(seeds.size())], random);
        if (random.below(2) == 0)
            disguise(bytes);
        read += tests::torture(bytes);
    }
    CHECK(read > 1'000); // much of it is still readable: the damage is not too crude
}
