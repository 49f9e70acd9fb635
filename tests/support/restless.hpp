// A world that is never quiet, for tests of sameness: whatever could depend on chance, does.
#pragma once

#include "core/base/fingerprint.hpp"
#include "tests/support/toys.hpp"

#include <string>
#include <vector>

namespace orrery::sim {

/// An actor that does a bit of everything, as its own random stream says: dials others, sends to
/// whom it is connected, writes, hangs up, and remembers what it heard as a hash.
struct Restless {
    std::vector<Endpoint> others;
    Random random{1, "restless"};
    std::int64_t next_connection = 1;
    std::vector<ConnectionId> connections;
    Instant deadline;
    std::uint64_t writes = 0;
    std::uint64_t heard = 0;
    bool operator==(const Restless&) const = default;
    ORRERY_FIELDS(others, random, next_connection, connections, deadline, writes, heard)

    std::optional<Instant> wakeup() const { return deadline; }
    void step(const Now& now, const Input& input, Effects& out) {
        Hasher hasher;
        hasher.add(heard);
        hasher.add(fingerprint(input));
        hasher.add(fingerprint(now));
        heard = hasher.value();
        if (const auto* started = std::get_if<Started>(&input))
            random = Random(started->random, "restless");
        else if (const auto* connected = std::get_if<Connected>(&input))
            connections.push_back(connected->connection);
        else if (const auto* closed = std::get_if<Closed>(&input))
            std::erase(connections, closed->connection);
        else if (std::get_if<Stopping>(&input))
            out.push_back(Exit{});
        else if (const auto* received = std::get_if<Received>(&input)) {
            if (random.below(3) == 0)
                out.push_back(Send{received->connection, received->frame});
        }
        if (now.instant < deadline)
            return;
        deadline = now.instant + Duration{random.between(1'000'000, 30'000'000)};
        act(out);
    }
    void act(Effects& out) {
        const std::uint64_t what = random.below(10);
        if (what == 0 || connections.empty()) {
            const std::uint64_t whom = random.below(others.size());
            out.push_back(Dial{{next_connection++}, others[whom]});
        } else if (what == 1 && connections.size() > 2) {
            out.push_back(HangUp{connections.front()});
            connections.erase(connections.begin());
        } else if (what < 5) {
            const std::uint64_t id = random.below(2) == 0 ? ++writes : 0;
            const std::string file = "file-" + std::to_string(random.below(3));
            out.push_back(Write{{id},
                                file,
                                static_cast<std::int64_t>(random.below(2000)),
                                Bytes::copy(std::to_string(writes))});
        } else {
            const std::uint64_t whom = random.below(connections.size());
            const std::string text = "message " + std::to_string(random.below(1000));
            out.push_back(Send{connections[whom], Bytes::copy(text)});
        }
    }
};

inline World restless_world(std::uint64_t seed) {
    WorldSetup setup;
    setup.seed = seed;
    setup.transport.dial_timeout = milliseconds(700);
    World world(setup);
    std::vector<Endpoint> all;
    for (const char* name : {"a", "b", "c", "d"})
        all.push_back(endpoint_of(name));
    for (const Endpoint& each : all) {
        Restless restless;
        restless.others = all;
        ActorSpec spec;
        spec.name = each.host;
        spec.listeners = {{each, "PLAINTEXT"}};
        spec.prototype = actor_of(restless);
        world.start(world.add(std::move(spec)));
    }
    return world;
}

} // namespace orrery::sim
