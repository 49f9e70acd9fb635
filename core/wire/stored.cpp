#include "core/wire/stored.hpp"

namespace orrery::wire {

namespace {

bool is_key(const MessageSchema& schema) {
    return schema.kind == MessageKind::group_key || schema.kind == MessageKind::share_key ||
           schema.kind == MessageKind::transaction_key;
}

} // namespace

Result<std::int16_t> stored_number(const Bytes& bytes) {
    Reader in{Chain(bytes)};
    const std::int16_t number = in.int16();
    if (!in.ok())
        return failure(in.error());
    return number;
}

Result<std::int16_t> read_stored(AnyMessage& message, const Bytes& bytes) {
    Reader in{Chain(bytes)};
    std::int16_t version = in.int16();
    if (is_key(message.schema())) {
        if (in.ok() && version != message.schema().key)
            in.fail("a key of another type");
        version = 0;
    }
    if (!in.ok())
        return failure(in.error());
    if (const auto done = message.decode(in, version); !done)
        return failure(done.error());
    return version;
}

Result<Bytes> store(const AnyMessage& message, std::int16_t version) {
    Writer out;
    out.int16(is_key(message.schema()) ? message.schema().key : version);
    if (const auto done = message.encode(out, version); !done)
        return failure(done.error());
    return out.take().flat();
}

} // namespace orrery::wire
