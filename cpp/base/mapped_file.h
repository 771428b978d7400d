// A file's bytes, read only, shared by all processes that map it. The file must not be cut short
// while it is mapped. Immutable: safe to read from any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace llmgate {

class MappedFile {
 public:
  // `kind` names what it should be in errors: "vocabulary".
  static Result<MappedFile> open(const std::string& path, std::string_view kind);

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

}  // namespace llmgate
