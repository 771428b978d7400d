#include "config/field.h"

#include <cmath>
#include <utility>

#include "base/nearest.h"
#include "json/number_text.h"
#include "json/writer.h"

namespace llmgate::config {
namespace {

constexpr std::string_view kFromEnvironment = "os.environ/";
constexpr std::size_t kLongestShown = 64;

std::string number_text(double number) {
  std::string text;
  json::Writer(text).number(number);
  return text;
}

}  // namespace

std::string shown(json::Value value) {
  if (value.is_string()) {
    return "a string of " + std::to_string(value.unescaped().size()) + " bytes";
  }
  if (value.is_array() || value.is_object()) {
    return "an " + std::string(json::name_of(value.type()));
  }
  return std::string(value.raw().substr(0, kLongestShown));
}

Field Field::root_of(const Source& source) { return {&source, source.root(), "$", source.root()}; }

Field Field::member(std::string_view name) const {
  const json::Value found = value.find(name);
  return {source, found, path + "." + std::string(name), found.exists() ? found : place};
}

Field Field::element(std::size_t index, json::Value element) const {
  return {source, element, path + "[" + std::to_string(index) + "]", element};
}

void for_members(const Field& object,
                 const std::function<void(const std::string& name, const Field& value)>& visit) {
  for (const json::Member member : object.value.members()) {
    const std::string name = member.name.unescaped();
    visit(name, {object.source, member.value, object.path + "." + name, member.name});
  }
}

void for_elements(const Field& array, const std::function<void(const Field& element)>& visit) {
  std::size_t index = 0;
  for (const json::Value element : array.value.elements()) {
    visit(array.element(index++, element));
  }
}

void FieldReader::fail(const Field& at, std::string_view message) {
  if (!failure_) {
    failure_ = at.source->error(at.place, at.path, message);
  }
}

Failure FieldReader::take_failure() { return std::exchange(failure_, std::nullopt); }

void FieldReader::note(const Field& at, std::string message) {
  notices_.push_back({at.path, std::move(message)});
}

void FieldReader::refuse(const Field& field, std::string_view accepted) {
  fail(field, "is " + shown(field.value) + "; accepted: " + std::string(accepted));
}

std::string FieldReader::from_environment(const Field& field, std::string text) {
  if (!text.starts_with(kFromEnvironment)) {
    return text;
  }
  const std::string name = text.substr(kFromEnvironment.size());
  std::string value = environment_ ? environment_(name) : std::string();
  if (value.empty()) {
    fail(field, "the environment variable " + name.substr(0, kLongestShown) + " is not set");
  }
  return value;
}

std::string FieldReader::text(const Field& field) {
  if (!field.exists()) {
    return {};
  }
  if (!field.value.is_string()) {
    // A version such as 2024 is a number in YAML before anyone thinks of quotes.
    if (field.value.is_number()) {
      return std::string(field.value.raw());
    }
    refuse(field, "a string");
    return {};
  }
  return from_environment(field, field.value.unescaped());
}

std::optional<double> FieldReader::number(const Field& field, double least, double most) {
  if (!field.exists()) {
    return std::nullopt;
  }
  std::optional<double> number = field.value.as_double();
  if (field.value.is_string()) {
    const std::string text = from_environment(field, field.value.unescaped());
    if (failed()) {
      return std::nullopt;
    }
    const char* const end = text.data() + text.size();
    const bool is_number = !text.empty() && (json::is_digit(text[0]) || text[0] == '-') &&
                           json::scan_number(text.data(), end) == end;
    number = is_number ? json::number_to_double(text) : std::nullopt;
  }
  if (!number || *number < least || *number > most) {
    refuse(field, "a number from " + number_text(least) + " to " + number_text(most));
    return std::nullopt;
  }
  return number;
}

std::optional<int> FieldReader::whole(const Field& field, int least, int most) {
  const std::optional<double> value = number(field, least, most);
  if (value && std::floor(*value) != *value) {
    refuse(field, "a whole number");
    return std::nullopt;
  }
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

std::optional<bool> FieldReader::flag(const Field& field) {
  if (!field.exists()) {
    return std::nullopt;
  }
  if (field.value.is_string()) {
    const std::string text = from_environment(field, field.value.unescaped());
    if (text == "true" || text == "True" || text == "false" || text == "False") {
      return text.back() == 'e' && (text[0] == 't' || text[0] == 'T');
    }
  } else if (field.value.is_bool()) {
    return field.value.as_bool();
  }
  refuse(field, "true or false");
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> FieldReader::seconds(const Field& field) {
  constexpr double kMostSeconds = 1e7;
  const std::optional<double> value = number(field, 0, kMostSeconds);
  if (!value) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(std::llround(*value * 1000));
}

std::vector<std::string> FieldReader::texts(const Field& field) {
  if (!field.exists()) {
    return {};
  }
  if (field.value.is_string()) {
    return {text(field)};
  }
  std::vector<std::string> texts;
  if (!field.value.is_array()) {
    refuse(field, "a list of strings");
    return texts;
  }
  for_elements(field, [&](const Field& element) {
    if (!element.value.is_string()) {
      return refuse(element, "a string");
    }
    texts.push_back(text(element));
  });
  return texts;
}

std::string FieldReader::filled(const Field& field) {
  if (field.value.raw().find(kFromEnvironment) == std::string_view::npos) {
    return std::string(field.value.raw());
  }
  std::string out;
  if (field.value.is_string()) {
    json::append_quoted(out, text(field));
  } else if (field.value.is_object()) {
    out = "{";
    for_members(field, [&](const std::string& name, const Field& value) {
      out += out.size() > 1 ? "," : "";
      json::append_quoted(out, name);
      out += ":" + filled(value);
    });
    out += "}";
  } else {
    out = "[";
    for_elements(
        field, [&](const Field& element) { out += (out.size() > 1 ? "," : "") + filled(element); });
    out += "]";
  }
  return out;
}

bool FieldReader::is_object(const Field& field) {
  if (field.exists() && !field.value.is_object()) {
    refuse(field, "an object");
  }
  return field.value.is_object();
}

bool FieldReader::is_array(const Field& field) {
  if (field.exists() && !field.value.is_array()) {
    refuse(field, "a list");
  }
  return field.value.is_array();
}

void FieldReader::fail_unknown(const Field& at, std::string_view kind, std::string_view name,
                               std::span<const std::string_view> known) {
  std::string message =
      std::string(kind) + " \"" + std::string(name.substr(0, kLongestShown)) + "\" is unknown";
  const std::string_view nearest = nearest_name(name, known);
  if (!nearest.empty()) {
    message += "; did you mean \"" + std::string(nearest) + "\"?";
  } else if (known.size() <= 12) {
    message += "; accepted: ";
    for (std::size_t i = 0; i < known.size(); ++i) {
      message += (i == 0 ? "" : ", ") + std::string(known[i]);
    }
  }
  fail(at, message);
}

}  // namespace llmgate::config
