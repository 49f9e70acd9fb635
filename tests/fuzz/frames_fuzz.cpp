// Any bytes as a request frame: read the header, decode and encode the body, describe the whole.
// Nothing may crash, overflow or allocate beyond what the input could hold.
#include "core/wire/describe.hpp"
#include "core/wire/frame.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace orrery;
    const Bytes bytes = Bytes::copy(std::as_bytes(std::span(data, size)));
    wire::Reader in{Chain(bytes)};
    const auto header = wire::read_request_header(in);
    if (header) {
        const auto* body = wire::find_message(wire::MessageKind::request, header->request_api_key);
        wire::Writer out;
        if (body != nullptr)
            (void)body->recode(in, out, header->request_api_version);
    }
    (void)wire::describe_request(bytes);
    return 0;
}
