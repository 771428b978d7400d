// A YAML document as a flat list of nodes, as far as from_yaml needs it: read by libyaml's events,
// not expanded yet. Private to from_yaml and its reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/from_yaml.h"

namespace llmgate::json {

enum class YamlKind : std::uint8_t { kScalar, kSequence, kMapping };

struct YamlNode {
  YamlKind kind = YamlKind::kScalar;
  bool is_plain = false;  // a scalar without quotes
  int line = 0;
  std::string tag;   // empty: none
  std::string text;  // of a scalar
  // Of a sequence its elements; of a mapping names and values in turns. An alias is the index of
  // what it stands for.
  std::vector<std::uint32_t> children;
};

// The root is the first node; an empty text has none.
[[nodiscard]] std::optional<YamlError> read_yaml_nodes(std::string_view text,
                                                       const YamlLimits& limits,
                                                       std::vector<YamlNode>& nodes);

}  // namespace llmgate::json
