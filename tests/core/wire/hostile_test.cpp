// Bytes that nobody sane would send: whatever they are, reading them gives a message or an error,
// and takes no more memory than a small multiple of their number. This file replaces the program's
// operator new by one that counts.
#include "core/base/random.hpp"
#include "core/wire/describe.hpp"
#include "core/wire/frame.hpp"
#include "tests/core/wire/vector_json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <new>

namespace {

/// Bytes asked of operator new since the program began, freed or not.
std::size_t allocated = 0;

} // namespace

void* operator new(std::size_t size) {
    allocated += size;
    if (void* made = std::malloc(size == 0 ? 1 : size))
        return made;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    allocated += size;
    return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* made) noexcept {
    std::free(made);
}
void operator delete(void* made, std::size_t) noexcept {
    std::free(made);
}

using namespace orrery;
using namespace orrery::tests;
using nlohmann::json;

namespace {

struct Seed {
    const wire::MessageSchema* message;
    std::int16_t version;
    std::string bytes;
};

std::vector<Seed> seeds() {
    std::vector<Seed> made;
    for (const char* set : {"requests", "responses", "records"})
        for (const json& row : load_vectors(set))
            made.push_back({wire::find_message(row.at("name").get<std::string>()),
                            row.at("version"), std::string(unhex(row.at("hex")).text())});
    REQUIRE_FALSE(made.empty());
    return made;
}

/// One to four wounds of the kinds that lengths, counts, tags and text die of.
void wound(std::string& bytes, Random& random, const std::string& other) {
    static constexpr std::string_view lengths[] = {std::string_view("\x7f\xff\xff\xff", 4),
                                                   std::string_view("\x80\x00\x00\x00", 4),
                                                   std::string_view("\xff\xff\xff\xff\x07", 5),
                                                   std::string_view("\xff\xff\xff\xff\x0f", 5),
                                                   std::string_view("\x7f\xff", 2),
                                                   std::string_view("\x80\x80\x04", 3)};
    for (auto left = 1 + random.below(4); left > 0; --left) {
        const auto at = random.below(bytes.size() + 1);
        const auto count = random.below(bytes.size() - at + 1);
        switch (random.below(7)) {
        case 0: bytes.resize(at); break;
        case 1: bytes.erase(at, count % 9); break;
        case 2: bytes.insert(at, bytes.substr(at, count)); break;
        case 3: bytes.insert(at, other.substr(0, random.below(other.size() + 1))); break;
        case 4: bytes.replace(at, 0, lengths[random.below(std::size(lengths))]); break;
        case 5: {
            const std::string_view length = lengths[random.below(std::size(lengths))];
            bytes.replace(at, std::min(length.size(), bytes.size() - at), length);
            break;
        }
        default:
            if (at < bytes.size())
                bytes[at] = static_cast<char>(random.next());
        }
    }
}

Chain in_pieces(const std::string& bytes, Random& random) {
    Chain made;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t size = std::min<std::size_t>(1 + random.below(64), bytes.size() - at);
        made.append(Bytes::copy(std::string_view(bytes).substr(at, size)));
        at += size;
    }
    return made;
}

/// Decode and encode; true if both could be done.
bool recode(const Seed& seed, const Chain& bytes, Chain* again) {
    wire::Reader in(bytes);
    wire::Writer out;
    if (!seed.message->recode(in, out, seed.version))
        return false;
    *again = out.take();
    return true;
}

/// What reading and writing may allocate over all: a struct's members for a few bytes each, twice
/// over while vectors grow, and the first room of the arrays that are open at one time.
std::size_t allowance(std::size_t size) {
    return 128 * 1024 + 128 * size;
}

} // namespace

/// A tree's nodes are bigger than what they show: name, type and text each.
std::size_t allowance_of_tree(std::size_t size) {
    return 16 * 1024 + 2048 * size;
}

TEST_CASE("damaged messages are described as far as they can be read, in bounded memory") {
    const auto all = seeds();
    Random random(12, "wounds");
    std::size_t whole = 0;
    for (int round = 0; round < 20'000; ++round) {
        const Seed& seed = all[random.below(all.size())];
        std::string bytes = seed.bytes;
        wound(bytes, random, all[random.below(all.size())].bytes);
        const Chain chain(Bytes::copy(bytes));
        const std::size_t before = allocated;
        wire::Reader in(chain);
        const auto seen = wire::describe(*seed.message, seed.version, in);
        const std::size_t used = allocated - before;
        if (used > allowance_of_tree(bytes.size()))
            FAIL_CHECK(seed.message->name << " v" << seed.version << ": " << used << " bytes for "
                                          << to_hex(chain.flat()));
        Chain again;
        if (recode(seed, chain, &again) && seen.error)
            FAIL_CHECK(seed.message->name << " v" << seed.version << " decodes but is not shown: "
                                          << seen.error->what << " in " << to_hex(chain.flat()));
        whole += seen.error ? 0U : 1U;
    }
    CHECK(whole > 300);
    CHECK(whole < 19'700);
}

TEST_CASE("damaged messages are read or refused, in little memory") {
    const auto all = seeds();
    Random random(11, "wounds");
    std::size_t read = 0;
    std::size_t most = 0;
    for (int round = 0; round < 60'000; ++round) {
        const Seed& seed = all[random.below(all.size())];
        std::string bytes = seed.bytes;
        wound(bytes, random, all[random.below(all.size())].bytes);
        const bool cut = random.below(4) == 0;
        const Chain chain = cut ? in_pieces(bytes, random) : Chain(Bytes::copy(bytes));
        const std::size_t before = allocated;
        Chain again;
        const bool done = recode(seed, chain, &again);
        const std::size_t used = allocated - before;
        most = std::max(most, used / (bytes.size() + 1024));
        if (used > allowance(bytes.size()))
            FAIL_CHECK(seed.message->name << " v" << seed.version << ": " << used << " bytes for "
                                          << to_hex(chain.flat()));
        if (!done)
            continue;
        ++read;
        Chain once_more;
        if (!recode(seed, again, &once_more) || !(once_more == again))
            FAIL_CHECK(seed.message->name << " v" << seed.version
                                          << " does not settle: " << to_hex(chain.flat()));
    }
    CHECK(read > 1000);
    CHECK(read < 59'000);
    UNSCOPED_INFO("at most " << most << " times the input");
}
