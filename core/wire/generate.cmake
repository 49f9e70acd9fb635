# The wire structs are generated at build time: schema files -> wire_generator -> C++ in the build
# tree under core/wire/messages. The room core_wire compiles them; who links it waits for them.
# The generator's own errors are tested, so all of it but main is a library.
file(GLOB wire_generator_sources CONFIGURE_DEPENDS core/wire/generator/*.cpp)
list(FILTER wire_generator_sources EXCLUDE REGEX "/main\\.cpp$")
add_library(wire_generator_parts STATIC ${wire_generator_sources})
add_executable(wire_generator core/wire/generator/main.cpp)
target_link_libraries(wire_generator PRIVATE wire_generator_parts)

file(GLOB_RECURSE wire_schemas CONFIGURE_DEPENDS core/wire/schema/*.schema core/wire/schema/*.table)
set(wire_messages "${PROJECT_BINARY_DIR}/core/wire/messages")
set(wire_groups 20)
set(wire_generated "${wire_messages}/schemas.cpp")
math(EXPR last "${wire_groups} - 1")
foreach(i RANGE ${last})
  if(i LESS 10)
    set(i "0${i}")
  endif()
  list(APPEND wire_generated "${wire_messages}/group_${i}.cpp")
endforeach()
# Headers are by-products by name, so that ninja knows where they come from before the first build.
set(wire_headers "${wire_messages}/all.hpp" "${wire_messages}/error_rows.hpp" "${wire_messages}/api_rows.hpp")
foreach(schema IN LISTS wire_schemas)
  get_filename_component(stem "${schema}" NAME_WE)
  if(schema MATCHES "\\.schema$")
    list(APPEND wire_headers "${wire_messages}/${stem}.cpp")
  endif()
endforeach()
add_custom_command(
  OUTPUT ${wire_generated}
  BYPRODUCTS ${wire_headers}
  COMMAND wire_generator "${PROJECT_SOURCE_DIR}/core/wire/schema" "${wire_messages}" ${wire_groups}
  DEPENDS wire_generator ${wire_schemas}
  COMMENT "Generating the wire structs"
  VERBATIM)
set(ORRERY_GENERATED_core/wire ${wire_generated})
