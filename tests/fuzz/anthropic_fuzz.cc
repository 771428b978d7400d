// Any bytes as replies, streams, errors and requests of Anthropic's messages format, and as
// canonical requests that are sent to it.
#include "format_check.h"

namespace {

void send_canonical(std::string_view bytes) {
  const auto request = llmgate::chat::ChatRequest::read(std::string(bytes));
  if (!request.ok()) {
    return;
  }
  for (const std::string_view model :
       {"claude-3-5-haiku", "claude-sonnet-4-5", "claude-opus-5-5"}) {
    const llmgate::wire::Issuer issuer{&llmgate::fuzz::kDialect, model};
    const auto rendered =
        llmgate::wire::anthropic_messages_format().render_request(*request, issuer);
    if (rendered.ok()) {
      llmgate::fuzz::require_json(rendered->body, "a rendered canonical request");
    } else {
      llmgate::fuzz::require(!rendered.error().json_path.empty(), "a refusal without a path");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  llmgate::fuzz::check_format(llmgate::wire::anthropic_messages_format(), data, size);
  send_canonical({reinterpret_cast<const char*>(data), size});
  return 0;
}
