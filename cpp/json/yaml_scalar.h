// What a plain scalar of YAML means by the core schema (YAML 1.2.2, section 10.3.2), as JSON. Words
// such as yes, no, on and off stay strings. Used by from_yaml. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace llmgate::json {

enum class ScalarKind : std::uint8_t {
  kString,
  kNull,
  kBool,
  kInt,
  kFloat,
  kInexpressible,  // .inf, .nan, integers of other bases above 64 bits: no number of JSON
};

// `json` gets the value as JSON; of a string and of what is inexpressible, nothing.
ScalarKind read_plain_scalar(std::string_view text, std::string& json);

}  // namespace llmgate::json
