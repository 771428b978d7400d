// JSON in: one validating pass over the caller's bytes into a flat index of offsets. Strings stay
// escaped where they are, so a renderer can splice them. Takes what providers really send: numbers
// of any length and size (kept as text), escaped lone surrogates, duplicate names (the last one
// wins). Refuses invalid UTF-8, control bytes in strings, depth and size over the limits, trailing
// bytes. A Document may be read into again and again: it keeps its memory. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llmgate::json {

enum class Type : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };
std::string_view name_of(Type type);  // "null", "boolean", "number", "string", "array", "object"

struct Limits {
  std::uint32_t max_depth = 128;                  // arrays and objects inside each other
  std::size_t max_bytes = std::size_t{1} << 31U;  // of the whole text; offsets have 32 bits
  std::size_t max_nodes = std::size_t{1} << 26U;  // values and member names
};

struct ParseError {
  std::size_t offset = 0;   // in bytes from the start
  const char* reason = "";  // "invalid UTF-8 in a string", "nested deeper than the limit", ...
};

// One value or member name. In an object, names and values alternate.
struct Node {
  std::uint32_t begin;  // offset of the first byte, the quote included
  std::uint32_t end;    // offset behind the last byte
  std::uint32_t next;   // index of the node behind this one and all it holds
  std::uint32_t size;   // elements of an array, members of an object
  Type type;
  bool has_escapes;  // strings: a backslash occurs
};

// Not a vector, which would fill with zeros what is about to be written.
struct NodeRoom {
  std::unique_ptr<Node[]> nodes;  // NOLINT(modernize-avoid-c-arrays)
  std::size_t size = 0;
};

class Document;

// A value inside a Document; two words, copied freely. What find() does not find is a Value that
// does not exist: every question about it answers "no", so look-ups chain. Valid until the Document
// is read into again, moved or destroyed, or its bytes go away.
class Value {
 public:
  Value() = default;

  [[nodiscard]] bool exists() const { return document_ != nullptr; }
  [[nodiscard]] Type type() const;  // of a value that exists
  [[nodiscard]] bool is(Type type) const;
  [[nodiscard]] bool is_string() const { return is(Type::kString); }
  [[nodiscard]] bool is_array() const { return is(Type::kArray); }
  [[nodiscard]] bool is_object() const { return is(Type::kObject); }
  [[nodiscard]] bool is_number() const { return is(Type::kNumber); }
  [[nodiscard]] bool is_null() const { return is(Type::kNull); }
  [[nodiscard]] bool is_bool() const { return is(Type::kTrue) || is(Type::kFalse); }

  // The text as it stands, quotes included; empty when the value does not exist.
  [[nodiscard]] std::string_view raw() const;
  // The inside of a string, still escaped; empty for everything else.
  [[nodiscard]] std::string_view escaped() const;
  [[nodiscard]] bool has_escapes() const;
  // The string itself in UTF-8. Escaped pairs of surrogates are joined; an escaped lone surrogate
  // becomes its three-byte form (WTF-8), which Python's "surrogatepass" reads. Empty for everything
  // else.
  [[nodiscard]] std::string unescaped() const;
  // The same without a copy where there are no escapes; else kept in `storage`.
  [[nodiscard]] std::string_view unescaped(std::string& storage) const;
  // Whether this is a string that says exactly `utf8`.
  [[nodiscard]] bool says(std::string_view utf8) const;

  [[nodiscard]] std::optional<bool> as_bool() const;
  [[nodiscard]] std::optional<std::int64_t> as_int()
      const;                                              // whole numbers that fit, 3.0 and 3e0 too
  [[nodiscard]] std::optional<double> as_double() const;  // numbers that are finite as double

  [[nodiscard]] std::size_t size() const;                 // elements or members, else 0
  [[nodiscard]] Value find(std::string_view name) const;  // the last member of that name
  [[nodiscard]] Value at(std::size_t index) const;        // an element; linear in `index`

  // for (Value element : value.elements()), empty unless an array.
  class Elements;
  [[nodiscard]] Elements elements() const;
  // for (Member member : value.members()), empty unless an object; duplicates appear as they stand.
  class Members;
  [[nodiscard]] Members members() const;

 private:
  friend class Document;
  friend class DocumentWriter;
  [[nodiscard]] bool says_escaped(std::string_view utf8) const;
  Value(const Document* document, std::uint32_t index) : document_(document), index_(index) {}
  [[nodiscard]] const Node& node() const;

  const Document* document_ = nullptr;
  std::uint32_t index_ = 0;
};

struct Member {
  Value name;  // a string
  Value value;
};

class Document {
 public:
  Document() = default;
  Document(Document&& other) noexcept;
  Document& operator=(Document&& other) noexcept;
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  // Reads one JSON text with white space around it. `bytes` must outlive every Value. After an
  // error the document is empty: root() does not exist.
  [[nodiscard]] std::optional<ParseError> read(std::string_view bytes, const Limits& limits = {});

  [[nodiscard]] Value root() const { return node_count_ == 0 ? Value() : Value(this, 0); }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  friend class DocumentWriter;
  friend class Value;
  std::string_view bytes_;
  NodeRoom room_;  // only grows; the first node_count_ are in use
  std::uint32_t node_count_ = 0;
};

class Value::Elements {
 public:
  class Iterator {
   public:
    Iterator(const Document* document, std::uint32_t index) : document_(document), index_(index) {}
    Value operator*() const { return Value(document_, index_); }
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const Document* document_;
    std::uint32_t index_;
  };
  Elements(const Document* document, std::uint32_t begin, std::uint32_t end)
      : document_(document), begin_(begin), end_(end) {}
  [[nodiscard]] Iterator begin() const { return {document_, begin_}; }
  [[nodiscard]] Iterator end() const { return {document_, end_}; }

 private:
  const Document* document_;
  std::uint32_t begin_;
  std::uint32_t end_;
};

class Value::Members {
 public:
  class Iterator {
   public:
    Iterator(const Document* document, std::uint32_t index) : document_(document), index_(index) {}
    Member operator*() const { return {Value(document_, index_), Value(document_, index_ + 1)}; }
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const Document* document_;
    std::uint32_t index_;
  };
  Members(const Document* document, std::uint32_t begin, std::uint32_t end)
      : document_(document), begin_(begin), end_(end) {}
  [[nodiscard]] Iterator begin() const { return {document_, begin_}; }
  [[nodiscard]] Iterator end() const { return {document_, end_}; }

 private:
  const Document* document_;
  std::uint32_t begin_;
  std::uint32_t end_;
};

// Asked a hundred times for each answer: kept where the compiler can see through them.
inline const Node& Value::node() const { return document_->room_.nodes[index_]; }

inline Type Value::type() const { return node().type; }

inline bool Value::is(Type type) const { return exists() && node().type == type; }

inline std::string_view Value::raw() const {
  if (!exists()) {
    return {};
  }
  const Node& own = node();
  return {document_->bytes_.data() + own.begin, own.end - own.begin};
}

inline std::string_view Value::escaped() const {
  if (!is_string()) {
    return {};
  }
  const Node& own = node();
  return {document_->bytes_.data() + own.begin + 1, own.end - own.begin - 2};
}

inline bool Value::has_escapes() const { return exists() && node().has_escapes; }

inline bool Value::says(std::string_view utf8) const {
  return is_string() && (node().has_escapes ? says_escaped(utf8) : escaped() == utf8);
}

inline std::size_t Value::size() const { return is_array() || is_object() ? node().size : 0; }

inline Value::Elements Value::elements() const {
  return is_array() ? Elements(document_, index_ + 1, node().next) : Elements(document_, 0, 0);
}

inline Value::Members Value::members() const {
  return is_object() ? Members(document_, index_ + 1, node().next) : Members(document_, 0, 0);
}

inline Value::Elements::Iterator& Value::Elements::Iterator::operator++() {
  index_ = Value(document_, index_).node().next;
  return *this;
}

inline Value::Members::Iterator& Value::Members::Iterator::operator++() {
  index_ = Value(document_, index_ + 1).node().next;
  return *this;
}

}  // namespace llmgate::json
