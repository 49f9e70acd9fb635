// What a consumer's application is made to do by a verb.
#include "sim/scenario/verbs.hpp"

#include "sim/scenario/metrics.hpp"

namespace orrery::sim {

std::optional<client::ConsumerDeed> deed_of(const Verb& verb) {
    const auto is = [&](std::string_view name) { return verb.name == name; };
    const auto place = partition_named(verb.partition);
    if (is("stop_polling") || is("poll_again"))
        return client::StopPolling{is("stop_polling")};
    if (is("unsubscribe"))
        return client::Unsubscribe{};
    if (is("crash_at"))
        return client::CrashAt{{verb.number, verb.point}};
    if (is("pause_consuming") || is("resume_consuming"))
        return client::PausePartition{place->first, place->second, is("pause_consuming")};
    if (is("seek"))
        return client::SeekPartition{place->first, place->second, Offset{verb.number}};
    return std::nullopt;
}

std::string words_of(const client::ConsumerDeed& deed) {
    const auto named = [](const auto& one) {
        return one.topic + "-" + std::to_string(one.partition);
    };
    if (const auto* pause = std::get_if<client::PausePartition>(&deed))
        return (pause->paused ? "pauses " : "resumes ") + named(*pause);
    if (const auto* seek = std::get_if<client::SeekPartition>(&deed))
        return "seeks to " + std::to_string(seek->to.value) + " of " + named(*seek);
    if (const auto* stop = std::get_if<client::StopPolling>(&deed))
        return stop->stop ? "stops to poll" : "polls again";
    if (const auto* crash = std::get_if<client::CrashAt>(&deed))
        return "is going to crash " + std::string(name_of(crash->crash.point));
    return "unsubscribes";
}

} // namespace orrery::sim
