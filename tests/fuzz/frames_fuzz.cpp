// Any bytes as a request frame, or as the body of any message in any version: decode, encode,
// describe. Nothing may crash, overflow or allocate beyond what the input could hold, and what was
// once encoded decodes and encodes to itself.
//
// The first byte chooses: 0 mod 2 a request frame; else the next three name message and version.
#include "core/base/expect.hpp"
#include "core/wire/describe.hpp"
#include "core/wire/frame.hpp"

using namespace orrery;

namespace {

void body(const wire::MessageSchema& message, std::int16_t version, wire::Reader& in) {
    wire::Writer out;
    if (!message.recode(in, out, version))
        return;
    const Chain once = out.take();
    wire::Reader again(once);
    wire::Writer twice;
    expect(message.recode(again, twice, version).has_value(), "what we encoded to decode");
    expect(twice.take() == once, "what we encoded to encode to itself");
}

void frame(const Bytes& bytes) {
    wire::Reader in{Chain(bytes)};
    const auto header = wire::read_request_header(in);
    if (header) {
        const auto* message =
            wire::find_message(wire::MessageKind::request, header->request_api_key);
        if (message != nullptr)
            body(*message, header->request_api_version, in);
    }
    (void)wire::describe_request(bytes);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 4)
        return 0;
    const auto bytes = std::as_bytes(std::span(data, size));
    if (data[0] % 2 == 0) {
        frame(Bytes::copy(bytes.subspan(1)));
        return 0;
    }
    const auto all = wire::all_messages();
    const auto& message = all[(data[1] * 256U + data[2]) % all.size()];
    const auto version = static_cast<std::int16_t>(message.versions.low + data[3] % 32);
    const Chain chain(Bytes::copy(bytes.subspan(4)));
    wire::Reader in(chain);
    body(message, version, in);
    wire::Reader shown(chain);
    (void)wire::describe(message, version, shown);
    return 0;
}
