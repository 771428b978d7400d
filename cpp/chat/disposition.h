// What became of each field of a request on its way to one provider. Renderers note every
// exception; what they do not mention was kept. Render step of a request's path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmgate::chat {

enum class Action : std::uint8_t { kKept, kMapped, kClamped, kAdded, kDropped, kRefused, kUnknown };
std::string_view name_of(Action action);
// Strict mode refuses a request when any of its fields would meet this.
bool is_loss(Action action);

struct Disposition {
  Action action = Action::kKept;
  std::string path;  // JSON path in the caller's request: "$.max_tokens"
  std::string
      detail;  // mapped: to what; clamped: from what to what; unknown: the nearest known name
  std::string reason;
};
using Dispositions = std::vector<Disposition>;

// [{"action", "path", "detail", "reason"}, ...]: one entry for each of `fields` (names of the
// request's members) that has no entry of its own, as kept, then the exceptions.
std::string render_dispositions(const std::vector<std::string>& fields,
                                const Dispositions& exceptions);

}  // namespace llmgate::chat
