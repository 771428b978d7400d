#include "support/cards.h"

#include <gtest/gtest.h>

#include <utility>

#include "support/turns.h"

namespace llmgate::test {

const providers::Provider& card(std::string_view name) {
  const providers::Provider* found = providers::find_provider(name);
  if (found == nullptr) {
    ADD_FAILURE() << "no provider " << name;
    return *providers::all_providers().front();
  }
  return *found;
}

wire::RenderedRequest rendered_for(std::string_view provider, const std::string& members,
                                   std::string_view model) {
  const providers::Provider& sender = card(provider);
  const chat::ChatRequest request =
      request_of(R"({"messages":[{"role":"user","content":"hi"}],)" + members + "}");
  auto rendered = sender.format().render_request(request, {&sender.dialect, model});
  EXPECT_TRUE(rendered.ok());
  return std::move(rendered).value();
}

std::string members_sent_to(std::string_view provider, const std::string& members,
                            std::string_view model) {
  const Json body(rendered_for(provider, members, model).body);
  std::string text;
  for (const json::Member member : body.root().members()) {
    if (!member.name.says("model") && !member.name.says("messages")) {
      text += (text.empty() ? "" : ",") + std::string(member.name.raw()) + ":" +
              std::string(member.value.raw());
    }
  }
  return text;
}

}  // namespace llmgate::test
