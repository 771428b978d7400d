#include "wire/gemini/stream.h"

#include <string>
#include <utility>

#include "wire/classify.h"
#include "wire/gemini/reader.h"

namespace llmgate::wire {
namespace {

class GeminiStreamParser final : public StreamParser {
 public:
  explicit GeminiStreamParser(const Issuer& issuer)
      : model_(issuer.model), issuer_(with_model(issuer, model_)), reader_(issuer_, true) {}

  Result<Outcome> parse_event(const net::SseEvent& event,
                              std::vector<std::string>& chunks) override {
    if (const auto error = document_.read(event.data, kReplyLimits)) {
      return invalid_response(std::string("a stream event is not JSON: ") + error->reason,
                              event.data, issuer_);
    }
    return reader_.read(document_.root(), &chunks);
  }

  // Streams end with their last chunk; none says that it is.
  [[nodiscard]] bool saw_marker() const override { return false; }

  [[nodiscard]] bool is_every_choice_finished(std::int64_t expected) const override {
    return reader_.is_every_choice_finished(expected);
  }

  void finish(std::vector<std::string>& chunks) override {
    if (!is_settled_) {
      is_settled_ = true;
      reader_.settle(&chunks);
    }
  }

  chat::Turn take_turn() override {
    if (!is_settled_) {
      is_settled_ = true;
      reader_.settle(nullptr);
    }
    return std::move(reader_.turn());
  }

 private:
  static Issuer with_model(Issuer issuer, std::string_view model) {
    issuer.model = model;
    return issuer;
  }

  std::string model_;
  Issuer issuer_;
  json::Document document_;  // kept between events for its memory
  GeminiReader reader_;
  bool is_settled_ = false;
};

}  // namespace

std::unique_ptr<StreamParser> make_gemini_stream_parser(const Issuer& issuer) {
  return std::make_unique<GeminiStreamParser>(issuer);
}

}  // namespace llmgate::wire
