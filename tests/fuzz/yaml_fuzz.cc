// Reads any bytes as YAML. What comes out must be JSON within the limits, each of its marks at a
// value or a name and inside the text, and must give itself again when it is read as YAML, which
// holds all JSON of plain ASCII.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/document.h"
#include "json/from_yaml.h"

namespace {

using llmgate::json::Document;
using llmgate::json::LineMark;
using llmgate::json::Value;
using llmgate::json::YamlAsJson;
using llmgate::json::YamlLimits;

// Small, so that the fuzzer finds them.
constexpr YamlLimits kLimits{
    .max_bytes = 1U << 16U, .max_json_bytes = 1U << 14U, .max_depth = 12, .max_nodes = 400};

void expect(bool holds, const char* what, std::string_view json) {
  if (!holds) {
    std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(json.size()), json.data());
    std::abort();
  }
}

void check_marks(const YamlAsJson& out, std::string_view input) {
  const auto breaks = std::count_if(input.begin(), input.end(), [](char byte) {
    return byte == '\n' || byte == '\r' || byte == '\x85' || byte == '\xa8' || byte == '\xa9';
  });
  std::size_t last = 0;
  for (const LineMark& mark : out.marks) {
    expect(mark.offset < out.json.size() && (mark.offset > last || last == 0), "order", out.json);
    // What is empty at the end of a last line without a break counts for the line behind it.
    expect(mark.line >= 1 && mark.line <= static_cast<std::uint32_t>(breaks) + 2, "line", out.json);
    const char first = out.json[mark.offset];
    expect(std::string_view("{[\"-0123456789tfn").find(first) != std::string_view::npos, "mark",
           out.json);
    last = mark.offset;
  }
}

// Names this long need not be simple keys for a YAML reader.
bool has_long_name(Value value) {
  for (const auto member : value.members()) {
    if (member.name.raw().size() > 1000 || has_long_name(member.value)) {
      return true;
    }
  }
  for (const Value element : value.elements()) {
    if (has_long_name(element)) {
      return true;
    }
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  YamlAsJson out;
  if (const auto error = llmgate::json::from_yaml(input, out, kLimits)) {
    expect(!error->reason.empty() && error->line >= 0, "an error without a reason", {});
    return 0;
  }
  Document document;
  expect(!document.read(out.json).has_value(), "no JSON", out.json);
  check_marks(out, input);
  const bool is_plain = std::all_of(out.json.begin(), out.json.end(),
                                    [](char byte) { return byte >= ' ' && byte <= '~'; });
  if (is_plain && !has_long_name(document.root())) {
    YamlAsJson again;
    const auto error = llmgate::json::from_yaml(out.json, again);
    expect(!error.has_value(), error ? error->reason.c_str() : "", out.json);
    expect(again.json == out.json, "differs when read again", again.json);
  }
  return 0;
}
