#include "json/document.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "json/byte_block.h"
#include "json/number_text.h"
#include "json/string_text.h"

// See Reader. Compilers that do not know the attribute pass over it.
#define LLMGATE_INLINE [[gnu::always_inline]]

namespace llmgate::json {
namespace {

constexpr std::uint32_t kNoNode = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMaxOffset = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kNodesOfItem = 2;  // a name and its value
constexpr std::size_t kLeastRoom = 16;   // nodes
constexpr std::size_t kBytesOfNode = 8;  // an answer of 700 bytes has about 70 nodes
constexpr std::size_t kMostFirstRoom = 4096;

const char* reason_of(StringFault fault) {
  switch (fault) {
    case StringFault::kNone:
      return "";
    case StringFault::kUnterminated:
      return "a string without its end";
    case StringFault::kControlByte:
      return "a control byte in a string";
    case StringFault::kEscape:
      return "an invalid escape in a string";
    case StringFault::kUtf8:
      return "invalid UTF-8 in a string";
  }
  return "";
}

[[gnu::noinline]] std::size_t skip_space(const char* text, std::size_t at, std::size_t length) {
  while (length - at >= kBlock) {
    const std::size_t count = space_prefix(text + at);
    at += count;
    if (count != kBlock) {
      return at;
    }
  }
  while (at != length && is_space(text[at])) {
    ++at;
  }
  return at;
}

[[gnu::noinline]] void grow_room(NodeRoom& room, std::size_t used, std::size_t bytes,
                                 std::size_t most) {
  const std::size_t first = std::clamp(bytes / kBytesOfNode, kLeastRoom, kMostFirstRoom);
  const std::size_t size = std::min(std::max(first, room.size * 2), most);
  auto nodes = std::make_unique_for_overwrite<Node[]>(size);  // NOLINT(modernize-avoid-c-arrays)
  std::copy_n(room.nodes.get(), used, nodes.get());
  room = {std::move(nodes), size};
}

// Reads one text into nodes. While a container is open, its `next` names the container around it,
// so nesting needs no stack and no recursion. All of it is inlined into Document::read(), where its
// members live in registers: no function that is called may be given `this`.
class Reader {
 public:
  Reader(std::string_view bytes, const Limits& limits, NodeRoom& storage)
      : start_(bytes.data()),
        length_(bytes.size()),
        blocks_end_(length_ < kBlock ? 0 : length_ - kBlock),
        nodes_(storage.nodes.get()),
        room_(storage.size),
        max_depth_(limits.max_depth),
        max_nodes_(std::min<std::size_t>(limits.max_nodes, kNoNode - kNodesOfItem)),
        storage_(storage) {}

  // Whether the whole text is one value; if not, error() says what is wrong.
  LLMGATE_INLINE bool read() {
    Step step = Step::kItem;
    do {
      if (count_ + kNodesOfItem > room_ && !grow()) {
        return fail("more values than the limit");
      }
      if (closing_ == '}' && !read_name()) {
        return false;
      }
      step = read_value();
      if (step == Step::kSeparator) {
        step = read_separator();
      }
    } while (step == Step::kItem);
    return step == Step::kDone && is_at_end();
  }

  [[nodiscard]] std::uint32_t node_count() const { return count_; }
  [[nodiscard]] ParseError error() const { return {at_, reason_}; }

 private:
  // What is to be read next: a member or element, what stands behind one, or nothing.
  enum class Step : std::uint8_t { kItem, kSeparator, kDone, kFailed };

  LLMGATE_INLINE bool fail(const char* reason) {
    reason_ = reason;
    return false;
  }
  LLMGATE_INLINE bool fail_expecting(const char* reason) {
    return fail(at_ == length_ ? "the text ends too early" : reason);
  }

  // No byte that is asked for is a zero.
  [[nodiscard]] [[gnu::always_inline]] char peek() const {
    return at_ == length_ ? '\0' : start_[at_];
  }
  // The next byte that is no white space.
  LLMGATE_INLINE char peek_behind_space() {
    char byte = peek();
    if (static_cast<unsigned char>(byte) > ' ') {
      return byte;
    }
    if (byte == ' ') {
      ++at_;  // often the only one
      byte = peek();
    }
    if (static_cast<unsigned char>(byte) <= ' ') {
      at_ = skip_space(start_, at_, length_);
      byte = peek();
    }
    return byte;
  }
  // The same where white space is rare.
  LLMGATE_INLINE bool next_is(char wanted) {
    return peek() == wanted || peek_behind_space() == wanted;
  }

  LLMGATE_INLINE void add(Type type, std::size_t stop, bool has_escapes) {
    Node& node = nodes_[count_++];
    node = {static_cast<std::uint32_t>(at_),
            static_cast<std::uint32_t>(stop),
            count_,
            0,
            type,
            has_escapes};
    at_ = stop;
  }

  LLMGATE_INLINE bool read_name() {
    if (peek_behind_space() != '"') {
      return fail_expecting("a member name is expected");
    }
    if (!read_string()) {
      return false;
    }
    if (!next_is(':')) {
      return fail_expecting("a colon is expected");
    }
    ++at_;
    return true;
  }

  LLMGATE_INLINE bool read_string() {
    std::size_t stop = at_ + 1;
    if (stop <= blocks_end_) {
      stop += plain_prefix(start_ + stop);
    }
    if (stop != length_ && start_[stop] == '"') {
      add(Type::kString, stop + 1, false);
      return true;
    }
    const StringScan scan = scan_rest_of_string(start_ + stop, start_ + length_);
    if (scan.fault != StringFault::kNone) {
      at_ = static_cast<std::size_t>(scan.stop - start_);
      return fail(reason_of(scan.fault));
    }
    add(Type::kString, static_cast<std::size_t>(scan.stop - start_), scan.has_escapes);
    return true;
  }

  LLMGATE_INLINE bool add_number(const char* stop) {
    if (stop == nullptr) {
      return fail("an invalid number");
    }
    add(Type::kNumber, static_cast<std::size_t>(stop - start_), false);
    return true;
  }

  LLMGATE_INLINE bool read_word(Type type, std::string_view word) {
    if (length_ - at_ < word.size() || std::memcmp(start_ + at_, word.data(), word.size()) != 0) {
      return fail("a value is expected");
    }
    add(type, at_ + word.size(), false);
    return true;
  }

  LLMGATE_INLINE Step read_value() {
    const char first = peek_behind_space();
    ++size_;
    if (first == '{' || first == '[') {
      return open(first);
    }
    return read_leaf(first) ? Step::kSeparator : Step::kFailed;
  }

  LLMGATE_INLINE bool read_leaf(char first) {
    if (first == '"') {
      return read_string();
    }
    if (is_digit(first)) {
      return add_number(scan_unsigned_number(start_ + at_, start_ + length_));
    }
    switch (first) {
      case 'n':
        return read_word(Type::kNull, "null");
      case 't':
        return read_word(Type::kTrue, "true");
      case 'f':
        return read_word(Type::kFalse, "false");
      case '-':
        return add_number(scan_number(start_ + at_, start_ + length_));
      default:
        return fail_expecting("a value is expected");
    }
  }

  LLMGATE_INLINE Step open(char opening) {
    if (depth_ == max_depth_) {
      fail("nested deeper than the limit");
      return Step::kFailed;
    }
    ++depth_;
    if (innermost_ != kNoNode) {
      nodes_[innermost_].size = size_;
    }
    const std::uint32_t index = count_;
    add(opening == '{' ? Type::kObject : Type::kArray, at_ + 1, false);
    nodes_[index].next = innermost_;
    innermost_ = index;
    closing_ = static_cast<char>(opening + 2);  // in ASCII for both pairs
    size_ = 0;
    if (peek_behind_space() == closing_) {
      close();
      return Step::kSeparator;
    }
    return Step::kItem;
  }

  LLMGATE_INLINE void close() {
    ++at_;
    Node& node = nodes_[innermost_];
    const std::uint32_t around = node.next;
    node.end = static_cast<std::uint32_t>(at_);
    node.size = size_;
    node.next = count_;
    innermost_ = around;
    --depth_;
    if (around != kNoNode) {
      size_ = nodes_[around].size;
      closing_ = nodes_[around].type == Type::kObject ? '}' : ']';
    }
  }

  // Goes over the comma, or over all that ends here and then over the comma.
  LLMGATE_INLINE Step read_separator() {
    while (innermost_ != kNoNode) {
      if (next_is(',')) {
        ++at_;
        return Step::kItem;
      }
      if (peek() != closing_) {
        fail_expecting("a comma or the end of the array or object is expected");
        return Step::kFailed;
      }
      close();
    }
    return Step::kDone;
  }

  LLMGATE_INLINE bool is_at_end() {
    peek_behind_space();
    if (count_ > max_nodes_) {
      return fail("more values than the limit");
    }
    return at_ == length_ || fail("bytes behind the value");
  }

  // Makes room for one more member, unless the limit is passed already.
  LLMGATE_INLINE bool grow() {
    if (count_ > max_nodes_) {
      return false;
    }
    grow_room(storage_, count_, length_, max_nodes_ + kNodesOfItem);
    nodes_ = storage_.nodes.get();
    room_ = storage_.size;
    return true;
  }

  const char* const start_;
  std::size_t at_ = 0;
  const std::size_t length_;
  const std::size_t blocks_end_;  // the last offset with a whole block behind it
  Node* nodes_;
  std::uint32_t count_ = 0;
  std::size_t room_;
  std::uint32_t innermost_ = kNoNode;  // the container that is open
  std::uint32_t size_ = 0;             // its elements or members so far
  std::uint32_t depth_ = 0;
  const std::uint32_t max_depth_;
  char closing_ = '\0';
  const std::size_t max_nodes_;
  const char* reason_ = "";
  NodeRoom& storage_;
};

}  // namespace

std::string_view name_of(Type type) {
  switch (type) {
    case Type::kNull:
      return "null";
    case Type::kFalse:
    case Type::kTrue:
      return "boolean";
    case Type::kNumber:
      return "number";
    case Type::kString:
      return "string";
    case Type::kArray:
      return "array";
    case Type::kObject:
      return "object";
  }
  return "";
}

Document::Document(Document&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})),
      room_(std::exchange(other.room_, {})),
      node_count_(std::exchange(other.node_count_, 0)) {}

Document& Document::operator=(Document&& other) noexcept {
  bytes_ = std::exchange(other.bytes_, {});
  room_ = std::exchange(other.room_, {});
  node_count_ = std::exchange(other.node_count_, 0);
  return *this;
}

std::optional<ParseError> Document::read(std::string_view bytes, const Limits& limits) {
  bytes_ = {};
  node_count_ = 0;
  if (bytes.size() > std::min(limits.max_bytes, kMaxOffset)) {
    return ParseError{0, "longer than the limit"};
  }
  Reader reader(bytes, limits, room_);
  if (!reader.read()) {
    return reader.error();
  }
  bytes_ = bytes;
  node_count_ = reader.node_count();
  return std::nullopt;
}

}  // namespace llmgate::json
