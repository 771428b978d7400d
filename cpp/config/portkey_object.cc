#include "config/portkey_object.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/nearest.h"
#include "chat/refusal.h"

namespace llmgate::config {
namespace {

using json::Value;

struct OtherSpelling {
  std::string_view spelt;
  std::string_view name;
};

// Documentation and code of Portkey disagree about some names; and capitals in a row.
constexpr std::array kOtherSpellings = std::to_array<OtherSpelling>({
    {"use_retry_after_headers", "use_retry_after_header"},
    {"strict_openai_compliance", "strict_open_ai_compliance"},
    {"strict_open_aicompliance", "strict_open_ai_compliance"},
    {"sticky_session", "sticky"},
    {"circuit_breaker", "cb_config"},
});

constexpr std::size_t kLongestShown = 64;
constexpr std::int64_t kLeastStatus = 100;
constexpr std::int64_t kMostStatus = 599;

bool is_capital(char byte) { return byte >= 'A' && byte <= 'Z'; }

std::string unknown_message(std::string_view spelt, std::span<const std::string_view> known) {
  std::string message = "\"" + std::string(spelt.substr(0, kLongestShown)) + "\" is unknown here";
  const std::string_view nearest = nearest_name(portkey_name(spelt), known);
  if (!nearest.empty()) {
    return message.append("; nearest: \"").append(nearest).append("\"");
  }
  message += "; accepted: ";
  constexpr std::size_t kMostListed = 12;
  for (std::size_t index = 0; index < known.size() && index < kMostListed; ++index) {
    message.append(index == 0 ? "" : ", ").append(known[index]);
  }
  return known.size() > kMostListed ? message.append(" ...") : message;
}

}  // namespace

std::string portkey_name(std::string_view spelt) {
  std::string name;
  bool was_capital = true;
  for (const char byte : spelt) {
    if (is_capital(byte) && !was_capital) {
      name += '_';
    }
    was_capital = is_capital(byte);
    name += static_cast<char>(was_capital ? byte - 'A' + 'a' : byte);
  }
  for (const OtherSpelling& other : kOtherSpellings) {
    if (name == other.spelt) {
      return std::string(other.name);
    }
  }
  return name;
}

Result<PortkeyObject> PortkeyObject::read(const Source& source, Value object, std::string path,
                                          std::span<const std::string_view> known) {
  if (!object.is_object()) {
    return source.error(object, path, "got " + chat::describe(object) + "; accepted: an object");
  }
  PortkeyObject read;
  read.source_ = &source;
  read.object_ = object;
  for (const json::Member member : object.members()) {
    const std::string spelt = member.name.unescaped();
    std::string name = portkey_name(spelt);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return source.error(member.name, path + "." + spelt, unknown_message(spelt, known));
    }
    const auto again = std::find_if(read.fields_.begin(), read.fields_.end(),
                                    [&](const Field& field) { return field.name == name; });
    if (again != read.fields_.end()) {
      return source.error(member.name, path + "." + spelt,
                          "stands here already as \"" + again->member.name.unescaped() + "\"");
    }
    read.fields_.push_back({std::move(name), member});
  }
  read.path_ = std::move(path);
  return read;
}

Value PortkeyObject::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name == name && !field.member.value.is_null()) {
      return field.member.value;
    }
  }
  return {};
}

std::string PortkeyObject::path_of(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name == name) {
      return path_ + "." + field.member.name.unescaped();
    }
  }
  return path_ + "." + std::string(name);
}

Error PortkeyObject::refuse(std::string_view name, std::string_view accepted) const {
  return error(name, "got " + chat::describe(find(name)) + "; accepted: " + std::string(accepted));
}

Error PortkeyObject::error(std::string_view name, std::string_view message) const {
  const Value value = find(name);
  return source_->error(value.exists() ? value : object_, path_of(name), message);
}

Failure PortkeyObject::read_text(std::string_view name, std::string& out) const {
  const Value value = find(name);
  if (!value.exists()) {
    return std::nullopt;
  }
  if (!value.is_string() || value.escaped().empty()) {
    // Keys come this way: of them no more than the type is shown.
    return error(
        name, "got " +
                  std::string(value.is_string() ? "an empty string" : json::name_of(value.type())) +
                  "; accepted: a string that is not empty");
  }
  out = value.unescaped();
  return std::nullopt;
}

Failure PortkeyObject::read_flag(std::string_view name, bool& out) const {
  const Value value = find(name);
  if (value.exists() && !value.is_bool()) {
    return refuse(name, "true or false");
  }
  out = value.as_bool().value_or(out);
  return std::nullopt;
}

Failure PortkeyObject::read_count(std::string_view name, std::int64_t least, std::int64_t most,
                                  std::optional<std::int64_t>& out) const {
  const Value value = find(name);
  if (!value.exists()) {
    return std::nullopt;
  }
  const std::optional<std::int64_t> count = value.as_int();
  if (!count || *count < least || *count > most) {
    return refuse(name,
                  "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  out = count;
  return std::nullopt;
}

Failure PortkeyObject::read_statuses(std::string_view name, std::vector<int>& out) const {
  const Value list = find(name);
  if (!list.exists()) {
    return std::nullopt;
  }
  constexpr std::string_view kAccepted = "a list of HTTP statuses, such as [429, 500, 503]";
  if (!list.is_array() || list.size() == 0) {
    return refuse(name, kAccepted);
  }
  std::vector<int> statuses;
  for (const Value element : list.elements()) {
    const std::int64_t status = element.as_int().value_or(0);
    if (status < kLeastStatus || status > kMostStatus) {
      return source_->error(
          element, path_of(name) + "[" + std::to_string(statuses.size()) + "]",
          "got " + chat::describe(element) + "; accepted: " + std::string(kAccepted));
    }
    statuses.push_back(static_cast<int>(status));
  }
  out = std::move(statuses);
  return std::nullopt;
}

Failure PortkeyObject::read_texts(std::string_view name, std::vector<std::string>& out) const {
  const Value list = find(name);
  if (!list.exists()) {
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const Value element : list.elements()) {
    texts.push_back(element.unescaped());
  }
  const bool has_other =
      std::any_of(texts.begin(), texts.end(), [](const std::string& text) { return text.empty(); });
  if (!list.is_array() || has_other) {
    return refuse(name, "a list of strings that are not empty");
  }
  out = std::move(texts);
  return std::nullopt;
}

}  // namespace llmgate::config
