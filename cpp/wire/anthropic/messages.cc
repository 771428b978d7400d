// Anthropic's messages API: the format of Claude, wherever it is served under its own API.
#include <string>
#include <utility>

#include "wire/anthropic/content.h"
#include "wire/anthropic/read_request.h"
#include "wire/anthropic/render.h"
#include "wire/anthropic/reply.h"
#include "wire/anthropic/rules.h"
#include "wire/anthropic/stream.h"
#include "wire/classify.h"
#include "wire/format.h"

namespace llmgate::wire {
namespace {

class AnthropicMessagesFormat final : public Format {
 public:
  [[nodiscard]] std::string_view name() const override { return "anthropic.messages"; }

  [[nodiscard]] Result<RenderedRequest> render_request(const chat::ChatRequest& request,
                                                       const Issuer& issuer) const override {
    return render_anthropic_request(request, issuer);
  }

  [[nodiscard]] Failure parse_reply(std::string_view body, const Issuer& issuer,
                                    json::Document& scratch, chat::Turn& turn) const override {
    return parse_anthropic_reply(body, issuer, scratch, turn);
  }

  [[nodiscard]] std::unique_ptr<StreamParser> make_stream_parser(
      const Issuer& issuer) const override {
    return make_anthropic_stream_parser(issuer);
  }

  [[nodiscard]] Error parse_error(int status, const net::Headers& headers, std::string_view body,
                                  const Issuer& issuer) const override {
    return classify_error(status, headers, body, issuer);
  }

  [[nodiscard]] Result<chat::ChatRequest> read_request(std::string body,
                                                       const Issuer& issuer) const override {
    return read_anthropic_request(body, issuer);
  }

  void absorb_native(json::Value native, chat::Choice& choice) const override {
    // What is no list of blocks shows nothing.
    static_cast<void>(absorb_anthropic_content(native, choice));
  }

  [[nodiscard]] std::span<const Conversion> conversions() const override {
    return anthropic_conversions();
  }

  [[nodiscard]] std::span<const std::string_view> features() const override {
    return anthropic_features();
  }
};

}  // namespace

const Format& anthropic_messages_format() {
  static const AnthropicMessagesFormat format;
  return format;
}

}  // namespace llmgate::wire
