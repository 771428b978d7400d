#include "wire/anthropic/thinking.h"

#include <algorithm>
#include <array>
#include <string>

namespace llmgate::wire {
namespace {

using json::Path;
using json::Value;
using enum AnthropicRule;

// Budgets as LiteLLM's users know them, none below what Anthropic takes. `effort` is Anthropic's
// word ("Effort", read 2026-11); "minimal" is none of them.
struct EffortRow {
  std::string_view word;
  std::int64_t budget;
  std::string_view effort;
};
constexpr std::array kEfforts = std::to_array<EffortRow>({
    {"minimal", 1024, "low"},
    {"low", 1024, "low"},
    {"medium", 2048, "medium"},
    {"high", 4096, "high"},
    {"xhigh", 8192, "xhigh"},
    {"max", 16384, "max"},
});
constexpr std::int64_t kLeastBudget = 1024;  // "Extended thinking", read 2026-11

const EffortRow* find_effort(Value word) {
  const auto* found = std::find_if(kEfforts.begin(), kEfforts.end(),
                                   [word](const EffortRow& row) { return word.says(row.word); });
  return found == kEfforts.end() ? nullptr : found;
}

// The nearest word that the model knows.
std::string_view effort_for(const ClaudeModel& model, std::string_view effort) {
  if (model.thinking != Thinking::kAdaptive && (effort == "xhigh" || effort == "max")) {
    return "high";
  }
  return effort == "xhigh" && !model.has_xhigh ? "max" : effort;
}

bool is_given(Value value) { return value.exists() && !value.is_null(); }

}  // namespace

AnthropicThinking::AnthropicThinking(const ThinkingFields& fields, std::int64_t max_tokens,
                                     AnthropicRendering& rendering)
    : rendering_(rendering),
      max_tokens_(max_tokens),
      is_loop_unthinking_(fields.is_loop_unthinking) {
  if (is_given(fields.thinking)) {
    own_ = fields.thinking;
    mode_ = Mode::kOwn;
  }
  if (is_given(fields.reasoning_effort)) {
    read_word(fields.reasoning_effort, "$.reasoning_effort");
  }
  if (is_given(fields.reasoning)) {
    if (mode_ != Mode::kUnsaid) {
      rendering_.note(kEffortTwice, "$.reasoning");
    } else {
      read_reasoning(fields.reasoning);
    }
  }
}

bool AnthropicThinking::is_on() const {
  return mode_ == Mode::kAdaptive || mode_ == Mode::kBudget ||
         (mode_ == Mode::kOwn && !own_.find("type").says("disabled"));
}

bool AnthropicThinking::forbids_forced_tool() const {
  return mode_ == Mode::kBudget || (mode_ == Mode::kOwn && own_.find("type").says("enabled"));
}

void AnthropicThinking::read_word(Value word, const Path& path) {
  const EffortRow* row = find_effort(word);
  if (row == nullptr && !word.says("none")) {
    rendering_.note(kEffortUnknown, path);
    return;
  }
  const ClaudeModel& model = rendering_.model();
  if (mode_ == Mode::kOwn) {
    if (row != nullptr && model.has_effort) {
      set_effort(effort_for(model, row->effort), path);
    } else {
      rendering_.note(kEffortTwice, path);
    }
  } else if (row == nullptr) {
    turn_off(path);
  } else if (model.thinking == Thinking::kNone) {
    rendering_.note(kEffortNone, path);
  } else if (model.thinking == Thinking::kAdaptive) {
    mode_ = Mode::kAdaptive;
    set_effort(effort_for(model, row->effort), path);
  } else {
    if (model.has_effort) {
      set_effort(effort_for(model, row->effort), path);
    }
    set_budget(row->budget, path);
  }
}

void AnthropicThinking::read_reasoning(Value reasoning) {
  const Path path("$.reasoning");
  rendering_.note(kReasoningField, path);
  for (const json::Member member : reasoning.members()) {
    const std::string_view name = member.name.escaped();
    if (name != "effort" && name != "max_tokens" && name != "enabled" && is_given(member.value)) {
      rendering_.note(kReasoningMember, path.member(name));
    }
  }
  const auto budget = reasoning.find("max_tokens").as_int();
  if (is_given(reasoning.find("effort"))) {
    read_word(reasoning.find("effort"), path.member("effort"));
  } else if (!reasoning.find("enabled").as_bool().value_or(true)) {
    turn_off(path.member("enabled"));
  } else if (rendering_.model().thinking == Thinking::kNone) {
    rendering_.note(kEffortNone, path);
  } else if (rendering_.model().thinking == Thinking::kAdaptive) {
    mode_ = Mode::kAdaptive;
  } else {
    constexpr std::int64_t kMedium = 2048;
    set_budget(std::max(budget.value_or(kMedium), kLeastBudget), path.member("max_tokens"));
  }
}

void AnthropicThinking::set_effort(std::string_view word, const Path& path) {
  effort_ = word;
  rendering_.note(kEffort, path, "output_config.effort " + std::string(word));
}

void AnthropicThinking::turn_off(const Path& path) {
  const ClaudeModel& model = rendering_.model();
  if (model.thinking != Thinking::kNone && !model.can_stop_thinking) {
    effort_ = "low";
    rendering_.note(kEffortClamped, path);
    return;
  }
  rendering_.note(kEffortOff, path);
  if (model.thinking != Thinking::kNone) {
    mode_ = Mode::kDisabled;
  }
}

void AnthropicThinking::set_budget(std::int64_t budget, const Path& path) {
  if (is_loop_unthinking_) {
    rendering_.note(kEffortLoop, path);
    return;
  }
  if (max_tokens_ != 0 && max_tokens_ <= kLeastBudget) {
    rendering_.note(kEffortNoRoom, path);
    return;
  }
  mode_ = Mode::kBudget;
  budget_ = budget;
  if (max_tokens_ != 0 && budget >= max_tokens_) {
    budget_ = std::max(kLeastBudget, max_tokens_ / 2);
    rendering_.note(kEffortRoom, path, std::to_string(budget) + " to " + std::to_string(budget_));
    return;
  }
  rendering_.note(kEffortBudget, path, "thinking.budget_tokens " + std::to_string(budget_));
}

void AnthropicThinking::write(json::Writer& out) const {
  switch (mode_) {
    case Mode::kUnsaid:
      return;
    case Mode::kOwn:
      out.escaped_key("thinking").raw(own_.raw());
      return;
    case Mode::kDisabled:
      out.escaped_key("thinking").raw(R"({"type":"disabled"})");
      return;
    case Mode::kAdaptive:
      out.escaped_key("thinking").raw(R"({"type":"adaptive"})");
      return;
    case Mode::kBudget:
      out.escaped_key("thinking").begin_object().escaped_key("type").escaped("enabled");
      out.escaped_key("budget_tokens").number(budget_).end_object();
      return;
  }
}

}  // namespace llmgate::wire
