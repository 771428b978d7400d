// Anthropic's own API.
#include <array>
#include <string>

#include "providers/catalog/catalog.h"

namespace llmgate::providers {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Relays write versions with a dot ("claude-opus-4.7"), Anthropic's ids have a hyphen (Models
// overview, read 2026-11).
std::string with_hyphens(std::string_view model) {
  std::string native(model);
  if (model.find('.') == std::string_view::npos || !model.starts_with("claude-")) {
    return native;
  }
  for (std::size_t i = 1; i + 1 < native.size(); ++i) {
    if (native[i] == '.' && is_digit(native[i - 1]) && is_digit(native[i + 1])) {
      native[i] = '-';
    }
  }
  return native;
}

const std::array kCards = std::to_array<Provider>({
    {.name = "anthropic",
     .aliases = "claude",
     .format = wire::anthropic_messages_format,
     .base_url = "https://api.anthropic.com/v1",
     .base_path = "/v1",
     .endpoint = "/messages",
     .base_variables = "ANTHROPIC_BASE_URL|ANTHROPIC_API_BASE",
     .key_variables = "ANTHROPIC_API_KEY",
     .token = {.variables = "ANTHROPIC_AUTH_TOKEN"},
     .key_style = KeyStyle::kXApiKey,
     .other_keys = {"sk-ant-oat", KeyStyle::kBearer, {"anthropic-beta", "oauth-2025-04-20"}},
     .headers = kAnthropicHeaders,
     .native_model = with_hyphens,
     .dialect = {.provider = "anthropic"},
     .source = "Claude API docs, API overview and Versions, 2026-11; anthropic SDK for variables"},
});

}  // namespace

std::span<const Provider> anthropic_cards() { return kCards; }

}  // namespace llmgate::providers
