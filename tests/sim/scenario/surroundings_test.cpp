// What surrounds a run changes nothing in it: every lesson, in a locale that writes numbers its own
// way, in another time zone, and in memory that malloc and free fill with rubbish.
#include "tests/sim/scenario/lessons.hpp"

#include <malloc.h>

#include <clocale>
#include <cstdlib>
#include <ctime>
#include <locale>
#include <sstream>

using namespace orrery;
using namespace orrery::sim;

namespace {

/// "1.234,5", and "ja" for true. Few machines have another locale installed; every one can make
/// its own.
struct StrangeNumbers : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
    std::string do_truename() const override { return "ja"; }
};

/// The surroundings as long as it lives.
class Strange {
public:
    Strange() : before_(std::locale()) {
        const char* zone = std::getenv("TZ");
        zone_ = zone == nullptr ? "" : zone;
        std::locale::global(std::locale(before_, new StrangeNumbers));
        for (const char* name : {"de_DE.UTF-8", "tr_TR.UTF-8", "C.UTF-8"})
            if (std::setlocale(LC_ALL, name) != nullptr)
                break;
        setenv("TZ", "<+1245>-12:45<+1345>,M9.5.0,M4.1.0", 1);
        tzset();
        mallopt(M_PERTURB, 0xA5);
    }
    ~Strange() {
        mallopt(M_PERTURB, 0);
        if (zone_.empty())
            unsetenv("TZ");
        else
            setenv("TZ", zone_.c_str(), 1);
        tzset();
        std::locale::global(before_);
        std::setlocale(LC_ALL, "C");
    }
    Strange(const Strange&) = delete;
    Strange& operator=(const Strange&) = delete;

private:
    std::locale before_;
    std::string zone_;
};

/// The fingerprint and both reports: all that a run gives.
std::string outcome_of(const std::string& name) {
    Runner runner(tests::lesson(name));
    Chronicle chronicle;
    runner.run_until(runner.end(), &chronicle);
    const Run run{runner, chronicle, 0};
    return fingerprint_of(runner) + text_report(run) + json_report(run) + junit_report(run);
}

} // namespace

TEST_CASE("the surroundings of these tests are strange") {
    const Strange strange;
    std::ostringstream out;
    out << 1234567 << std::boolalpha << true;
    CHECK(out.str() == "1.234.567ja");
    const std::time_t epoch = 0;
    CHECK(std::localtime(&epoch)->tm_min == 45);
}

TEST_CASE("every lesson goes the same way in strange surroundings") {
    for (const std::string& name : tests::lessons()) {
        const std::string plain = outcome_of(name);
        const Strange strange;
        INFO(name);
        CHECK(outcome_of(name) == plain);
    }
}
