#include "wire/gemini/arguments.h"

#include <algorithm>
#include <charconv>

namespace llmgate::wire {
namespace {

using json::Value;

// Far above every call seen; paths are walked from the root with each piece.
constexpr std::size_t kMostNodes = 1024;
constexpr std::size_t kDeepest = 64;

}  // namespace

bool GeminiArguments::add(Value pieces) {
  if (!pieces.exists() || pieces.is_null()) {
    return true;
  }
  if (!pieces.is_array() || pieces.size() > kMostNodes) {
    return false;
  }
  for (const Value piece : pieces.elements()) {
    if (!add_piece(piece)) {
      return false;
    }
  }
  return true;
}

bool GeminiArguments::add_piece(Value piece) {
  std::string storage;
  const Value path = piece.find("jsonPath");
  Node* node = path.is_string() ? node_at(path.unescaped(storage)) : nullptr;
  if (node == nullptr) {
    return false;
  }
  const Value text = piece.find("stringValue");
  if (text.is_string()) {
    if (node->kind != Kind::kString) {
      node->text.clear();
    }
    node->kind = Kind::kString;
    node->text += text.escaped();
    return true;
  }
  node->kind = Kind::kValue;
  node->text = "null";
  for (const std::string_view name : {"numberValue", "boolValue"}) {
    const Value value = piece.find(name);
    if (value.is_number() || value.is_bool()) {
      node->text = value.raw();
    }
  }
  return true;
}

std::size_t GeminiArguments::make_node() {
  nodes_.emplace_back();
  return nodes_.size() - 1;
}

GeminiArguments::Node* GeminiArguments::child(std::size_t parent, std::string_view name) {
  Node& object = nodes_[parent];
  object.kind = Kind::kObject;
  const auto known = std::find(object.names.begin(), object.names.end(), name);
  if (known != object.names.end()) {
    at_ = object.children[static_cast<std::size_t>(known - object.names.begin())];
    return &nodes_[at_];
  }
  if (nodes_.size() >= kMostNodes) {
    return nullptr;
  }
  object.names.emplace_back(name);
  at_ = make_node();
  nodes_[parent].children.push_back(at_);
  return &nodes_[at_];
}

GeminiArguments::Node* GeminiArguments::element(std::size_t parent, std::size_t index) {
  nodes_[parent].kind = Kind::kArray;
  while (nodes_[parent].children.size() <= index) {
    if (nodes_.size() >= kMostNodes) {
      return nullptr;
    }
    const std::size_t made = make_node();
    nodes_[parent].children.push_back(made);
  }
  at_ = nodes_[parent].children[index];
  return &nodes_[at_];
}

// "$.name[0]['other name']".
GeminiArguments::Node* GeminiArguments::node_at(std::string_view path) {
  if (!path.starts_with('$')) {
    return nullptr;
  }
  if (nodes_.empty()) {
    make_node();
  }
  path.remove_prefix(1);
  at_ = 0;
  Node* node = nodes_.data();
  for (std::size_t depth = 0; !path.empty(); ++depth) {
    if (depth == kDeepest || node == nullptr) {
      return nullptr;
    }
    if (path.front() == '.') {
      const std::size_t end = path.find_first_of(".[", 1);
      const std::string_view name = path.substr(1, end == path.npos ? end : end - 1);
      node = name.empty() ? nullptr : child(at_, name);
      path = end == path.npos ? std::string_view() : path.substr(end);
      continue;
    }
    const std::size_t end = path.find(path.starts_with("['") ? "']" : "]");
    if (path.front() != '[' || end == path.npos) {
      return nullptr;
    }
    if (path.starts_with("['")) {
      node = child(at_, path.substr(2, end - 2));
      path = path.substr(end + 2);
      continue;
    }
    std::size_t index = 0;
    const auto read = std::from_chars(path.data() + 1, path.data() + end, index);
    if (read.ec != std::errc() || read.ptr != path.data() + end || index >= kMostNodes) {
      return nullptr;
    }
    node = element(at_, index);
    path = path.substr(end + 1);
  }
  return node;
}

// Recursion is bounded by kDeepest.
void GeminiArguments::write(const Node& node, json::Writer& out) const {
  switch (node.kind) {
    case Kind::kNothing:
      out.null();
      return;
    case Kind::kValue:
      out.raw(node.text);
      return;
    case Kind::kString:
      out.escaped(node.text);
      return;
    case Kind::kObject:
      out.begin_object();
      for (std::size_t i = 0; i < node.names.size(); ++i) {
        write(nodes_[node.children[i]], out.key(node.names[i]));
      }
      out.end_object();
      return;
    case Kind::kArray:
      out.begin_array();
      for (const std::size_t index : node.children) {
        write(nodes_[index], out);
      }
      out.end_array();
  }
}

std::string GeminiArguments::escaped() const {
  std::string text;
  json::Writer out(text);
  if (nodes_.empty() || nodes_.front().kind != Kind::kObject) {
    out.begin_object().end_object();
  } else {
    write(nodes_.front(), out);
  }
  std::string escaped_text;
  json::append_escaped(escaped_text, text);
  return escaped_text;
}

}  // namespace llmgate::wire
