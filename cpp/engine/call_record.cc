#include "engine/call_record.h"

namespace llmgate::engine {
namespace {

account::CallRecord named_record(const Completion& completion, const Attempt& last,
                                 const RecordedCaller& caller, WallTime now) {
  account::CallRecord record;
  record.at = now;
  record.provider = last.provider;
  record.model = last.model;
  record.deployment = last.deployment;
  record.user = caller.user;
  record.metadata = caller.metadata;
  record.is_error = completion.error.has_value();
  record.is_cache_hit =
      completion.cache != nullptr && completion.cache->status == CacheStatus::kHit;
  record.cost = completion.total_cost;
  record.saved = completion.saved;
  return record;
}

}  // namespace

const IndexedJson* metadata_of(const CallSpec& spec) {
  if (spec.routed != nullptr) {
    return &spec.routed->metadata;
  }
  return spec.attribution != nullptr ? &spec.attribution->metadata : nullptr;
}

RecordedCaller caller_of(const CallSpec& spec) {
  RecordedCaller caller{spec.request.root().find("user").escaped(), {}};
  if (const IndexedJson* metadata = metadata_of(spec); metadata != nullptr && metadata->text) {
    caller.metadata = *metadata->text;
  }
  return caller;
}

account::CallRecord record_of(const Completion& completion, const Attempt& last,
                              const RecordedCaller& caller, WallTime now) {
  account::CallRecord record = named_record(completion, last, caller, now);
  record.total = last.started + last.total;
  if (record.is_cache_hit) {  // nobody was asked, and nothing was used
    return record;
  }
  const chat::Usage& usage =
      completion.counted_usage ? *completion.counted_usage : completion.answer->turn.usage;
  record.attempts = static_cast<std::int64_t>(completion.route.size());
  record.prompt_tokens = usage.prompt_tokens.value_or(0);
  record.completion_tokens = usage.completion_tokens.value_or(0);
  record.cached_tokens = usage.cached_tokens.value_or(0);
  record.reasoning_tokens = usage.reasoning_tokens.value_or(0);
  for (const Attempt& attempt : completion.route) {
    record.uncertain += attempt.maybe_billed ? 1 : 0;
  }
  if (last.first_content) {
    record.first_content = last.started + *last.first_content;
  }
  return record;
}

account::CallRecord shared_record(const Completion& completion, const Attempt& last,
                                  const RecordedCaller& caller, WallTime now) {
  account::CallRecord record = named_record(completion, last, caller, now);
  record.cost = account::Usd();
  return record;
}

}  // namespace llmgate::engine
