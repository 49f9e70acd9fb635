// How anything in an Orrery world lives: a node or a client is a regular value that is stepped with
// an input and answers with effects.
//
//     void step(const Now& now, const Input& input, Effects& out);
//     std::optional<Instant> wakeup() const;   // "call me again no later than this"
//
// A step runs to completion: it never blocks, never re-enters, never calls out. The carrier (the
// simulated world, or the runtime on a real machine) performs the effects in their order.
//
// Connections. A process that dials picks the connection's number (`dialed`); a carrier that
// accepts one for a process picks it (`accepted`): the two ranges never meet. The two ends of one
// connection have different numbers. A dial that fails, a reset and a peer's hang-up all arrive as
// Closed; after HangUp or Closed nothing more arrives under that number. Frames arrive whole, in
// order, without their four bytes of length.
//
// Disk. A process has its own directory tree; file names are relative to it ("orders-0/000…0.log").
// Writes reach the page cache at once and in order; they are durable only when Wrote says so, which
// comes for writes that asked with a WriteId other than `unwatched`. A process that dies keeps its
// page cache; a machine that loses power keeps, of what was not confirmed, whatever the world
// decides.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/fact.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "core/base/uuid.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace orrery {

using ConnectionId = Id<struct ConnectionIdTag, std::int64_t>;
using WriteId = Id<struct WriteIdTag, std::uint64_t>;

/// "Tell me of this write only if it fails."
inline constexpr WriteId unwatched{0};
/// Numbers from here up are connections that a carrier accepted; below are dialed ones.
inline constexpr std::int64_t first_accepted_connection = std::int64_t{1} << 62;

struct Endpoint {
    std::string host;
    std::int32_t port = 0;
    auto operator<=>(const Endpoint&) const = default;
    ORRERY_FIELDS(host, port)
};

// --- inputs
// ---------------------------------------------------------------------------------------

/// A file found at boot.
struct BootFile {
    std::string name;
    Chain content;
    bool operator==(const BootFile&) const = default;
    ORRERY_FIELDS(name, content)
};

/// The first input of every life. `random` is a fresh draw: directory and incarnation ids come from
/// it.
struct Started {
    std::vector<BootFile> files; ///< sorted by name
    std::uint64_t random = 0;
    bool operator==(const Started&) const = default;
    ORRERY_FIELDS(files, random)
};
/// A dial succeeded, or (an accepted number) somebody dialed one of our listeners.
struct Connected {
    ConnectionId connection;
    /// Which listener took it ("PLAINTEXT", "CONTROLLER"); empty when we dialed.
    std::string listener;
    std::string host; ///< the dialer's address ("10.0.0.5"); empty when we dialed
    bool operator==(const Connected&) const = default;
    ORRERY_FIELDS(connection, listener, host)
};
struct Received {
    ConnectionId connection;
    Chain frame;
    bool operator==(const Received&) const = default;
    ORRERY_FIELDS(connection, frame)
};
struct Closed {
    ConnectionId connection;
    bool operator==(const Closed&) const = default;
    ORRERY_FIELDS(connection)
};
enum class DiskFault : std::uint8_t { none, io_error, no_space };
constexpr std::string_view name_of(DiskFault fault) {
    switch (fault) {
    case DiskFault::none: return "none";
    case DiskFault::io_error: return "I/O error";
    case DiskFault::no_space: return "no space left";
    }
    return "?";
}
/// A watched write is durable, or any write failed.
struct Wrote {
    WriteId write;
    DiskFault fault = DiskFault::none;
    std::string file;
    bool operator==(const Wrote&) const = default;
    ORRERY_FIELDS(write, fault, file)
};
/// The deadline that wakeup() named has come.
struct Woke {
    bool operator==(const Woke&) const = default;
    ORRERY_FIELDS()
};
/// SIGTERM: shut down cleanly, then emit Exit.
struct Stopping {
    bool operator==(const Stopping&) const = default;
    ORRERY_FIELDS()
};

using Input = std::variant<Started, Connected, Received, Closed, Wrote, Woke, Stopping>;

// --- effects
// --------------------------------------------------------------------------------------

struct Send {
    ConnectionId connection;
    Chain frame;
    bool operator==(const Send&) const = default;
    ORRERY_FIELDS(connection, frame)
};
struct Dial {
    ConnectionId connection;
    Endpoint to;
    bool operator==(const Dial&) const = default;
    ORRERY_FIELDS(connection, to)
};
struct HangUp {
    ConnectionId connection;
    bool operator==(const HangUp&) const = default;
    ORRERY_FIELDS(connection)
};
/// Puts `data` at byte `at` of the file (made if missing; never leaves a hole).
struct Write {
    WriteId write;
    std::string file;
    std::int64_t at = 0;
    Chain data;
    bool operator==(const Write&) const = default;
    ORRERY_FIELDS(write, file, at, data)
};
/// Replaces the whole file at once: after a crash it is the old one or the new one, never a
/// mixture.
struct Replace {
    WriteId write;
    std::string file;
    Chain data;
    bool operator==(const Replace&) const = default;
    ORRERY_FIELDS(write, file, data)
};
/// Cuts the file to `size` bytes.
struct Truncate {
    std::string file;
    std::int64_t size = 0;
    bool operator==(const Truncate&) const = default;
    ORRERY_FIELDS(file, size)
};
/// fsync: everything written to the file before is durable when Wrote{write} arrives.
struct Flush {
    WriteId write;
    std::string file;
    bool operator==(const Flush&) const = default;
    ORRERY_FIELDS(write, file)
};
struct Erase {
    std::string file;
    bool operator==(const Erase&) const = default;
    ORRERY_FIELDS(file)
};
/// The process ends itself. A clean exit has closed its files in order; the other kind is a halt.
struct Exit {
    bool clean = true;
    std::string why;
    bool operator==(const Exit&) const = default;
    ORRERY_FIELDS(clean, why)
};

using Effect = std::variant<Send, Dial, HangUp, Write, Replace, Truncate, Flush, Erase, Note, Exit>;

/// The effects of one step, in order: a buffer that the caller owns, clears and reuses.
using Effects = std::vector<Effect>;

} // namespace orrery
