// The one place that holds Catch2's main; Debian 12 ships Catch2 v2, Debian 13 v3.
#if __has_include(<catch2/catch.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
