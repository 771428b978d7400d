// What all parts of Anthropic's renderer share while one request is written: the target, what is
// said about the request's fields, and the limits that run through all of it. Render step.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/disposition.h"
#include "json/document.h"
#include "json/path.h"
#include "json/writer.h"
#include "wire/anthropic/models.h"
#include "wire/anthropic/rules.h"
#include "wire/format.h"

namespace llmgate::wire {

class AnthropicRendering {
 public:
  AnthropicRendering(json::Value request, const Issuer& issuer, chat::Dispositions& dispositions);

  [[nodiscard]] const Issuer& issuer() const { return issuer_; }
  [[nodiscard]] const ClaudeModel& model() const { return model_; }
  [[nodiscard]] chat::Dispositions& dispositions() { return dispositions_; }
  // The request was read from Anthropic's JSON: what it says is sent, sound or not.
  [[nodiscard]] bool is_verbatim() const { return is_verbatim_; }
  // The hint of a message, part or tool; does not exist unless it is ours.
  [[nodiscard]] json::Value form_of(json::Value value) const;

  void note(AnthropicRule rule, const json::Path& path, std::string detail = {});
  // The first refusal counts; rendering goes on, for nobody to see.
  void refuse(const json::Path& path, std::string message);
  [[nodiscard]] Failure& failure() { return failure_; }

  // Counts a breakpoint of the prompt cache: Anthropic takes four.
  void count_breakpoint(json::Value cache_control, const json::Path& path);
  // Writes a member that stays as it is; hints do not.
  void splice(json::Member member, const json::Path& path, json::Writer& out);
  // The same for all members of an object.
  void splice_object(json::Value object, const json::Path& path, json::Writer& out);

  // The id of a tool call as it is sent; the same for its result.
  [[nodiscard]] std::string id_of(std::string_view escaped) const;
  // A call that goes back as its issuer said it keeps its id.
  void keep_id(std::string_view escaped) { kept_ids_.push_back(escaped); }

  void use_files() { uses_files_ = true; }
  [[nodiscard]] bool uses_files() const { return uses_files_; }

 private:
  const Issuer& issuer_;
  const ClaudeModel& model_;
  chat::Dispositions& dispositions_;
  bool has_hints_ = false;
  bool is_verbatim_ = false;
  bool uses_files_ = false;
  int breakpoints_ = 0;
  std::vector<std::string_view> kept_ids_;
  Failure failure_;
};

}  // namespace llmgate::wire
