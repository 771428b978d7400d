#include "json/document_writer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <memory>
#include <utility>

#include "json/writer.h"

namespace llmgate::json {
namespace {

constexpr std::size_t kLeastRoom = 64;      // nodes
constexpr std::size_t kBytesOfNode = 32;    // a long conversation has a value for each 50 bytes
constexpr std::size_t kLongestNumber = 20;  // an int64 with its sign
constexpr std::uint32_t kNoContainer = ~0U;

}  // namespace

DocumentWriter::DocumentWriter(std::size_t bytes) {
  text_.reserve(bytes);
  if (bytes != 0) {
    make_room(static_cast<std::uint32_t>(bytes / kBytesOfNode));
  }
}

void DocumentWriter::make_room(std::uint32_t count) {
  if (room_.size - count_ >= count) {
    return;
  }
  const std::size_t wanted = std::size_t{count_} + count;
  const std::size_t size = std::max({wanted, room_.size * 2, kLeastRoom});
  auto nodes = std::make_unique_for_overwrite<Node[]>(size);  // NOLINT(modernize-avoid-c-arrays)
  std::copy_n(room_.nodes.get(), count_, nodes.get());
  room_ = {std::move(nodes), size};
}

// Each element of an array counts where it begins; a member counts with its name.
void DocumentWriter::begin_value() {
  if (needs_comma_) {
    text_ += ',';
  }
  needs_comma_ = true;
  if (depth_ != 0 && room_.nodes[innermost_].type == Type::kArray) {
    ++room_.nodes[innermost_].size;
  }
}

void DocumentWriter::add_node(std::size_t begin, Type type, bool has_escapes) {
  make_room(1);
  Node& node = room_.nodes[count_++];
  node = {static_cast<std::uint32_t>(begin),
          static_cast<std::uint32_t>(text_.size()),
          count_,
          0,
          type,
          has_escapes};
}

// Of another text, whose bytes have been appended; they moved by `moved` (modulo 2^32).
void DocumentWriter::add_nodes(const Node* nodes, std::uint32_t first, std::uint32_t count,
                               std::size_t moved) {
  make_room(count);
  const auto bytes = static_cast<std::uint32_t>(moved);
  const std::uint32_t places = count_ - first;
  Node* const to = room_.nodes.get() + count_;
  for (std::uint32_t i = 0; i < count; ++i) {
    to[i] = nodes[i];
    to[i].begin += bytes;
    to[i].end += bytes;
    to[i].next += places;
  }
  count_ += count;
}

// While a container is open, its `next` names the one around it.
DocumentWriter& DocumentWriter::open(char bracket, Type type) {
  begin_value();
  const std::size_t begin = text_.size();
  text_ += bracket;
  add_node(begin, type, false);
  room_.nodes[count_ - 1].next = depth_ == 0 ? kNoContainer : innermost_;
  innermost_ = count_ - 1;
  ++depth_;
  needs_comma_ = false;
  return *this;
}

DocumentWriter& DocumentWriter::close(char bracket) {
  assert(depth_ != 0);
  text_ += bracket;
  Node& node = room_.nodes[innermost_];
  const std::uint32_t around = node.next;
  node.end = static_cast<std::uint32_t>(text_.size());
  node.next = count_;
  innermost_ = around;
  --depth_;
  needs_comma_ = true;
  return *this;
}

DocumentWriter& DocumentWriter::key(Value name) {
  ++room_.nodes[innermost_].size;
  splice(name);
  text_ += ':';
  needs_comma_ = false;
  return *this;
}

DocumentWriter& DocumentWriter::escaped_key(std::string_view inside) {
  ++room_.nodes[innermost_].size;
  escaped({inside});
  text_ += ':';
  needs_comma_ = false;
  return *this;
}

DocumentWriter& DocumentWriter::splice(Value value) {
  assert(value.exists());
  if (!value.exists()) {
    return null();
  }
  begin_value();
  const Node& node = value.node();
  const std::size_t moved = text_.size() - node.begin;
  text_ += value.raw();
  add_nodes(&node, value.index_, node.next - value.index_, moved);
  return *this;
}

DocumentWriter& DocumentWriter::splice(const DocumentWriter& written) {
  begin_value();
  const std::size_t moved = text_.size();
  text_ += written.text_;
  add_nodes(written.room_.nodes.get(), 0, written.count_, moved);
  return *this;
}

DocumentWriter& DocumentWriter::string(std::string_view utf8) {
  return escaped_by([utf8](std::string& text) { append_escaped(text, utf8); });
}

DocumentWriter& DocumentWriter::escaped(std::initializer_list<std::string_view> pieces) {
  begin_value();
  const std::size_t begin = text_.size();
  bool has_escapes = false;
  text_ += '"';
  for (const std::string_view piece : pieces) {
    text_ += piece;
    has_escapes = has_escapes || piece.find('\\') != std::string_view::npos;
  }
  text_ += '"';
  add_node(begin, Type::kString, has_escapes);
  return *this;
}

std::size_t DocumentWriter::begin_string() {
  begin_value();
  text_ += '"';
  return text_.size() - 1;
}

DocumentWriter& DocumentWriter::end_string(std::size_t begin) {
  text_ += '"';
  add_node(begin, Type::kString, text_.find('\\', begin) != std::string::npos);
  return *this;
}

DocumentWriter& DocumentWriter::quoted(Value value) {
  return escaped_by([value](std::string& text) { append_escaped(text, value.raw()); });
}

DocumentWriter& DocumentWriter::number(std::int64_t value) {
  std::array<char, kLongestNumber> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return word({digits.data(), end.ptr}, Type::kNumber);
}

DocumentWriter& DocumentWriter::boolean(bool value) {
  return value ? word("true", Type::kTrue) : word("false", Type::kFalse);
}

DocumentWriter& DocumentWriter::word(std::string_view text, Type type) {
  begin_value();
  const std::size_t begin = text_.size();
  text_ += text;
  add_node(begin, type, false);
  return *this;
}

void DocumentWriter::clear() {
  text_.clear();
  count_ = 0;
  depth_ = 0;
  needs_comma_ = false;
}

// What callers promise about the pieces they give; debug builds hold them to it.
bool DocumentWriter::is_as_read(std::string_view text) const {
  Document read;
  if (read.read(text, {.max_depth = ~0U}) || read.node_count_ != count_) {
    return false;
  }
  return std::equal(room_.nodes.get(), room_.nodes.get() + count_, read.room_.nodes.get(),
                    [](const Node& one, const Node& other) {
                      return one.begin == other.begin && one.end == other.end &&
                             one.next == other.next && one.size == other.size &&
                             one.type == other.type && one.has_escapes == other.has_escapes;
                    });
}

std::optional<ParseError> DocumentWriter::take_index(std::string_view text, Document& document,
                                                     const Limits& limits) {
  assert(depth_ == 0 && count_ != 0);
  if (text.size() > std::min<std::size_t>(limits.max_bytes, ~std::uint32_t{0})) {
    return ParseError{0, "longer than the limit"};
  }
  if (count_ > limits.max_nodes) {
    return ParseError{0, "more values than the limit"};
  }
  assert(is_as_read(text));
  document.bytes_ = text;
  document.room_ = std::exchange(room_, {});
  document.node_count_ = std::exchange(count_, 0);
  return std::nullopt;
}

}  // namespace llmgate::json
