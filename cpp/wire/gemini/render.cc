#include "wire/gemini/render.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "chat/replay.h"
#include "json/writer.h"
#include "wire/conversation.h"
#include "wire/gemini/config.h"
#include "wire/gemini/content.h"
#include "wire/gemini/conversions.h"
#include "wire/gemini/model.h"
#include "wire/gemini/tools.h"

namespace llmgate::wire {
namespace {

using json::Value;

// Forwarded under the caller's own name; Gemini reads both spellings.
constexpr std::array kForwarded = std::to_array<std::string_view>(
    {"safetySettings", "safety_settings", "cachedContent", "cached_content", "labels"});

bool is_one_of(std::string_view name, std::string_view camel, std::string_view snake) {
  return name == camel || name == snake;
}

class RequestRenderer {
 public:
  RequestRenderer(const chat::ChatRequest& request, const Issuer& issuer, RenderedRequest& rendered)
      : request_(request),
        issuer_(issuer),
        rendered_(rendered),
        model_(describe_gemini_model(issuer.model)),
        form_(request.root().find(chat::kFormMember)),
        out_(rendered.body),
        config_(model_, form_, rendered.dispositions) {}

  Failure render() {
    rendered_.body.reserve(request_.body().size() + 128);
    rendered_.dispositions.reserve(8);
    out_.begin_object();
    for (const json::Member member : request_.root().members()) {
      take(member);
    }
    if (Failure failure = write_messages()) {
      return failure;
    }
    if (Failure failure = render_gemini_tools(tools_, out_, rendered_.dispositions)) {
      return failure;
    }
    if (Failure failure = config_.write(out_)) {
      return failure;
    }
    for (const json::Member member : form_.find("members").members()) {
      out_.raw_key(member.name.raw()).raw(member.value.raw());
    }
    out_.end_object();
    return std::nullopt;
  }

 private:
  // Keeps what is written later, writes what is forwarded, notes what is left out.
  void take(json::Member member) {
    std::string storage;
    const std::string_view name = member.name.unescaped(storage);
    const Value value = member.value;
    if (name == "model" || name == "stream" || name == chat::kFormMember) {
      return;
    }
    if (name == "messages") {
      messages_ = value;
    } else if (const GeminiField* field = find_gemini_field(name)) {
      config_.take(*field, value);
    } else if (!take_tools(name, value) && !take_own(member, name)) {
      take_other(member, name);
    }
  }

  bool take_tools(std::string_view name, Value value) {
    if (name == "tools") {
      tools_.tools = value;
    } else if (name == "tool_choice") {
      tools_.tool_choice = value;
    } else if (name == "functions") {
      tools_.functions = value;
    } else if (name == "function_call") {
      tools_.function_call = value;
    } else if (name == "web_search_options") {
      tools_.web_search_options = value;
    } else if (is_one_of(name, "toolConfig", "tool_config")) {
      tools_.config = value;
      tools_.config_name = name == "toolConfig" ? "toolConfig" : "tool_config";
    } else {
      return false;
    }
    return true;
  }

  bool take_own(json::Member member, std::string_view name) {
    if (is_one_of(name, "generationConfig", "generation_config")) {
      if (member.value.is_object()) {
        config_.give(name == "generationConfig" ? "generationConfig" : "generation_config",
                     member.value);
        return true;
      }
    } else if (is_one_of(name, "systemInstruction", "system_instruction")) {
      system_ = member.value;
      system_name_ = name == "systemInstruction" ? "systemInstruction" : "system_instruction";
      return true;
    } else if (std::find(kForwarded.begin(), kForwarded.end(), name) == kForwarded.end()) {
      return false;
    }
    out_.raw_key(member.name.raw()).raw(member.value.raw());
    return true;
  }

  void take_other(json::Member member, std::string_view name) {
    const bool is_name = name.find_first_of("[(") == std::string_view::npos;
    const Conversion* row = is_name ? find_gemini_row(name) : nullptr;
    if (row == nullptr) {
      out_.raw_key(member.name.raw()).raw(member.value.raw());
      note_gemini("(unknown)", "$." + std::string(name), rendered_.dispositions);
      return;
    }
    if (member.value.is_null()) {
      return;
    }
    if (name == "parallel_tool_calls" && member.value.as_bool().value_or(false)) {
      row = find_gemini_row("parallel_tool_calls(the default)");
    }
    note(*row, "$." + std::string(name), rendered_.dispositions);
  }

  Failure write_messages() {
    const Conversation conversation(messages_, gemini_generate_format(), issuer_,
                                    rendered_.dispositions);
    const bool fetches_urls =
        model_.fetches_urls || issuer_.dialect->provider.starts_with("vertex");
    GeminiContentWriter writer(conversation, model_, fetches_urls, form_.exists(), out_,
                               rendered_.dispositions);
    if (Failure failure = writer.write_contents()) {
      return failure;
    }
    note_gemini("messages", "$.messages", rendered_.dispositions);
    return writer.write_system(system_name_, system_);
  }

  const chat::ChatRequest& request_;
  const Issuer& issuer_;
  RenderedRequest& rendered_;
  GeminiModel model_;
  Value form_;
  json::Writer out_;
  GeminiConfig config_;
  GeminiTools tools_;
  Value messages_;
  Value system_;
  std::string_view system_name_;
};

}  // namespace

Result<RenderedRequest> render_gemini_request(const chat::ChatRequest& request,
                                              const Issuer& issuer) {
  RenderedRequest rendered;
  Result<std::string> path = gemini_path(issuer.model, request.is_stream());
  if (!path.ok()) {
    return std::move(path.error());
  }
  rendered.path = std::move(*path);
  if (Failure failure = RequestRenderer(request, issuer, rendered).render()) {
    return std::move(*failure);
  }
  return rendered;
}

}  // namespace llmgate::wire
