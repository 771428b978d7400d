// load_litellm() of load.h: LiteLLM's configuration to a plan.
#include <utility>

#include "config/cache_settings.h"
#include "config/litellm_document.h"
#include "config/litellm_fallbacks.h"
#include "config/litellm_groups.h"
#include "config/litellm_names.h"
#include "config/litellm_settings.h"
#include "config/load.h"
#include "config/plan_writer.h"
#include "json/writer.h"

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
}

// The cache's settings as one object, if a cache is wanted: those that are given, and where the
// section has some beside them. A redis_host among the Router's settings says where, not that.
void keep_the_cache(FieldReader& reader, const LitellmDocument& document, RouterConfig& config) {
  const Section litellm = document.section("litellm_settings");
  const Section router = document.section("router_settings");
  const bool is_routers = router.find("cache_responses").value.is(json::Type::kTrue);
  if (!is_routers && !litellm.find("cache").value.is(json::Type::kTrue)) {
    return;
  }
  Field params = litellm.find("cache_params");
  params = params.exists() ? params : router.find("cache_kwargs");
  if (params.exists()) {
    read_cache_settings(reader, params);
  }
  json::Writer out(config.cache);
  out.begin_object();
  if (params.value.is_object()) {
    for (const json::Member member : params.value.members()) {
      out.raw_key(member.name.raw()).raw(member.value.raw());
    }
  }
  const auto add = [&](std::string_view name, const Field& value) {
    if (value.exists() && !params.member(name).exists()) {
      out.key(name).raw(value.value.raw());
    }
  };
  add("ttl", litellm.find("default_redis_ttl"));
  add("default_in_memory_ttl", litellm.find("default_in_memory_ttl"));
  const bool says_where = router.find("redis_host").exists() || router.find("redis_url").exists();
  if (is_routers && says_where && !params.member("type").exists()) {
    out.key("type").string("redis");
    add("url", router.find("redis_url"));
    add("host", router.find("redis_host"));
    add("port", router.find("redis_port"));
    add("username", router.find("redis_username"));
    add("password", router.find("redis_password"));
    add("db", router.find("redis_db"));
  }
  out.end_object();
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
  keep_the_cache(reader, document, config);
  if (reader.failed()) {
    return std::move(*reader.take_failure());
  }
  config.notices = reader.take_notices();
  return config;
}

}  // namespace llmgate::config
