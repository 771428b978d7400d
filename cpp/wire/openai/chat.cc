// OpenAI's chat completions: the format that most providers speak, and the canonical one.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "chat/parameters.h"
#include "chat/replay.h"
#include "json/writer.h"
#include "wire/classify.h"
#include "wire/format.h"
#include "wire/openai/absorb.h"
#include "wire/openai/messages.h"
#include "wire/openai/native.h"
#include "wire/openai/stream.h"

namespace llmgate::wire {
namespace {

using chat::Action;
using json::Value;

bool applies_to(const FieldRule& rule, std::string_view model) {
  if (rule.model_prefix.empty()) {
    return true;
  }
  // A vendor's slug may stand before the model's own name.
  const std::size_t slash = model.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? model : model.substr(slash + 1);
  std::string_view rest = rule.model_prefix;
  while (!rest.empty()) {
    const std::size_t bar = rest.find('|');
    if (name.starts_with(rest.substr(0, bar))) {
      return true;
    }
    rest = bar == std::string_view::npos ? std::string_view() : rest.substr(bar + 1);
  }
  return false;
}

// Of a reply beside id, model, choices and usage: created, service_tier, system_fingerprint, and
// some more.
constexpr std::size_t kUsualMembers = 6;

const FieldRule* rule_for(const Dialect& dialect, std::string_view field, std::string_view model) {
  for (const FieldRule& rule : dialect.rules) {
    if (rule.field == field && applies_to(rule, model)) {
      return &rule;
    }
  }
  return nullptr;
}

class OpenAiChatFormat final : public Format {
 public:
  [[nodiscard]] std::string_view name() const override { return "openai.chat"; }

  [[nodiscard]] Result<RenderedRequest> render_request(const chat::ChatRequest& request,
                                                       const Issuer& issuer) const override {
    RenderedRequest rendered;
    rendered.path = "/chat/completions";
    rendered.body.reserve(request.body().size() + 64);
    json::Writer out(rendered.body);
    out.begin_object();
    if (!issuer.model.empty()) {  // Azure's older URLs name the model, the body does not
      out.escaped_key("model").string(issuer.model);
    }
    for (const json::Member member : request.root().members()) {
      if (Failure failure =
              render_member(request.root(), member, issuer, out, rendered.dispositions)) {
        return std::move(*failure);
      }
    }
    out.end_object();
    return rendered;
  }

  [[nodiscard]] Failure parse_reply(std::string_view body, const Issuer& issuer,
                                    json::Document& scratch, chat::Turn& turn) const override {
    if (const auto error = scratch.read(body, kReplyLimits)) {
      return invalid_response(std::string("the reply is not JSON: ") + error->reason, body, issuer);
    }
    turn.provider = issuer.dialect->provider;
    turn.format = name();
    turn.members.reserve(kUsualMembers);
    Absorbed absorbed = absorb_completion(scratch.root(), false, *issuer.dialect, turn);
    if (absorbed.is_error) {
      return parse_error(0, {}, body, issuer);
    }
    if (!absorbed.problem.empty()) {
      return invalid_response(std::move(absorbed.problem), body, issuer);
    }
    if (turn.choices.empty()) {
      return invalid_response("the reply has no choices", body, issuer);
    }
    turn.is_view_as_sent = !absorbed.needs_rewrite;
    if (!turn.is_view_as_sent) {
      seal_openai_turn(turn);
    }
    return std::nullopt;
  }

  [[nodiscard]] std::unique_ptr<StreamParser> make_stream_parser(
      const Issuer& issuer) const override {
    return make_openai_stream_parser(issuer);
  }

  [[nodiscard]] Error parse_error(int status, const net::Headers& headers, std::string_view body,
                                  const Issuer& issuer) const override {
    return classify_error(status, headers, body, issuer);
  }

  [[nodiscard]] Result<chat::ChatRequest> read_request(std::string body,
                                                       const Issuer& /*issuer*/) const override {
    return chat::ChatRequest::read(std::move(body));
  }

  void absorb_native(Value native, chat::Choice& choice) const override {
    absorb_openai_message(native, choice);
  }

  [[nodiscard]] std::span<const Conversion> conversions() const override {
    return openai_conversions();
  }

  [[nodiscard]] std::span<const std::string_view> features() const override {
    return openai_features();
  }

 private:
  static Failure render_member(Value request, json::Member member, const Issuer& issuer,
                               json::Writer& out, chat::Dispositions& dispositions) {
    return member.name.has_escapes()
               ? render_named(request, member, member.name.unescaped(), issuer, out, dispositions)
               : render_named(request, member, member.name.escaped(), issuer, out, dispositions);
  }

  static Failure render_named(Value request, json::Member member, std::string_view name,
                              const Issuer& issuer, json::Writer& out,
                              chat::Dispositions& dispositions) {
    if (name == "messages") {
      return render_openai_messages(member.value, issuer, out.raw_key(member.name.raw()),
                                    dispositions);
    }
    if (name == "tools" && member.value.is_array()) {
      render_openai_tools(member.value, *issuer.dialect, out.raw_key(member.name.raw()),
                          dispositions);
    } else if (name != "model" && name != chat::kFormMember) {
      render_field(request, member, name, issuer, out, dispositions);
    }
    return std::nullopt;
  }

  static void render_field(Value request, json::Member member, std::string_view name,
                           const Issuer& issuer, json::Writer& out,
                           chat::Dispositions& dispositions) {
    const FieldRule* rule = rule_for(*issuer.dialect, name, issuer.model);
    if (rule == nullptr) {
      const auto& own = issuer.dialect->members;
      const bool is_known =
          chat::is_known_parameter(name) || std::find(own.begin(), own.end(), name) != own.end();
      const Conversion* foreign =
          is_known || issuer.dialect->takes_extensions ? nullptr : find_foreign_field(name);
      if (foreign != nullptr) {
        note(*foreign, "$." + std::string(name), dispositions);
        return;
      }
      out.raw_key(member.name.raw()).raw(member.value.raw());
      if (!is_known) {
        dispositions.push_back({Action::kUnknown, "$." + std::string(name),
                                std::string(chat::nearest_parameter(name)),
                                "not a parameter of OpenAI's chat API; forwarded as it is"});
      }
      return;
    }
    const std::string path = "$." + std::string(name);
    const bool target_is_taken = rule->kind == RuleKind::kRename && request.find(rule->to).exists();
    if (rule->kind == RuleKind::kDrop || target_is_taken) {
      dispositions.push_back(
          {Action::kDropped, path, target_is_taken ? std::string(rule->to) : std::string(),
           target_is_taken ? "its other name is given as well" : std::string(rule->reason)});
      return;
    }
    out.key(rule->to).raw(member.value.raw());
    dispositions.push_back(
        {Action::kMapped, path, std::string(rule->to), std::string(rule->reason)});
  }
};

}  // namespace

const Format& openai_chat_format() {
  static const OpenAiChatFormat format;
  return format;
}

}  // namespace llmgate::wire
