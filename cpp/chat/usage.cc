#include "chat/usage.h"

#include <string_view>

namespace llmgate::chat {
namespace {

using json::Value;

std::optional<std::int64_t> first_count(std::initializer_list<Value> candidates) {
  for (const Value& candidate : candidates) {
    if (const auto count = candidate.as_int()) {
      return count;
    }
  }
  return std::nullopt;
}

// Copies the members of `details` and adds `name` if it is not there as a number.
void write_details(Value details, std::string_view name, std::optional<std::int64_t> count,
                   json::Writer& out) {
  out.begin_object();
  for (const json::Member member : details.members()) {
    if (count && member.name.says(name)) {
      continue;
    }
    out.raw_key(member.name.raw()).raw(member.value.raw());
  }
  if (count) {
    out.key(name).number(*count);
  }
  out.end_object();
}

void write_count(std::string_view name, std::optional<std::int64_t> count, json::Writer& out) {
  if (count) {
    out.key(name).number(*count);
  }
}

}  // namespace

Usage read_usage(Value native, bool reasoning_outside) {
  Usage usage;
  usage.native = native.raw();
  const Value completion_details = native.find("completion_tokens_details");
  const Value prompt_details = native.find("prompt_tokens_details");
  usage.prompt_tokens = native.find("prompt_tokens").as_int();
  usage.completion_tokens = native.find("completion_tokens").as_int();
  usage.total_tokens = native.find("total_tokens").as_int();
  usage.cached_tokens =
      first_count({prompt_details.find("cached_tokens"), native.find("cached_tokens"),
                   native.find("prompt_cache_hit_tokens"), native.find("num_cached_tokens")});
  usage.reasoning_tokens =
      first_count({completion_details.find("reasoning_tokens"), native.find("reasoning_tokens")});
  if (!usage.total_tokens && usage.prompt_tokens && usage.completion_tokens) {
    usage.total_tokens = *usage.prompt_tokens + *usage.completion_tokens;
  }
  if (!reasoning_outside || !usage.total_tokens || !usage.prompt_tokens) {
    return usage;
  }
  const std::int64_t outside =
      *usage.total_tokens - *usage.prompt_tokens - usage.completion_tokens.value_or(0);
  if (outside > 0) {
    usage.completion_tokens = usage.completion_tokens.value_or(0) + outside;
    usage.reasoning_tokens = usage.reasoning_tokens.value_or(outside);
  }
  return usage;
}

void write_usage(const Usage& usage, json::Writer& out) {
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
  bool wrote_prompt_details = !usage.cached_tokens;
  bool wrote_completion_details = !usage.reasoning_tokens;
  for (const json::Member member : native.members()) {
    const Value name = member.name;
    if (usage.cached_tokens && name.says("prompt_tokens_details")) {
      write_details(member.value, "cached_tokens", usage.cached_tokens, out.raw_key(name.raw()));
      wrote_prompt_details = true;
    } else if (usage.reasoning_tokens && name.says("completion_tokens_details")) {
      write_details(member.value, "reasoning_tokens", usage.reasoning_tokens,
                    out.raw_key(name.raw()));
      wrote_completion_details = true;
    } else if (!(usage.prompt_tokens && name.says("prompt_tokens")) &&
               !(usage.completion_tokens && name.says("completion_tokens")) &&
               !(usage.total_tokens && name.says("total_tokens"))) {
      out.raw_key(name.raw()).raw(member.value.raw());
    }
  }
  if (!wrote_prompt_details) {
    write_details(Value(), "cached_tokens", usage.cached_tokens, out.key("prompt_tokens_details"));
  }
  if (!wrote_completion_details) {
    write_details(Value(), "reasoning_tokens", usage.reasoning_tokens,
                  out.key("completion_tokens_details"));
  }
  out.end_object();
}

bool is_already_normal(const Usage& usage) {
  json::Document document;
  if (usage.native.empty() || document.read(usage.native)) {
    return true;
  }
  const Value native = document.root();
  return usage.prompt_tokens == native.find("prompt_tokens").as_int() &&
         usage.completion_tokens == native.find("completion_tokens").as_int() &&
         usage.total_tokens == native.find("total_tokens").as_int() &&
         usage.cached_tokens ==
             native.find("prompt_tokens_details").find("cached_tokens").as_int() &&
         usage.reasoning_tokens ==
             native.find("completion_tokens_details").find("reasoning_tokens").as_int();
}

}  // namespace llmgate::chat
