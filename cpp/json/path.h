// Where a value stands in a document, kept as a chain on the stack and written out only for an
// error:
// `$.messages[2].role`. A link must not outlive the one it hangs on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llmgate::json {

class Path {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a path by its text is what "$" reads like
  Path(std::string_view root) : name_(root) {}
  Path(const char* root) : name_(root) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] Path member(std::string_view name) const { return {this, name, 0}; }
  [[nodiscard]] Path element(std::size_t index) const { return {this, {}, index}; }

  [[nodiscard]] std::string text() const;

 private:
  Path(const Path* parent, std::string_view name, std::size_t index)
      : parent_(parent), name_(name), index_(index) {}

  const Path* parent_ = nullptr;
  std::string_view name_;  // of a member, or the root's text
  std::size_t index_ = 0;
};

}  // namespace llmgate::json
