// What a chat request costs in prompt tokens: its texts by the model's encoding, what stands around
// them, tools and images by the published rules. Tells whether the figure is exact or an estimate,
// and bounds it. Thread-safe as far as what it borrows is.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "json/document.h"
#include "tokens/calibration.h"
#include "tokens/model_tokens.h"
#include "tokens/tokenizer.h"

namespace llmgate::tokens {

// A sum in its parts; what is exact and what is not are kept apart.
struct ChatTokens {
  std::size_t text = 0;    // counted by the encoding
  std::size_t around = 0;  // roles, names, the reply's beginning
  std::size_t tools = 0;   // definitions and calls: by observed rules
  std::size_t images = 0;  // by published rules, where the size is known
  bool is_guess = false;   // something of unknown size: a file, an image behind a URL, audio

  ChatTokens& operator+=(const ChatTokens& other);
};

struct TokenCount {
  std::size_t tokens = 0;
  std::size_t upper_bound = 0;
  double error = 0;  // the share by which `tokens` may be off; 0 when exact
  [[nodiscard]] bool is_estimate() const { return error > 0; }
};

class ChatCounter {
 public:
  // The tokenizer must outlive the counter.
  ChatCounter(const Tokenizer& tokenizer, const ModelTokens& model)
      : tokenizer_(tokenizer), model_(model) {}

  // One message, or any other value as its JSON.
  [[nodiscard]] ChatTokens count_message(json::Value message) const;
  // The definitions, and a forced choice; `with_system`: a system message is among the messages.
  [[nodiscard]] ChatTokens count_tools(json::Value tools, json::Value choice,
                                       bool with_system) const;
  // All of a request in OpenAI's JSON: messages, tools, the schema of its answer.
  [[nodiscard]] ChatTokens count_request(json::Value request) const;
  // What every chat has once.
  [[nodiscard]] ChatTokens frame() const;
  // The whole: texts through the factor of an estimate, and how far all of it may be off.
  static TokenCount total(const ChatTokens& sum, const ModelTokens& model,
                          const Calibration::Factor& factor);

  // An image of unknown size: what OpenAI asks for 1024 by 1024.
  static constexpr std::size_t kUnknownImage = 765;  // of OpenAI's: 1024 by 1024

 private:
  [[nodiscard]] ChatTokens count_part(json::Value part) const;
  [[nodiscard]] ChatTokens count_image(json::Value image) const;
  [[nodiscard]] std::size_t text(json::Value value) const;

  const Tokenizer& tokenizer_;
  const ModelTokens& model_;
};

}  // namespace llmgate::tokens
