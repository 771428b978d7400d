#include "config/portkey_extras.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/writer.h"

namespace llmgate::config {
namespace {

using json::Value;

constexpr std::int64_t kMostAge = 90 * 86'400;  // seconds; documented
constexpr std::string_view kModes = "\"simple\" or \"semantic\"";

struct Extra {
  std::string_view name;
  std::string_view notice;
};

constexpr std::string_view kGuardrails = "is read and not run: it waits for guardrails";
constexpr std::string_view kHosted = "has no effect: it belongs to Portkey's hosted service";

constexpr std::array kExtras = std::to_array<Extra>({
    {"input_guardrails", kGuardrails},
    {"output_guardrails", kGuardrails},
    {"default_input_guardrails", kGuardrails},
    {"default_output_guardrails", kGuardrails},
    {"input_mutators", kGuardrails},
    {"output_mutators", kGuardrails},
    {"before_request_hooks", kGuardrails},
    {"after_request_hooks", kGuardrails},
    {"forward_headers",
     "has no effect: a call in this process has no headers of its own to forward; give them with "
     "the call as extra_headers"},
    {"strict_open_ai_compliance",
     "has no effect: an answer always has OpenAI's shape and, beside it, all that the provider "
     "said"},
    {"prompt_id", kHosted},
    {"deployments", kHosted},
    {"fetch_integrated_models", kHosted},
    {"allow_subdomain", kHosted},
    {"passthrough", kHosted},
    {"id", kHosted},
    {"version", kHosted},
});

struct Cache {
  bool is_semantic = false;
  std::optional<std::int64_t> max_age;  // seconds
};

Result<Cache> read_cache(const PortkeyObject& object) {
  constexpr auto kNames = std::to_array<std::string_view>({"mode", "max_age"});
  const Value value = object.find("cache");
  Cache read;
  if (value.says("simple") || value.says("semantic")) {
    read.is_semantic = value.says("semantic");
    return read;
  }
  if (value.is_string()) {
    return object.refuse("cache", kModes);
  }
  const auto cache = PortkeyObject::read(object.source(), value, object.path_of("cache"), kNames);
  if (!cache) {
    return cache.error();
  }
  const Value mode = cache->find("mode");
  read.is_semantic = mode.says("semantic");
  if (mode.exists() && !read.is_semantic && !mode.says("simple")) {
    return cache->refuse("mode", kModes);
  }
  if (Failure failure = cache->read_count("max_age", 1, kMostAge, read.max_age)) {
    return std::move(*failure);
  }
  return read;
}

}  // namespace

Failure read_portkey_cache(const PortkeyObject& object, RouterConfig& config) {
  if (!object.has("cache")) {
    return std::nullopt;
  }
  const auto cache = read_cache(object);
  if (!cache) {
    return cache.error();
  }
  const bool is_first = config.cache.empty();
  if (!is_first) {
    config.notices.push_back(
        {object.path_of("cache"),
         "has no effect: the first cache of the configuration counts for all of it"});
  } else if (cache->is_semantic) {
    config.notices.push_back(
        {object.path_of("cache"),
         "semantic caching comes later; until then equal requests share an answer"});
  }
  if (is_first) {
    json::Writer out(config.cache);
    out.begin_object().key("mode").string(cache->is_semantic ? "semantic" : "simple");
    if (cache->max_age) {
      out.key("max_age").number(*cache->max_age);
    }
    out.end_object();
  }
  return std::nullopt;
}

Failure note_portkey_extras(const PortkeyObject& object, std::vector<Notice>& notices) {
  bool flag = false;
  if (Failure failure = object.read_flag("strict_open_ai_compliance", flag)) {
    return failure;
  }
  std::vector<std::string> headers;
  if (Failure failure = object.read_texts("forward_headers", headers)) {
    return failure;
  }
  for (const Extra& extra : kExtras) {
    if (object.has(extra.name)) {
      notices.push_back({object.path_of(extra.name), std::string(extra.notice)});
    }
  }
  return std::nullopt;
}

}  // namespace llmgate::config
