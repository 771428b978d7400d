// Values of a configuration with where they stand, and a reader of them that keeps the first error
// and goes on: a loader reads many fields and looks once whether it failed. Strings that say
// os.environ/NAME are the variable's value. Enter step of a Router, on the caller's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/router_config.h"
#include "config/source.h"
#include "json/document.h"
#include "providers/environment.h"

namespace llmgate::config {

// Borrows its source. A member that is missing or null does not exist, but has a path and a line.
struct Field {
  const Source* source = nullptr;
  json::Value value;
  std::string path = "$";
  json::Value place;  // where an error points: the value, else what should hold it

  static Field root_of(const Source& source);
  [[nodiscard]] bool exists() const { return value.exists() && !value.is_null(); }
  [[nodiscard]] Field member(std::string_view name) const;
  [[nodiscard]] Field element(std::size_t index, json::Value element) const;
};

// for each member of an object, with its name unescaped; for each element of an array.
void for_members(const Field& object,
                 const std::function<void(const std::string& name, const Field& value)>& visit);
void for_elements(const Field& array, const std::function<void(const Field& element)>& visit);

class FieldReader {
 public:
  explicit FieldReader(providers::Environment environment) : environment_(std::move(environment)) {}

  void fail(const Field& at, std::string_view message);
  [[nodiscard]] bool failed() const { return failure_.has_value(); }
  // The first failure, which is then forgotten.
  Failure take_failure();
  void note(const Field& at, std::string message);
  std::vector<Notice> take_notices() { return std::move(notices_); }

  // Of fields that do not exist: nothing, or empty. Numbers may be strings that are numbers.
  std::string text(const Field& field);
  std::optional<double> number(const Field& field, double least, double most = 1e15);
  std::optional<int> whole(const Field& field, int least, int most = 1'000'000'000);
  std::optional<bool> flag(const Field& field);
  std::optional<std::chrono::milliseconds> seconds(const Field& field);
  std::vector<std::string> texts(const Field& field);  // a string, or a list of them
  // The value as JSON, with strings from the environment filled in.
  std::string filled(const Field& field);
  // Whether it is an object (or a list); a failure if it exists and is none.
  bool is_object(const Field& field);
  bool is_array(const Field& field);

  // "KIND \"NAME\" is unknown; did you mean ...".
  void fail_unknown(const Field& at, std::string_view kind, std::string_view name,
                    std::span<const std::string_view> known);

  [[nodiscard]] const providers::Environment& environment() const { return environment_; }
  void set_environment(providers::Environment environment) {
    environment_ = std::move(environment);
  }

 private:
  std::string from_environment(const Field& field, std::string text);
  void refuse(const Field& field, std::string_view accepted);

  providers::Environment environment_;
  Failure failure_;
  std::vector<Notice> notices_;
};

// The value for a message: short, and of strings that may be secret their length alone.
std::string shown(json::Value value);

}  // namespace llmgate::config
