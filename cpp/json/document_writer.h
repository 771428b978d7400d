// JSON out and its index in one go: what is written need not be read again. Values of another
// Document are spliced with their nodes; everything else is given in pieces that are known to be
// valid; debug builds check that. A format's read step writes the canonical request with it.
// Belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "json/document.h"

namespace llmgate::json {

class DocumentWriter {
 public:
  // `bytes` is what may come: grown, a long text would be copied and its pages made anew.
  explicit DocumentWriter(std::size_t bytes = 0);
  DocumentWriter(DocumentWriter&&) = default;
  DocumentWriter& operator=(DocumentWriter&&) = default;
  DocumentWriter(const DocumentWriter&) = delete;
  DocumentWriter& operator=(const DocumentWriter&) = delete;

  DocumentWriter& begin_object() { return open('{', Type::kObject); }
  DocumentWriter& end_object() { return close('}'); }
  DocumentWriter& begin_array() { return open('[', Type::kArray); }
  DocumentWriter& end_array() { return close(']'); }

  DocumentWriter& key(Value name);                       // as it stands
  DocumentWriter& escaped_key(std::string_view inside);  // a name's inside, escaped already
  DocumentWriter& splice(Value value);
  DocumentWriter& splice(Member member) { return key(member.name).splice(member.value); }
  DocumentWriter& splice(const DocumentWriter& written);  // one whole value
  DocumentWriter& string(std::string_view utf8);
  // A string's inside, escaped already, in one piece or in several that are joined.
  DocumentWriter& escaped(std::string_view inside) { return escaped({inside}); }
  DocumentWriter& escaped(std::initializer_list<std::string_view> pieces);
  // The same where `append(text)` appends it, to what has been written so far.
  template <typename Append>
  DocumentWriter& escaped_by(Append append) {
    const std::size_t begin = begin_string();
    append(text_);
    return end_string(begin);
  }
  DocumentWriter& quoted(Value value);  // the value's JSON text, as a string
  DocumentWriter& number(std::int64_t value);
  DocumentWriter& boolean(bool value);
  DocumentWriter& null() { return word("null", Type::kNull); }

  [[nodiscard]] std::string_view text() const { return text_; }
  // Empties it; the memory is kept.
  void clear();

  // Once, of a whole value: the text, and then its index for wherever the text has gone. Longer
  // than the limits is the error that reading would have ended with.
  std::string take_text() { return std::move(text_); }
  [[nodiscard]] std::optional<ParseError> take_index(std::string_view text, Document& document,
                                                     const Limits& limits = {});

 private:
  [[nodiscard]] bool is_as_read(std::string_view text) const;
  DocumentWriter& open(char bracket, Type type);
  DocumentWriter& close(char bracket);
  DocumentWriter& word(std::string_view text, Type type);
  void begin_value();
  std::size_t begin_string();  // returns where
  DocumentWriter& end_string(std::size_t begin);
  void add_node(std::size_t begin, Type type, bool has_escapes);
  void add_nodes(const Node* nodes, std::uint32_t first, std::uint32_t count, std::size_t moved);
  void make_room(std::uint32_t count);

  std::string text_;
  NodeRoom room_;
  std::uint32_t count_ = 0;      // of nodes
  std::uint32_t innermost_ = 0;  // the node of the container that is open, if `depth_` says so
  std::uint32_t depth_ = 0;
  bool needs_comma_ = false;
};

}  // namespace llmgate::json
