// Deeds as moments of a scenario's timeline: what a hand did becomes a test.
#include "gui/model/live_deeds.hpp"

namespace orrery::gui::model {

namespace {

namespace faults = sim::faults;

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string pair_of(std::string_view name, const std::string& value) {
    return quoted(name) + ": " + value;
}

std::string time_of(Duration duration) {
    return quoted(std::to_string(duration.us()) + "us");
}

/// One fault as a member of a moment; names are looked up as they are met.
struct Writer {
    const People& people;

    std::string who(sim::ActorId actor) const { return quoted(people.of(actor).name); }
    std::string plain(std::string_view verb, sim::ActorId actor) const {
        return pair_of(verb, who(actor));
    }
    template <class Link>
    std::string ends(const Link& link, bool both_ways) const {
        return both_ways ? "\"between\": [" + who(link.from) + ", " + who(link.to) + "]"
                         : "\"from\": " + who(link.from) + ", \"to\": " + who(link.to);
    }
    template <class Link>
    std::string link(std::string_view verb, const Link& link, bool both_ways,
                     const std::string& more) const {
        return pair_of(verb, "{" + ends(link, both_ways) + (more.empty() ? "" : ", ") + more + "}");
    }
    std::string with(std::string_view verb, sim::ActorId actor, std::string_view name,
                     const std::string& value) const {
        return pair_of(verb, "{\"who\": " + who(actor) + ", " + pair_of(name, value) + "}");
    }

    std::string operator()(const faults::Kill& f) const { return plain("kill", f.actor); }
    std::string operator()(const faults::CutPower& f) const { return plain("power_cut", f.actor); }
    std::string operator()(const faults::Pause& f) const { return plain("pause", f.actor); }
    std::string operator()(const faults::Resume& f) const { return plain("resume", f.actor); }
    std::string operator()(const faults::Slow& f) const {
        return with("slow", f.actor, "factor", std::to_string(f.factor));
    }
    std::string operator()(const faults::Restart& f) const {
        return with("restart", f.actor, "clean", f.clean ? "true" : "false");
    }
    std::string operator()(const faults::Start& f) const { return plain("start", f.actor); }
    std::string operator()(const faults::Stop& f) const { return plain("stop", f.actor); }
    std::string operator()(const faults::Wipe& f) const { return plain("wipe", f.actor); }
    std::string operator()(const faults::DelayLink& f) const {
        return link("delay", f, f.both_ways, pair_of("by", time_of(f.extra.base)));
    }
    std::string operator()(const faults::ThrottleLink& f) const {
        return link("throttle", f, f.both_ways,
                    pair_of("bytes_per_second", std::to_string(f.bytes_per_second)));
    }
    std::string operator()(const faults::ResetLink& f) const { return link("reset", f, true, ""); }
    std::string operator()(const faults::CutLink& f) const {
        return link("cut", f, f.both_ways, "");
    }
    std::string operator()(const faults::FlapLink& f) const {
        return link("flap", f, f.both_ways,
                    pair_of("period", time_of(f.period)) + ", " + pair_of("down", time_of(f.down)));
    }
    std::string operator()(const faults::HealLink& f) const {
        return link("heal", f, f.both_ways, "");
    }
    std::string operator()(const faults::Split& f) const {
        std::string groups;
        for (const auto& group : f.groups) {
            std::string names;
            for (const sim::ActorId actor : group)
                names += (names.empty() ? "" : ", ") + who(actor);
            groups += (groups.empty() ? "[" : ", [") + names + "]";
        }
        return pair_of("split", "[" + groups + "]");
    }
    std::string operator()(const faults::HealSplit&) const { return pair_of("heal", "\"all\""); }
    std::string operator()(const faults::HealNetwork&) const { return pair_of("heal", "\"all\""); }
    std::string operator()(const faults::SlowDisk& f) const {
        return with("disk_slow", f.actor, "factor", std::to_string(f.factor));
    }
    std::string operator()(const faults::StallDisk& f) const {
        return plain("disk_stall", f.actor);
    }
    std::string operator()(const faults::FillDisk& f) const { return plain("disk_full", f.actor); }
    std::string operator()(const faults::FailDisk& f) const { return plain("disk_fail", f.actor); }
    std::string operator()(const faults::HealDisk& f) const { return plain("disk_heal", f.actor); }
    std::string operator()(const faults::SkewClock& f) const {
        return with("clock_skew", f.actor, "by", time_of(f.skew));
    }
    std::string operator()(const faults::DriftClock& f) const {
        return with("clock_drift", f.actor, "ppm", std::to_string(f.ppm));
    }
    std::string operator()(const faults::JumpClock& f) const {
        return with("clock_jump", f.actor, "by", time_of(f.by));
    }
    std::string operator()(const faults::HealClock& f) const {
        return with("clock_skew", f.actor, "by", "0");
    }
    std::string operator()(const faults::HealAll&) const { return pair_of("heal", "\"all\""); }
    template <class Message>
    std::string message(std::string_view verb, const Message& f) const {
        return link(verb, f, false, pair_of("number", std::to_string(f.nth)));
    }
    std::string operator()(const faults::LoseMessage& f) const {
        return message("lose_message", f);
    }
    std::string operator()(const faults::HoldMessage& f) const {
        return message("hold_message", f);
    }
    std::string operator()(const faults::ReleaseMessage& f) const {
        return message("release_message", f);
    }
    std::string operator()(const sim::Verb& verb) const {
        if (verb.partition.empty() && !verb.who.empty() && verb.name != "produce")
            return pair_of(verb.name, quoted(verb.who));
        const std::string partition =
            verb.partition.empty() ? "" : pair_of("partition", quoted(verb.partition));
        if (verb.name == "produce")
            return pair_of(verb.name, "{" + pair_of("producer", quoted(verb.who)) +
                                          (partition.empty() ? "" : ", " + partition) + "}");
        return pair_of(verb.name, "{\"partition\": " + quoted(verb.partition) + ", \"type\": " +
                                      (verb.unclean ? "\"unclean\"" : "\"preferred\"") + "}");
    }
    std::string operator()(const faults::Fault& fault) const { return std::visit(*this, fault); }
};

} // namespace

std::string json_of(const People& people, const Doing& doing) {
    return std::visit(Writer{people}, doing);
}

} // namespace orrery::gui::model
