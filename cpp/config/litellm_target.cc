#include "config/litellm_target.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "account/litellm_field.h"
#include "base/nearest.h"
#include "chat/parameters.h"
#include "config/litellm_names.h"
#include "config/plan_writer.h"
#include "json/writer.h"
#include "providers/model_name.h"

namespace llmgate::config {
namespace {

constexpr double kMillion = 1e6;

// litellm_params with what stands behind them: the named credential, then the defaults.
class Parameters {
 public:
  Parameters(FieldReader& reader, const Field& own, const LitellmDefaults& defaults) : own_(own) {
    layers_.push_back(own);
    const Field name = own.member("litellm_credential_name");
    if (name.exists()) {
      const auto found = defaults.credentials.find(reader.text(name));
      if (found == defaults.credentials.end()) {
        reader.fail(name, "names no credential of credential_list");
      } else {
        layers_.push_back(found->second);
      }
    }
    layers_.insert(layers_.end(), defaults.params.begin(), defaults.params.end());
  }

  [[nodiscard]] Field find(std::string_view name) const {
    for (const Field& layer : layers_) {
      if (const Field field = layer.member(name); field.exists()) {
        return field;
      }
    }
    return own_.member(name);
  }

  // Each name once, in the first layer that has it.
  void for_all(const std::function<void(const std::string&, const Field&)>& visit) const {
    std::set<std::string> seen;
    for (const Field& layer : layers_) {
      for_members(layer, [&](const std::string& name, const Field& field) {
        if (field.exists() && seen.insert(name).second) {
          visit(name, field);
        }
      });
    }
  }

 private:
  Field own_;
  std::vector<Field> layers_;
};

void read_headers(FieldReader& reader, const Field& headers, TargetConfig& target) {
  if (!reader.is_object(headers)) {
    return;
  }
  for_members(headers, [&](const std::string& name, const Field& value) {
    target.headers.emplace_back(name, reader.text(value));
  });
}

void read_place(FieldReader& reader, const Parameters& params, TargetConfig& target) {
  target.model = reader.text(params.find("model"));
  target.provider = reader.text(params.find("custom_llm_provider"));
  const Field base = params.find("api_base");
  target.api_base = reader.text(base.exists() ? base : params.find("base_url"));
  target.api_key = reader.text(params.find("api_key"));
  read_headers(reader, params.find("headers"), target);
  read_headers(reader, params.find("extra_headers"), target);
  if (const std::string name = reader.text(params.find("organization")); !name.empty()) {
    target.headers.emplace_back("OpenAI-Organization", name);
  }
  target.drop_params = reader.texts(params.find("additional_drop_params"));
  if (const Field mock = params.find("mock_response"); mock.exists()) {
    target.mock_response = reader.filled(mock);
  }
}

void read_limits(FieldReader& reader, const Parameters& params, const LitellmDefaults& defaults,
                 LitellmDeployment& out) {
  routing::Deployment& deployment = out.deployment;
  deployment.limits.requests_per_minute = reader.number(params.find("rpm"), 0);
  deployment.limits.tokens_per_minute = reader.number(params.find("tpm"), 0);
  deployment.limits.max_parallel = reader.whole(params.find("max_parallel_requests"), 1);
  if (!deployment.limits.max_parallel) {
    deployment.limits.max_parallel = defaults.max_parallel;
  }
  deployment.weight = reader.number(params.find("weight"), 0);
  deployment.region = reader.text(params.find("region_name"));
  deployment.tags = reader.texts(params.find("tags"));
  out.order = reader.whole(params.find("order"), 0);
  const Field retries = params.find("num_retries");
  out.retries = reader.whole(retries.exists() ? retries : params.find("max_retries"), 0, 100);
  out.open_for = reader.seconds(params.find("cooldown_time"));
  out.target.times.timeout = reader.seconds(params.find("timeout"));
  out.target.times.stream_timeout = reader.seconds(params.find("stream_timeout"));
  if (!out.target.times.stream_timeout) {
    out.target.times.stream_timeout = defaults.stream_timeout;
  }
}

std::optional<double> price(FieldReader& reader, const Parameters& params, const Field& info,
                            std::string_view name) {
  const Field own = params.find(name);
  const auto per_token = reader.number(own.exists() ? own : info.member(name), 0, 1);
  return per_token ? std::optional(*per_token * kMillion) : std::nullopt;
}

// What the configuration itself says about prices, exactly as it says it.
std::string own_prices(FieldReader& reader, const Parameters& params, const Field& info) {
  std::string facts;
  const auto take = [&](const std::string& name, const Field& field) {
    if (field.exists() && account::litellm_field(name)) {
      facts += facts.empty() ? "{" : ",";
      json::append_quoted(facts, name);
      facts += ":" + reader.filled(field);
    }
  };
  params.for_all(take);
  for_members(info, [&](const std::string& name, const Field& field) {
    if (!params.find(name).exists()) {
      take(name, field);
    }
  });
  return facts.empty() ? facts : facts + "}";
}

struct FeatureName {
  std::string_view name;
  routing::Feature feature;
};

// Model cost map of LiteLLM, its supports_ fields (1.83.2).
constexpr std::array kFeatures = std::to_array<FeatureName>({
    {"supports_vision", routing::Feature::kVision},
    {"supports_audio_input", routing::Feature::kAudio},
    {"supports_pdf_input", routing::Feature::kFiles},
    {"supports_function_calling", routing::Feature::kTools},
    {"supports_response_schema", routing::Feature::kJsonSchema},
    {"supports_reasoning", routing::Feature::kReasoning},
    {"supports_logprobs", routing::Feature::kLogprobs},
    {"supports_assistant_prefill", routing::Feature::kPrefill},
});

void read_info(FieldReader& reader, const Field& info, routing::Deployment& deployment) {
  for (const FeatureName& row : kFeatures) {
    if (const auto flag = reader.flag(info.member(row.name))) {
      (*flag ? deployment.features : deployment.lacking) |= routing::set_of(row.feature);
    }
  }
  const Field window = info.member("max_input_tokens");
  if (const auto tokens = reader.number(window.exists() ? window : info.member("max_tokens"), 1)) {
    deployment.context_window = static_cast<std::int64_t>(*tokens);
  }
  const Field mode = info.member("mode");
  const std::string said = reader.text(mode);
  if (!said.empty() && said != "chat" && said != "completion" && said != "responses") {
    reader.note(mode, "calls of mode \"" + said + "\" are not routed yet");
  }
  for_members(info, [&](const std::string& name, const Field& value) {
    if (is_info_name(name) || name.starts_with("supports_") || account::litellm_field(name)) {
      return;
    }
    // Anything may stand there for the user's own use; a slip of the finger should not.
    if (!nearest_name(name, info_names()).empty()) {
      reader.fail_unknown(value, "model_info", name, info_names());
    }
  });
}

// What the environment of the configuration says and litellm_params do not.
void fill_from_variables(const LitellmDefaults& defaults, TargetConfig& target) {
  if (!defaults.variables) {
    return;
  }
  const auto resolved =
      providers::resolve_model(target.model, target.provider, !target.api_base.empty());
  if (!resolved) {
    return;
  }
  const providers::Provider& card = *resolved->provider;
  if (target.api_key.empty()) {
    target.api_key = providers::first_set(defaults.variables, card.key_variables);
  }
  if (target.api_base.empty()) {
    target.api_base = providers::first_set(defaults.variables, card.base_variables);
  }
  for (const providers::Setting& setting : card.settings) {
    const bool is_given =
        std::any_of(target.settings.begin(), target.settings.end(), [&](const auto& given) {
          return given.first == setting.name || providers::is_listed(given.first, setting.aliases);
        });
    std::string value = providers::first_set(defaults.variables, setting.variables);
    if (!is_given && !setting.name.empty() && !value.empty()) {
      target.settings.emplace_back(setting.name, std::move(value));
    }
  }
}

// Every other member: a setting of the provider, a parameter of the request, or something to tell.
class Rest {
 public:
  Rest(FieldReader& reader, TargetConfig& target) : reader_(reader), target_(target) {}

  void take(const std::string& name, const Field& field) {
    if (is_deployment_name(name) || account::litellm_field(name)) {
      return;
    }
    if (const std::string_view waits_for = deployment_name_waits_for(name); !waits_for.empty()) {
      return reader_.note(field, "is read, but " + std::string(waits_for));
    }
    if (is_setting_name(name)) {
      target_.settings.emplace_back(name, reader_.text(field));
      return;
    }
    if (!is_request_parameter(name)) {
      const std::string_view nearest = nearest_deployment_name(name);
      if (!nearest.empty()) {
        return reader_.fail(field, "litellm_params member \"" + name +
                                       "\" is unknown; did you mean \"" + std::string(nearest) +
                                       "\"?");
      }
      reader_.note(field, "is no field of a deployment: it goes into the request as it is");
    }
    params_ += params_.empty() ? "{" : ",";
    json::append_quoted(params_, name);
    params_ += ":" + reader_.filled(field);
  }

  void finish() {
    if (!params_.empty()) {
      target_.default_params = params_ + "}";
    }
  }

 private:
  FieldReader& reader_;
  TargetConfig& target_;
  std::string params_;
};

std::string id_for(FieldReader& reader, const Field& info, const Parameters& params,
                   const std::string& group) {
  if (std::string id = reader.text(info.member("id")); !id.empty()) {
    return id;
  }
  std::set<std::string> parts;
  params.for_all([&](const std::string& name, const Field& field) {
    if (name != "api_key") {
      parts.insert(name + "=" + std::string(field.value.raw()) + "\n");
    }
  });
  std::string text;
  for (const std::string& part : parts) {
    text += part;
  }
  return id_of(group, text, params.find("api_key").value.unescaped());
}

}  // namespace

LitellmDeployment read_litellm_deployment(FieldReader& reader, const Field& entry,
                                          const LitellmDefaults& defaults) {
  LitellmDeployment out;
  const Field own = entry.member("litellm_params");
  const Field info = entry.member("model_info");
  out.place = own.member("model");
  reader.is_object(entry);
  check_entry_names(reader, entry);
  out.group = reader.text(entry.member("model_name"));
  if (out.group.empty()) {
    reader.fail(entry.member("model_name"), "is missing; accepted: the name that callers ask for");
  }
  if (!reader.is_object(own) || !out.place.exists()) {
    reader.fail(out.place, "is missing; accepted: \"provider/model\", such as \"openai/gpt-4o\"");
  }
  reader.is_object(info);
  const Parameters params(reader, own, defaults);
  read_place(reader, params, out.target);
  read_limits(reader, params, defaults, out);
  out.deployment.prices.input = price(reader, params, info, "input_cost_per_token");
  out.deployment.prices.output = price(reader, params, info, "output_cost_per_token");
  out.target.facts = own_prices(reader, params, info);
  out.target.base_model = reader.text(info.member("base_model"));
  read_info(reader, info, out.deployment);
  Rest rest(reader, out.target);
  params.for_all([&](const std::string& name, const Field& field) { rest.take(name, field); });
  rest.finish();
  fill_from_variables(defaults, out.target);
  out.deployment.group = out.group;
  out.deployment.id = id_for(reader, info, params, out.group);
  out.target.source_path = entry.path;
  if (!reader.failed()) {
    resolve_deployment(reader, out.place, out.target, out.deployment);
  }
  if (out.deployment.model.find('*') != std::string::npos &&
      out.group.find('*') == std::string::npos) {
    reader.fail(out.place, "holds a '*', but its model_name \"" + out.group +
                               "\" holds none; accepted: a '*' in both or in none");
  }
  return out;
}

LitellmDeployment implicit_deployment(FieldReader& reader, const Field& at, std::string model,
                                      std::string overrides, const LitellmDefaults& defaults) {
  LitellmDeployment out;
  out.place = at;
  out.group = model;
  out.deployment.group = model;
  out.deployment.id = id_of("", model + "\n" + overrides, "");
  out.deployment.limits.max_parallel = defaults.max_parallel;
  out.target.model = std::move(model);
  out.target.override_params = std::move(overrides);
  out.target.times.stream_timeout = defaults.stream_timeout;
  out.target.source_path = at.path;
  fill_from_variables(defaults, out.target);
  resolve_deployment(reader, at, out.target, out.deployment);
  return out;
}

LitellmDeployment concrete_deployment(FieldReader& reader, const LitellmDeployment& pattern,
                                      const std::string& group, const std::string& captured) {
  LitellmDeployment out = pattern;
  out.group = group;
  out.deployment.group = group;
  out.deployment.id += "-" + captured;
  if (const std::size_t star = out.target.model.find('*'); star != std::string::npos) {
    out.target.model.replace(star, 1, captured);
  }
  resolve_deployment(reader, pattern.place, out.target, out.deployment);
  return out;
}

}  // namespace llmgate::config
