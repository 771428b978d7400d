#include "tokens/token_service.h"

#include <utility>

#include "json/document.h"

namespace llmgate::tokens {

Result<TokenService::Model> TokenService::model(std::string_view name) {
  const ModelTokens tokens = tokens_of_model(name);
  auto tokenizer = store_.get(tokens.encoding);
  if (!tokenizer) {
    return std::move(tokenizer).error();
  }
  if (tokens.error > 0) {
    learn_from_samples(tokens.family, **tokenizer);
  }
  return Model{tokens, std::move(tokenizer).value(), calibration_.factor(tokens)};
}

void TokenService::learn(const Model& model, const ChatTokens& sum, std::size_t reported) {
  if (!sum.is_guess) {
    calibration_.observe(model.tokens, sum.text, sum.around + sum.tools + sum.images, reported);
  }
}

void TokenService::learn_from_samples(std::string_view family, const Tokenizer& tokenizer) {
  for (const UsageSample& sample : samples_.take(family)) {
    json::Document request;
    const ModelTokens tokens = tokens_of_model(sample.model);
    if (!request.read(sample.request)) {  // nothing is wrong with it
      const ChatTokens sum = ChatCounter(tokenizer, tokens).count_request(request.root());
      learn({tokens, nullptr, {}}, sum, sample.reported);
    }
  }
}

}  // namespace llmgate::tokens
