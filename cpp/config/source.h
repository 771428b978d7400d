// A configuration's text, JSON or YAML, with the lines of its values, so that every error names the
// place in the user's file. Read on the entering thread; immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/document.h"
#include "json/from_yaml.h"

namespace llmgate::config {

enum class Syntax : std::uint8_t { kGuess, kJson, kYaml };

class Source {
 public:
  // `name` is that of the file, or empty; it stands in front of errors. kGuess: what begins with
  // '{' or '[' is JSON, unless only YAML can read it; anything else is YAML. A name that stands
  // twice in one object is an error.
  static Result<Source> read(std::string text, Syntax syntax, std::string name);

  [[nodiscard]] json::Value root() const;
  // Of a value or name of this source, counted from 1; 0 where it is JSON without a name (a dict).
  [[nodiscard]] int line_of(json::Value value) const;
  // "config.yaml, line 12: MESSAGE" as a bad request whose json_path is `path`; what shows an error
  // puts that in front.
  [[nodiscard]] Error error(json::Value at, std::string path, std::string_view message) const;

 private:
  struct State;
  static std::optional<json::YamlError> read_yaml(const std::string& text, State& state);
  std::shared_ptr<const State> state_;  // the index points into the text: both stay where they are
};

}  // namespace llmgate::config
