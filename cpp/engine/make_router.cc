#include "engine/make_router.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "cache/cache_key.h"
#include "engine/plan_facts.h"
#include "json/document.h"
#include "json/writer.h"
#include "providers/model_name.h"
#include "providers/resolve_target.h"

namespace llmgate::engine {
namespace {

Error at(const std::string& path, Error error) {
  error.message =
      path + ": " + (error.json_path.empty() ? "" : error.json_path + " ") + error.message;
  error.json_path = path;
  return error;
}

// A mocked target needs no key and no address.
Result<providers::Target> mocked_target(const config::TargetConfig& config) {
  auto resolved = providers::resolve_model(config.model, config.provider, true);
  if (!resolved) {
    return std::move(resolved.error());
  }
  providers::Target target;
  target.provider = resolved->provider;
  target.model = std::move(resolved->model);
  return target;
}

// A text, a message, or a whole answer, as an answer of OpenAI's.
std::string mock_reply_of(const std::string& mock, const std::string& model) {
  json::Document document;
  if (document.read(mock)) {
    return mock;  // for the reader of answers to refuse
  }
  const json::Value root = document.root();
  if (root.find("choices").exists() || (!root.is_string() && !root.is_object())) {
    return mock;
  }
  std::string text;
  json::Writer out(text);
  out.begin_object().key("id").string("chatcmpl-mock").key("created").number(std::int64_t{0});
  out.key("model").string(model).key("choices").begin_array().begin_object();
  out.key("index").number(std::int64_t{0}).key("message");
  if (root.is_string()) {
    out.begin_object().key("role").string("assistant").key("content").raw(root.raw());
    out.end_object();
  } else {
    out.raw(root.raw());
  }
  const bool calls_tools = root.find("tool_calls").exists();
  out.key("finish_reason").string(calls_tools ? "tool_calls" : "stop");
  out.end_object().end_array().end_object();
  return text;
}

Result<providers::Target> plain_target(const config::TargetConfig& config,
                                       const RouterSurroundings& surroundings,
                                       std::string& ca_file) {
  providers::TargetArguments arguments;
  // A target that takes the caller's name is resolved with a pattern in its place.
  const std::string any = "*";
  arguments.model = config.model.empty() ? any : config.model;
  arguments.provider = config.provider;
  arguments.api_base = config.api_base;
  arguments.api_key = config.api_key;
  for (const auto& [name, value] : config.settings) {
    arguments.settings.push_back({name, value});
  }
  auto target = providers::resolve_target(std::move(arguments), surroundings.environment);
  if (!target) {
    return target;
  }
  for (const auto& [name, value] : config.headers) {
    target->extra_headers.push_back({name, value});
  }
  if (target->base_url.starts_with("https:")) {
    ca_file = ca_file.empty() ? surroundings.ca_file() : ca_file;
    target->ca_file = ca_file;
  }
  target->proxy = providers::proxy_for(surroundings.environment, target->base_url);
  return target;
}

void add_headers(const net::Headers& headers, cache::ScopeWriter& parts) {
  parts.add(headers.size());
  for (const net::Header& header : headers) {
    parts.add(header.name).add(header.value);
  }
}

// What the configuration says, and what its names came to: keys and addresses may be the
// environment's.
Sha256Digest fingerprint_of(const config::RouterConfig& config,
                            const std::vector<RoutedTarget>& targets) {
  cache::ScopeWriter parts;
  parts.add(config.source);
  for (const RoutedTarget& routed : targets) {
    const providers::Target& target = routed.target;
    parts.add(target.provider->name).add(target.model).add(target.base_url).add(target.query);
    parts.add(target.api_key);
    parts.add(target.key_style ? static_cast<std::uint64_t>(*target.key_style) + 1 : 0);
    add_headers(target.key_headers, parts);
    add_headers(target.extra_headers, parts);
    parts.add(routed.default_params).add(routed.override_params);
    parts.add(routed.mock_reply.value_or(""));
  }
  return parts.scope();
}

}  // namespace

Result<std::shared_ptr<const Router>> make_router(const config::RouterConfig& config,
                                                  std::uint64_t id, std::uint64_t version,
                                                  const RouterSurroundings& surroundings) {
  auto router = std::make_shared<Router>();
  router->id = id;
  router->version = version;
  auto plan = std::make_shared<routing::RoutePlan>(config.plan);
  std::string ca_file;
  for (const config::TargetConfig& target_config : config.targets) {
    auto target = target_config.mock_response ? mocked_target(target_config)
                                              : plain_target(target_config, surroundings, ca_file);
    if (!target) {
      return at(target_config.source_path, std::move(target.error()));
    }
    std::optional<std::string> mock;
    if (target_config.mock_response) {
      mock = mock_reply_of(*target_config.mock_response, target->model);
    }
    account::Facts own;
    if (surroundings.catalog != nullptr && !target_config.facts.empty()) {
      auto found = surroundings.catalog->find_with(target->provider->name, target->model,
                                                   target_config.base_model, target_config.facts);
      if (!found) {
        return at(target_config.source_path, std::move(found.error()));
      }
      own = *std::move(found);
    }
    const std::size_t index = router->targets.size();
    if (surroundings.catalog != nullptr && index < plan->deployments.size()) {
      fill_from_facts(*surroundings.catalog, *target, target_config.base_model, own,
                      plan->deployments[index]);
    }
    router->targets.push_back({std::move(*target), target_config.default_params,
                               target_config.override_params, target_config.drop_params,
                               target_config.times.timeout, target_config.times.stream_timeout,
                               std::move(mock), target_config.base_model, std::move(own)});
  }
  router->fingerprint = fingerprint_of(config, router->targets);
  router->plan = std::move(plan);
  return std::shared_ptr<const Router>(std::move(router));
}

}  // namespace llmgate::engine
