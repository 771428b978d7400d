#include "chat/usage.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace llmgate::chat {
namespace {

using json::Value;

// Counts come from outside: sums that do not fit are unknown.
std::optional<std::int64_t> sum(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
}

std::optional<std::int64_t> difference(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional(result);
}

struct Detail {
  std::string_view name;
  std::optional<std::int64_t> count;
};

// Copies the members of `details`, with the counts that are known in their places or behind.
void write_details(Value details, std::initializer_list<Detail> counts, json::Writer& out) {
  const auto is_counted = [&counts](Value name) {
    return std::any_of(counts.begin(), counts.end(), [name](const Detail& detail) {
      return detail.count && name.says(detail.name);
    });
  };
  out.begin_object();
  for (const json::Member member : details.members()) {
    if (!is_counted(member.name)) {
      out.raw_key(member.name.raw()).raw(member.value.raw());
    }
  }
  for (const Detail& detail : counts) {
    if (detail.count) {
      out.escaped_key(detail.name).number(*detail.count);
    }
  }
  out.end_object();
}

template <std::size_t N>                 // a literal is written in one go
void write_count(const char (&name)[N],  // NOLINT(modernize-avoid-c-arrays)
                 std::optional<std::int64_t> count, json::Writer& out) {
  if (count) {
    out.escaped_key(name).number(*count);
  }
}

// The counts by the names that providers give them; `elsewhere` are those that OpenAI does not
// know.
struct Counts {
  Usage usage;
  std::optional<std::int64_t> cached_elsewhere;
  std::optional<std::int64_t> reasoning_elsewhere;
};

Counts read_counts(Value native) {
  Counts counts;
  for (const json::Member member : native.members()) {
    const std::string_view name = member.name.escaped();
    const Value value = member.value;
    if (name == "prompt_tokens") {
      counts.usage.prompt_tokens = value.as_int();
    } else if (name == "completion_tokens") {
      counts.usage.completion_tokens = value.as_int();
    } else if (name == "total_tokens") {
      counts.usage.total_tokens = value.as_int();
    } else if (name == "prompt_tokens_details") {
      counts.usage.cached_tokens = value.find("cached_tokens").as_int();
    } else if (name == "completion_tokens_details") {
      counts.usage.reasoning_tokens = value.find("reasoning_tokens").as_int();
    } else if (name == "cached_tokens" || name == "prompt_cache_hit_tokens" ||
               name == "num_cached_tokens") {  // Together; DeepSeek; Mistral
      counts.cached_elsewhere = value.as_int();
    } else if (name == "reasoning_tokens") {
      counts.reasoning_elsewhere = value.as_int();
    }
  }
  return counts;
}

// The counts, and behind them the object's members as they stand.
void write_before_own(const Usage& usage, json::Writer& out) {
  out.begin_object();
  write_count("prompt_tokens", usage.prompt_tokens, out);
  write_count("completion_tokens", usage.completion_tokens, out);
  write_count("total_tokens", usage.total_tokens, out);
  if (usage.cached_tokens || usage.cache_write_tokens) {
    out.escaped_key("prompt_tokens_details").begin_object();
    write_count("cached_tokens", usage.cached_tokens, out);
    write_count("cache_creation_tokens", usage.cache_write_tokens, out);
    out.end_object();
  }
  if (usage.reasoning_tokens) {
    out.escaped_key("completion_tokens_details").begin_object();
    write_count("reasoning_tokens", usage.reasoning_tokens, out);
    out.end_object();
  }
  const std::string_view members =
      std::string_view(usage.native).substr(1, usage.native.size() - 2);
  if (members.find('"') != std::string_view::npos) {
    out.raw(members);
  }
  out.end_object();
}

}  // namespace

Usage read_usage(Value native, bool reasoning_outside) {
  Counts counts = read_counts(native);
  Usage& usage = counts.usage;
  usage.native = native.raw();
  usage.is_normal = (usage.cached_tokens || !counts.cached_elsewhere) &&
                    (usage.reasoning_tokens || !counts.reasoning_elsewhere);
  usage.cached_tokens = usage.cached_tokens ? usage.cached_tokens : counts.cached_elsewhere;
  usage.reasoning_tokens =
      usage.reasoning_tokens ? usage.reasoning_tokens : counts.reasoning_elsewhere;
  if (!usage.total_tokens && usage.prompt_tokens && usage.completion_tokens) {
    usage.total_tokens = sum(*usage.prompt_tokens, *usage.completion_tokens);
    usage.is_normal = false;
  }
  if (!reasoning_outside || !usage.total_tokens || !usage.prompt_tokens) {
    return std::move(usage);
  }
  // All that is no prompt was generated.
  const std::int64_t inside = usage.completion_tokens.value_or(0);
  const auto generated = difference(*usage.total_tokens, *usage.prompt_tokens);
  const auto outside = generated ? difference(*generated, inside) : std::nullopt;
  if (outside && *outside > 0) {
    usage.is_normal = false;
    usage.completion_tokens = generated;
    usage.reasoning_tokens = usage.reasoning_tokens.value_or(*outside);
  }
  return std::move(usage);
}

bool is_openai_count(std::string_view name) {
  return name == "prompt_tokens" || name == "completion_tokens" || name == "total_tokens" ||
         name == "prompt_tokens_details" || name == "completion_tokens_details";
}

void write_usage(const Usage& usage, json::Writer& out) {
  if (usage.is_normal) {
    out.raw(usage.native);
    return;
  }
  if (usage.has_own_names) {
    write_before_own(usage, out);
    return;
  }
  json::Document document;
  if (usage.native.empty() || document.read(usage.native)) {
    out.null();
    return;
  }
  const Value native = document.root();
  out.begin_object();
  write_count("prompt_tokens", usage.prompt_tokens, out);
  write_count("completion_tokens", usage.completion_tokens, out);
  write_count("total_tokens", usage.total_tokens, out);
  const auto write_prompt_details = [&usage, &out](Value details) {
    write_details(details,
                  {{"cached_tokens", usage.cached_tokens},
                   {"cache_creation_tokens", usage.cache_write_tokens}},
                  out);
  };
  const auto write_completion_details = [&usage, &out](Value details) {
    write_details(details, {{"reasoning_tokens", usage.reasoning_tokens}}, out);
  };
  bool owes_prompt_details = usage.cached_tokens || usage.cache_write_tokens;
  bool owes_completion_details = usage.reasoning_tokens.has_value();
  for (const json::Member member : native.members()) {
    const Value name = member.name;
    if (owes_prompt_details && name.says("prompt_tokens_details")) {
      out.raw_key(name.raw());
      write_prompt_details(member.value);
      owes_prompt_details = false;
    } else if (owes_completion_details && name.says("completion_tokens_details")) {
      out.raw_key(name.raw());
      write_completion_details(member.value);
      owes_completion_details = false;
    } else if (!(usage.prompt_tokens && name.says("prompt_tokens")) &&
               !(usage.completion_tokens && name.says("completion_tokens")) &&
               !(usage.total_tokens && name.says("total_tokens"))) {
      out.raw_key(name.raw()).raw(member.value.raw());
    }
  }
  if (owes_prompt_details) {
    out.escaped_key("prompt_tokens_details");
    write_prompt_details(Value());
  }
  if (owes_completion_details) {
    out.escaped_key("completion_tokens_details");
    write_completion_details(Value());
  }
  out.end_object();
}

}  // namespace llmgate::chat
