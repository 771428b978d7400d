// What a provider's card makes of a request: the quickest way to test its accent as data.
#pragma once

#include <string>
#include <string_view>

#include "providers/provider.h"
#include "wire/format.h"

namespace llmgate::test {

// The card of this name or alias; a missing one fails the test.
const providers::Provider& card(std::string_view name);

// A request with these members besides its messages, as this provider would be sent it.
wire::RenderedRequest rendered_for(std::string_view provider, const std::string& members,
                                   std::string_view model = "model-1");

// The same: its members that are neither model nor messages, as JSON text.
std::string members_sent_to(std::string_view provider, const std::string& members,
                            std::string_view model = "model-1");

}  // namespace llmgate::test
