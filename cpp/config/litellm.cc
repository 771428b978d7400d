// load_litellm() of load.h: LiteLLM's configuration to a plan.
#include <utility>

#include "config/litellm_document.h"
#include "config/litellm_fallbacks.h"
#include "config/litellm_groups.h"
#include "config/litellm_names.h"
#include "config/litellm_settings.h"
#include "config/load.h"
#include "config/plan_writer.h"

namespace llmgate::config {
namespace {

using Variables = std::map<std::string, std::string>;

// environment_variables: what stands there counts before the process's own.
Variables read_variables(FieldReader& reader, const LitellmDocument& document) {
  Variables variables;
  for (const Field& section : document.section("environment_variables").parts) {
    if (reader.is_object(section)) {
      for_members(section, [&](const std::string& name, const Field& value) {
        variables.try_emplace(
            name, value.value.is_bool() ? std::string(value.value.raw()) : reader.text(value));
      });
    }
  }
  return variables;
}

providers::Environment environment_of(Variables variables, providers::Environment behind) {
  return [variables = std::move(variables),
          behind = std::move(behind)](std::string_view name) -> std::string {
    const auto found = variables.find(std::string(name));
    if (found != variables.end()) {
      return found->second;
    }
    return behind ? behind(name) : std::string();
  };
}

void read_models(FieldReader& reader, const LitellmDocument& document,
                 const LitellmSettings& settings, LitellmGroups& groups) {
  const Section section = document.section("model_list");
  std::size_t count = 0;
  for (const Field& list : section.parts) {
    if (!reader.is_array(list)) {
      continue;
    }
    for_elements(list, [&](const Field& entry) {
      if (reader.failed()) {
        return;
      }
      LitellmDeployment deployment = read_litellm_deployment(reader, entry, settings.defaults);
      if (reader.failed() && settings.ignores_invalid) {
        return reader.note(entry, "is left out: " + reader.take_failure()->message);
      }
      ++count;
      groups.add(std::move(deployment));
    });
  }
  if (count == 0) {
    reader.fail(section.parts.front(),
                "is empty; accepted: at least one {model_name, litellm_params}");
  }
}

// One article's word for the models that the groups may use.
void check_target_options(FieldReader& reader, const Field& options, LitellmGroups& groups) {
  if (!reader.is_array(options)) {
    return;
  }
  for_elements(options, [&](const Field& option) {
    const std::string name = reader.text(option);
    if (!groups.has_model(name) && groups.find(name) == routing::kNoNode) {
      reader.fail_unknown(option, "target option", name, groups.known_names());
    }
  });
  reader.note(options,
              "is checked against the model list; without a routing_strategy the fastest is asked");
}

void keep_the_rest(const LitellmDocument& document, RouterConfig& config) {
  for (const Field& general : document.section("general_settings").parts) {
    if (general.exists() && config.general_settings.empty()) {
      config.general_settings = general.value.raw();
    }
  }
  const Section litellm = document.section("litellm_settings");
  const bool is_on =
      litellm.find("cache").value.is(json::Type::kTrue) ||
      document.section("router_settings").find("cache_responses").value.is(json::Type::kTrue);
  if (is_on) {
    const Field params = litellm.find("cache_params");
    config.cache = params.exists() ? std::string(params.value.raw()) : "{}";
  }
}

}  // namespace

Result<RouterConfig> load_litellm(const Source& source, const LoadOptions& options) {
  RouterConfig config;
  config.dialect = DialectName::kLiteLlm;
  config.source = source.root().raw();
  FieldReader reader(options.environment);
  const LitellmDocument document(reader, source, options);
  for (const Field& root : document.roots()) {
    check_names(reader, root, "member", document_names());
  }
  if (reader.failed()) {
    return std::move(*reader.take_failure());
  }
  const Variables variables = read_variables(reader, document);
  reader.set_environment(environment_of(variables, options.environment));
  PlanWriter writer(config);
  LitellmSettings settings = read_litellm_settings(reader, document, config);
  if (!variables.empty()) {
    settings.defaults.variables = environment_of(variables, nullptr);
  }
  LitellmGroups groups(reader, writer, settings);
  if (!reader.failed()) {
    read_models(reader, document, settings, groups);
  }
  if (!reader.failed()) {
    groups.build();
    groups.read_aliases(settings.model_group_alias);
    check_target_options(reader, settings.target_options, groups);
    add_names_with_fallbacks(reader, writer, groups, settings);
  }
  if (reader.failed()) {
    return std::move(*reader.take_failure());
  }
  if (Failure failure = writer.finish()) {
    return source.error(source.root(), failure->json_path, failure->message);
  }
  keep_the_rest(document, config);
  config.notices = reader.take_notices();
  return config;
}

}  // namespace llmgate::config
