// A session over the toy world: keyframes and re-execution, branches, undo, as the real one has
// them, in the smallest form.
#pragma once

#include "tests/gui/support/toy_world.hpp"

namespace orrery::tests {

class ToySession final : public model::Session {
public:
    explicit ToySession(const ToyOptions& options = {});

    model::SnapshotPtr snapshot() override;
    void look_at(const model::Focus& focus) override;
    model::SnapshotPtr glimpse(Instant at) override;
    Instant now() const override { return world_.now(); }
    std::uint64_t event() const override { return world_.event(); }
    std::optional<model::Ahead> ahead() override;
    model::Dwell step() override;
    void advance(Instant to) override;
    void seek(Instant to) override;
    void seek_event(std::uint64_t event) override;
    std::optional<std::string> why_not(const model::Injection& deed) const override;
    Result<void, InputError> inject(const model::Injection& deed) override;
    void undo() override;
    void redo() override;
    void branch_here() override;
    void go_to_branch(std::int32_t branch) override;
    Result<void, InputError> open(std::string_view file,
                                  std::optional<std::uint64_t> seed) override;
    Result<void, InputError> save(std::string_view file) override;

    std::string saved_to; ///< by the last save

private:
    struct Deed {
        std::uint64_t event = 0;
        Instant at;
        model::Injection injection;
    };
    struct Life {
        model::Branch branch;
        std::vector<Deed> deeds;
        std::vector<ToyWorld> keyframes;
        model::Timeline timeline; ///< of its furthest moment
        std::uint64_t last_event = 0;
    };
    Life& life() { return lives_[static_cast<std::size_t>(branch_)]; }
    const Deed* next_deed() const;
    void fork(const std::string& why);
    void moved();

    ToyOptions options_;
    ToyWorld world_;
    std::vector<Life> lives_;
    std::int32_t branch_ = 0;
    model::Focus focus_;
    std::optional<std::uint64_t> redo_to_;
    model::SnapshotPtr built_;
};

} // namespace orrery::tests
