// Everything that core/record does with bytes from outside, done to any bytes: for the mutation
// test and the fuzzer.
#pragma once

#include "core/base/expect.hpp"
#include "core/record/legacy.hpp"
#include "core/record/validate.hpp"

#include <span>

namespace orrery::tests {

/// Returns how many records could be read.
inline std::size_t torture(std::span<const std::byte> bytes) {
    constexpr std::size_t limit = 1'000'000;
    std::size_t read = 0;
    const Chain chain(Bytes::copy(bytes));
    record::BatchReader reader(chain);
    while (true) {
        auto next = reader.next();
        if (!next || !*next)
            break;
        const record::Batch& batch = **next;
        expect(batch.bytes.size() == batch.header.size(), "a batch as long as it says");
        record::crc_is_valid(batch);
        record::first_offset(batch);
        record::Records records(batch, limit);
        for (record::Record one; records.next(one); ++read)
            one.headers.list();
    }
    expect(reader.consumed() <= bytes.size(), "no more consumed than was there");
    for (const auto codec : {std::optional<record::Codec>{}, std::optional{record::Codec::lz4}}) {
        record::AppendSettings settings;
        settings.next_offset = {1000};
        settings.now_ms = 1'700'000'000'500;
        settings.target_codec = codec;
        settings.inflated_limit = limit;
        settings.origin =
            bytes.size() % 2 == 0 ? record::Origin::client : record::Origin::raft_leader;
        const auto valid = record::validate_for_append(chain, settings);
        expect(!valid || valid->batch.bytes.size() == valid->batch.header.size(),
               "a valid batch is whole");
        record::accept_produce(chain, 12, settings);
    }
    return read;
}

} // namespace orrery::tests
