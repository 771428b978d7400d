// Gemini's generateContent, on the Gemini API and on Vertex.
#include <string>
#include <utility>

#include "wire/classify.h"
#include "wire/format.h"
#include "wire/gemini/blocks.h"
#include "wire/gemini/conversions.h"
#include "wire/gemini/read_request.h"
#include "wire/gemini/reader.h"
#include "wire/gemini/render.h"
#include "wire/gemini/stream.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using json::Value;

class GeminiGenerateFormat final : public Format {
 public:
  [[nodiscard]] std::string_view name() const override { return kGeminiFormat; }

  [[nodiscard]] Result<RenderedRequest> render_request(const chat::ChatRequest& request,
                                                       const Issuer& issuer) const override {
    return render_gemini_request(request, issuer);
  }

  [[nodiscard]] Failure parse_reply(std::string_view body, const Issuer& issuer,
                                    json::Document& scratch, chat::Turn& turn) const override {
    if (const auto error = scratch.read(body, kReplyLimits)) {
      return invalid_response(std::string("the reply is not JSON: ") + error->reason, body, issuer);
    }
    if (scratch.root().is_array()) {
      return parse_list(scratch.root(), body, issuer, turn);
    }
    GeminiReader reader(issuer, false);
    auto outcome = reader.read(scratch.root(), nullptr);
    if (!outcome.ok()) {
      return std::move(outcome.error());
    }
    reader.settle(nullptr);
    turn = std::move(reader.turn());
    if (turn.choices.empty()) {
      return invalid_response("the reply has no candidates", body, issuer);
    }
    return std::nullopt;
  }

  [[nodiscard]] std::unique_ptr<StreamParser> make_stream_parser(
      const Issuer& issuer) const override {
    return make_gemini_stream_parser(issuer);
  }

  [[nodiscard]] Error parse_error(int status, const net::Headers& headers, std::string_view body,
                                  const Issuer& issuer) const override {
    return classify_error(status, headers, body, issuer);
  }

  [[nodiscard]] Result<chat::ChatRequest> read_request(std::string body,
                                                       const Issuer& issuer) const override {
    return read_gemini_request(body, issuer);
  }

  void absorb_native(Value native, chat::Choice& choice) const override {
    absorb_gemini_parts(native, "", choice);
  }

  [[nodiscard]] std::span<const Conversion> conversions() const override {
    return gemini_conversions();
  }

  [[nodiscard]] std::span<const std::string_view> features() const override {
    return gemini_features();
  }

 private:
  // A stream without `alt=sse` is one list of its chunks.
  static Failure parse_list(Value list, std::string_view body, const Issuer& issuer,
                            chat::Turn& turn) {
    GeminiReader reader(issuer, true);
    for (const Value chunk : list.elements()) {
      auto outcome = reader.read(chunk, nullptr);
      if (!outcome.ok()) {
        return std::move(outcome.error());
      }
    }
    if (!reader.is_every_choice_finished(1)) {
      return invalid_response("the list of chunks ends before the answer does", body, issuer);
    }
    reader.settle(nullptr);
    turn = std::move(reader.turn());
    return std::nullopt;
  }
};

}  // namespace

const Format& gemini_generate_format() {
  static const GeminiGenerateFormat format;
  return format;
}

}  // namespace llmgate::wire
