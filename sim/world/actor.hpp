// An actor: anything that lives in a world by the contract of core/base/process.hpp, a node or a
// client. The world knows actors only through this face, so that it depends on no room above base;
// whoever put a process in gets it back by its type:
//
//     world.add({.name = "broker-1", .kind = "node", .prototype = actor_of(Node(config))});
//     const Node* node = world.process<Node>(broker_1);
//
// A process P that is wrapped is a copyable value with step(now, input, effects) and wakeup(),
// compares, prints and has a fingerprint (core/base/reflect.hpp).
#pragma once

#include "core/base/expect.hpp"
#include "core/base/fingerprint.hpp"
#include "core/base/print.hpp"
#include "core/base/process.hpp"

#include <memory>
#include <string>
#include <utility>

namespace orrery::sim {

/// An actor's number in its world: 0, 1, 2... in the order of World::add.
using ActorId = Id<struct ActorIdTag, std::int32_t>;
inline constexpr ActorId no_actor{-1};

class Actor {
public:
    Actor() = default;
    Actor(const Actor&) = default;
    Actor& operator=(const Actor&) = default;
    virtual ~Actor() = default;
    virtual std::unique_ptr<Actor> clone() const = 0;
    virtual void step(const Now& now, const Input& input, Effects& out) = 0;
    virtual std::optional<Instant> wakeup() const = 0;
    virtual void hash_into(Hasher& hasher) const = 0;
    virtual bool equals(const Actor& other) const = 0;
    virtual std::string to_text() const = 0;
};

template <class P>
class ActorOf final : public Actor {
public:
    explicit ActorOf(P process) : process_(std::move(process)) {}
    const P& process() const { return process_; }
    P& process() { return process_; }
    std::unique_ptr<Actor> clone() const override { return std::make_unique<ActorOf>(*this); }
    void step(const Now& now, const Input& input, Effects& out) override {
        process_.step(now, input, out);
    }
    std::optional<Instant> wakeup() const override { return process_.wakeup(); }
    void hash_into(Hasher& hasher) const override { orrery::hash_into(hasher, process_); }
    bool equals(const Actor& other) const override {
        const auto* same = dynamic_cast<const ActorOf*>(&other);
        return same && process_ == same->process_;
    }
    std::string to_text() const override { return print(process_); }

private:
    P process_;
};

/// An actor as a value, or none: copying clones.
class AnyActor {
public:
    AnyActor() = default;
    explicit AnyActor(std::unique_ptr<Actor> held) : held_(std::move(held)) {}
    AnyActor(const AnyActor& other) : held_(other.held_ ? other.held_->clone() : nullptr) {}
    AnyActor(AnyActor&&) noexcept = default;
    AnyActor& operator=(AnyActor other) noexcept {
        held_ = std::move(other.held_);
        return *this;
    }
    ~AnyActor() = default;

    explicit operator bool() const { return held_ != nullptr; }
    Actor* operator->() { return held_.get(); }
    const Actor* operator->() const { return held_.get(); }

    /// The process inside, or null if it is of another type.
    template <class P>
    const P* as() const {
        const auto* actor = dynamic_cast<const ActorOf<P>*>(held_.get());
        return actor ? &actor->process() : nullptr;
    }
    /// The process inside for writing; it must be of that type.
    template <class P>
    P* as() {
        auto* actor = dynamic_cast<ActorOf<P>*>(held_.get());
        expect(actor != nullptr, "a process of the type that was asked for");
        return &actor->process();
    }
    bool operator==(const AnyActor& other) const {
        if (!held_ || !other.held_)
            return !held_ && !other.held_;
        return held_->equals(*other.held_);
    }
    void hash_into(Hasher& hasher) const {
        if (held_)
            held_->hash_into(hasher);
    }
    std::string to_text() const { return held_ ? held_->to_text() : "nobody"; }

private:
    std::unique_ptr<Actor> held_;
};

template <class P>
AnyActor actor_of(P process) {
    return AnyActor(std::make_unique<ActorOf<P>>(std::move(process)));
}

} // namespace orrery::sim
