// What a Value answers, from the nodes of its Document.
#include <cstring>

#include "json/document.h"
#include "json/number_text.h"
#include "json/string_text.h"

namespace llmgate::json {

std::string Value::unescaped() const {
  const std::string_view inside = escaped();
  if (!has_escapes()) {
    return std::string(inside);
  }
  std::string text;
  text.reserve(inside.size());
  append_unescaped(text, inside);
  return text;
}

std::string_view Value::unescaped(std::string& storage) const {
  if (!has_escapes()) {
    return escaped();
  }
  storage = unescaped();
  return storage;
}

// An escape is never shorter than what it stands for.
bool Value::says_escaped(std::string_view utf8) const {
  return escaped().size() > utf8.size() && unescaped() == utf8;
}

std::optional<bool> Value::as_bool() const {
  return is_bool() ? std::optional(is(Type::kTrue)) : std::nullopt;
}

std::optional<std::int64_t> Value::as_int() const {
  return is_number() ? number_to_int(raw()) : std::nullopt;
}

std::optional<double> Value::as_double() const {
  return is_number() ? number_to_double(raw()) : std::nullopt;
}

Value Value::find(std::string_view name) const {
  if (!is_object()) {
    return {};
  }
  const char* const text = document_->bytes_.data();
  const Node* const nodes = document_->room_.nodes.get();
  const std::uint32_t end = node().next;
  std::uint32_t found = end;
  for (std::uint32_t at = index_ + 1; at < end; at = nodes[at + 1].next) {
    const Node& own = nodes[at];
    const bool is_same = own.has_escapes
                             ? Value(document_, at).says_escaped(name)
                             : own.end - own.begin - 2 == name.size() &&
                                   std::memcmp(text + own.begin + 1, name.data(), name.size()) == 0;
    found = is_same ? at + 1 : found;
  }
  return found == end ? Value() : Value(document_, found);
}

Value Value::at(std::size_t index) const {
  if (!is_array() || index >= node().size) {
    return {};
  }
  Elements::Iterator element = elements().begin();
  for (; index > 0; --index) {
    ++element;
  }
  return *element;
}

}  // namespace llmgate::json
