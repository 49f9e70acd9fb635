// The inspector's tree: names and byte ranges of a frame's fields, also where the frame breaks off.
#include "core/wire/frame.hpp"
#include "core/wire/messages/fetch_request.hpp"
#include "core/wire/messages/metadata_request.hpp"
#include "tests/core/wire/vector_json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

using namespace orrery;
using namespace orrery::tests;
using wire::FieldNode;

namespace {

Chain metadata_frame() {
    wire::MetadataRequest request;
    auto& topics = request.topics.emplace();
    topics.emplace_back().name = "orders";
    topics.emplace_back().name = "clicks";
    const auto frame = wire::request_frame(request, 1, 7, "tester");
    REQUIRE(frame);
    return *frame;
}

std::string outline(const FieldNode& node) {
    std::string made = node.name;
    if (node.shape == wire::Shape::scalar)
        made += "=" + node.text;
    made += "@" + std::to_string(node.begin) + "-" + std::to_string(node.end);
    if (node.children.empty())
        return made;
    made += "(";
    for (const FieldNode& child : node.children)
        made += (made.back() == '(' ? "" : " ") + outline(child);
    return made + ")";
}

/// Children lie inside their parent, one after the other.
void check_ranges(const FieldNode& node, std::size_t size) {
    CHECK(node.begin <= node.end);
    CHECK(node.end <= size);
    std::size_t at = node.begin;
    for (const FieldNode& child : node.children) {
        CHECK(at <= child.begin);
        check_ranges(child, node.end);
        at = child.end;
    }
}

} // namespace

TEST_CASE("a frame is shown field by field with the bytes of each") {
    const auto seen = wire::describe_request(metadata_frame());
    REQUIRE_FALSE(seen.error);
    CHECK(outline(seen.root) ==
          "frame@0-36("
          "RequestHeader@0-16(request_api_key=3@0-2 request_api_version=1@2-4 "
          "correlation_id=7@4-8 client_id=tester@8-16) "
          "MetadataRequest@16-36(topics@16-36("
          "[0]@20-28(name=orders@20-28) [1]@28-36(name=clicks@28-36))))");
}

TEST_CASE("a frame that breaks off shows all that could be read, and where it broke") {
    const Chain whole = metadata_frame();
    const auto seen = wire::describe_request(whole.slice(0, 33));
    REQUIRE(seen.error);
    CHECK(seen.error->at >= 30);
    CHECK(outline(seen.root.children.at(1)).find("[0]@20-28(name=orders@20-28)") !=
          std::string::npos);
    CHECK(outline(seen.root).find("clicks") == std::string::npos);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        INFO(size);
        const auto cut = wire::describe_request(whole.slice(0, size));
        CHECK(cut.error);
        check_ranges(cut.root, size);
    }
}

TEST_CASE("every vector's tree has its fields inside each other and in order") {
    for (const auto& row : load_vectors("requests")) {
        INFO(row.at("id"));
        const Bytes bytes = unhex(row.at("hex"));
        wire::Reader in{Chain(bytes)};
        const auto seen = wire::describe(*wire::find_message(row.at("name").get<std::string>()),
                                         row.at("version"), in);
        check_ranges(seen.root, bytes.size());
    }
}

TEST_CASE("frames of no known api or version have an error and no fields") {
    for (const char* hex : {"", "00", "7fff0000000000010000", "ffff0000000000010000"}) {
        const auto seen = wire::describe_request(unhex(hex));
        CHECK(seen.error);
        CHECK(seen.root.children.empty());
    }
    const auto unknown_version = wire::describe_request(unhex("0003006300000001ffff00"));
    CHECK(unknown_version.error);
    CHECK(wire::describe_response(-1, 0, Chain{}).error);
    CHECK(wire::describe_response(3, 99, unhex("00000001")).error);
}

TEST_CASE("a frame made to fill the inspector's memory is shown in part") {
    wire::FetchRequest request;
    for (int i = 0; i < 100'000; ++i)
        request.topics.emplace_back();
    const auto frame = wire::request_frame(request, 4, 1, "tester");
    REQUIRE(frame);
    const auto seen = wire::describe_request(*frame);
    REQUIRE(seen.error);
    CHECK(seen.error->what == std::string("more fields than are shown"));
    CHECK(seen.root.children.at(1).children.back().children.size() > 50'000);
    check_ranges(seen.root, frame->size());
}
