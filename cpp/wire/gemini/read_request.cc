#include "wire/gemini/read_request.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "chat/parameters.h"
#include "chat/refusal.h"
#include "chat/replay.h"
#include "json/document_writer.h"
#include "wire/gemini/config.h"
#include "wire/gemini/conversions.h"
#include "wire/gemini/read_config.h"
#include "wire/gemini/read_contents.h"
#include "wire/gemini/read_tools.h"

namespace llmgate::wire {
namespace {

using json::DocumentWriter;
using json::Member;
using json::Value;

// Forwarded under their own names, in both directions.
constexpr std::array kForwarded = std::to_array<std::string_view>(
    {"safetySettings", "safety_settings", "cachedContent", "cached_content", "labels"});

class RequestReader {
 public:
  RequestReader(Value root, const Issuer& issuer, DocumentWriter& out)
      : root_(root), issuer_(issuer), out_(out) {}

  Failure read() {
    const Value contents = root_.find("contents");
    if (!contents.is_array()) {
      return chat::refuse(json::Path("$").member("contents"), contents, "a list of contents");
    }
    out_.begin_object().escaped_key("model").string(issuer_.model);
    hints_.begin_object().escaped_key("format").escaped(kGeminiFormat);
    if (Failure failure = read_messages(contents)) {
      return failure;
    }
    for (const Member member : root_.members()) {
      read_member(member);
    }
    write_kept();
    hints_.end_object();
    if (has_hints_) {
      out_.escaped_key(chat::kFormMember).splice(hints_);
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
      out_.splice(member);
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
    has_hints_ |= read_gemini_config(member.name.escaped(), member.value, issuer_, out_, hints_);
  }

  // Goes back as it is; nobody else could make anything of it.
  void keep(Member member) { kept_.push_back(member); }

  void write_kept() {
    if (kept_.empty()) {
      return;
    }
    hints_.escaped_key("members").begin_object();
    for (const Member member : kept_) {
      hints_.splice(member);
    }
    hints_.end_object();
    has_hints_ = true;
  }

  Value root_;
  const Issuer& issuer_;
  DocumentWriter& out_;
  DocumentWriter hints_;
  std::vector<Member> kept_;
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
  DocumentWriter written(body.size() + body.size() / 4);
  if (Failure failure = RequestReader(document.root(), issuer, written).read()) {
    return std::move(*failure);
  }
  return chat::ChatRequest::take(std::move(written));
}

}  // namespace llmgate::wire
