// A file's bytes, read only, shared by all processes that map it. The file must not be cut short
// while it is mapped. Immutable: safe to read from any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace llmgate::tokens {

class MappedFile {
 public:
  static Result<MappedFile> open(const std::string& path);

  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::span<const std::byte> bytes() const { return {begin_, size_}; }

 private:
  const std::byte* begin_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace llmgate::tokens
