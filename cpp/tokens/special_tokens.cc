#include "tokens/special_tokens.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace llmgate::tokens {

SpecialTokens::SpecialTokens(std::vector<SpecialToken> tokens) : tokens_(std::move(tokens)) {
  std::sort(tokens_.begin(), tokens_.end(),
            [](const SpecialToken& a, const SpecialToken& b) { return a.text < b.text; });
  for (std::uint32_t index = 0; index < tokens_.size(); ++index) {
    const std::string_view text = tokens_[index].text;
    // A text that begins with a shorter one comes behind it, and behind all between them.
    std::uint32_t shorter = index == 0 ? kNone : index - 1;
    while (shorter != kNone && !text.starts_with(tokens_[shorter].text)) {
      shorter = shorter_[shorter];
    }
    shorter_.push_back(shorter);
    begins_with_[static_cast<unsigned char>(text.front())] = true;
  }
  by_id_.resize(tokens_.size());
  std::iota(by_id_.begin(), by_id_.end(), 0U);
  std::sort(by_id_.begin(), by_id_.end(),
            [this](std::uint32_t a, std::uint32_t b) { return tokens_[a].id < tokens_[b].id; });
}

std::optional<SpecialTokens::Found> SpecialTokens::find(std::string_view text,
                                                        std::size_t from) const {
  for (std::size_t place = from; !tokens_.empty() && place < text.size(); ++place) {
    if (begins_with_[static_cast<unsigned char>(text[place])]) {
      if (const SpecialToken* token = match(text.substr(place))) {
        return Found{place, *token};
      }
    }
  }
  return std::nullopt;
}

const SpecialToken* SpecialTokens::match(std::string_view rest) const {
  const auto behind = std::upper_bound(
      tokens_.begin(), tokens_.end(), rest,
      [](std::string_view wanted, const SpecialToken& token) { return wanted < token.text; });
  std::uint32_t index =
      behind == tokens_.begin() ? kNone : static_cast<std::uint32_t>(behind - tokens_.begin()) - 1;
  while (index != kNone && !rest.starts_with(tokens_[index].text)) {
    index = shorter_[index];
  }
  return index == kNone ? nullptr : &tokens_[index];
}

const SpecialToken* SpecialTokens::by_text(std::string_view text) const {
  const SpecialToken* token = match(text);
  return token != nullptr && token->text == text ? token : nullptr;
}

const SpecialToken* SpecialTokens::by_id(std::uint32_t id) const {
  const auto found = std::lower_bound(
      by_id_.begin(), by_id_.end(), id,
      [this](std::uint32_t index, auto wanted) { return tokens_[index].id < wanted; });
  return found != by_id_.end() && tokens_[*found].id == id ? &tokens_[*found] : nullptr;
}

}  // namespace llmgate::tokens
