#include "engine/token_bounds.h"

#include <algorithm>
#include <array>

namespace llmgate::engine {
namespace {

// Parts whose tokens have nothing to do with the bytes of the request.
constexpr std::array<std::string_view, 4> kOtherParts{"\"image_url\"", "\"file\"",
                                                      "\"input_audio\"", "\"video_url\""};
// More than what any provider puts around a request of its own: the frame of tools, of structured
// output, the beginning of the answer. Anthropic's frame of tools is the longest known (346).
constexpr std::int64_t kFrame = 512;

// No provider makes more in one call.
constexpr std::int64_t kMostSearches = 1'000'000;

std::optional<std::int64_t> positive(json::Value value) {
  const auto number = value.exists() ? value.as_int() : std::nullopt;
  return number && *number > 0 ? number : std::nullopt;
}

// Whether each message is texts and calls of tools, as most are: seen by its members alone, which
// takes less than looking through all bytes.
bool is_plain_text(const chat::ChatRequest& request) {
  const json::Value messages = request.root().find("messages");
  for (const json::Value message : messages.elements()) {
    for (const json::Member member : message.members()) {
      if (!member.value.is_string() && !member.value.is_null() &&
          member.name.escaped() != "tool_calls") {
        return false;
      }
    }
  }
  return messages.size() > 0;
}

}  // namespace

std::optional<std::int64_t> prompt_bound_by_bytes(const chat::ChatRequest& request) {
  const bool is_text = is_plain_text(request);
  for (const std::string_view part : kOtherParts) {
    if (!is_text && request.body().find(part) != std::string_view::npos) {
      return std::nullopt;
    }
  }
  return static_cast<std::int64_t>(request.body().size()) + kFrame;
}

std::optional<std::int64_t> prompt_bound_by_count(const chat::ChatRequest& request,
                                                  std::string_view model,
                                                  std::optional<std::int64_t> context_window,
                                                  tokens::TokenService* tokens) {
  if (tokens == nullptr) {
    return context_window;
  }
  const auto found = tokens->model(model);
  if (!found) {
    return context_window;
  }
  const tokens::ChatTokens sum =
      tokens::ChatCounter(*found->tokenizer, found->tokens).count_request(request.root());
  if (sum.is_guess) {
    return context_window;
  }
  const auto bound = static_cast<std::int64_t>(
      tokens::ChatCounter::total(sum, found->tokens, found->factor).upper_bound);
  return std::min(bound, context_window.value_or(bound));
}

chat::Usage count_usage(const chat::ChatRequest& request, const chat::Turn& turn,
                        std::string_view model, tokens::TokenService& tokens) {
  chat::Usage usage;
  const auto found = tokens.model(model);
  if (!found) {
    return usage;
  }
  const tokens::ChatCounter counter(*found->tokenizer, found->tokens);
  const auto total = [&](const tokens::ChatTokens& sum) {
    return static_cast<std::int64_t>(
        tokens::ChatCounter::total(sum, found->tokens, found->factor).tokens);
  };
  usage.prompt_tokens = total(counter.count_request(request.root()));
  tokens::ChatTokens said;
  for (const chat::Choice& choice : turn.choices) {
    for (const chat::Block& block : choice.blocks) {
      // Still escaped: a little more than there is.
      said.text += found->tokenizer->count(block.text) + found->tokenizer->count(block.name);
    }
  }
  usage.completion_tokens = total(said);
  return usage;
}

Asked read_asked(const chat::ChatRequest& request) {
  Asked asked;
  json::Value newer;
  json::Value older;
  json::Value choices;
  const auto place_of = [&](std::string_view name) -> json::Value* {
    switch (name.size()) {
      case 1:
        return name == "n" ? &choices : nullptr;
      case 5:
        return name == "tools" ? &asked.tools : nullptr;
      case 10:
        return name == "max_tokens" ? &older : nullptr;
      case 12:
        return name == "service_tier" ? &asked.service_tier : nullptr;
      case 21:
        return name == "max_completion_tokens" ? &newer : nullptr;
      default:
        return nullptr;
    }
  };
  std::string storage;
  for (const json::Member member : request.root().members()) {
    if (json::Value* const place = place_of(member.name.unescaped(storage))) {
      *place = member.value;
    }
  }
  asked.output = std::max(positive(newer), positive(older));
  asked.choices = positive(choices).value_or(1);
  return asked;
}

account::Extras extras_of(const chat::ChatRequest& request, const Asked& asked,
                          const account::Pricing::Limits& limits, std::string& storage) {
  const auto names = [&](std::string_view word) {
    return request.body().find(word) != std::string_view::npos;
  };
  account::Extras extras;
  extras.service_tier = asked.service_tier.unescaped(storage);
  extras.has_audio = limits.has_audio && names("audio");
  extras.has_images = limits.has_images && (names("image") || names("video"));
  extras.has_long_cache = limits.has_long_cache && names("\"ttl\"");
  for (const json::Value tool : asked.tools.elements()) {
    if (tool.find("type").escaped().starts_with("web_search")) {
      extras.searches += std::min(positive(tool.find("max_uses")).value_or(0), kMostSearches);
    }
  }
  return extras;
}

}  // namespace llmgate::engine
