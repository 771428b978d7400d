#include "wire/anthropic/models.h"

#include <array>

namespace llmgate::wire {
namespace {

using enum Thinking;

// Anthropic docs, "Models overview", "Extended thinking", "Effort", "Structured outputs" and the
// migration guides of Opus 4.6, 4.7, 5, 5.5 and Fable 5.1, read 2026-11. A longer prefix stands
// before a shorter one. The row of the family without a number is for models newer than the table;
// the last is for other vendors' models behind this format, of which nothing is assumed. Which
// models answer 400 to temperature together with top_p: issues of several clients, read 2026-11.
constexpr std::array kModels = std::to_array<ClaudeModel>({
    // prefix, max_tokens, thinking, effort, xhigh, stop, sampling, both, prefill, schema, forced
    {"claude-2", 4096, kNone, false, false, true, true, true, true, false, true},
    {"claude-instant", 4096, kNone, false, false, true, true, true, true, false, true},
    {"claude-3-5", 8192, kNone, false, false, true, true, true, true, false, true},
    {"claude-3-7", 64000, kBudget, false, false, true, true, true, true, false, true},
    {"claude-3", 4096, kNone, false, false, true, true, true, true, false, true},
    {"claude-haiku-4", 64000, kBudget, false, false, true, true, false, true, true, true},
    {"claude-sonnet-4-5", 64000, kBudget, false, false, true, true, false, true, true, true},
    {"claude-sonnet-4-6", 128000, kAdaptive, true, false, true, true, false, false, true, true},
    {"claude-sonnet-4", 64000, kBudget, false, false, true, true, true, true, false, true},
    {"claude-opus-4-1", 32000, kBudget, false, false, true, true, false, true, true, true},
    {"claude-opus-4-5", 64000, kBudget, true, false, true, true, false, true, true, true},
    {"claude-opus-4-6", 128000, kAdaptive, true, false, true, true, false, false, true, true},
    {"claude-opus-4-7", 128000, kAdaptive, true, true, true, false, false, false, true, true},
    {"claude-opus-4-8", 128000, kAdaptive, true, true, true, false, false, false, true, true},
    {"claude-opus-4", 32000, kBudget, false, false, true, true, true, true, false, true},
    {"claude-opus-5-5", 128000, kAdaptive, true, true, false, false, false, false, true, false},
    {"claude-opus-5", 128000, kAdaptive, true, true, true, false, false, false, true, true},
    {"claude-sonnet-5-5", 128000, kAdaptive, true, true, false, false, false, false, true, true},
    {"claude-sonnet-5", 128000, kAdaptive, true, true, true, false, false, false, true, true},
    {"claude-haiku-5", 128000, kAdaptive, true, true, true, false, false, false, true, true},
    {"claude-fable-5", 128000, kAdaptive, true, true, false, false, false, false, true, false},
    {"claude-mythos", 128000, kAdaptive, true, true, false, false, false, false, true, false},
    {"claude-", 64000, kAdaptive, true, true, true, true, false, true, true, true},
    {"", 4096, kBudget, false, false, true, true, true, true, false, true},
});

}  // namespace

const ClaudeModel& find_claude_model(std::string_view model) {
  const std::size_t own_name = model.find("claude-");
  const std::string_view name =
      own_name == std::string_view::npos ? std::string_view() : model.substr(own_name);
  // Behind "claude-" the first letter tells families apart: cheaper than comparing each prefix.
  constexpr std::size_t kFamily = 7;
  const char family = name.size() > kFamily ? name[kFamily] : '\0';
  for (const ClaudeModel& row : kModels) {
    const bool may_match = row.prefix.size() <= kFamily || row.prefix[kFamily] == family;
    if (may_match && name.starts_with(row.prefix)) {
      return row;
    }
  }
  return kModels.back();
}

}  // namespace llmgate::wire
