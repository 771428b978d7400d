#include "tokens/tokenizer_store.h"

#include <utility>
#include <vector>

#include "base/nearest.h"
#include "tokens/model_tokens.h"

namespace llmgate::tokens {

Result<TokenizerStore::Table> TokenizerStore::read(const std::string& path) {
  auto vocabulary = Vocabulary::open(path);
  if (!vocabulary) {
    return std::move(vocabulary).error();
  }
  Table table;
  for (const std::string_view name : (*vocabulary)->encodings()) {
    auto tokenizer = Tokenizer::make(*vocabulary, name);
    if (!tokenizer) {
      return std::move(tokenizer).error();
    }
    table.emplace(name, std::move(tokenizer).value());
  }
  return table;
}

Result<std::shared_ptr<const Tokenizer>> TokenizerStore::get(std::string_view encoding) {
  const MutexLock lock(mutex_);
  if (const auto found = tokenizers_.find(encoding); found != tokenizers_.end()) {
    return found->second;
  }
  const std::string_view vocabulary = vocabulary_of_encoding(encoding);
  if (vocabulary.empty()) {
    std::string message = "is '" + std::string(encoding) + "', which is no known encoding";
    const std::string_view near = nearest_name(encoding, encoding_names());
    message += near.empty() ? "; known:" : "; nearest: '" + std::string(near) + "'";
    for (const std::string_view name :
         near.empty() ? encoding_names() : decltype(encoding_names())()) {
      message += " " + std::string(name);
    }
    return bad_request("$.encoding", std::move(message));
  }
  auto table = read(folder_ + "/" + std::string(vocabulary) + ".vocabulary");
  if (!table) {
    return std::move(table).error();
  }
  tokenizers_.merge(std::move(table).value());
  if (const auto found = tokenizers_.find(encoding); found != tokenizers_.end()) {
    return found->second;
  }
  return bad_request("$.encoding", "'" + std::string(encoding) + "' is not in its vocabulary file");
}

Failure TokenizerStore::add(const std::string& path) {
  auto table = read(path);
  if (!table) {
    return std::move(table).error();
  }
  const MutexLock lock(mutex_);
  for (auto& [name, tokenizer] : *table) {
    tokenizers_.insert_or_assign(name, std::move(tokenizer));
  }
  return std::nullopt;
}

}  // namespace llmgate::tokens
