#include "routing/request_field.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "base/hash.h"

namespace llmgate::routing {
namespace {

using json::Value;

constexpr std::string_view kParams = "params.";
constexpr std::string_view kMetadata = "metadata.";
constexpr std::size_t kLongestShown = 64;

Value element_at(Value list, std::string_view position) {
  std::size_t index = 0;
  const auto [end, fault] =
      std::from_chars(position.data(), position.data() + position.size(), index);
  const bool is_number = fault == std::errc() && end == position.data() + position.size();
  return is_number && index < list.size() ? list.at(index) : Value();
}

Value child_of(Value parent, std::string_view name) {
  return parent.is_array() ? element_at(parent, name) : parent.find(name);
}

Value find_nested(Value parent, std::string_view name) {
  while (parent.exists()) {
    if (const Value whole = child_of(parent, name); whole.exists()) {
      return whole;
    }
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) {
      return {};
    }
    parent = child_of(parent, name.substr(0, dot));
    name.remove_prefix(dot + 1);
  }
  return {};
}

}  // namespace

Failure check_field(std::string_view field, std::string_view path) {
  const bool is_nested = (field.starts_with(kParams) && field.size() > kParams.size()) ||
                         (field.starts_with(kMetadata) && field.size() > kMetadata.size());
  if (is_nested || field == kPathField) {
    return std::nullopt;
  }
  return bad_request(std::string(path),
                     "\"" + std::string(field.substr(0, kLongestShown)) +
                         "\" is no field of a request; accepted: \"metadata.NAME\", "
                         "\"params.NAME\" (nested with dots) and \"url.pathname\"");
}

Value read_field(std::string_view field, Value params, Value metadata) {
  if (field.starts_with(kParams)) {
    return find_nested(params, field.substr(kParams.size()));
  }
  if (field.starts_with(kMetadata)) {
    return find_nested(metadata, field.substr(kMetadata.size()));
  }
  return {};
}

std::uint64_t session_by(std::span<const std::string> fields, Value params, Value metadata) {
  std::uint64_t session = 0;
  bool has_any = false;
  for (const std::string& field : fields) {
    const Value value = read_field(field, params, metadata);
    has_any = has_any || (value.exists() && !value.is_null());
    // The length keeps neighbours apart: "a" and "bc" are not "ab" and "c".
    session = hash_bytes(value.raw(), session + value.raw().size());
  }
  return has_any ? std::max<std::uint64_t>(session, 1) : 0;
}

}  // namespace llmgate::routing
