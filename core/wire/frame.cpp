#include "core/wire/frame.hpp"

#include "core/base/expect.hpp"

namespace orrery::wire {

namespace {

const Api& known_api(std::int16_t key) {
    const Api* api = find_api(key);
    expect(api != nullptr, "an api key of ours to be in the table");
    return *api;
}

} // namespace

Result<RequestHeader> read_request_header(Reader& in) {
    RequestHeader header;
    header.request_api_key = in.int16();
    header.request_api_version = in.int16();
    header.correlation_id = in.int32();
    const Api* api = find_api(header.request_api_key);
    if (in.ok() && api == nullptr)
        in.fail("no such api key");
    header.client_id = in.nullable_string(Form::plain);
    if (in.ok() && api->request_header_version(header.request_api_version) >= 2)
        in.unknown_tags(header.unknown_tags);
    if (!in.ok())
        return failure(in.error());
    return header;
}

Result<std::int32_t> read_response_header(Reader& in, std::int16_t api_key, std::int16_t version) {
    const auto header =
        ResponseHeader::decode(in, known_api(api_key).response_header_version(version));
    if (!header)
        return failure(header.error());
    return header->correlation_id;
}

void write_request_header(Writer& out, std::int16_t api_key, std::int16_t version,
                          std::int32_t correlation, std::string_view client_id) {
    out.int16(api_key);
    out.int16(version);
    out.int32(correlation);
    out.string(Form::plain, client_id);
    if (known_api(api_key).is_flexible(version))
        out.unsigned_varint(0);
}

void write_response_header(Writer& out, std::int16_t api_key, std::int16_t version,
                           std::int32_t correlation) {
    out.int32(correlation);
    if (known_api(api_key).response_header_version(version) >= 1)
        out.unsigned_varint(0);
}

} // namespace orrery::wire
