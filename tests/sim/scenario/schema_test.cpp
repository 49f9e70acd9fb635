// Our validator speaks for scenarios/scenario.schema.json, as any editor reads that file: valijson,
// a validator that others wrote, gives the same verdict on every lesson, on a table of good and bad
// documents and on lessons that were damaged by chance. Formats ("duration", "fact") are rules to
// us but mere notes to others (and valijson gives up over a list that has one), so they are left
// out of the schema that it gets.
#include "core/base/random.hpp"
#include "tests/sim/scenario/lessons.hpp"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

using namespace orrery;
using namespace orrery::sim;
using nlohmann::json;

namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

class Valijson {
public:
    explicit Valijson(const json& schema) {
        valijson::SchemaParser().populateSchema(Adapter(schema), schema_);
    }
    bool accepts(const json& document) {
        return validator_.validate(schema_, Adapter(document), nullptr);
    }

private:
    valijson::Schema schema_;
    valijson::Validator validator_;
};

void erase_formats(json& schema) {
    if (schema.is_object())
        schema.erase("format");
    if (schema.is_structured())
        for (json& below : schema)
            erase_formats(below);
}

json schema_without_formats() {
    json schema =
        json::parse(tests::read_file(tests::source_dir() + "/scenarios/scenario.schema.json"));
    erase_formats(schema);
    return schema;
}

json lesson_document(const std::string& name) {
    return json::parse(
        tests::read_file(tests::source_dir() + "/scenarios/lessons/" + name + ".json"));
}

std::string told(const json& document) {
    const auto read = read_scenario("x.json", document.dump());
    return read ? "" : line_of(read.error()[0]);
}

struct Row {
    bool good;
    const char* change; ///< merged into a small scenario
};

constexpr const char* small = R"({"title": "t", "duration": "20s",
    "cluster": {"brokers": 3, "controllers": 1},
    "topics": [{"name": "orders", "partitions": 2, "replication_factor": 3}]})";

constexpr Row rows[] = {
    {true, "{}"},
    {true, R"({"$schema": "../scenario.schema.json", "seed": 0})"},
    {true, R"({"seed": 9223372036854775807})"},
    {false, R"({"seed": -1})"},
    {false, R"({"seed": 1.5})"},
    {false, R"({"seed": "1"})"},
    {false, R"({"title": null})"},
    {false, R"({"title": 5})"},
    {false, R"({"titel": "t"})"},
    {true, R"({"duration": 20000})"},
    {false, R"({"duration": ["20s"]})"},
    {true, R"({"cluster": {"configs": {"num.partitions": 3}}})"},
    {false, R"({"cluster": {"configs": {"num.partitions": [3]}}})"},
    {false, R"({"cluster": {"brokers": 0}})"},
    {false, R"({"cluster": {"brokers": 101}})"},
    {true, R"({"cluster": {"brokers": 100}})"},
    {false, R"({"cluster": 3})"},
    {true, R"({"cluster": {"brokers": null, "controllers": null, "nodes":
        [{"id": 1, "roles": ["broker", "controller"]}, {"id": 2}, {"id": 3}]}})"},
    {false, R"({"cluster": {"nodes": []}})"},
    {false, R"({"cluster": {"nodes": [{"id": 1, "roles": ["brocker"]}]}})"},
    {false, R"({"cluster": {"nodes": [{"id": 1, "roles": []}]}})"},
    {false, R"({"cluster": {"nodes": [{"roles": ["broker"]}]}})"},
    {true, R"({"network": {"latency": {"model": "uniform", "base": "1ms", "spread": 2}}})"},
    {false, R"({"network": {"latency": {"model": "normal", "base": "1ms"}}})"},
    {false, R"({"network": {"latency": {"model": "uniform"}}})"},
    {false, R"({"disk": {"bytes_per_second": 0}})"},
    {true, R"({"topics": [{"name": "orders", "assignment": [[1, 2, 3], [2, 3, 1]]}]})"},
    {false, R"({"topics": [{"name": "orders", "assignment": [[]]}]})"},
    {false, R"({"topics": [{"partitions": 3}]})"},
    {true, R"({"clients": [{"name": "p", "producer": {"topic": "orders", "rate": 0.5}}]})"},
    {false, R"({"clients": [{"name": "p", "producer": {"topic": "orders", "rate": 0}}]})"},
    {false, R"({"clients": [{"name": "p"}]})"},
    {false, R"({"clients": [{"name": "p", "producer": {"topic": "orders"},
        "consumer": {"topic": "orders"}}]})"},
    {true, R"({"timeline": [{"at": "1s", "kill": "broker 1"}]})"},
    {false, R"({"timeline": [{"at": "1s"}]})"},
    {false, R"({"timeline": [{"at": "1s", "kill": "broker 1", "stop": "broker 2"}]})"},
    {false, R"({"timeline": [{"at": "1s", "kill": 1}]})"},
    {true, R"({"timeline": [{"at": "1s", "cut": {"between": ["broker 1", "broker 2"]}}]})"},
    {false, R"({"timeline": [{"at": "1s", "cut": {"between": ["broker 1"]}}]})"},
    {false, R"({"timeline": [{"at": "1s", "cut": {"from": "broker 1"}}]})"},
    {false, R"({"timeline": [{"at": "1s", "cut": {"between": ["broker 1", "broker 2"],
        "from": "broker 1", "to": "broker 2"}}]})"},
    {true, R"({"timeline": [{"at": "1s", "split": [["broker 1"], ["broker 2", "broker 3"]]}]})"},
    {false, R"({"timeline": [{"at": "1s", "split": [["broker 1"]]}]})"},
    {true, R"({"timeline": [{"when": {"fact": "broker_fenced"}, "heal": "all"}]})"},
    {false, R"({"timeline": [{"when": {"fact": "broker_fenced", "any": []}, "heal": "all"}]})"},
    {true, R"({"expect": [{"at_end": {"value": "isr_size", "of": "orders-0", "is": 3}}]})"},
    {false, R"({"expect": [{"at_end": {"value": "isr_size"}, "always": {"value": "isr_size"}}]})"},
    {false, R"({"expect": [{"at_end": {"value": "isr_size", "of": "orders-0", "above": "3"}}]})"},
    {true, R"({"lesson": {"title": "t", "steps": [{"text": {"en": "a", "de": "b"}}]}})"},
    {false, R"({"lesson": {"title": "t", "steps": []}})"},
    {false, R"({"lesson": {"title": "t"}})"},
};

/// Every place in the document, as JSON pointers.
void places(const json& value, const json::json_pointer& at, std::vector<json::json_pointer>& out) {
    out.push_back(at);
    if (value.is_object())
        for (const auto& [name, below] : value.items())
            places(below, at / name, out);
    if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i)
            places(value[i], at / i, out);
}

/// Takes something away, puts something else in its place, or adds what doesn't belong there.
void damage(json& document, Random& random) {
    static const json strangers = json::array({nullptr,
                                               true,
                                               0,
                                               -1,
                                               1,
                                               1.5,
                                               1'000'000'000,
                                               "",
                                               "all",
                                               "5s",
                                               json::array(),
                                               json::array({1}),
                                               json::array({"broker 1"}),
                                               json::object(),
                                               {{"who", "broker 1"}}});
    std::vector<json::json_pointer> all;
    places(document, json::json_pointer(), all);
    const json::json_pointer& at = all[random.below(all.size())];
    json& value = document[at];
    switch (random.below(5)) {
    case 0:
        if (!at.empty() && document[at.parent_pointer()].is_object()) {
            document[at.parent_pointer()].erase(at.back());
            break;
        }
        [[fallthrough]];
    case 1: value = strangers[random.below(strangers.size())]; break;
    case 2: value = json(document[all[random.below(all.size())]]); break;
    case 3:
        if (value.is_array() && !value.empty())
            value.erase(random.below(value.size()));
        break;
    default: {
        const json::json_pointer& other = all[random.below(all.size())];
        if (value.is_object() && !other.empty())
            value[other.back()] = json(document[other]);
        else if (value.is_array())
            value.push_back(json(document[other]));
    }
    }
}

} // namespace

TEST_CASE("valijson and orrery check find every lesson good") {
    Valijson valijson(schema_without_formats());
    for (const std::string& name : tests::lessons()) {
        INFO(name);
        const json document = lesson_document(name);
        CHECK(valijson.accepts(document));
        CHECK(told(document) == "");
    }
}

TEST_CASE("valijson and orrery check agree on what is good and what is bad") {
    Valijson valijson(schema_without_formats());
    for (const Row& row : rows) {
        json document = json::parse(small);
        document.merge_patch(json::parse(row.change));
        INFO(row.change << "\n" << told(document));
        CHECK(valijson.accepts(document) == row.good);
        CHECK(told(document).empty() == row.good);
    }
}

TEST_CASE("valijson and our validator agree on lessons that were damaged by chance") {
    const json schema = schema_without_formats();
    Valijson valijson(schema);
    const auto names = tests::lessons();
    Random random(4, "damage");
    std::size_t good = 0;
    constexpr std::size_t rounds = 3000;
    for (std::size_t round = 0; round < rounds; ++round) {
        json document = lesson_document(names[round % names.size()]);
        for (auto left = 1 + random.below(2); left > 0; --left)
            damage(document, random);
        const auto errors = validate(schema, document, "x.json");
        good += errors.empty() ? 1U : 0U;
        if (valijson.accepts(document) != errors.empty())
            FAIL_CHECK((errors.empty() ? std::string("only valijson finds it bad")
                                       : "only we find it bad: " + line_of(errors[0]))
                       << ": " << document.dump());
    }
    CHECK(good > rounds / 20);
    CHECK(good < rounds - rounds / 20);
}
