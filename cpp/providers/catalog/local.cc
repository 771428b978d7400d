// Servers on the caller's own machines, and any other one by its base URL.
#include <array>

#include "providers/catalog/catalog.h"

namespace llmgate::providers {
namespace {

const std::array kCards = std::to_array<Provider>({
    {.name = "ollama",
     .aliases = "ollama_chat",
     .format = wire::openai_chat_format,
     .base_url = "http://localhost:11434/v1",
     .base_variables = "OLLAMA_API_BASE",
     .key_variables = "OLLAMA_API_KEY",
     .key_style = KeyStyle::kOptional,
     .dialect = {.provider = "ollama", .rules = kOlderLimitRules},
     .source = "Ollama docs, OpenAI compatibility, 2026-11"},
    {.name = "vllm",
     .aliases = "hosted_vllm",
     .format = wire::openai_chat_format,
     .base_url = "http://localhost:8000/v1",
     .base_variables = "VLLM_API_BASE|HOSTED_VLLM_API_BASE",
     .key_variables = "VLLM_API_KEY|HOSTED_VLLM_API_KEY",
     .key_style = KeyStyle::kOptional,
     .dialect = {.provider = "vllm"},
     .source = "vLLM docs, OpenAI-Compatible Server, 2026-11"},
    {.name = "llamacpp",
     .aliases = "llama_cpp|llama.cpp",
     .format = wire::openai_chat_format,
     .base_url = "http://localhost:8080/v1",
     .base_variables = "LLAMACPP_API_BASE",
     .key_variables = "LLAMACPP_API_KEY",
     .key_style = KeyStyle::kOptional,
     .dialect = {.provider = "llamacpp"},
     .source = "llama.cpp server README, 2026-11"},
    {.name = "lmstudio",
     .aliases = "lm_studio",
     .format = wire::openai_chat_format,
     .base_url = "http://localhost:1234/v1",
     .base_variables = "LM_STUDIO_API_BASE",
     .key_variables = "LM_STUDIO_API_KEY",
     .key_style = KeyStyle::kOptional,
     .dialect = {.provider = "lmstudio", .rules = kOlderLimitRules},
     .source = "LM Studio docs, OpenAI compatibility, 2026-11"},
    {.name = "custom_openai",
     .aliases = "openai_compatible|openai_like",
     .format = wire::openai_chat_format,
     .base_url = "",
     .base_variables = "CUSTOM_OPENAI_API_BASE",
     .key_variables = "CUSTOM_OPENAI_API_KEY",
     .key_style = KeyStyle::kOptional,
     .dialect = {.provider = "custom_openai"},
     .source = "any server that speaks OpenAI's chat API, by api_base"},
});

}  // namespace

std::span<const Provider> local_cards() { return kCards; }

}  // namespace llmgate::providers
