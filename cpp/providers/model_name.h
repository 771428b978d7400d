// From the name a caller gives to a provider and that provider's own model name: `provider/model`,
// `provider:model`, or a bare name that one provider is known for.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/disposition.h"
#include "providers/provider.h"

namespace llmgate::providers {

struct ResolvedModel {
  const Provider* provider = nullptr;
  std::string model;         // as this provider calls it
  chat::Dispositions notes;  // where that is not what the caller wrote
};

// `has_base_url`: the caller says where the server is, so a name that no provider claims is taken
// as that server's own. `provider_name` (may be empty) decides if given. Errors name the candidates
// or the nearest name.
Result<ResolvedModel> resolve_model(std::string_view name, std::string_view provider_name,
                                    bool has_base_url);

}  // namespace llmgate::providers
