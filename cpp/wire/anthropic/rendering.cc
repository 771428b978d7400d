#include "wire/anthropic/rendering.h"

#include <algorithm>
#include <utility>

#include "chat/replay.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {

using json::Path;
using json::Value;

namespace {

constexpr int kMostBreakpoints = 4;  // Anthropic docs, "Prompt caching", read 2026-11

}  // namespace

AnthropicRendering::AnthropicRendering(Value request, const Issuer& issuer,
                                       chat::Dispositions& dispositions)
    : issuer_(issuer), model_(find_claude_model(issuer.model)), dispositions_(dispositions) {
  const Value form = request.find(chat::kFormMember);
  has_hints_ = form.exists();
  is_verbatim_ = form.find("format").says(anthropic_messages_format().name());
}

Value AnthropicRendering::form_of(Value value) const {
  return is_verbatim_ ? value.find(chat::kFormMember) : Value();
}

void AnthropicRendering::note(AnthropicRule rule, const Path& path, std::string detail) {
  wire::note(row_of(rule), path.text(), dispositions_, std::move(detail));
}

void AnthropicRendering::refuse(const Path& path, std::string message) {
  if (!failure_) {
    failure_ = bad_request(path.text(), std::move(message));
  }
}

std::string AnthropicRendering::id_of(std::string_view escaped) const {
  const bool is_kept =
      is_verbatim_ || std::find(kept_ids_.begin(), kept_ids_.end(), escaped) != kept_ids_.end();
  return is_kept ? std::string(escaped) : portable_id(escaped);
}

void AnthropicRendering::count_breakpoint(Value cache_control, const Path& path) {
  if (!cache_control.is_object() || ++breakpoints_ <= kMostBreakpoints || is_verbatim_) {
    return;
  }
  refuse(path, "the fifth cache_control of the request; accepted: at most four");
}

void AnthropicRendering::splice(json::Member member, const Path& path, json::Writer& out) {
  const std::string_view name = member.name.escaped();
  if (name == "cache_control") {
    count_breakpoint(member.value, path.member(name));
  } else if (has_hints_ && name == chat::kFormMember) {
    return;
  }
  out.raw_key(member.name.raw()).raw(member.value.raw());
}

void AnthropicRendering::splice_object(Value object, const Path& path, json::Writer& out) {
  out.begin_object();
  for (const json::Member member : object.members()) {
    splice(member, path, out);
  }
  out.end_object();
}

}  // namespace llmgate::wire
