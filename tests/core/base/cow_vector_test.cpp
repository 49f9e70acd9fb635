// CowVector against a plain vector, through copies, branches and cuts.
#include "core/base/cow_vector.hpp"
#include "core/base/random.hpp"
#include "tests/support/catch.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace orrery;

namespace {

using Words = CowVector<std::string, 4>;

struct Version {
    Words words;
    std::vector<std::string> wanted;
};

std::vector<std::string> told(const Words& words) {
    return {words.begin(), words.end()};
}

void change(Version& version, Random& random, int step) {
    const std::string text =
        "a text that is longer than a short one, number " + std::to_string(step);
    const auto size = version.wanted.size();
    const auto any = [&] { return static_cast<std::size_t>(random.below(size + 1)); };
    switch (random.below(8)) {
    case 0: {
        const std::size_t kept = any();
        version.words.truncate(kept);
        version.wanted.resize(kept);
        return;
    }
    case 1: {
        const auto gone = static_cast<std::ptrdiff_t>(version.words.drop_front(any()));
        version.wanted.erase(version.wanted.begin(), version.wanted.begin() + gone);
        return;
    }
    case 2:
        if (size > 0) {
            const auto at = static_cast<std::size_t>(random.below(size));
            version.words.edit(at) = text;
            version.wanted[at] = text;
        }
        return;
    default: version.words.push_back(text); version.wanted.push_back(text);
    }
}

} // namespace

TEST_CASE("versions of a CowVector that part, grow and are cut never see each other's elements") {
    Random random(5, "versions");
    std::vector<Version> versions(1);
    for (int step = 0; step < 4'000; ++step) {
        const auto at = static_cast<std::size_t>(random.below(versions.size()));
        change(versions[at], random, step);
        if (random.below(10) == 0) {
            Version copy = versions[at];
            if (versions.size() < 8)
                versions.push_back(std::move(copy));
            else
                versions[static_cast<std::size_t>(random.below(versions.size()))] = copy;
        }
        for (const Version& version : versions)
            REQUIRE(told(version.words) == version.wanted);
    }
    for (const Version& one : versions)
        for (const Version& other : versions)
            REQUIRE((one.words == other.words) == (one.wanted == other.wanted));
}

TEST_CASE("adding to a copy of a CowVector clones nothing until a second branch adds, too") {
    CowVector<int, 8> first;
    for (int i = 0; i < 5; ++i)
        first.push_back(i);
    CowVector<int, 8> second = first;
    first.push_back(5);
    CHECK(&first[0] == &second[0]);
    second.push_back(50);
    CHECK(&first[0] != &second[0]);
    CHECK(first.back() == 5);
    CHECK(second.back() == 50);
}

TEST_CASE("a CowVector frees its elements once, and what it cut at once") {
    const auto held = std::make_shared<int>(1);
    CowVector<std::shared_ptr<int>, 4> one;
    for (int i = 0; i < 10; ++i)
        one.push_back(held);
    CHECK(held.use_count() == 11);
    one.truncate(6);
    CHECK(held.use_count() == 7);
    {
        CowVector<std::shared_ptr<int>, 4> two = one;
        two.push_back(held);
        one.push_back(held);
    }
    one = {};
    CHECK(held.use_count() == 1);
}
