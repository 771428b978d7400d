// What a Value answers, from the nodes of its Document.
#include <cstring>

#include "json/document.h"
#include "json/number_text.h"
#include "json/string_text.h"

namespace llmgate::json {

const Node& Value::node() const { return document_->nodes_[index_]; }

Type Value::type() const { return node().type; }

bool Value::is(Type type) const { return exists() && node().type == type; }

std::string_view Value::raw() const {
  if (!exists()) {
    return {};
  }
  const Node& own = node();
  return document_->bytes_.substr(own.begin, own.end - own.begin);
}

std::string_view Value::escaped() const {
  if (!is_string()) {
    return {};
  }
  const Node& own = node();
  return document_->bytes_.substr(own.begin + 1, own.end - own.begin - 2);
}

bool Value::has_escapes() const { return exists() && node().has_escapes; }

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

bool Value::says(std::string_view utf8) const {
  if (!is_string()) {
    return false;
  }
  const std::string_view inside = escaped();
  if (!has_escapes()) {
    return inside == utf8;
  }
  // An escape is never shorter than what it stands for.
  return inside.size() > utf8.size() && unescaped() == utf8;
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

std::size_t Value::size() const { return is_array() || is_object() ? node().size : 0; }

Value Value::find(std::string_view name) const {
  Value found;
  for (const Member member : members()) {
    if (member.name.says(name)) {
      found = member.value;
    }
  }
  return found;
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

Value::Elements Value::elements() const {
  return is_array() ? Elements(document_, index_ + 1, node().next) : Elements(document_, 0, 0);
}

Value::Members Value::members() const {
  return is_object() ? Members(document_, index_ + 1, node().next) : Members(document_, 0, 0);
}

Value::Elements::Iterator& Value::Elements::Iterator::operator++() {
  index_ = Value(document_, index_).node().next;
  return *this;
}

Value::Members::Iterator& Value::Members::Iterator::operator++() {
  index_ = Value(document_, index_ + 1).node().next;
  return *this;
}

}  // namespace llmgate::json
