#include "tokens/token_service.h"

#include <utility>

namespace llmgate::tokens {

Result<TokenService::Model> TokenService::model(std::string_view name) {
  const ModelTokens tokens = tokens_of_model(name);
  auto tokenizer = store_.get(tokens.encoding);
  if (!tokenizer) {
    return std::move(tokenizer).error();
  }
  return Model{tokens, std::move(tokenizer).value(), calibration_.factor(tokens)};
}

void TokenService::learn(const Model& model, const ChatTokens& sum, std::size_t reported) {
  if (!sum.is_guess) {
    calibration_.observe(model.tokens, sum.text, sum.around + sum.tools + sum.images, reported);
  }
}

}  // namespace llmgate::tokens
