// Catch2 by one name: v2 (Debian 12) and v3 (Debian 13) keep their headers in different places.
#pragma once
#if __has_include(<catch2/catch.hpp>)
#include <catch2/catch.hpp>
#else
#include <catch2/catch_all.hpp>
using Catch::Approx; // v2 puts it into the global namespace by itself
#endif
