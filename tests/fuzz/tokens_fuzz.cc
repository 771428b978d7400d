// Any bytes as text: what is encoded decodes to the same bytes, and the count is the number of
// ids. The bytes are given to every pattern, with the vocabularies of the package.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/stream_counter.h"
#include "tokens/tokenizer_store.h"

namespace {

void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "tokens: %s\n", what);
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static llmgate::tokens::TokenizerStore store(LLMGATE_VOCABULARIES);
  // A copy of exactly this size, so that the address sanitizer sees a read beyond it.
  const std::vector<char> bytes(data, data + size);
  const std::string_view text(bytes.data(), bytes.size());
  for (const char* encoding : {"r50k_base", "cl100k_base", "o200k_base", "qwen", "tekken"}) {
    auto tokenizer = store.get(encoding);
    require(tokenizer.ok(), "a vocabulary of the package is refused");
    const auto ids = (*tokenizer)->encode(text);
    require((*tokenizer)->count(text) == ids.size(), "count() differs from encode()");
    const auto decoded = (*tokenizer)->decode(ids);
    require(decoded.ok() && *decoded == text, "decode() differs from what was encoded");
    const auto special = (*tokenizer)->encode(text, (*tokenizer)->special_tokens());
    const auto again = (*tokenizer)->decode(special);
    require(again.ok() && *again == text, "decode() differs with special tokens");
  }
  return 0;
}
