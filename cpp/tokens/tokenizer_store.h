// The encodings of a process: each vocabulary file is mapped once, at its first use, and shared.
// Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"
#include "tokens/tokenizer.h"

namespace llmgate::tokens {

class TokenizerStore {
 public:
  // Of the vocabularies that come with the package.
  explicit TokenizerStore(std::string folder) : folder_(std::move(folder)) {}
  TokenizerStore(const TokenizerStore&) = delete;
  TokenizerStore& operator=(const TokenizerStore&) = delete;

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] Result<std::shared_ptr<const Tokenizer>> get(std::string_view encoding);
  // The encodings of a file of the user's, under their names; they win over those of the package.
  [[nodiscard]] Failure add(const std::string& path);

 private:
  using Table = std::map<std::string, std::shared_ptr<const Tokenizer>, std::less<>>;

  static Result<Table> read(const std::string& path);

  std::string folder_;
  Mutex mutex_;
  Table tokenizers_ LLMGATE_GUARDED_BY(mutex_);
};

}  // namespace llmgate::tokens
