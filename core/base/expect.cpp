#include "core/base/expect.hpp"

#include <cstdio>
#include <cstdlib>

namespace orrery {

void expect_failed(const char* what, const char* file, int line, const char* function) {
    std::fprintf(stderr, "%s:%d: expected %s (in %s)\n", file, line, what, function);
    std::abort();
}

} // namespace orrery
