#include "wire/error_fields.h"

#include <algorithm>
#include <charconv>

namespace llmgate::wire {
namespace {

using json::Value;

std::string text_of(Value value) {
  if (value.is_string()) {
    return value.unescaped();
  }
  return value.exists() && !value.is_null() ? std::string(value.raw()) : std::string();
}

// A status inside a body: 502, or "401" (Azure).
int status_of(Value value) {
  const std::string_view digits = value.is_string() ? value.escaped() : value.raw();
  int status = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  const bool is_whole = error == std::errc() && end == digits.data() + digits.size();
  return is_whole && status >= 400 && status <= 599 ? status : 0;
}

void read_error_object(Value error, ErrorFields& fields) {
  fields.message = text_of(error.find("message"));
  fields.code = text_of(error.find("code"));
  fields.type = text_of(error.find("type"));
  fields.param = text_of(error.find("param"));
  fields.inner_code = text_of(error.find("innererror").find("code"));
  fields.raw = text_of(error.find("metadata").find("raw"));
  if (error.find("metadata").find("reasons").is_array()) {
    fields.inner_code = "moderation_blocked";  // OpenRouter: input flagged by moderation
  }
  for (const Value detail : error.find("details").elements()) {
    if (detail.find("reason").is_string()) {
      fields.inner_code = text_of(detail.find("reason"));
    }
  }
  for (const std::string_view name : {"code", "status_code", "status"}) {
    if (fields.inner_status == 0) {
      fields.inner_status = status_of(error.find(name));
    }
  }
  if (fields.type.empty() && error.find("status").is_string()) {
    fields.type = text_of(error.find("status"));  // Google: "RESOURCE_EXHAUSTED"
  }
}

}  // namespace

ErrorFields read_error_fields(Value root) {
  ErrorFields fields;
  const Value error = root.find("error");
  if (error.is_object()) {
    read_error_object(error, fields);
    return fields;
  }
  read_error_object(root, fields);
  for (const std::string_view name : {"error", "detail", "message"}) {
    const Value text = root.find(name);
    if (text.exists() && !text.is_null()) {
      fields.message = text_of(text);
      break;
    }
  }
  if (fields.inner_status == 0) {
    fields.inner_status = status_of(root.find("raw_status_code"));
  }
  if (fields.type.empty()) {
    fields.type = text_of(root.find("error_type"));  // Cohere
  }
  return fields;
}

std::string message_inside(std::string_view raw, std::size_t limit) {
  json::Document document;
  if (!document.read(raw)) {
    if (std::string message = read_error_fields(document.root()).message; !message.empty()) {
      return message;
    }
  }
  return excerpt(raw, limit);
}

std::string excerpt(std::string_view body, std::size_t limit) {
  const std::size_t size = std::min(body.size(), limit);
  const auto is_inside_character = [body](std::size_t at) {
    return at < body.size() && (static_cast<unsigned char>(body[at]) & 0xC0U) == 0x80U;
  };
  // A character has four bytes at most; a longer run is no UTF-8 anyway.
  for (std::size_t back = 0; back < std::min<std::size_t>(size, 4); ++back) {
    if (!is_inside_character(size - back)) {
      return std::string(body.substr(0, size - back));
    }
  }
  return std::string(body.substr(0, size));
}

}  // namespace llmgate::wire
