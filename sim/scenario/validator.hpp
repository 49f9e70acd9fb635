// The small part of JSON Schema that the scenario schema is written in, walked by hand so that each
// error can say what a person needs: where, what, and the nearest right word.
#pragma once

#include "core/base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace orrery::sim {

class Validator {
public:
    /// `root` is where "$ref" looks; it must outlive the validator.
    Validator(const nlohmann::json& root, std::string file) : root_(root), file_(std::move(file)) {}

    /// Holds `value`, found at JSON path `path`, against `schema`; errors are kept.
    void check(const nlohmann::json& schema, const nlohmann::json& value, const std::string& path);
    std::vector<InputError> take() { return std::move(errors_); }

private:
    void fail(const std::string& path, std::string what, std::string hint = {});
    bool check_type(const nlohmann::json& schema, const nlohmann::json& value,
                    const std::string& path);
    void check_number(const nlohmann::json& schema, const nlohmann::json& value,
                      const std::string& path);
    void check_enum(const nlohmann::json& schema, const nlohmann::json& value,
                    const std::string& path);
    void check_format(std::string_view format, const nlohmann::json& value,
                      const std::string& path);
    void check_array(const nlohmann::json& schema, const nlohmann::json& value,
                     const std::string& path);
    void check_object(const nlohmann::json& schema, const nlohmann::json& value,
                      const std::string& path);
    void check_required(const nlohmann::json& schema, const nlohmann::json& value,
                        const std::string& path);
    void check_one_of(const nlohmann::json& choices, const nlohmann::json& value,
                      const std::string& path);

    const nlohmann::json& root_;
    std::string file_;
    std::vector<InputError> errors_;
};

} // namespace orrery::sim
