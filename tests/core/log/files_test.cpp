// The small files of a log directory: their bytes, and what is said of damaged ones.
#include "core/log/checkpoint.hpp"
#include "core/log/dump.hpp"
#include "core/log/json.hpp"
#include "core/log/meta_properties.hpp"
#include "core/log/partition_metadata.hpp"
#include "core/log/quorum_state.hpp"
#include "tests/core/log/support.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::log;
using namespace orrery::tests;

namespace {

Chain text(std::string_view content) {
    return Bytes::copy(content);
}
const Uuid some_id = *Uuid::parse("n_bU3u8ye3dLCjLLhjPGpQ");

} // namespace

TEST_CASE("an offset checkpoint is a version, a count and a line per partition") {
    const std::vector<PartitionOffset> entries{{"orders", 0, {4711}}, {"orders", 1, {0}}};
    CHECK(encode_offsets(entries).text() == "0\n2\norders 0 4711\norders 1 0\n");
    CHECK(decode_offsets(encode_offsets(entries)) == entries);
    CHECK(encode_offsets({}).text() == "0\n0\n");
    CHECK(find_offset(entries, "orders", 1) == Offset{0});
    CHECK(!find_offset(entries, "orders", 2));
}

TEST_CASE("a leader epoch checkpoint is a version, a count and a line per epoch") {
    const std::vector<EpochStart> entries{{{0}, {0}}, {{3}, {17}}};
    CHECK(encode_epochs(entries).text() == "0\n2\n0 0\n3 17\n");
    CHECK(decode_epochs(encode_epochs(entries)) == entries);
}

TEST_CASE("a damaged checkpoint is refused with the line that is wrong") {
    const auto why = [](std::string_view content) {
        return decode_offsets(text(content)).error().what;
    };
    CHECK(why("") == "the file is empty");
    CHECK(why("1\n0\n") == "line 1: the version is not 0");
    CHECK(why("0\n") == "line 2: the count of entries is missing");
    CHECK(why("0\nx\n") == "line 2: the count of entries is no number");
    CHECK(why("0\n2\norders 0 1\n") == "expected 2 entries but found 1");
    CHECK(why("0\n1\norders 0 1\norders 1 1\n") == "expected 1 entries but found 2");
    CHECK(why("0\n1\norders 0\n") == "line 3: an entry has 3 words");
    CHECK(why("0\n1\norders 0 99999999999999999999\n") ==
          "line 3: topic, partition, offset expected");
    CHECK(!decode_epochs(text("0\n1\n-1 0\n")));
    CHECK(!decode_epochs(text("0\n1\n1 0x\n")));
}

TEST_CASE("partition.metadata is what Kafka writes") {
    CHECK(encode_partition_metadata(some_id).text() ==
          "version: 0\ntopic_id: n_bU3u8ye3dLCjLLhjPGpQ");
    CHECK(decode_partition_metadata(encode_partition_metadata(some_id)) == some_id);
    CHECK(!decode_partition_metadata(text("version: 1\ntopic_id: n_bU3u8ye3dLCjLLhjPGpQ")));
    CHECK(!decode_partition_metadata(text("version: 0")));
    CHECK(!decode_partition_metadata(text("version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA")));
    CHECK(!decode_partition_metadata(text("version: 0\ntopic_id: short")));
}

TEST_CASE("meta.properties is read in any order, with comments, and strictly") {
    const MetaProperties properties{{3}, "clockwork", some_id};
    CHECK(decode_meta_properties(encode(properties)) == properties);
    CHECK(decode_meta_properties(text("#\n#Mon Nov 23 12:00:00 UTC 2026\r\ncluster.id=clockwork\r\n"
                                      "version = 1\nnode.id=3\ndirectory.id=n_bU3u8ye3dLCjLLhjPGpQ"
                                      "\n")) == properties);
    const auto why = [](std::string_view content) {
        return decode_meta_properties(text(content)).error().what;
    };
    CHECK(why("node.id=3\ncluster.id=x\n") == "no version");
    CHECK(why("version=0\nbroker.id=3\n") == "version is 0, not 1");
    CHECK(why("version=1\ncluster.id=x\n") == "no node.id");
    CHECK(why("version=1\nnode.id=-3\ncluster.id=x\n") == "node.id '-3' is no node's number");
    CHECK(why("version=1\nnode.id=3\n") == "no cluster.id");
    CHECK(why("version=1\nversion=1\n") == "line 2: 'version' is there twice");
    CHECK(why("version=1\nnonsense\n") == "line 2: name=value expected");
}

TEST_CASE("quorum-state is Kafka's JSON of data version 1, and version 0 is read") {
    const QuorumState state{{1}, {4}, {2}, some_id};
    CHECK(encode(state).text() == "{\"leaderId\":1,\"leaderEpoch\":4,\"votedId\":2,"
                                  "\"votedDirectoryId\":\"n_bU3u8ye3dLCjLLhjPGpQ\","
                                  "\"data_version\":1}");
    CHECK(decode_quorum_state(encode(state)) == state);
    CHECK(decode_quorum_state(
              text(R"({"clusterId":"","leaderId":1,"leaderEpoch":2,"votedId":-1,"appliedOffset":0,)"
                   R"("currentVoters":[{"voterId":1},{"voterId":2}],"data_version":0})")) ==
          QuorumState{{1}, {2}, no_node, {}});
    for (const std::string_view damaged :
         {"", "{", "[]", R"({"leaderId":1})", "{\"leaderId\":1}}",
          R"({"leaderId":1,"leaderEpoch":-4,"votedId":2,"data_version":0})",
          R"({"leaderId":1,"leaderEpoch":4,"votedId":2,"data_version":2})",
          R"({"leaderId":1,"leaderEpoch":4,"votedId":2,"data_version":1})",
          R"({"leaderId":"1","leaderEpoch":4,"votedId":2,"data_version":0})"}) {
        INFO(damaged);
        CHECK(!decode_quorum_state(text(damaged)));
    }
}

TEST_CASE("the file of a clean shutdown holds the broker epoch") {
    CHECK(encode_clean_shutdown({42}).text() == "{\"version\":0,\"brokerEpoch\":42}");
    CHECK(decode_clean_shutdown(encode_clean_shutdown({42})) == BrokerEpoch{42});
    CHECK(!decode_clean_shutdown(text("{\"version\":1,\"brokerEpoch\":42}")));
}

TEST_CASE("JSON is read strictly") {
    for (const std::string_view bad :
         {"{\"a\":01}", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "{a:1}", "{\"a\":.5}", "{\"a\":1e}",
          "{\"a\":\"\n\"}", "{\"a\":\"\\q\"}", "{\"a\":[1,]}", "{\"a\":tru}", "{\"a\":1} x"}) {
        INFO(bad);
        CHECK(!parse_json_object(bad));
    }
    const std::string deep(100, '[');
    CHECK(!parse_json_object("{\"a\":" + deep));
    const auto good = parse_json_object(
        R"( {"a" : -1.5e+3, "b": [1, {"c": null}], "d": "\"\u0041\n", "e": {}} )");
    REQUIRE(good);
    CHECK(find_member(*good, "a")->value == "-1.5e+3");
    CHECK(find_member(*good, "b")->value == "[1, {\"c\": null}]");
    CHECK(find_member(*good, "d")->value == "\"A\n");
}

TEST_CASE("a dump tells batches, records and entries, and where the damage is") {
    const record::Batch batch = make_batch({5}, {2}, 2, 1000, 3);
    Chain log(batch.bytes);
    const Dump good = dump_file("orders-0/00000000000000000005.log", log);
    CHECK(!good.error);
    CHECK(good.text.find("baseOffset: 5 lastOffset: 6 count: 2 ") == 0);
    CHECK(good.text.find("| offset: 6 CreateTime: 1001 keySize: -1 valueSize: 3 sequence: -1 "
                         "payload: xxx\n") != std::string::npos);
    const auto describe =
        +[](const record::Record& r) { return r.offset == Offset{5} ? std::string("told") : ""; };
    CHECK(dump_file("00000000000000000005.log", log, describe).text.find("payload: told\n") !=
          std::string::npos);

    log.append(batch.bytes.slice(0, 40));
    CHECK(dump_file("00000000000000000005.log", log).error ==
          "byte " + std::to_string(batch.bytes.size()) + ": an incomplete last batch of 40 bytes");
    std::string flipped(batch.bytes.text());
    flipped.back() = 'y';
    const Dump bad = dump_file("00000000000000000005.log", text(flipped));
    CHECK(bad.error == "byte 0: the checksum does not fit the batch");
    CHECK(bad.text.find("isvalid: false") != std::string::npos);

    OffsetIndex index;
    index.push_back({3, 4097});
    CHECK(dump_file("00000000000000000005.index", encode(index)).text ==
          "offset: 8 position: 4097\n");
    TimeIndex times;
    times.push_back({1000, 3});
    CHECK(dump_file("00000000000000000005.timeindex", encode(times)).text ==
          "timestamp: 1000 offset: 8\n");
    CHECK(dump_file("00000000000000000005.index", text("123")).error);
    CHECK(dump_file("replication-offset-checkpoint", text("0\n1\norders 0 7\n")).text ==
          "orders-0 offset: 7\n");
    CHECK(dump_file("meta.properties", text("x")).error == "line 1: name=value expected");
    CHECK(dump_file("notes.txt", text("x")).error);
    CHECK(can_dump("a/b/quorum-state"));
    CHECK(!can_dump("a/b/notes.txt"));
}
