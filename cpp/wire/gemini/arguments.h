// The arguments of a function call that Gemini streams in pieces, each with the path of the value
// that it belongs to, put together. Parse step of a request's path; belongs to one call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"
#include "json/writer.h"

namespace llmgate::wire {

class GeminiArguments {
 public:
  // A list of {"jsonPath": "$.a[0].b", "stringValue" | "numberValue" | "boolValue" | "nullValue"}:
  // strings grow, everything else is set. False: not what the format promises, or more than we
  // hold.
  bool add(json::Value pieces);

  // The object as the inside of a JSON string.
  [[nodiscard]] std::string escaped() const;

 private:
  enum class Kind : std::uint8_t { kNothing, kValue, kString, kObject, kArray };
  struct Node {
    Kind kind = Kind::kNothing;
    std::string text;                   // of a value as JSON, of a string its escaped inside
    std::vector<std::string> names;     // of an object's members
    std::vector<std::size_t> children;  // in nodes_
  };

  bool add_piece(json::Value piece);
  // The node at the path, made on the way; null if there can be none.
  Node* node_at(std::string_view path);
  Node* child(std::size_t parent, std::string_view name);
  Node* element(std::size_t parent, std::size_t index);
  std::size_t make_node();
  void write(const Node& node, json::Writer& out) const;

  std::vector<Node> nodes_;
  std::size_t at_ = 0;  // of the node that was asked for last
};

}  // namespace llmgate::wire
