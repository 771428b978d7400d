#include "config/written_target.h"

#include <algorithm>

#include "providers/provider.h"

namespace llmgate::config {

std::string written_model(const TargetConfig& target, const routing::Deployment& deployment) {
  return deployment.provider.empty() || deployment.model.empty()
             ? target.model
             : deployment.provider + "/" + deployment.model;
}

std::string written_key(const TargetConfig& target, const routing::Deployment& deployment) {
  if (target.api_key.empty()) {
    return "";
  }
  const providers::Provider* card = providers::find_provider(deployment.provider);
  const std::string_view variables = card == nullptr ? std::string_view() : card->key_variables;
  const std::string_view first = variables.substr(0, variables.find('|'));
  return "os.environ/" + (first.empty() ? "API_KEY" : std::string(first));
}

void note_keys(const RouterConfig& config, std::vector<Notice>& losses) {
  const bool has_keys =
      std::any_of(config.targets.begin(), config.targets.end(),
                  [](const TargetConfig& target) { return !target.api_key.empty(); });
  if (has_keys) {
    losses.push_back({"$",
                      "keys are not written: each stands as the variable that its provider's "
                      "key is usually in"});
  }
}

double seconds_of(std::chrono::milliseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

void write_strings(json::Writer& writer, std::string_view name,
                   const std::vector<std::string>& strings) {
  if (strings.empty()) {
    return;
  }
  writer.key(name).begin_array();
  for (const std::string& string : strings) {
    writer.string(string);
  }
  writer.end_array();
}

void write_pairs(json::Writer& writer, std::string_view name,
                 const std::vector<std::pair<std::string, std::string>>& pairs) {
  if (pairs.empty()) {
    return;
  }
  writer.key(name).begin_object();
  for (const auto& [key, value] : pairs) {
    writer.key(key).string(value);
  }
  writer.end_object();
}

}  // namespace llmgate::config
