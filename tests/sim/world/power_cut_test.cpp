// Power cuts against a naive model. The model knows, for each file, what was confirmed and what was
// asked since, and says of a surviving file whether it can have come from these: each sector is
// what it was or what some unconfirmed write would have made of it, and a replaced file is old or
// new.
#include "tests/support/catch.hpp"
#include "tests/support/toys.hpp"

#include <map>
#include <optional>
#include <set>

using namespace orrery;
using namespace orrery::sim;

namespace {

using Content = std::optional<std::string>; ///< none: there is no such file

std::string text_of(const Disk& disk, const std::string& name, bool& exists) {
    const FileState* state = disk.find(name);
    exists = state != nullptr;
    return state ? std::string(state->content.all().flat().text()) : "";
}

Content content_of(const Disk& disk, const std::string& name) {
    bool exists = false;
    std::string text = text_of(disk, name, exists);
    return exists ? Content(std::move(text)) : std::nullopt;
}

/// A disk driven by hand, 1 ms of time for each call.
struct Bench {
    Disk disk;
    std::int64_t now_ms = 0;
    std::uint64_t write = 0;
    std::vector<std::uint64_t> confirmed;

    explicit Bench(std::uint64_t seed, Duration write_back = seconds(1000)) {
        DiskModel model;
        model.sync = constant_latency(milliseconds(5));
        model.bytes_per_second = 0;
        model.write_back = write_back;
        disk = Disk(model, Random(seed, "disk"));
    }
    Instant now() { return at_ms(++now_ms); }
    void put(const std::string& file, std::int64_t at, const std::string& text,
             bool watched = false) {
        disk.write(now(), 1, Write{{watched ? ++write : 0}, file, at, Bytes::copy(text)});
    }
    void run() {
        for (const std::int64_t end = now_ms + 100; now_ms < end;) {
            DiskDone done;
            if (disk.next() <= at_ms(++now_ms) && disk.take_done(at_ms(now_ms), done))
                confirmed.push_back(done.write.value);
        }
    }
    Content cut(const std::string& file) {
        disk.lose_power(now());
        return content_of(disk, file);
    }
};

/// Every outcome of that many seeds.
template <class Story>
std::map<std::string, int> outcomes(int seeds, Story&& story) {
    std::map<std::string, int> found;
    for (int seed = 0; seed < seeds; ++seed) {
        Bench bench(static_cast<std::uint64_t>(seed));
        const Content content = story(bench);
        ++found[content.value_or("(none)")];
    }
    return found;
}

} // namespace

TEST_CASE("what was confirmed survives every power cut") {
    const auto found = outcomes(200, [](Bench& bench) {
        bench.put("f", 0, "abc");
        bench.put("f", 3, "def", true);
        bench.run();
        return bench.cut("f");
    });
    CHECK(found == std::map<std::string, int>{{"abcdef", 200}});
}

TEST_CASE("a new file that nobody confirmed may be missing, empty, or there") {
    const auto found = outcomes(200, [](Bench& bench) {
        bench.put("f", 0, "abc");
        return bench.cut("f");
    });
    CHECK(found.size() == 3);
    CHECK(found.count("(none)") == 1);
    CHECK(found.count("") == 1);
    CHECK(found.count("abc") == 1);
}

TEST_CASE("an unconfirmed replacement is the old file or the new one, never a mixture") {
    const auto found = outcomes(200, [](Bench& bench) {
        bench.put("f", 0, std::string(2000, 'o'), true);
        bench.run();
        bench.disk.replace(bench.now(), 1,
                           Replace{unwatched, "f", Bytes::copy(std::string(3000, 'n'))});
        return bench.cut("f");
    });
    CHECK(found.size() == 2);
    CHECK(found.count(std::string(2000, 'o')) == 1);
    CHECK(found.count(std::string(3000, 'n')) == 1);
}

TEST_CASE("an unconfirmed erasure is done or not done") {
    const auto found = outcomes(100, [](Bench& bench) {
        bench.put("f", 0, "abc", true);
        bench.run();
        bench.disk.erase(bench.now(), 1, Erase{"f"});
        return bench.cut("f");
    });
    CHECK(found.size() == 2);
    CHECK(found.count("abc") == 1);
    CHECK(found.count("(none)") == 1);
}

TEST_CASE("an unconfirmed truncation is done or not done") {
    const auto found = outcomes(100, [](Bench& bench) {
        bench.put("f", 0, "abcdef", true);
        bench.run();
        bench.disk.truncate(bench.now(), 1, Truncate{"f", 2});
        return bench.cut("f");
    });
    CHECK(found.size() == 2);
    CHECK(found.count("abcdef") == 1);
    CHECK(found.count("ab") == 1);
}

TEST_CASE("unconfirmed writes are lost from the end, torn at sectors, and kept out of order") {
    const std::string a(700, 'a');
    const std::string b(700, 'b');
    const std::string zeros(700, '\0');
    const auto found = outcomes(2000, [&](Bench& bench) {
        bench.put("f", 0, "", true);
        bench.put("f", 0, "base", true);
        bench.run();
        bench.put("f", 4, a);
        bench.put("f", 704, b);
        return bench.cut("f");
    });
    CHECK(found.count("base") == 1);                         // both lost
    CHECK(found.count("base" + a) == 1);                     // the second lost
    CHECK(found.count("base" + a + b) == 1);                 // both kept
    CHECK(found.count("base" + zeros + b) == 1);             // the first lost and not the second
    CHECK(found.count("base" + std::string(508, 'a')) == 1); // torn at byte 512
    for (const auto& [content, count] : found)
        CHECK(content.substr(0, 4) == "base");
}

TEST_CASE("what was written back in the background survives; what came after may not") {
    int lost = 0;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Bench bench(seed, milliseconds(50));
        bench.put("f", 0, "old");
        bench.run();
        bench.put("f", 3, "new");
        const Content content = bench.cut("f");
        REQUIRE(content.has_value());
        CHECK(content->substr(0, 3) == "old");
        lost += *content == "old" ? 1 : 0;
    }
    CHECK(lost > 5);
    CHECK(lost < 50);
}

namespace {

/// The naive model of one file.
struct Model {
    Content confirmed;
    std::vector<Content> since; ///< the file after each unconfirmed operation, whole

    Content latest() const { return since.empty() ? confirmed : since.back(); }
    /// Whether what survived can be explained, sector by sector.
    bool explains(const Content& survived) const {
        std::vector<Content> states{confirmed};
        states.insert(states.end(), since.begin(), since.end());
        bool absent_possible = false;
        std::size_t longest = 0;
        for (const Content& state : states) {
            absent_possible = absent_possible || !state;
            longest = std::max(longest, state ? state->size() : 0);
        }
        if (!survived)
            return absent_possible;
        if (survived->size() > longest)
            return false;
        for (std::size_t i = 0; i < survived->size(); ++i) {
            bool possible = (*survived)[i] == '\0'; // a gap
            for (const Content& state : states)
                possible =
                    possible || (state && i < state->size() && (*state)[i] == (*survived)[i]);
            if (!possible)
                return false;
        }
        return true;
    }
};

void write_to(Content& content, std::size_t at, const std::string& text) {
    std::string grown = content.value_or("");
    grown.resize(std::max(grown.size(), at + text.size()), '\0');
    grown.replace(at, text.size(), text);
    content = grown;
}

} // namespace

TEST_CASE("whatever is done to a disk, a power cut leaves what the naive model can explain") {
    int unlike_either = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        Random random(seed, "operations");
        Bench bench(seed);
        std::map<std::string, Model> models;
        std::map<std::uint64_t, std::pair<std::string, Content>> asked; // watched: file as asked
        const std::uint64_t count = 5 + random.below(40);
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::string file = random.below(2) == 0 ? "f" : "g";
            Model& model = models[file];
            Content next = model.latest();
            const std::string text(random.below(1500) + 1, static_cast<char>('a' + i % 26));
            const std::uint64_t kind = random.below(8);
            if (kind < 4) {
                const std::size_t size = next ? next->size() : 0;
                const std::size_t at = kind == 0 ? random.below(size + 1) : size;
                const bool watched = random.below(3) == 0;
                write_to(next, at, text);
                bench.put(file, static_cast<std::int64_t>(at), text, watched);
                if (watched)
                    asked[bench.write] = {file, next};
            } else if (kind == 4) {
                bench.disk.replace(bench.now(), 1, Replace{unwatched, file, Bytes::copy(text)});
                next = text;
            } else if (kind == 5) {
                bench.disk.erase(bench.now(), 1, Erase{file});
                next = std::nullopt;
            } else if (kind == 6 && next) {
                const std::size_t size = random.below(next->size() + 1);
                bench.disk.truncate(bench.now(), 1,
                                    Truncate{file, static_cast<std::int64_t>(size)});
                next->resize(size);
            } else {
                bench.run();
                // Everything confirmed so far is the base now, with what came before it.
                for (const std::uint64_t write : bench.confirmed) {
                    const auto& [of, content] = asked[write];
                    Model& base = models[of];
                    const auto found = std::find(base.since.begin(), base.since.end(), content);
                    if (found == base.since.end())
                        continue;
                    base.confirmed = content;
                    base.since.erase(base.since.begin(), found + 1);
                }
                bench.confirmed.clear();
                continue;
            }
            model.since.push_back(next);
        }
        bench.disk.lose_power(bench.now());
        for (const auto& [file, model] : models) {
            const Content survived = content_of(bench.disk, file);
            INFO("seed " << seed << " file " << file);
            CHECK(model.explains(survived));
            if (model.since.empty())
                CHECK(survived == model.confirmed);
            unlike_either += survived != model.confirmed && survived != model.latest() ? 1 : 0;
        }
        CHECK(bench.disk.unsynced_bytes() == 0);
    }
    CHECK(unlike_either > 100); // the cuts do make mixtures
}

TEST_CASE("a cut disk goes on as a disk: what survived is durable, and new writes work") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Bench bench(seed);
        bench.put("f", 0, "abc");
        bench.cut("f");
        const Content once = content_of(bench.disk, "f");
        CHECK(bench.cut("f") == once);
        const auto size = static_cast<std::int64_t>(once.value_or("").size());
        bench.put("f", size, "more", true);
        bench.run();
        CHECK(bench.cut("f") == once.value_or("") + "more");
    }
}
