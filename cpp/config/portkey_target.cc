#include "config/portkey_target.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/nearest.h"
#include "config/portkey_names.h"
#include "json/writer.h"
#include "providers/model_name.h"
#include "providers/provider.h"

namespace llmgate::config {
namespace {

using json::Value;
using providers::Provider;

constexpr std::string_view kFromEnvironment = "os.environ/";
constexpr std::array<std::string_view, 4> kOwnNames = {"provider", "virtual_key", "api_key",
                                                       "custom_host"};

const Provider* find_by_slug(std::string slug) {
  const auto known = provider_slugs();
  const auto row = std::find_if(known.begin(), known.end(),
                                [&](const ProviderSlug& each) { return each.slug == slug; });
  if (row != known.end()) {
    return providers::find_provider(row->provider);
  }
  if (const Provider* provider = providers::find_provider(slug)) {
    return provider;
  }
  std::replace(slug.begin(), slug.end(), '-', '_');
  return providers::find_provider(slug);
}

std::string_view nearest_slug(std::string_view slug) {
  std::vector<std::string_view> names;
  for (const ProviderSlug& each : provider_slugs()) {
    names.push_back(each.slug);
  }
  const std::string_view nearest = nearest_name(slug, names);
  return nearest.empty() ? providers::nearest_provider(slug) : nearest;
}

bool takes_setting(const Provider* provider, std::string_view name) {
  return provider != nullptr &&
         (provider->token.name == name ||
          std::any_of(provider->settings.begin(), provider->settings.end(),
                      [&](const providers::Setting& setting) { return setting.name == name; }));
}

// Without a member of that name.
std::string without(std::string_view object, std::string_view name) {
  json::Document document;
  if (document.read(object) || !document.root().find(name).exists()) {
    return std::string(object);
  }
  std::string rest;
  json::Writer out(rest);
  out.begin_object();
  for (const json::Member member : document.root().members()) {
    if (!member.name.says(name)) {
      out.raw_key(member.name.raw()).raw(member.value.raw());
    }
  }
  out.end_object();
  return rest == "{}" ? "" : rest;
}

class TargetReader {
 public:
  TargetReader(const PortkeyObject& object, const PortkeyPolicies& policies,
               const LoadOptions& options, std::vector<Notice>& notices)
      : object_(object), policies_(policies), options_(options), notices_(notices) {}

  Result<PortkeyTarget> read();

 private:
  Failure read_text(const PortkeyObject& object, std::string_view name, std::string& out) const;
  Failure read_own(const PortkeyObject& object);
  Failure read_credentials(const PortkeyObject& object);
  Failure read_credential(const PortkeyObject& object, const Credential& credential);
  Failure read_virtual_key(const PortkeyObject& object, std::string_view name,
                           const std::string& key);
  Failure read_model();
  Failure name_deployment();
  [[nodiscard]] Error no_such_provider(const PortkeyObject& object, const std::string& slug) const;
  void note_untaken();

  const PortkeyObject& object_;
  const PortkeyPolicies& policies_;
  const LoadOptions& options_;
  std::vector<Notice>& notices_;
  const Provider* provider_ = nullptr;
  bool was_looked_up_ = false;  // in the table of virtual keys
  std::string base_;            // by a credential
  std::string model_;           // the same
  // By ours, their path: to say which of them no card takes.
  std::vector<std::pair<std::string_view, std::string>> given_settings_;
  PortkeyTarget target_;
};

Failure TargetReader::read_text(const PortkeyObject& object, std::string_view name,
                                std::string& out) const {
  std::string text;
  if (Failure failure = object.read_text(name, text)) {
    return failure;
  }
  if (text.starts_with(kFromEnvironment)) {
    const std::string variable = text.substr(kFromEnvironment.size());
    text = options_.environment(variable);
    if (text.empty()) {
      return object.error(name, "the environment variable " + variable + " is not set");
    }
  }
  if (!text.empty()) {
    out = std::move(text);
  }
  return std::nullopt;
}

Error TargetReader::no_such_provider(const PortkeyObject& object, const std::string& slug) const {
  const std::string_view nearest = nearest_slug(slug);
  return object.error("provider",
                      "\"" + slug.substr(0, 64) + "\" is no known provider" +
                          (nearest.empty() ? "" : "; nearest: \"" + std::string(nearest) + "\"") +
                          "; for any other server that speaks OpenAI's chat API give provider "
                          "\"openai\" and custom_host");
}

Failure TargetReader::read_virtual_key(const PortkeyObject& object, std::string_view name,
                                       const std::string& key) {
  if (was_looked_up_) {
    return object.error(name, "one virtual key cannot lead to another");
  }
  const std::string slug = key.starts_with('@') ? key.substr(1) : key;
  auto found = options_.virtual_keys.find(key);
  found = found == options_.virtual_keys.end() ? options_.virtual_keys.find("@" + slug) : found;
  found = found == options_.virtual_keys.end() ? options_.virtual_keys.find(slug) : found;
  if (found == options_.virtual_keys.end()) {
    std::string known;
    for (const auto& [known_name, fields] : options_.virtual_keys) {
      known.append(known.empty() ? "\"" : ", \"").append(known_name).append("\"");
    }
    return object.error(name, "\"" + key.substr(0, 64) + "\" is not in virtual_keys; known: " +
                                  (known.empty() ? "none, virtual_keys is empty" : known));
  }
  auto source =
      Source::read(found->second, Syntax::kJson, "virtual_keys, \"" + found->first + "\"");
  if (!source) {
    return source.error();
  }
  const auto fields = PortkeyObject::read(*source, source->root(), "$", portkey_target_names());
  if (!fields) {
    return fields.error();
  }
  was_looked_up_ = true;
  if (Failure failure = read_own(*fields)) {
    return failure;
  }
  return read_credentials(*fields);
}

// A virtual key's fields first, so that the target's own win.
Failure TargetReader::read_own(const PortkeyObject& object) {
  std::string key;
  std::string slug;
  for (Failure failure :
       {read_text(object, "virtual_key", key), read_text(object, "provider", slug)}) {
    if (failure) {
      return failure;
    }
  }
  if (!key.empty()) {
    if (Failure failure = read_virtual_key(object, "virtual_key", key)) {
      return failure;
    }
  }
  if (slug.starts_with('@')) {
    if (Failure failure = read_virtual_key(object, "provider", slug)) {
      return failure;
    }
  } else if (!slug.empty()) {
    provider_ = find_by_slug(slug);
    if (provider_ == nullptr) {
      return no_such_provider(object, slug);
    }
  }
  if (Failure failure = read_text(object, "api_key", target_.config.api_key)) {
    return failure;
  }
  return read_text(object, "custom_host", target_.config.api_base);
}

Failure TargetReader::read_credential(const PortkeyObject& object, const Credential& credential) {
  if (credential.use == CredentialUse::kNone) {
    notices_.push_back(
        {object.path_of(credential.name), "has no effect: no provider here takes it yet"});
    return std::nullopt;
  }
  std::string value;
  if (Failure failure = read_text(object, credential.name, value)) {
    return failure;
  }
  switch (credential.use) {
    case CredentialUse::kHeader:
      target_.config.headers.emplace_back(credential.target, std::move(value));
      break;
    case CredentialUse::kBase:
      base_ = std::string(credential.target);
      base_.replace(base_.find('*'), 1, value);
      break;
    case CredentialUse::kModel:
      model_ = std::move(value);
      break;
    default:
      target_.config.settings.emplace_back(credential.target, std::move(value));
      given_settings_.emplace_back(credential.target, object.path_of(credential.name));
  }
  return std::nullopt;
}

Failure TargetReader::read_credentials(const PortkeyObject& object) {
  for (const Credential& credential : credentials()) {
    if (!object.has(credential.name)) {
      continue;
    }
    if (Failure failure = read_credential(object, credential)) {
      return failure;
    }
  }
  return std::nullopt;
}

// override_params.model, which may name a virtual key: "@slug/model".
Failure TargetReader::read_model() {
  json::Document document;
  if (!policies_.override_params.empty() && !document.read(policies_.override_params)) {
    const Value model = document.root().find("model");
    if (model.exists() && (!model.is_string() || model.escaped().empty())) {
      return object_.error("override_params", "model is a name, a string that is not empty");
    }
    if (model.exists()) {
      model_ = model.unescaped();
    }
  }
  target_.config.override_params = without(policies_.override_params, "model");
  const std::size_t slash = model_.find('/');
  if (!model_.starts_with('@') || slash == std::string::npos) {
    return std::nullopt;
  }
  if (Failure failure = read_virtual_key(object_, "override_params", model_.substr(0, slash))) {
    return failure;
  }
  model_.erase(0, slash + 1);
  return std::nullopt;
}

Failure TargetReader::name_deployment() {
  routing::Deployment& deployment = target_.deployment;
  deployment.provider = provider_ == nullptr ? "" : provider_->name;
  deployment.model = model_.empty() ? "*" : model_;
  if (model_.empty()) {
    return std::nullopt;
  }
  const auto resolved =
      providers::resolve_model(model_, deployment.provider, !target_.config.api_base.empty());
  if (!resolved) {
    return object_.error("override_params", resolved.error().message);
  }
  deployment.provider = resolved->provider->name;
  deployment.model = resolved->model;
  provider_ = resolved->provider;
  return std::nullopt;
}

void TargetReader::note_untaken() {
  for (const auto& [name, path] : given_settings_) {
    if (provider_ != nullptr && !takes_setting(provider_, name)) {
      notices_.push_back(
          {path, "has no effect yet: " + std::string(provider_->name) + " does not take it"});
    }
  }
}

Result<PortkeyTarget> TargetReader::read() {
  target_.config.api_base = policies_.custom_host;
  for (const auto step : {&TargetReader::read_own, &TargetReader::read_credentials}) {
    if (Failure failure = (this->*step)(object_)) {
      return std::move(*failure);
    }
  }
  if (Failure failure = read_model()) {
    return std::move(*failure);
  }
  if (target_.config.api_base.empty()) {
    target_.config.api_base = base_;
  }
  if (Failure failure = name_deployment()) {
    return std::move(*failure);
  }
  note_untaken();
  target_.config.model = model_;
  target_.config.provider = provider_ == nullptr ? "" : provider_->name;
  target_.config.default_params = policies_.default_params;
  target_.config.drop_params = policies_.drop_params;
  target_.config.times.timeout = policies_.timeout;
  target_.config.source_path = object_.path();
  target_.deployment.breaker = policies_.breaker;
  return std::move(target_);
}

}  // namespace

std::span<const std::string_view> portkey_target_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all(kOwnNames.begin(), kOwnNames.end());
    for (const Credential& credential : credentials()) {
      all.push_back(credential.name);
    }
    return all;
  }();
  return names;
}

Result<PortkeyTarget> read_portkey_target(const PortkeyObject& object,
                                          const PortkeyPolicies& policies,
                                          const LoadOptions& options,
                                          std::vector<Notice>& notices) {
  return TargetReader(object, policies, options, notices).read();
}

std::string portkey_slug(std::string_view provider) {
  for (const ProviderSlug& each : provider_slugs()) {
    if (each.provider == provider) {
      return std::string(each.slug);
    }
  }
  std::string slug(provider);
  std::replace(slug.begin(), slug.end(), '_', '-');
  return slug;
}

std::string_view portkey_setting(std::string_view name) {
  for (const Credential& each : credentials()) {
    if (each.use == CredentialUse::kSetting && each.target == name) {
      return each.name;
    }
  }
  return {};
}

std::string_view portkey_header(std::string_view name) {
  for (const Credential& each : credentials()) {
    if (each.use == CredentialUse::kHeader && each.target == name) {
      return each.name;
    }
  }
  return {};
}

}  // namespace llmgate::config
