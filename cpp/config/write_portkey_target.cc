#include "config/write_portkey_target.h"

#include <algorithm>
#include <utility>

#include "config/portkey_losses.h"
#include "config/portkey_target.h"

namespace llmgate::config {
namespace {

using routing::Node;
using routing::Trigger;

constexpr int kMostAttempts = 5;
constexpr int kStatusOfNoStatus = 503;  // what Portkey makes of a dead connection

void write_retry(const Node& node, json::Writer& out, std::vector<Notice>& losses) {
  if (node.retry.max_retries <= 0) {
    return;
  }
  if (node.retry.max_retries > kMostAttempts) {
    losses.push_back(
        {node.name, std::to_string(node.retry.max_retries) + " retries: Portkey makes at most 5"});
  }
  out.key("retry").begin_object();
  out.key("attempts").number(std::min(node.retry.max_retries, kMostAttempts));
  if (node.retry.on) {
    write_portkey_statuses("on_status_codes", portkey_statuses(*node.retry.on), out);
  }
  if (node.retry.uses_server_hints) {
    out.key("use_retry_after_header").boolean(true);
  }
  out.end_object();
}

void write_override(const TargetConfig& target, json::Writer& out, std::vector<Notice>& losses) {
  if (target.model.find('*') != std::string::npos) {
    losses.push_back({target.source_path, "model \"" + target.model +
                                              "\": Portkey has no patterns; the caller's "
                                              "model is sent as it is"});
  }
  const bool has_model = !target.model.empty() && target.model.find('*') == std::string::npos;
  json::Document document;
  const bool has_more = !target.override_params.empty() && !document.read(target.override_params);
  if (!has_model && !has_more) {
    return;
  }
  out.key("override_params").begin_object();
  if (has_model) {
    // The provider stands in a member of its own.
    const std::string front = target.provider + "/";
    const bool is_double = !target.provider.empty() && target.model.starts_with(front);
    out.key("model").string(is_double ? target.model.substr(front.size()) : target.model);
  }
  for (const json::Member member : document.root().members()) {
    out.raw_key(member.name.raw()).raw(member.value.raw());
  }
  out.end_object();
}

void write_settings(const TargetConfig& target, json::Writer& out, std::vector<Notice>& losses) {
  for (const auto& [name, value] : target.settings) {
    if (const std::string_view own = portkey_setting(name); !own.empty()) {
      out.key(own).string(value);
    } else {
      losses.push_back({target.source_path, name + ": Portkey has nothing like it"});
    }
  }
  for (const auto& [name, value] : target.headers) {
    if (const std::string_view own = portkey_header(name); !own.empty()) {
      out.key(own).string(value);
    } else {
      losses.push_back({target.source_path, "header " + name + ": Portkey has nothing like it"});
    }
  }
}

}  // namespace

std::set<int> portkey_statuses(const Trigger& trigger) {
  std::set<int> statuses(trigger.statuses.begin(), trigger.statuses.end());
  for (const ErrorTraits& traits : error_traits()) {
    if ((trigger.kinds & routing::set_of(traits.kind)) != 0) {
      statuses.insert(traits.status == 0 ? kStatusOfNoStatus : traits.status);
    }
  }
  return statuses;
}

void write_portkey_statuses(std::string_view name, const std::set<int>& statuses,
                            json::Writer& out) {
  out.key(name).begin_array();
  for (const int status : statuses) {
    out.number(status);
  }
  out.end_array();
}

void write_portkey_target(const RouterConfig& config, const Node& node, json::Writer& out,
                          std::vector<Notice>& losses) {
  const TargetConfig& target = config.targets[node.deployment];
  const std::string& provider = config.plan.deployments[node.deployment].provider;
  if (!provider.empty()) {
    out.key("provider").string(portkey_slug(provider));
  }
  if (!target.api_base.empty()) {
    out.key("custom_host").string(target.api_base);
  }
  write_override(target, out, losses);
  if (!target.default_params.empty()) {
    out.key("default_params").raw(target.default_params);
  }
  if (!target.drop_params.empty()) {
    out.key("drop_params").begin_array();
    for (const std::string& path : target.drop_params) {
      out.string(path);
    }
    out.end_array();
  }
  write_settings(target, out, losses);
  const auto timeout = target.times.timeout ? target.times.timeout : config.timeout;
  if (timeout) {
    out.key("request_timeout").number(static_cast<std::int64_t>(timeout->count()));
  }
  write_retry(node, out, losses);
  note_lost_of_target(config, node.deployment, losses);
}

}  // namespace llmgate::config
