// The two forms in which Kafka writes lengths, and what a flexible struct carries beside its
// fields.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/fingerprint.hpp"
#include "core/base/print.hpp"
#include "core/base/reflect.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace orrery::wire {

/// plain: a fixed-size length, -1 is null. compact (flexible versions, KIP-482): an unsigned varint
/// of length + 1, 0 is null.
enum class Form : bool { plain, compact };

/// A tagged field with a number that the schema does not know, kept as it came.
struct TaggedField {
    std::uint32_t tag = 0;
    Bytes data;
    bool operator==(const TaggedField&) const = default;
    ORRERY_FIELDS(tag, data)
};

/// All of them that a struct carries. Nearly always none, and every struct of every message has
/// such a list: it takes one pointer then, and nothing to destroy.
class TaggedFields {
public:
    TaggedFields() = default;
    TaggedFields(std::initializer_list<TaggedField> fields) {
        for (const TaggedField& field : fields)
            push_back(field);
    }
    TaggedFields(const TaggedFields& other)
        : fields_(other.empty() ? nullptr : std::make_unique<List>(*other.fields_)) {}
    TaggedFields(TaggedFields&&) noexcept = default;
    TaggedFields& operator=(TaggedFields other) noexcept {
        fields_.swap(other.fields_);
        return *this;
    }
    ~TaggedFields() = default;

    bool empty() const { return !fields_ || fields_->empty(); }
    std::size_t size() const { return fields_ ? fields_->size() : 0; }
    const TaggedField& operator[](std::size_t i) const { return (*fields_)[i]; }
    void push_back(TaggedField field) {
        if (!fields_)
            fields_ = std::make_unique<List>();
        fields_->push_back(std::move(field));
    }
    const TaggedField* begin() const { return fields_ ? fields_->data() : nullptr; }
    const TaggedField* end() const { return begin() + size(); }
    bool operator==(const TaggedFields& other) const {
        return std::equal(begin(), end(), other.begin(), other.end());
    }
    void hash_into(Hasher& hasher) const { orrery::hash_into(hasher, list()); }
    std::string to_text() const { return print(list()); }

private:
    using List = std::vector<TaggedField>;
    List list() const { return {begin(), end()}; }

    std::unique_ptr<List> fields_;
};

} // namespace orrery::wire
