// All that a process knows about tokens: the encodings that are in use and what was learned from
// reported usage. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokens/calibration.h"
#include "tokens/chat_counter.h"
#include "tokens/model_tokens.h"
#include "tokens/tokenizer_store.h"

namespace llmgate::tokens {

class TokenService {
 public:
  // A model with its encoding and the factor of today.
  struct Model {
    ModelTokens tokens;
    std::shared_ptr<const Tokenizer> tokenizer;  // shared by all who count
    Calibration::Factor factor;
  };

  // The folder of the vocabularies that come with the package.
  explicit TokenService(std::string folder) : store_(std::move(folder)) {}
  TokenService(const TokenService&) = delete;
  TokenService& operator=(const TokenService&) = delete;

  [[nodiscard]] Result<Model> model(std::string_view name);
  [[nodiscard]] TokenizerStore& store() { return store_; }
  // `sum` is what was counted of a request whose prompt the provider reports as `reported` tokens.
  void learn(const Model& model, const ChatTokens& sum, std::size_t reported);

 private:
  TokenizerStore store_;
  Calibration calibration_;
};

}  // namespace llmgate::tokens
