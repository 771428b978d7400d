#include "routing/pattern.h"

#include <re2/re2.h>

#include <cstdint>

namespace llmgate::routing {
namespace {

// Of one compiled pattern; RE2's own default is 8 MiB.
constexpr std::int64_t kMostBytes = 1 << 20;

RE2::Options quiet_options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostBytes);
  return options;
}

}  // namespace

struct Pattern::Compiled {
  explicit Compiled(const std::string& text) : expression(text, quiet_options()) {}

  RE2 expression;
};

Result<Pattern> Pattern::read(const std::string& expression) {
  auto compiled = std::make_shared<const Compiled>(expression);
  if (!compiled->expression.ok()) {
    return bad_request("", "RE2, which matches in linear time, does not take this pattern: " +
                               compiled->expression.error() +
                               " (it has no look-around and no back-references)");
  }
  Pattern pattern;
  pattern.compiled_ = std::move(compiled);
  return pattern;
}

bool Pattern::is_found_in(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled_->expression);
}

}  // namespace llmgate::routing
