#include "wire/gemini/read_request.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "chat/parameters.h"
#include "chat/refusal.h"
#include "chat/replay.h"
#include "json/writer.h"
#include "wire/gemini/config.h"
#include "wire/gemini/conversions.h"
#include "wire/gemini/read_config.h"
#include "wire/gemini/read_contents.h"
#include "wire/gemini/read_tools.h"

namespace llmgate::wire {
namespace {

using json::Member;
using json::Value;
using json::Writer;

// Forwarded under their own names, in both directions.
constexpr std::array kForwarded = std::to_array<std::string_view>(
    {"safetySettings", "safety_settings", "cachedContent", "cached_content", "labels"});

class RequestReader {
 public:
  RequestReader(Value root, const Issuer& issuer, std::string& text)
      : root_(root), issuer_(issuer), out_(text), hint_writer_(hints_) {}

  Failure read() {
    const Value contents = root_.find("contents");
    if (!contents.is_array()) {
      return chat::refuse(json::Path("$").member("contents"), contents, "a list of contents");
    }
    out_.begin_object().escaped_key("model").string(issuer_.model);
    hint_writer_.begin_object().escaped_key("format").escaped(kGeminiFormat);
    if (Failure failure = read_messages(contents)) {
      return failure;
    }
    for (const Member member : root_.members()) {
      read_member(member);
    }
    if (!others_.empty()) {
      hint_writer_.escaped_key("members").raw(others_ + "}");
      has_hints_ = true;
    }
    hint_writer_.end_object();
    if (has_hints_) {
      out_.escaped_key(chat::kFormMember).raw(hints_);
    }
    out_.end_object();
    return std::nullopt;
  }

 private:
  Failure read_messages(Value contents) {
    const bool is_snake = !root_.find("systemInstruction").exists();
    const Value system = root_.find(is_snake ? "system_instruction" : "systemInstruction");
    GeminiContentReader reader(issuer_, out_);
    out_.escaped_key("messages").begin_array();
    if (GeminiContentReader::is_system_message(system)) {
      reader.read_system(system, is_snake);
      has_system_message_ = true;
    }
    Failure failure = reader.read(contents);
    out_.end_array();
    has_hints_ |= reader.has_hints();
    return failure;
  }

  void read_member(Member member) {
    const std::string_view name = member.name.escaped();
    const Value value = member.value;
    if (name == "contents") {
      return;
    }
    if (name == "systemInstruction" || name == "system_instruction") {
      if (!has_system_message_) {
        keep(member);
      }
    } else if (name == "generationConfig" || name == "generation_config") {
      read_config(member);
    } else if (name == "tools" && is_readable_tools(value)) {
      has_hints_ |= read_gemini_tools(value, out_);
    } else if (name == "toolConfig" && read_gemini_choice(value, out_)) {
      return;
    } else if (is_forwarded(name) && !value.is_null()) {
      out_.raw_key(member.name.raw()).raw(value.raw());
    } else {
      keep(member);
    }
  }

  static bool is_forwarded(std::string_view name) {
    const bool is_own = std::find(kForwarded.begin(), kForwarded.end(), name) != kForwarded.end() ||
                        name == "toolConfig" || name == "tool_config";
    // An unknown field must not be taken for one of the canonical request's own.
    const bool is_free = find_gemini_field(name) == nullptr && find_gemini_row(name) == nullptr &&
                         !chat::is_known_parameter(name) && !name.starts_with("llmgate_");
    return is_own || is_free;
  }

  void read_config(Member member) {
    if (!member.value.is_object()) {
      keep(member);
      return;
    }
    has_hints_ |=
        read_gemini_config(member.name.escaped(), member.value, issuer_, out_, hint_writer_);
  }

  // Goes back as it is; nobody else could make anything of it.
  void keep(Member member) {
    others_ += others_.empty() ? "{" : ",";
    others_ += member.name.raw();
    others_ += ':';
    others_ += member.value.raw();
  }

  Value root_;
  const Issuer& issuer_;
  Writer out_;
  std::string hints_;
  Writer hint_writer_;
  std::string others_;
  bool has_system_message_ = false;
  bool has_hints_ = false;
};

}  // namespace

Result<chat::ChatRequest> read_gemini_request(std::string_view body, const Issuer& issuer) {
  json::Document document;
  if (const auto error = document.read(body, kReplyLimits)) {
    return bad_request("$", std::string("not valid JSON: ") + error->reason + " at byte " +
                                std::to_string(error->offset));
  }
  if (!document.root().is_object()) {
    return chat::refuse("$", document.root(), "an object with \"contents\"");
  }
  std::string text;
  text.reserve(body.size() + body.size() / 4);
  if (Failure failure = RequestReader(document.root(), issuer, text).read()) {
    return std::move(*failure);
  }
  return chat::ChatRequest::read(std::move(text));
}

}  // namespace llmgate::wire
