#include "gui/widgets/plot.hpp"
#include "gui/widgets/registry.hpp"
#include "gui/widgets/ruler.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::gui::ui;

TEST_CASE("times are written from whole nanoseconds, digit by digit") {
    CHECK(clock_text({21'482'317'999}) == "21.482 317");
    CHECK(time_text({21'482'317'999}) == "21.482");
    CHECK(time_text({4'005'000'000}) == "4.005");
    CHECK(time_text(never) == "never");
    CHECK(duration_text(seconds(9)) == "9.0 s");
    CHECK(duration_text(milliseconds(250)) == "250 ms");
    CHECK(duration_text(microseconds(1'500)) == "1.5 ms");
    CHECK(duration_text(milliseconds(9'990)) == "10 s");
    CHECK(duration_text({}) == "0 s");
    CHECK(relative_text({1'000'000'000}, {1'131'000'000}) == "\xE2\x88\x92"
                                                             "0.131 s");
    CHECK(count_text(1'234'567) == "1 234 567");
    CHECK(count_text(-12) == "-12");
    CHECK(bytes_text(2'900) == "2.9 KB");
}

TEST_CASE("a ruler has round ticks, never more than asked for, at any zoom") {
    for (const std::int64_t span : {50'000LL, 7'000'000LL, 24'000'000'000LL, 900'000'000'000LL}) {
        const auto marks = ticks({span / 3}, {span / 3 + span}, 10);
        CHECK(marks.size() >= 2);
        CHECK(marks.size() <= 11);
        const std::int64_t step = marks[1].at.ns - marks[0].at.ns;
        for (const Tick& tick : marks)
            CHECK(tick.at.ns % step == 0);
    }
    CHECK(ticks({5}, {5}, 10).empty());
    CHECK(ticks({0}, {12'000'000'000}, 12).front().words == "0 s");
}

TEST_CASE("a spike one sample wide survives any decimation") {
    std::vector<Point> points;
    for (std::int64_t i = 0; i < 100'000; ++i)
        points.push_back({i, i == 61'803 ? 999 : 1});
    const auto columns = decimate(points, 0, 100'000, 300);
    std::int64_t most = 0;
    for (const Column& column : columns)
        most = std::max(most, column.high);
    CHECK(most == 999);
    CHECK(columns.front().low == 1);
}

TEST_CASE("a column without samples is empty, and samples outside the window are left out") {
    const auto columns = decimate({{-5, 7}, {50, 3}, {100, 9}}, 0, 100, 10);
    CHECK(columns[0].empty);
    CHECK_FALSE(columns[5].empty);
    CHECK(columns[5].high == 3);
    CHECK(columns[9].empty);
}

TEST_CASE("the registry finds the topmost item of a path, and the likeliest when there is none") {
    Registry registry;
    set_registry(&registry);
    note("map/broker/1", {0, 0, 10, 10}, "below");
    {
        const Scope scope("map");
        note("broker/1", {5, 5, 10, 10}, "above", "up");
        note("broker/2", {20, 5, 10, 10}, "other");
    }
    set_registry(nullptr);
    note("ignored", {}, "nobody records");
    REQUIRE(registry.find("map/broker/1") != nullptr);
    CHECK(registry.find("map/broker/1")->label == "above");
    CHECK(registry.find("map/broker/3") == nullptr);
    CHECK(registry.items().size() == 3);
    CHECK(registry.nearest("map/broker-2").front() == "map/broker/2");
    CHECK(registry.dump("map/broker/1") == "map/broker/1 \"below\"\nmap/broker/1 \"above\" = up\n");
}
