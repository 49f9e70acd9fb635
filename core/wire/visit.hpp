// Visitor: shown every member of a message's struct, with its name and wire type, without a
// template: what describe.hpp does for bytes, this does for values. The generator writes the walk;
// begin with AnyMessage::visit (any_message.hpp).
//
//     {replica_id: 3, topics: [{topic: "a"}]}
//     open, field(replica_id), value(3), end, field(topics), count(1), open, field(topic),
//     value("a"), end, close, finish_list, end, close
//
// A visitor may change what it sees: it says how many elements a list has and whether a nullable
// value is there.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/expect.hpp"
#include "core/base/uuid.hpp"
#include "core/wire/form.hpp"
#include "core/wire/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::wire {

class Visitor {
public:
    explicit Visitor(const MessageSchema& message) : message_(message) {}
    virtual ~Visitor() = default;

    // --- what a visitor says
    /// Before and after the members of a struct.
    virtual void opened() {}
    virtual void closed() {}
    /// A member; false passes it over. After its value comes ended().
    virtual bool field(const FieldSchema& row) = 0;
    virtual void ended() {}
    /// A nullable value: whether it is there, and the answer whether it shall be.
    virtual bool present(bool is) { return is; }
    /// A list: how many elements it has, and the answer how many it shall have. Then each element.
    virtual std::size_t count(std::size_t size) { return size; }
    virtual void finish_list() {}
    virtual void value(bool& held) = 0;
    virtual void value(std::int8_t& held) = 0;
    virtual void value(std::int16_t& held) = 0;
    virtual void value(std::uint16_t& held) = 0;
    virtual void value(std::int32_t& held) = 0;
    virtual void value(std::uint32_t& held) = 0;
    virtual void value(std::int64_t& held) = 0;
    virtual void value(double& held) = 0;
    virtual void value(Uuid& held) = 0;
    virtual void value(std::string& held) = 0;
    virtual void value(Bytes& held) = 0;
    virtual void value(Chain& held) = 0;
    /// Tagged fields that the schema does not know.
    virtual void tags(TaggedFields& held) = 0;

    // --- what the generated walk says: members come in the order of their rows
    void open() {
        levels_.push_back({levels_.empty() ? message_.body : row().structure, 0});
        opened();
    }
    void close() {
        closed();
        levels_.pop_back();
    }
    bool begin() {
        ++levels_.back().next;
        return field(row());
    }
    void end() { ended(); }

private:
    struct Level {
        const StructSchema* structure;
        std::size_t next;
    };
    const FieldSchema& row() const {
        const Level& level = levels_.back();
        expect(level.next <= level.structure->fields.size(), "a row for each member");
        return level.structure->fields[level.next - 1];
    }

    const MessageSchema& message_;
    std::vector<Level> levels_;
};

/// The list gets as many elements as the visitor says.
template <class T>
void visit_count(Visitor& to, std::vector<T>& list) {
    const std::size_t count = to.count(list.size());
    while (list.size() < count)
        list.emplace_back();
    while (list.size() > count)
        list.pop_back();
}

/// A member that is no struct and no list of them.
template <class T>
void visit_value(Visitor& to, T& held) {
    to.value(held);
}
template <class T>
void visit_value(Visitor& to, std::vector<T>& held) {
    visit_count(to, held);
    for (T& each : held)
        to.value(each);
    to.finish_list();
}
template <class T>
void visit_value(Visitor& to, std::optional<T>& held) {
    if (to.present(held.has_value()))
        visit_value(to, held ? *held : held.emplace());
    else
        held.reset();
}
template <class T>
void visit_member(Visitor& to, T& held) {
    if (!to.begin())
        return;
    visit_value(to, held);
    to.end();
}

} // namespace orrery::wire
