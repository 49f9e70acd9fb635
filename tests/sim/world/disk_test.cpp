#include "tests/support/catch.hpp"
#include "tests/support/toys.hpp"

using namespace orrery;
using namespace orrery::sim;
using Instants = std::vector<Instant>;

namespace {

struct Machine1 {
    World world{plain_setup()};
    ActorId actor{0};

    explicit Machine1(std::vector<Planned> plan) {
        add_probe(world, "a", std::move(plan));
        world.start(actor);
    }
    std::string text_of(const std::string& file) const {
        const FileState* state = world.machine(actor).disk->find(file);
        return state ? std::string(state->content.all().flat().text()) : "(none)";
    }
    std::vector<Wrote> wrote() const {
        std::vector<Wrote> found;
        for (const Heard& heard : heard_by(world, actor))
            if (const auto* input = std::get_if<Wrote>(&heard.input))
                found.push_back(*input);
        return found;
    }
    void set(const DiskCondition& condition) { world.set_disk_condition(actor, condition); }
    /// What a process finds after a power cut.
    std::string after_power_cut(const std::string& file) const {
        World fork = world;
        fork.cut_power(actor);
        const FileState* state = fork.machine(actor).disk->find(file);
        return state ? std::string(state->content.all().flat().text()) : "(none)";
    }
};

Effect write(std::uint64_t id, const std::string& file, std::int64_t at, std::string_view text) {
    return Write{{id}, file, at, Bytes::copy(text)};
}

} // namespace

TEST_CASE("a watched write is in the page cache at once, and durable when Wrote says so") {
    Machine1 machine({{at_ms(10), {write(7, "f", 0, "hello")}}});
    machine.world.run_until(at_ms(11));
    CHECK(machine.text_of("f") == "hello");
    CHECK(machine.wrote().empty());
    CHECK(machine.world.machine(machine.actor).disk->unsynced_bytes() == 5);
    machine.world.run_until(at_ms(12));
    REQUIRE(machine.wrote().size() == 1);
    CHECK(machine.wrote()[0] == Wrote{{7}, DiskFault::none, "f"});
    CHECK(machine.after_power_cut("f") == "hello");
    CHECK(machine.world.machine(machine.actor).disk->unsynced_bytes() == 0);
}

TEST_CASE("writes append, overwrite, and leave zeros in a gap; truncate cuts") {
    Machine1 machine({{at_ms(1), {write(0, "f", 0, "0123456789"), write(0, "f", 10, "abc")}},
                      {at_ms(2), {write(0, "f", 3, "---")}},
                      {at_ms(3), {write(0, "f", 11, "XYZ")}},
                      {at_ms(4), {Truncate{"f", 5}, Truncate{"f", 100}}},
                      {at_ms(5), {write(0, "f", 7, "z")}}});
    machine.world.run_until(at_ms(1));
    CHECK(machine.text_of("f") == "0123456789abc");
    machine.world.run_until(at_ms(2));
    CHECK(machine.text_of("f") == "012---6789abc");
    machine.world.run_until(at_ms(3));
    CHECK(machine.text_of("f") == "012---6789aXYZ");
    machine.world.run_until(at_ms(4));
    CHECK(machine.text_of("f") == "012--");
    machine.world.run_until(at_ms(5));
    CHECK(machine.text_of("f") == std::string("012--\0\0z", 8));
    CHECK(machine.wrote().empty());
}

TEST_CASE("erase removes a file, and writing makes it anew") {
    Machine1 machine({{at_ms(1), {write(0, "f", 0, "old"), Erase{"f"}}},
                      {at_ms(2), {write(0, "f", 0, "n")}},
                      {at_ms(3), {Erase{"g"}}}});
    machine.world.run_until(at_ms(1));
    CHECK(machine.text_of("f") == "(none)");
    CHECK(machine.world.machine(machine.actor).disk->files().empty());
    machine.world.run_until(at_ms(3));
    CHECK(machine.text_of("f") == "n");
}

TEST_CASE("a flush makes durable all that was written to the file before it") {
    Machine1 machine({{at_ms(1), {write(0, "f", 0, "a"), write(0, "f", 1, "b"), Flush{{9}, "f"}}},
                      {at_ms(2), {write(0, "g", 0, "other")}}});
    machine.world.run_until(at_ms(10));
    REQUIRE(machine.wrote().size() == 1);
    CHECK(machine.wrote()[0].write == WriteId{9});
    CHECK(machine.after_power_cut("f") == "ab");
}

TEST_CASE("one disk syncs one thing after the other, in the order it was asked") {
    Machine1 machine({{at_ms(10), {write(1, "f", 0, "a"), write(2, "g", 0, "b")}},
                      {at_ms(11), {Replace{{3}, "h", Bytes::copy("c")}}}});
    machine.world.run_until(at_ms(100));
    CHECK(times_of<Wrote>(machine.world, machine.actor) ==
          Instants{at_ms(12), at_ms(14), at_ms(16)});
    CHECK(machine.wrote()[2].write == WriteId{3});
}

TEST_CASE("what nobody syncs is written back after a while") {
    Machine1 machine({{at_ms(10), {write(0, "f", 0, "a")}},
                      {at_ms(4000), {write(0, "f", 1, "b")}},
                      {at_ms(4500), {write(0, "g", 0, "c")}}});
    machine.world.run_until(at_ms(5499));
    CHECK(machine.world.machine(machine.actor).disk->unsynced_bytes() == 3);
    machine.world.run_until(at_ms(5500)); // the flusher's first round after 5010
    CHECK(machine.world.machine(machine.actor).disk->unsynced_bytes() == 2);
    machine.world.run_until(at_ms(9500));
    CHECK(machine.world.machine(machine.actor).disk->unsynced_bytes() == 0);
    CHECK(machine.after_power_cut("f") == "ab");
    CHECK(machine.world.next_event_time() == never);
}

TEST_CASE("a killed process leaves its page cache, and the kernel finishes what it was asked") {
    Machine1 machine({{at_ms(10), {write(0, "f", 0, "cached"), write(5, "g", 0, "synced")}}});
    machine.world.run_until(at_ms(10));
    machine.world.kill(machine.actor);
    machine.world.run_until(at_ms(20));
    CHECK(machine.wrote().empty()); // nobody is left to hear of it
    CHECK(machine.text_of("f") == "cached");
    machine.world.start(machine.actor);
    machine.world.run_until(at_ms(20));
    const auto started = std::get<Started>(heard_by(machine.world, machine.actor)[0].input);
    REQUIRE(started.files.size() == 2);
    CHECK(started.files[0].content.flat().text() == "cached");
    CHECK(machine.after_power_cut("g") == "synced");
}

TEST_CASE("a slow disk takes as many times as long; healed, it is as before") {
    Machine1 machine({{at_ms(10), {write(1, "f", 0, "a")}}, {at_ms(100), {write(2, "f", 1, "b")}}});
    machine.set({10, false, false, false});
    machine.world.run_until(at_ms(50));
    machine.set({});
    machine.world.run_until(at_ms(200));
    CHECK(times_of<Wrote>(machine.world, machine.actor) == Instants{at_ms(30), at_ms(102)});
}

TEST_CASE("a stalled disk confirms nothing until it goes on, and then takes what was left") {
    Machine1 machine({{at_ms(10), {write(1, "f", 0, "a")}}, {at_ms(50), {write(2, "f", 1, "b")}}});
    machine.world.run_until(at_ms(11));
    machine.set({1, true, false, false});
    machine.world.run_until(at_ms(10'000));
    CHECK(machine.wrote().empty());
    CHECK(machine.text_of("f") == "ab");
    CHECK(machine.world.next_event_time() == never);
    machine.set({});
    machine.world.run_until(at_ms(20'000));
    CHECK(times_of<Wrote>(machine.world, machine.actor) == Instants{at_ms(10'001), at_ms(10'003)});
}

TEST_CASE("a full disk refuses to grow, says so even of unwatched writes, and still overwrites") {
    Machine1 machine({{at_ms(10), {write(0, "f", 0, "abc")}},
                      {at_ms(20),
                       {write(0, "f", 3, "d"), write(4, "f", 0, "A"), write(5, "g", 0, "x"),
                        Replace{{6}, "f", Bytes::copy("y")}, Truncate{"f", 2}}}});
    machine.world.run_until(at_ms(15));
    machine.set({1, false, true, false});
    machine.world.run_until(at_ms(100));
    CHECK(machine.text_of("f") == "Ab");
    CHECK(machine.text_of("g") == "(none)");
    CHECK(machine.wrote() == std::vector<Wrote>{{unwatched, DiskFault::no_space, "f"},
                                                {{4}, DiskFault::none, "f"},
                                                {{5}, DiskFault::no_space, "g"},
                                                {{6}, DiskFault::no_space, "f"}});
}

TEST_CASE("a failing disk fails every change and every flush, also those under way") {
    Machine1 machine({{at_ms(10), {write(1, "f", 0, "abc")}},
                      {at_ms(20), {write(2, "f", 3, "d"), Flush{{3}, "f"}, Erase{"f"}}}});
    machine.world.run_until(at_ms(11));
    machine.set({1, false, false, true});
    machine.world.run_until(at_ms(100));
    CHECK(machine.text_of("f") == "abc");
    CHECK(machine.wrote() == std::vector<Wrote>{{{1}, DiskFault::io_error, "f"},
                                                {{2}, DiskFault::io_error, "f"},
                                                {{3}, DiskFault::io_error, "f"},
                                                {unwatched, DiskFault::io_error, "f"}});
    machine.world.run_until(at_ms(60'000));
    CHECK(machine.world.machine(machine.actor).disk->unsynced_bytes() == 3);
}

TEST_CASE("a wiped machine comes back with an empty disk") {
    Machine1 machine({{at_ms(10), {write(1, "f", 0, "abc")}}});
    machine.world.run_until(at_ms(20));
    machine.world.wipe(machine.actor);
    CHECK(machine.world.machine(machine.actor).life == Life::killed);
    machine.world.start(machine.actor);
    machine.world.run_until(at_ms(21));
    CHECK(std::get<Started>(heard_by(machine.world, machine.actor)[0].input).files.empty());
}

TEST_CASE("file contents survive thousands of small writes, cuts and copies") {
    Random random(3, "file");
    FileContent content;
    std::string model;
    std::vector<std::pair<FileContent, std::string>> snapshots;
    for (int i = 0; i < 4000; ++i) {
        const auto size = static_cast<std::int64_t>(model.size());
        const std::uint64_t kind = random.below(10);
        if (kind == 0) {
            const std::int64_t cut = random.between(0, size + 5);
            content.truncate(cut);
            if (cut < size)
                model.resize(static_cast<std::size_t>(cut));
        } else {
            const std::int64_t at = kind < 8 ? size : random.between(0, size + 3);
            const std::string text(random.below(9), static_cast<char>('a' + i % 26));
            content.write(at, Bytes::copy(text));
            if (!text.empty()) {
                model.resize(std::max(model.size(), static_cast<std::size_t>(at) + text.size()));
                model.replace(static_cast<std::size_t>(at), text.size(), text);
            }
        }
        if (i % 500 == 0)
            snapshots.emplace_back(content, model);
        REQUIRE(content.all().flat().text() == model);
    }
    for (const auto& [then, text] : snapshots)
        CHECK(then.all().flat().text() == text);
}
