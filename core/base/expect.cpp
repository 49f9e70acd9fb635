#include "core/base/expect.hpp"

#include <cstdio>
#include <cstdlib>

namespace orrery {

void expect_failed(const char* what, std::source_location where) {
    std::fprintf(stderr, "%s:%u: expected %s (in %s)\n", where.file_name(), where.line(), what,
                 where.function_name());
    std::abort();
}

} // namespace orrery
