# Builds scenarios/scenario.schema.json into the program, as schema_text().
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             "${PROJECT_SOURCE_DIR}/scenarios/scenario.schema.json")
file(READ "${PROJECT_SOURCE_DIR}/scenarios/scenario.schema.json" schema_json)
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/sim/scenario/schema_text.cpp" CONTENT [==[
#include "sim/scenario/document.hpp"
namespace orrery::sim {
std::string_view schema_text() {
    return R"schema(@schema_json@)schema";
}
} // namespace orrery::sim
]==] @ONLY)
set(ORRERY_GENERATED_sim/scenario "${PROJECT_BINARY_DIR}/sim/scenario/schema_text.cpp")
