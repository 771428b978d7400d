#include "wire/anthropic/render.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "wire/anthropic/assistant.h"
#include "wire/anthropic/fields.h"
#include "wire/anthropic/output.h"
#include "wire/anthropic/rendering.h"
#include "wire/anthropic/thinking.h"
#include "wire/anthropic/tools.h"
#include "wire/anthropic/turns.h"
#include "wire/conversation.h"

namespace llmgate::wire {
namespace {

using json::Path;
using json::Value;
using json::Writer;
using Field = AnthropicField;
using enum AnthropicRule;

// What OpenAI's callers give as an address names a person, which Anthropic asks not to be told.
bool is_address(std::string_view user) {
  const std::size_t at = user.find('@');
  return at != std::string_view::npos && at > 0 && user.find('.', at) != std::string_view::npos &&
         user.find(' ') == std::string_view::npos;
}

bool is_blank(std::string_view escaped) {
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    constexpr std::string_view kEscapes = "nrtf";
    if (escaped[i] == '\\' && i + 1 < escaped.size() &&
        kEscapes.find(escaped[i + 1]) != std::string_view::npos) {
      ++i;
    } else if (escaped[i] != ' ') {
      return false;
    }
  }
  return true;
}

class RequestWriter {
 public:
  RequestWriter(const chat::ChatRequest& request, const Issuer& issuer, RenderedRequest& rendered)
      : root_(request.root()),
        issuer_(issuer),
        rendering_(root_, issuer, rendered.dispositions),
        rendered_(rendered),
        out_(rendered.body) {}

  Failure write() {
    out_.begin_object();
    if (!issuer_.model.empty()) {
      out_.escaped_key("model").string(issuer_.model);
    }
    sort_fields();
    const Conversation conversation(fields_[Field::kMessages], anthropic_messages_format(), issuer_,
                                    rendering_.dispositions());
    const AnthropicThinking thinking(thinking_fields(conversation), given_max_tokens(), rendering_);
    write_max_tokens(thinking.budget());
    AnthropicMessages messages(conversation, rendering_);
    messages.write(out_.escaped_key("messages"));
    ToolFields tools = tool_fields(thinking);
    const AnthropicOutput output(fields_[Field::kResponseFormat], tools, rendering_);
    tools.structured_schema = output.tool_schema();
    messages.write_system(fields_[Field::kSystem], output.instruction(), out_);
    write_anthropic_tools(tools, rendering_, out_);
    thinking.write(out_);
    output.write(fields_[Field::kOutputConfig], thinking.effort(), out_);
    write_sampling(thinking.is_on());
    write_stop();
    write_user();
    write_service_tier();
    for (const json::Member member : rendering_.form_of(root_).find("raw").members()) {
      out_.raw_key(member.name.raw()).raw(member.value.raw());
    }
    out_.end_object();
    add_betas();
    return std::move(rendering_.failure());
  }

 private:
  // Notes and writes what needs no thought, and finds the rest.
  void sort_fields() {
    for (const json::Member member : root_.members()) {
      std::string storage;
      const std::string_view name = member.name.unescaped(storage);
      const FieldRow* row = find_anthropic_field(name);
      if (row != nullptr && row->use == FieldUse::kRead) {
        fields_[row->field] = member.value;
      } else if (!member.value.is_null()) {
        write_other(member, name, row);
      }
    }
  }

  void write_other(json::Member member, std::string_view name, const FieldRow* row) {
    const Path root("$");
    if (row == nullptr) {
      rendering_.note(kUnknownField, root.member(name));
    } else if (row->use == FieldUse::kDropped) {
      rendering_.note(is_neutral(name, member.value) ? kDefaultValue : row->rule,
                      root.member(name));
      return;
    }
    rendering_.splice(member, root, out_);
  }

  [[nodiscard]] std::int64_t given_max_tokens() const {
    const auto newer = fields_[Field::kMaxCompletionTokens].as_int();
    return newer ? *newer : fields_[Field::kMaxTokens].as_int().value_or(0);
  }

  void write_max_tokens(std::int64_t budget) {
    const Value newer = fields_[Field::kMaxCompletionTokens];
    const Value older = fields_[Field::kMaxTokens];
    if (newer.is_number()) {
      rendering_.note(kMaxCompletionTokens, "$.max_completion_tokens");
      if (older.is_number()) {
        rendering_.note(kMaxTokensTwice, "$.max_tokens");
      }
      out_.escaped_key("max_tokens").raw(newer.raw());
    } else if (older.is_number()) {
      out_.escaped_key("max_tokens").raw(older.raw());
    } else if (!rendering_.is_verbatim()) {
      const std::int64_t most = rendering_.model().max_tokens;
      const std::int64_t added = budget < most ? most : most + budget;
      rendering_.note(kMaxTokensAdded, "$.max_tokens", std::to_string(added));
      out_.escaped_key("max_tokens").number(added);
    }
  }

  [[nodiscard]] ThinkingFields thinking_fields(const Conversation& conversation) const {
    ThinkingFields fields;
    fields.thinking = fields_[Field::kThinking];
    fields.reasoning_effort = fields_[Field::kReasoningEffort];
    fields.reasoning = fields_[Field::kReasoning];
    const auto& messages = conversation.messages();
    const auto last = std::find_if(messages.rbegin(), messages.rend(), [](const Message& message) {
      return message.role == Role::kAssistant;
    });
    const bool is_answered = last != messages.rbegin() && last != messages.rend() &&
                             std::prev(last)->role == Role::kTool;
    fields.is_loop_unthinking = is_answered && !begins_with_thinking(*last);
    return fields;
  }

  [[nodiscard]] ToolFields tool_fields(const AnthropicThinking& thinking) const {
    ToolFields tools;
    tools.tools = fields_[Field::kTools];
    tools.functions = fields_[Field::kFunctions];
    tools.tool_choice = fields_[Field::kToolChoice];
    tools.function_call = fields_[Field::kFunctionCall];
    tools.parallel_tool_calls = fields_[Field::kParallelToolCalls];
    tools.web_search_options = fields_[Field::kWebSearchOptions];
    tools.is_thinking = thinking.forbids_forced_tool();
    return tools;
  }

  // Whatever the value, what to say of it where it is refused.
  struct Refusals {
    AnthropicRule removed;
    AnthropicRule thinking;
  };

  void write_sampling(bool is_thinking) {
    constexpr double kLeastTopP = 0.95;  // while thinking: "Extended thinking", read 2026-11
    const Value top_p = fields_[Field::kTopP];
    const auto temperature = fields_[Field::kTemperature].as_double();
    const bool sends_temperature = temperature && (!is_thinking || *temperature >= 1);
    const bool is_second = sends_temperature && !rendering_.model().takes_both;
    const bool is_low = is_thinking && top_p.as_double().value_or(1) < kLeastTopP;
    write_temperature(is_thinking);
    write_sampled("top_p", top_p, is_second || is_low,
                  {kTopPRemoved, is_second ? kTopPTwice : kTopPThinking});
    write_sampled("top_k", fields_[Field::kTopK], is_thinking, {kTopKRemoved, kTopKThinking});
  }

  void write_sampled(std::string_view name, Value value, bool is_refused, Refusals refusals) {
    if (!value.exists() || value.is_null()) {
      return;
    }
    const bool takes_sampling = rendering_.model().takes_sampling;
    if (rendering_.is_verbatim() || (takes_sampling && !is_refused)) {
      out_.escaped_key(name).raw(value.raw());
    } else {
      const Path root("$");
      rendering_.note(takes_sampling ? refusals.thinking : refusals.removed, root.member(name));
    }
  }

  void write_temperature(bool is_thinking) {
    const Value value = fields_[Field::kTemperature];
    const auto temperature = value.as_double();
    const bool is_inside = !temperature || (*temperature >= 0 && *temperature <= 1);
    const bool is_high = !is_inside && *temperature > 1;
    const bool is_refused = is_thinking && temperature != 1.0 && !is_high;
    if (is_inside || is_refused || rendering_.is_verbatim() || !rendering_.model().takes_sampling) {
      write_sampled("temperature", value, is_refused, {kTemperatureRemoved, kTemperatureThinking});
      return;
    }
    rendering_.note(kTemperatureClamped, "$.temperature",
                    std::string(value.raw()) + (is_high ? " to 1" : " to 0"));
    out_.escaped_key("temperature").number(is_high ? 1 : 0);
  }

  void write_stop() {
    const Value stop = fields_[Field::kStop];
    if (!stop.exists() || stop.is_null()) {
      return;
    }
    rendering_.note(kStop, "$.stop");
    const Path path("$.stop");
    out_.escaped_key("stop_sequences").begin_array();
    if (stop.is_string()) {
      write_stop_word(stop, path);
    }
    std::size_t index = 0;
    for (const Value word : stop.elements()) {
      write_stop_word(word, path.element(index++));
    }
    out_.end_array();
  }

  void write_stop_word(Value word, const Path& path) {
    if (!rendering_.is_verbatim() && is_blank(word.escaped())) {
      rendering_.note(kStopBlank, path);
    } else {
      out_.raw(word.raw());
    }
  }

  void write_user() {
    const Value raw = rendering_.form_of(root_).find("raw").find("metadata");
    const Value user = fields_[Field::kUser];
    const Value other = fields_[Field::kSafetyIdentifier];
    if (raw.exists()) {
      return;
    }
    if (user.is_string()) {
      write_user_id(user, kUser, "$.user");
      if (other.is_string()) {
        rendering_.note(kSafetyIdentifierTwice, "$.safety_identifier");
      }
    } else if (other.is_string()) {
      write_user_id(other, kSafetyIdentifier, "$.safety_identifier");
    }
  }

  void write_user_id(Value id, AnthropicRule rule, const Path& path) {
    if (is_address(id.escaped()) && !rendering_.is_verbatim()) {
      rendering_.note(kUserAddress, path);
      return;
    }
    rendering_.note(rule, path);
    out_.escaped_key("metadata").begin_object().escaped_key("user_id").raw(id.raw()).end_object();
  }

  void write_service_tier() {
    const Value tier = fields_[Field::kServiceTier];
    const Path path("$.service_tier");
    if (!tier.is_string()) {
      return;
    }
    if (tier.says("auto") || tier.says("standard_only")) {
      out_.escaped_key("service_tier").raw(tier.raw());
    } else if (tier.says("default") || tier.says("priority")) {
      const std::string_view word = tier.says("default") ? "standard_only" : "auto";
      rendering_.note(kServiceTier, path, std::string(word));
      out_.escaped_key("service_tier").escaped(word);
    } else {
      rendering_.note(kServiceTierDropped, path);
    }
  }

  void add_betas() {
    std::string betas;
    const auto add = [&betas](std::string_view beta) {
      betas += betas.empty() ? "" : ",";
      betas += beta;
    };
    const Value given = fields_[Field::kBetas];
    std::string storage;
    if (given.is_string()) {
      add(given.unescaped(storage));
    }
    for (const Value beta : given.elements()) {
      add(beta.unescaped(storage));
    }
    if (!betas.empty()) {
      rendering_.note(kBetas, "$.betas");
    }
    constexpr std::string_view kFiles = "files-api-2025-04-14";  // "Files API", read 2026-11
    if (rendering_.uses_files() && !rendering_.is_verbatim() &&
        betas.find("files-api-") == std::string::npos) {
      add(kFiles);
    }
    if (!betas.empty()) {
      rendered_.headers.push_back({"anthropic-beta", std::move(betas)});
    }
  }

  Value root_;
  const Issuer& issuer_;
  AnthropicRendering rendering_;
  RenderedRequest& rendered_;
  Writer out_;
  AnthropicFields fields_;
};

}  // namespace

Result<RenderedRequest> render_anthropic_request(const chat::ChatRequest& request,
                                                 const Issuer& issuer) {
  constexpr std::size_t kUsualGrowth = 128;
  RenderedRequest rendered;
  rendered.path = "/messages";
  rendered.body.reserve(request.body().size() + kUsualGrowth);
  if (Failure failure = RequestWriter(request, issuer, rendered).write()) {
    return std::move(*failure);
  }
  return rendered;
}

}  // namespace llmgate::wire
