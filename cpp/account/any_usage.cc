#include "account/any_usage.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "chat/usage.h"
#include "wire/anthropic/content.h"
#include "wire/gemini/usage.h"

namespace llmgate::account {
namespace {

using json::Value;

// The input holds what was read from the cache, as in OpenAI's chat API, under other names.
chat::Usage read_responses_usage(Value native) {
  chat::Usage usage;
  usage.native = native.raw();
  usage.prompt_tokens = native.find("input_tokens").as_int();
  usage.completion_tokens = native.find("output_tokens").as_int();
  usage.total_tokens = native.find("total_tokens").as_int();
  usage.cached_tokens = native.find("input_tokens_details").find("cached_tokens").as_int();
  usage.reasoning_tokens = native.find("output_tokens_details").find("reasoning_tokens").as_int();
  return usage;
}

// What the cost rests on. What is no count would be taken for none, and cost nothing.
constexpr std::array<std::string_view, 6> kCounts{"prompt_tokens",    "completion_tokens",
                                                  "input_tokens",     "output_tokens",
                                                  "promptTokenCount", "candidatesTokenCount"};
constexpr std::int64_t kMostTokens = 1'000'000'000'000'000;

Failure check_counts(Value usage) {
  for (const std::string_view name : kCounts) {
    const Value count = usage.find(name);
    if (!count.exists() || count.is_null()) {
      continue;
    }
    const auto number = count.as_int();
    if (!number || *number < 0 || *number > kMostTokens) {
      return bad_request("$.usage." + std::string(name),
                         "is " + std::string(count.raw().substr(0, 40)) +
                             "; accepted: a whole number from 0 to " + std::to_string(kMostTokens));
    }
  }
  return std::nullopt;
}

}  // namespace

Result<chat::Usage> read_any_usage(Value usage) {
  if (Failure failure = check_counts(usage)) {
    return std::move(*failure);
  }
  if (usage.find("prompt_tokens").exists() || usage.find("completion_tokens").exists()) {
    return chat::read_usage(usage, false);
  }
  if (usage.find("promptTokenCount").exists() || usage.find("totalTokenCount").exists()) {
    return wire::read_gemini_usage(usage);
  }
  if (usage.find("input_tokens_details").exists() || usage.find("total_tokens").exists()) {
    return read_responses_usage(usage);
  }
  if (usage.find("input_tokens").exists() || usage.find("output_tokens").exists()) {
    return wire::read_anthropic_usage(usage);
  }
  return bad_request("$.usage",
                     "has no counts of tokens; accepted: OpenAI's, Anthropic's or Gemini's usage");
}

}  // namespace llmgate::account
