#include "wire/gemini/thinking.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "chat/refusal.h"
#include "wire/gemini/conversions.h"

namespace llmgate::wire {
namespace {

using json::Member;
using json::Value;
using json::Writer;

// "Gemini thinking", the ranges of thinking budgets by model (read 2026-11).
struct BudgetRange {
  std::int64_t least;
  std::int64_t most;
  bool may_be_off;
};
BudgetRange budget_range(const GeminiModel& model) {
  if (model.is_pro) {
    return {128, 32768, false};
  }
  return model.is_lite ? BudgetRange{512, 24576, true} : BudgetRange{1, 24576, true};
}

struct Effort {
  std::string_view name;
  std::int64_t budget;     // what Gemini's own OpenAI endpoint makes of it, and 0 for none
  std::string_view level;  // on models that know all four
  bool is_offered;         // false: no model of Gemini knows it
};
constexpr std::array kEfforts = std::to_array<Effort>({
    {"low", 1024, "low", true},
    {"medium", 8192, "medium", true},
    {"high", 24576, "high", true},
    {"minimal", 512, "minimal", true},
    {"none", 0, "minimal", true},
    {"xhigh", 24576, "high", false},
    {"max", 24576, "high", false},
});

constexpr std::int64_t kDynamic = -1;

std::string_view offered_level(std::string_view level, const GeminiModel& model) {
  if (model.is_pro && level == "minimal") {
    return "low";
  }
  return model.has_no_medium && level == "medium" ? "high" : level;
}

std::int64_t offered_budget(std::int64_t budget, const GeminiModel& model) {
  const BudgetRange range = budget_range(model);
  if (budget == kDynamic || (budget == 0 && range.may_be_off)) {
    return budget;
  }
  return std::clamp(budget, range.least, range.most);
}

void write_budget(std::int64_t budget, std::string_view row, const std::string& path,
                  const GeminiModel& model, Writer& out, chat::Dispositions& dispositions) {
  const std::int64_t offered = offered_budget(budget, model);
  out.escaped_key("thinkingBudget").number(offered);
  if (offered != budget) {
    note_gemini(row, path, dispositions,
                "thinkingBudget: " + std::to_string(budget) + " to " + std::to_string(offered));
  }
}

}  // namespace

Failure write_gemini_effort(Value value, const GeminiModel& model, Writer& out,
                            chat::Dispositions& dispositions) {
  const std::string path("$.reasoning_effort");
  const auto* effort = std::find_if(kEfforts.begin(), kEfforts.end(), [value](const Effort& known) {
    return value.says(known.name);
  });
  if (effort == kEfforts.end()) {
    return chat::refuse(json::Path(std::string_view(path)), value,
                        "\"none\", \"minimal\", \"low\", \"medium\", \"high\", \"xhigh\" or "
                        "\"max\"");
  }
  if (model.thinking == GeminiThinking::kNone) {
    if (effort->budget != 0) {
      note_gemini("reasoning_effort(no thinking)", path, dispositions);
    }
    return std::nullopt;
  }
  out.begin_object();
  if (model.thinking == GeminiThinking::kBudget) {
    if (!effort->is_offered) {
      note_gemini("reasoning_effort(not offered)", path, dispositions, "thinkingBudget: 24576");
    }
    write_budget(effort->budget, "reasoning_effort(not offered)", path, model, out, dispositions);
  } else {
    const std::string_view level = offered_level(effort->level, model);
    out.escaped_key("thinkingLevel").escaped(level);
    if (level != effort->name) {
      note_gemini("reasoning_effort(not offered)", path, dispositions,
                  "thinkingLevel: " + std::string(level));
    }
  }
  if (effort->budget != 0) {
    out.escaped_key("includeThoughts").boolean(true);
  }
  out.end_object();
  note_gemini("reasoning_effort", path, dispositions);
  return std::nullopt;
}

// {"type": "enabled", "budget_tokens"}, {"type": "disabled"} or {"type": "adaptive"}.
Failure write_gemini_thinking(Value thinking, const GeminiModel& model, Writer& out,
                              chat::Dispositions& dispositions) {
  constexpr std::string_view kOutside = "thinking(outside the range)";
  const std::string path("$.thinking");
  const Value type = thinking.find("type");
  const bool is_off = type.says("disabled");
  const auto budget = thinking.find("budget_tokens").as_int();
  const bool is_dynamic = type.says("adaptive") || (type.says("enabled") && !budget);
  if (!is_off && !is_dynamic && !type.says("enabled")) {
    return chat::refuse(json::Path(std::string_view(path)), thinking,
                        "{\"type\": \"enabled\", \"budget_tokens\": ...}, {\"type\": "
                        "\"disabled\"} or {\"type\": \"adaptive\"}");
  }
  if (model.thinking == GeminiThinking::kNone) {
    if (!is_off) {
      note_gemini("thinking(no thinking)", path, dispositions);
    }
    return std::nullopt;
  }
  out.begin_object();
  const bool has_levels = model.thinking == GeminiThinking::kLevel;
  if (!has_levels) {
    const std::int64_t asked = is_dynamic ? kDynamic : budget.value_or(0);
    write_budget(is_off ? 0 : asked, kOutside, path, model, out, dispositions);
  } else if (!is_off && !is_dynamic) {  // taken "for backwards compatibility"
    out.escaped_key("thinkingBudget").number(*budget);
  } else if (is_off) {
    out.escaped_key("thinkingLevel").escaped(offered_level("minimal", model));
    note_gemini(kOutside, path, dispositions, "the least that the model offers");
  }
  if (!is_off) {
    out.escaped_key("includeThoughts").boolean(true);
  }
  out.end_object();
  note_gemini(is_dynamic && type.says("enabled") ? "thinking(no budget)" : "thinking", path,
              dispositions);
  for (const Member member : thinking.members()) {
    if (!member.name.says("type") && !member.name.says("budget_tokens")) {
      note_gemini("thinking(other)", path + "." + member.name.unescaped(), dispositions);
    }
  }
  return std::nullopt;
}

bool read_gemini_thinking(Value config, const GeminiModel& model, json::DocumentWriter& out) {
  const auto budget = config.find("thinkingBudget").as_int();
  const bool is_off = config.size() == 1 && budget == 0 &&
                      model.thinking == GeminiThinking::kBudget && offered_budget(0, model) == 0;
  if (is_off) {
    out.escaped_key("thinking").begin_object().escaped_key("type").escaped("disabled").end_object();
    return true;
  }
  if (config.size() != 2 || !config.find("includeThoughts").as_bool().value_or(false)) {
    return false;
  }
  const Value level = config.find("thinkingLevel");
  for (const Effort& effort : kEfforts) {
    const bool is_same = level.says(effort.level) && effort.is_offered && effort.budget != 0 &&
                         model.thinking == GeminiThinking::kLevel &&
                         offered_level(effort.level, model) == effort.level;
    if (is_same) {
      out.escaped_key("reasoning_effort").escaped(effort.name);
      return true;
    }
  }
  const bool is_budget =
      budget && *budget > 0 && model.thinking != GeminiThinking::kNone &&
      (model.thinking == GeminiThinking::kLevel || offered_budget(*budget, model) == *budget);
  if (is_budget) {
    out.escaped_key("thinking").begin_object().escaped_key("type").escaped("enabled");
    out.escaped_key("budget_tokens").number(*budget).end_object();
    return true;
  }
  if (budget == kDynamic && model.thinking == GeminiThinking::kBudget) {
    out.escaped_key("thinking").begin_object().escaped_key("type").escaped("adaptive").end_object();
    return true;
  }
  return false;
}

}  // namespace llmgate::wire
