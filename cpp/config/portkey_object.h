// One object of a Portkey configuration with its members by Portkey's name, however they are
// spelt: "override_params" or, as its TypeScript SDK has it, "overrideParams". Unknown members are
// errors with their line. Enter step of a Router, on the caller's thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/source.h"
#include "json/document.h"

namespace llmgate::config {

// "overrideParams" as "override_params"; other spellings of one name as that name.
std::string portkey_name(std::string_view spelt);

// Borrows the source. Members that are null are as if they were not there.
class PortkeyObject {
 public:
  // `path` is the object's JSON path; `known` are Portkey's names.
  static Result<PortkeyObject> read(const Source& source, json::Value object, std::string path,
                                    std::span<const std::string_view> known);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] json::Value value() const { return object_; }
  [[nodiscard]] const Source& source() const { return *source_; }
  [[nodiscard]] bool has(std::string_view name) const { return find(name).exists(); }
  [[nodiscard]] json::Value find(std::string_view name) const;
  // As it is spelt here.
  [[nodiscard]] std::string path_of(std::string_view name) const;

  // "got ...; accepted: ..." at the line of a member.
  [[nodiscard]] Error refuse(std::string_view name, std::string_view accepted) const;
  // Any other error there.
  [[nodiscard]] Error error(std::string_view name, std::string_view message) const;

  // Nothing where the member is not there; `out` stays as it was.
  Failure read_text(std::string_view name, std::string& out) const;
  Failure read_flag(std::string_view name, bool& out) const;
  // A whole number within the bounds, both included.
  Failure read_count(std::string_view name, std::int64_t least, std::int64_t most,
                     std::optional<std::int64_t>& out) const;
  // HTTP statuses.
  Failure read_statuses(std::string_view name, std::vector<int>& out) const;
  Failure read_texts(std::string_view name, std::vector<std::string>& out) const;

 private:
  struct Field {
    std::string name;
    json::Member member;
  };

  const Source* source_ = nullptr;
  json::Value object_;
  std::string path_;
  std::vector<Field> fields_;
};

}  // namespace llmgate::config
