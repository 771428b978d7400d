// Reads any bytes with json::Document and with a second, simple reader. Both must agree on whether
// it is JSON and on what it says, look-ups and numbers included; what is written must read back
// equal.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"
#include "json/writer.h"
#include "simple_json.h"

namespace {

using llmgate::fuzz::SimpleReader;
using llmgate::fuzz::SimpleValue;
using llmgate::json::Document;
using llmgate::json::Member;
using llmgate::json::Type;
using llmgate::json::Value;
using llmgate::json::Writer;

constexpr int kMaxDepth = 40;
constexpr std::size_t kLongExponent =
    3;  // digits; longer ones are for simple_int() too much to walk
constexpr std::size_t kManyElements = 20;  // at() walks: the square of this is enough

void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "json: %s\n", what);
    std::abort();
  }
}

void write_value(Writer& writer, Value value) {
  switch (value.type()) {
    case Type::kNull:
      writer.null();
      return;
    case Type::kFalse:
    case Type::kTrue:
      writer.boolean(*value.as_bool());
      return;
    case Type::kNumber:
      writer.raw(value.raw());
      return;
    case Type::kString:
      writer.string(value.unescaped());
      return;
    case Type::kArray:
      writer.begin_array();
      for (const Value element : value.elements()) {
        write_value(writer, element);
      }
      writer.end_array();
      return;
    case Type::kObject:
      writer.begin_object();
      for (const Member member : value.members()) {
        writer.key(member.name.unescaped());
        write_value(writer, member.value);
      }
      writer.end_object();
  }
}

void compare_number(Value value, const std::string& text) {
  const double expected = std::strtod(text.c_str(), nullptr);
  const auto number = value.as_double();
  require(number.has_value() == std::isfinite(expected),
          "as_double() where the double is infinite");
  require(!number || *number == expected, "as_double() differs");
  const std::size_t exponent = text.find_first_of("eE");
  if (exponent == std::string::npos || text.size() - exponent - 1 <= kLongExponent) {
    require(value.as_int() == llmgate::fuzz::simple_int(text), "as_int() differs");
  }
}

void compare(Value value, const SimpleValue& simple) {
  require(value.size() == simple.items.size(), "size() differs");
  if (simple.kind == '0') {
    compare_number(value, simple.text);
  } else if (simple.kind == 's') {
    require(value.says(simple.text), "says() denies the text");
    require(!value.says(simple.text + "x"), "says() takes another text");
  } else if (simple.kind == 'a') {
    std::size_t index = 0;
    for (const Value element : value.elements()) {
      require(index > kManyElements || value.at(index).raw().data() == element.raw().data(),
              "at() differs");
      compare(element, simple.items[index++]);
    }
    require(index == simple.items.size(), "elements() differ");
    require(!value.at(index).exists(), "at() gives an element behind the last");
  } else if (simple.kind == 'o') {
    std::size_t index = 0;
    for (const Member member : value.members()) {
      compare(member.value, simple.items[index]);
      std::size_t last = index;
      for (std::size_t other = index + 1; other < simple.names.size(); ++other) {
        last = simple.names[other] == simple.names[index] ? other : last;
      }
      const Value found = value.find(simple.names[index]);
      require(found.exists() && (last != index || found.raw().data() == member.value.raw().data()),
              "find() is not the last of its name");
      ++index;
    }
    require(index == simple.names.size(), "members() differ");
  }
}

void compare_whole(const Document& document, const SimpleValue& simple) {
  std::string expected;
  llmgate::fuzz::write_simple(expected, simple);
  std::string written;
  Writer writer(written);
  write_value(writer, document.root());
  require(written == expected, "the values differ");
  compare(document.root(), simple);

  Document again;
  require(!again.read(written, {.max_depth = kMaxDepth}), "what was written is refused");
  std::string rewritten;
  Writer rewriter(rewritten);
  write_value(rewriter, again.root());
  require(rewritten == written, "what was written reads back otherwise");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Document document;  // kept, so that reading into old memory is tried too
  // A copy of exactly this size, so that the address sanitizer sees a read beyond it.
  const std::vector<char> bytes(data, data + size);
  const std::string_view text(bytes.data(), bytes.size());

  const auto error = document.read(text, {.max_depth = kMaxDepth});
  const auto simple = SimpleReader(text, kMaxDepth).read();
  require(error.has_value() != simple.has_value(), "one reader accepts, the other refuses");
  require(document.root().exists() == simple.has_value(), "a root without a text or the other way");
  if (simple) {
    compare_whole(document, *simple);
  } else {
    require(error->offset <= size && *error->reason != '\0', "an error without place or reason");
  }
  return 0;
}
