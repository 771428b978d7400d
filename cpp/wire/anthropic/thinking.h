// How much the model is to think: OpenAI's words for effort as Anthropic's settings, by model, with
// room for the answer. Render step of a request's path.
#pragma once

#include <cstdint>
#include <string_view>

#include "json/document.h"
#include "json/writer.h"
#include "wire/anthropic/rendering.h"

namespace llmgate::wire {

struct ThinkingFields {
  json::Value thinking;             // Anthropic's own object
  json::Value reasoning_effort;     // OpenAI's word
  json::Value reasoning;            // OpenRouter's object
  bool is_loop_unthinking = false;  // tool results answer a message that began without thinking
};

class AnthropicThinking {
 public:
  // `max_tokens` as the caller gave it; 0: not at all.
  AnthropicThinking(const ThinkingFields& fields, std::int64_t max_tokens,
                    AnthropicRendering& rendering);

  [[nodiscard]] bool is_on() const;
  // With a budget: no tool may be forced.
  [[nodiscard]] bool forbids_forced_tool() const;
  [[nodiscard]] std::int64_t budget() const { return budget_; }
  // For output_config; empty: none.
  [[nodiscard]] std::string_view effort() const { return effort_; }
  // `"thinking": {...}`, if anything has to be said.
  void write(json::Writer& out) const;

 private:
  enum class Mode : std::uint8_t { kUnsaid, kOwn, kDisabled, kAdaptive, kBudget };

  void read_word(json::Value word, const json::Path& path);
  void read_reasoning(json::Value reasoning);
  void set_effort(std::string_view word, const json::Path& path);
  void turn_off(const json::Path& path);
  void set_budget(std::int64_t budget, const json::Path& path);

  AnthropicRendering& rendering_;
  std::int64_t max_tokens_;
  bool is_loop_unthinking_;
  json::Value own_;
  Mode mode_ = Mode::kUnsaid;
  std::int64_t budget_ = 0;
  std::string_view effort_;
};

}  // namespace llmgate::wire
