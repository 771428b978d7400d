// A request with parameters of a configuration laid under and over it, and others taken out.
// Between the plan and the render step of a request's path.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/document.h"

namespace llmgate::chat {

struct ParamChanges {
  std::string_view defaults;   // a JSON object: members that the request lacks; empty: none
  std::string_view overrides;  // a JSON object: members that replace the request's; empty: none
  std::span<const std::string> drops;  // paths to leave out: "a", "a.b", "a[0].b", "a[*].b"

  [[nodiscard]] bool any() const {
    return !defaults.empty() || !overrides.empty() || !drops.empty();
  }
};

// Defaults, then overrides, then drops. `model` and `messages` of the changes are ignored.
Result<std::string> merge_params(json::Value request, const ParamChanges& changes);

// Whether `path` is one that drops can name; else what is wrong with it.
Failure check_drop_path(std::string_view path);

}  // namespace llmgate::chat
