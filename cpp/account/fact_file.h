// The table of facts as a file: a first line that says what it is, then a line for each model in
// order of its key, `KEY<tab>JSON` or `KEY<tab>@OTHER KEY`. Mapped and searched where it lies;
// nothing of it is parsed before it is asked for. Immutable: safe to read from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "base/result.h"

namespace llmgate::account {

class FactFile {
 public:
  struct Line {
    std::string_view key;
    std::string_view value;
  };

  // Reads all of it once: whatever is not as it was written is an error.
  static Result<FactFile> open(const std::string& path);

  // The line of a model by key, in small letters; of an alias, the line that it stands for.
  [[nodiscard]] std::optional<Line> find(std::string_view key) const;
  // All lines that are no alias and whose key begins so, in order.
  [[nodiscard]] std::vector<Line> starting_with(std::string_view prefix) const;
  // When it was made: "2026-11-22".
  [[nodiscard]] const std::string& date() const { return date_; }
  [[nodiscard]] std::string_view first_line() const { return first_line_; }

 private:
  explicit FactFile(MappedFile file) : file_(std::move(file)) {}
  Failure check(const std::string& path);
  [[nodiscard]] std::size_t line_at_or_after(std::string_view key) const;
  [[nodiscard]] std::optional<Line> find_line(std::string_view key) const;

  MappedFile file_;
  std::string_view first_line_;
  std::string_view body_;
  std::string date_;
};

}  // namespace llmgate::account
