// Portkey's names of providers and of what their targets need, beside ours. Constants. Facts:
// Portkey gateway, provider list and headers (main, read 2026-05).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace llmgate::config {

struct ProviderSlug {
  std::string_view slug;
  std::string_view provider;
};
std::span<const ProviderSlug> provider_slugs();

enum class CredentialUse : std::uint8_t {
  kSetting,  // an argument of the target by the name of `target`
  kHeader,   // a header of that name
  kBase,     // the base URL; "*" in `target` stands for the value, if it is not the URL itself
  kModel,    // the model, where override_params has none
  kNone,     // nothing here takes it
};

struct Credential {
  std::string_view name;
  CredentialUse use;
  std::string_view target;
};
std::span<const Credential> credentials();

}  // namespace llmgate::config
