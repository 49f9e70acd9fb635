// libFuzzer over record batches: any bytes are read, inflated, validated and recompressed.
#include "tests/core/record/torture.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    orrery::tests::torture(std::as_bytes(std::span(data, size)));
    return 0;
}
