#include "providers/model_name.h"

#include <array>
#include <utility>

namespace llmgate::providers {
namespace {

struct BareName {
  std::string_view prefix;  // of the model's name
  std::string_view
      candidates;  // "provider/model" each, separated by '|'; "*" stands for the whole name
};

// What bare names mean until the model table comes: prefixes that one vendor owns, and open models
// that many serve. From the providers' model lists (read 2026-11). The first match counts.
constexpr std::array kBareNames = std::to_array<BareName>({
    {"gpt-oss-120b",
     "groq/openai/gpt-oss-120b|cerebras/gpt-oss-120b|together/openai/gpt-oss-120b|"
     "fireworks/accounts/fireworks/models/gpt-oss-120b|openrouter/openai/gpt-oss-120b"},
    {"gpt-oss-20b",
     "groq/openai/gpt-oss-20b|together/openai/gpt-oss-20b|openrouter/openai/gpt-oss-20b|"
     "ollama/gpt-oss:20b"},
    {"gpt-oss", "groq/openai/*|together/openai/*|openrouter/openai/*|ollama/*"},
    {"gpt-", "openai/*"},
    {"chatgpt-", "openai/*"},
    {"o1", "openai/*"},
    {"o3", "openai/*"},
    {"o4", "openai/*"},
    {"deepseek-chat", "deepseek/*"},
    {"deepseek-reasoner", "deepseek/*"},
    {"deepseek-",
     "deepseek/*|together/deepseek-ai/*|fireworks/accounts/fireworks/models/*|openrouter/deepseek/"
     "*"},
    {"grok-", "xai/*"},
    {"sonar", "perplexity/*"},
    {"mistral-", "mistral/*"},
    {"ministral-", "mistral/*"},
    {"magistral-", "mistral/*"},
    {"codestral-", "mistral/*"},
    {"devstral-", "mistral/*"},
    {"pixtral-", "mistral/*"},
    {"open-mistral-", "mistral/*"},
    {"open-mixtral-", "mistral/*"},
    {"voxtral-", "mistral/*"},
    {"claude-", "anthropic/*"},
    {"gemini-", "gemini/*"},
    {"glm-", "zai/*"},
    {"qwen-", "alibaba/*"},
    {"kimi-", "moonshot/*|groq/moonshotai/*|together/moonshotai/*|openrouter/moonshotai/*"},
    {"llama-",
     "groq/*|cerebras/*|together/meta-llama/*|fireworks/accounts/fireworks/models/*|"
     "openrouter/meta-llama/*|ollama/*"},
    {"qwen", "groq/qwen/*|cerebras/*|together/Qwen/*|alibaba/*|openrouter/qwen/*|ollama/*"},
});

constexpr std::size_t kLongestShown = 64;

Error unknown_provider(std::string_view name) {
  const std::string_view nearest = nearest_provider(name);
  std::string message =
      "\"" + std::string(name.substr(0, kLongestShown)) + "\" is no known provider" +
      (nearest.empty() ? "." : "; did you mean \"" + std::string(nearest) + "\"?");
  message +=
      " llmgate.providers() lists the known ones; for any other server that speaks OpenAI's chat "
      "API give api_base";
  return bad_request("$.model", std::move(message));
}

Error no_model(std::string_view name) {
  return bad_request("$.model", "\"" + std::string(name.substr(0, kLongestShown)) +
                                    "\" names a provider but no model");
}

std::string with_name(std::string_view candidate, std::string_view name) {
  std::string text(candidate);
  if (const std::size_t star = text.find('*'); star != std::string::npos) {
    text.replace(star, 1, name);
  }
  return text;
}

Error ambiguous(std::string_view name, std::string_view candidates) {
  name = name.substr(0, kLongestShown);
  std::string message = "\"" + std::string(name) + "\" is served by several providers; name one: ";
  for (bool first = true; !candidates.empty(); first = false) {
    const std::size_t bar = candidates.find('|');
    message += (first ? "\"" : ", \"") + with_name(candidates.substr(0, bar), name) + "\"";
    candidates = bar == std::string_view::npos ? std::string_view() : candidates.substr(bar + 1);
  }
  return bad_request("$.model", std::move(message));
}

Result<ResolvedModel> resolve_bare(std::string_view name) {
  for (const BareName& row : kBareNames) {
    if (!name.starts_with(row.prefix)) {
      continue;
    }
    if (row.candidates.find('|') != std::string_view::npos) {
      return ambiguous(name, row.candidates);
    }
    const std::string full = with_name(row.candidates, name);
    const std::size_t slash = full.find('/');
    return ResolvedModel{find_provider(full.substr(0, slash)), full.substr(slash + 1), {}};
  }
  return bad_request("$.model",
                     "\"" + std::string(name.substr(0, kLongestShown)) +
                         "\" names no provider; accepted: \"provider/model\", such as "
                         "\"openai/gpt-4o\" or \"ollama/llama3.2\", or any name with api_base");
}

Result<ResolvedModel> resolve_at(std::string_view name, std::string_view provider_name) {
  const Provider* provider = find_provider(provider_name);
  if (provider == nullptr) {
    return unknown_provider(provider_name);
  }
  const std::string_view full_name = name;
  if (name.starts_with(std::string(provider_name) + "/")) {
    name.remove_prefix(provider_name.size() + 1);
  }
  if (name.empty()) {
    return no_model(full_name);
  }
  return ResolvedModel{provider, std::string(name), {}};
}

Result<ResolvedModel> resolve_name(std::string_view name, bool has_base_url) {
  // `ollama/llama3.2:3b` has both separators: the one that a provider stands before counts.
  for (const char separator : {'/', ':'}) {
    const std::size_t at = name.find(separator);
    if (at == std::string_view::npos || at == 0) {
      continue;
    }
    if (const Provider* provider = find_provider(name.substr(0, at))) {
      if (at + 1 == name.size()) {
        return no_model(name);
      }
      return ResolvedModel{provider, std::string(name.substr(at + 1)), {}};
    }
  }
  if (has_base_url) {
    return ResolvedModel{find_provider("custom_openai"), std::string(name), {}};
  }
  const std::size_t slash = name.find('/');
  return slash == std::string_view::npos
             ? resolve_bare(name)
             : Result<ResolvedModel>(unknown_provider(name.substr(0, slash)));
}

}  // namespace

Result<ResolvedModel> resolve_model(std::string_view name, std::string_view provider_name,
                                    bool has_base_url) {
  if (name.empty()) {
    return bad_request("$.model",
                       "is empty; accepted: \"provider/model\", such as \"openai/gpt-4o\"");
  }
  auto resolved =
      provider_name.empty() ? resolve_name(name, has_base_url) : resolve_at(name, provider_name);
  if (!resolved || resolved->provider->native_model == nullptr) {
    return resolved;
  }
  std::string native = resolved->provider->native_model(resolved->model);
  if (native != resolved->model) {
    resolved->notes.push_back(
        {chat::Action::kMapped, "$.model", native, "the provider's own name of this model"});
    resolved->model = std::move(native);
  }
  return resolved;
}

}  // namespace llmgate::providers
