// LiteLLM's configuration with the files that it includes, as one: what the including file says
// wins, and lists are joined. Enter step of a Router, on the caller's thread.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "config/field.h"
#include "config/load.h"
#include "config/source.h"

namespace llmgate::config {

// The same section of all files, the including one first.
struct Section {
  std::vector<Field> parts;

  // The first that says something, else where it could have been said.
  [[nodiscard]] Field find(std::string_view name) const;
};

class LitellmDocument {
 public:
  // Reads what it includes too, at most eight levels deep; failures go to `reader`.
  LitellmDocument(FieldReader& reader, const Source& source, const LoadOptions& options);
  LitellmDocument(const LitellmDocument&) = delete;
  LitellmDocument& operator=(const LitellmDocument&) = delete;

  [[nodiscard]] const std::vector<Field>& roots() const { return roots_; }
  [[nodiscard]] Section section(std::string_view name) const;

 private:
  void add(FieldReader& reader, const Source& source, const LoadOptions& options,
           std::size_t depth);
  void include(FieldReader& reader, const Field& file, const LoadOptions& options,
               std::size_t depth);

  std::list<Source> sources_;  // fields point to them
  std::vector<Field> roots_;
};

}  // namespace llmgate::config
