// A regular expression that matches in time linear in the text, however hostile pattern and text
// are: RE2, whose headers only pattern.cc includes. Immutable, may be shared by threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace llmgate::routing {

class Pattern {
 public:
  // The error's message says why RE2 does not take it; it has no path.
  static Result<Pattern> read(const std::string& expression);

  // Anywhere in the text.
  [[nodiscard]] bool is_found_in(std::string_view text) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace llmgate::routing
