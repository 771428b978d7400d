// YAML to JSON: one document by the core schema, with the line of every value and member name kept,
// so that an error can name the place in the user's file. Anchors, aliases and `<<` merges work and
// are bounded: what they expand to counts. Duplicate names, several documents, tags outside the
// core schema and names that are no scalars are errors. Pure function; used where a configuration
// enters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmgate::json {

struct YamlLimits {
  std::size_t max_bytes = std::size_t{4} << 20U;        // of the YAML
  std::size_t max_json_bytes = std::size_t{16} << 20U;  // of the JSON
  std::size_t max_depth = 64;                           // of the JSON
  std::size_t max_nodes = 200'000;                      // of the JSON, merged ones included
};

struct LineMark {
  std::uint32_t offset;  // of the value's or name's first byte in the JSON
  std::uint32_t line;    // in the YAML, from 1
};

struct YamlAsJson {
  std::string json;             // "null" for an empty text
  std::vector<LineMark> marks;  // in order of the offsets
};

struct YamlError {
  int line = 0;  // from 1; 0: the text as a whole
  std::string reason;
};

// After an error `out` is not to be used.
[[nodiscard]] std::optional<YamlError> from_yaml(std::string_view text, YamlAsJson& out,
                                                 const YamlLimits& limits = {});

}  // namespace llmgate::json
