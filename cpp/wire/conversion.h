// One row of a format's table of conversions: what becomes of a feature of the canonical request
// that this format does not keep as it is. Renderers take their dispositions from these rows, and
// the tables of losses in the docs are made from the same ones. Render step of a request's path.
#pragma once

#include <string>
#include <string_view>

#include "chat/disposition.h"

namespace llmgate::wire {

struct Conversion {
  std::string_view feature;  // "top_k", "messages[].cache_control", "tools[].function.strict"
  chat::Action action;
  std::string_view detail;  // mapped: to what; clamped: to which range
  std::string_view reason;
};

// Notes that `row` happened at `path` of the caller's request. `detail` overrides the row's.
void note(const Conversion& row, std::string path, chat::Dispositions& dispositions,
          std::string detail = {});

}  // namespace llmgate::wire
