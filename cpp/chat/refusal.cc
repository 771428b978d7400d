#include "chat/refusal.h"

#include <algorithm>
#include <string>

namespace llmgate::chat {
namespace {

using json::Path;
using json::Value;

bool is_plain_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/' || c == ':';
  });
}

}  // namespace

std::string describe(Value value) {
  if (!value.exists()) {
    return "nothing";
  }
  if (value.is_string()) {
    const std::string_view text = value.escaped();
    if (text.size() <= 32 && is_plain_word(text)) {
      return "\"" + std::string(text) + "\"";
    }
    return "a string of " + std::to_string(text.size()) + " bytes";
  }
  if (value.is_array()) {
    return "a list of " + std::to_string(value.size());
  }
  if (value.is_object()) {
    return "an object of " + std::to_string(value.size()) + " members";
  }
  return std::string(value.raw().substr(0, 40));
}

Error refuse(const Path& path, Value value, std::string_view accepted) {
  return bad_request(path.text(),
                     "got " + describe(value) + "; accepted: " + std::string(accepted));
}

Failure require_string(Value object, std::string_view name, const Path& path) {
  const Value value = object.find(name);
  if (value.is_string()) {
    return std::nullopt;
  }
  return refuse(path.member(name), value, "a string");
}

}  // namespace llmgate::chat
