#include "engine/completion_json.h"

#include "cache/response_cache.h"
#include "chat/request.h"
#include "chat/view.h"
#include "json/writer.h"

namespace llmgate::engine {
namespace {

void write_milliseconds(std::string_view name, std::chrono::microseconds time, json::Writer& out) {
  out.key(name).number(static_cast<double>(time.count()) / 1000.0);
}

void write_cost(const std::optional<account::Usd>& cost, json::Writer& out) {
  out.escaped_key("cost");
  if (cost) {
    out.string(cost->text());
  } else {
    out.null();
  }
}

// Null where there is none.
void write_text(std::string_view name, std::string_view text, json::Writer& out) {
  out.key(name);
  if (text.empty()) {
    out.null();
  } else {
    out.string(text);
  }
}

// What the total is made of; null where it is not known.
void write_cost_parts(const Completion& completion, json::Writer& out) {
  out.escaped_key("cost_detail");
  if (completion.cost == nullptr) {
    out.null();
    return;
  }
  const account::Cost& cost = *completion.cost;
  out.begin_object().escaped_key("parts").begin_object();
  for (std::size_t i = 0; i < account::kCostPartCount; ++i) {
    const auto part = static_cast<account::CostPart>(i);
    if (!cost.part(part).is_zero()) {
      out.key(account::name_of(part)).string(cost.part(part).text());
    }
  }
  if (completion.total_cost && *completion.total_cost != cost.total) {
    out.escaped_key("other_attempts").string((*completion.total_cost - cost.total).text());
  }
  out.end_object();
  write_text("source", completion.counted_usage ? "estimate" : account::name_of(cost.source), out);
  write_text("date", cost.date(), out);
  write_text("model", cost.facts == nullptr ? "" : std::string_view(cost.facts->key), out);
  out.end_object();
}

void write_attempt(const Attempt& attempt, const CacheNote* cache, json::Writer& out) {
  out.begin_object()
      .escaped_key("provider")
      .string(attempt.provider)
      .escaped_key("model")
      .string(attempt.model);
  out.escaped_key("deployment");
  if (attempt.deployment.empty()) {
    out.null();
  } else {
    out.string(attempt.deployment);
  }
  out.escaped_key("base_url").string(attempt.base_url).escaped_key("status");
  if (attempt.status != 0) {
    out.number(static_cast<std::int64_t>(attempt.status));
  } else {
    out.null();
  }
  out.escaped_key("request_id")
      .string(attempt.request_id)
      .escaped_key("outcome")
      .string(attempt.outcome);
  out.escaped_key("outcome_class");
  if (attempt.outcome_class.empty()) {
    out.null();
  } else {
    out.string(attempt.outcome_class);
  }
  out.escaped_key("why").string(attempt.why);
  write_milliseconds("waited_ms", attempt.waited, out);
  write_milliseconds("started_ms", attempt.started, out);
  if (attempt.first_content) {
    write_milliseconds("first_content_ms", *attempt.first_content, out);
  } else {
    out.escaped_key("first_content_ms").null();
  }
  write_milliseconds("total_ms", attempt.total, out);
  out.escaped_key("maybe_billed").boolean(attempt.maybe_billed);
  write_cost(attempt.cost, out);
  out.escaped_key("missing_marker").boolean(attempt.missing_marker);
  out.escaped_key("hedge").boolean(attempt.is_hedge).escaped_key("injected");
  if (attempt.injected.empty()) {
    out.null();
  } else {
    out.string(attempt.injected);
  }
  write_text("cache", cache == nullptr ? "" : name_of(cache->status), out);
  out.end_object();
}

void write_cache(const Completion& completion, json::Writer& out) {
  out.escaped_key("cache");
  if (completion.cache == nullptr) {
    out.null();
    return;
  }
  const CacheNote& note = *completion.cache;
  out.begin_object();
  write_text("status", name_of(note.status), out);
  write_text("id", note.place == Hash128() ? "" : cache::id_of(note.place), out);
  write_text("tier", note.tier, out);
  out.escaped_key("age").number(static_cast<double>(note.age.count()) / 1000.0);
  out.escaped_key("shared_by").number(note.shared_by).end_object();
}

}  // namespace

std::string_view view_of(const Completion& completion, std::string& storage) {
  if (!completion.answer->raw.empty()) {
    return completion.answer->raw;
  }
  storage = chat::render_view(completion.answer->turn);
  return storage;
}

std::string render_beside(const Completion& completion) {
  std::string text;
  json::Writer out(text);
  out.begin_object().escaped_key("turn").raw(chat::render_turn(completion.answer->turn));
  out.escaped_key("dispositions")
      .raw(chat::render_dispositions(chat::split_field_names(completion.answer->fields),
                                     completion.answer->dispositions));
  out.escaped_key("route").begin_array();
  for (const Attempt& attempt : completion.route) {
    write_attempt(attempt, completion.cache.get(), out);
  }
  out.end_array().escaped_key("warnings").begin_array();
  for (const std::string& warning : completion.warnings) {
    out.string(warning);
  }
  out.end_array();
  write_cost(completion.total_cost, out);
  write_cost_parts(completion, out);
  write_text("saved", completion.saved.is_zero() ? "" : completion.saved.text(), out);
  out.escaped_key("request_id")
      .string(completion.answer->request_id)
      .escaped_key("native_finish_reason");
  if (completion.answer->turn.choices.empty() ||
      completion.answer->turn.choices.front().finish_word.empty()) {
    out.null();
  } else {
    out.escaped(native_finish_word(completion.answer->turn.choices.front()));
  }
  out.escaped_key("status").number(static_cast<std::int64_t>(completion.answer->status));
  out.escaped_key("headers").begin_object();
  for (const net::Header& header : completion.headers) {
    out.key(header.name).string(header.value);
  }
  out.end_object();
  write_cache(completion, out);
  out.end_object();
  return text;
}

}  // namespace llmgate::engine
