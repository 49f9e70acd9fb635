// orrery dump: any file of a Kafka log directory as text. Records of the metadata log and of
// snapshots are told by their own schema.
#include "core/log/dump.hpp"

#include "core/base/print.hpp"
#include "core/cli/commands.hpp"
#include "core/metadata/record.hpp"

#include <cstdio>

namespace orrery::cli {

namespace {

/// "RegisterBrokerRecord (version 3): {broker_id: 1, ...}"; empty for what is none.
std::string describe_metadata(const record::Record& record) {
    if (!record.value)
        return {};
    const auto read = metadata::decode(Bytes::copy(*record.value));
    if (!read)
        return {};
    return std::string(metadata::name_of(read->message)) + " (version " +
           std::to_string(read->version) + "): " + print(read->message);
}

} // namespace

int dump(const std::string& file) {
    if (!log::can_dump(file)) {
        tell(file + ": not a name that a Kafka log directory knows (.log, .index, .timeindex, "
                    ".checkpoint, leader-epoch-checkpoint, meta.properties, quorum-state, ...)");
        return bad_input;
    }
    const auto text = read_file(file);
    if (!text)
        return bad_input;
    const bool metadata =
        file.find("__cluster_metadata") != std::string::npos || file.ends_with(".checkpoint");
    const log::Dump dumped = log::dump_file(file, Chain(Bytes::copy(std::string_view(*text))),
                                            metadata ? describe_metadata : nullptr);
    std::fwrite(dumped.text.data(), 1, dumped.text.size(), stdout);
    if (!dumped.error)
        return good;
    tell(file + ": " + *dumped.error);
    return failed;
}

} // namespace orrery::cli
