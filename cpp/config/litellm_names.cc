#include "config/litellm_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/nearest.h"
#include "chat/parameters.h"
#include "providers/provider.h"

namespace llmgate::config {
namespace {

constexpr std::string_view kServer = "waits for the server";
constexpr std::string_view kOnePlan = "is not needed: all of a plan shares its answers";
constexpr std::string_view kShared = "waits for limits that are shared between processes";
constexpr std::string_view kGuardrails = "waits for guardrails";
constexpr std::string_view kCallbacks = "waits for callbacks";
constexpr std::string_view kAlerts = "waits for alerts";
constexpr std::string_view kPrices = "waits for the table of prices";
constexpr std::string_view kOtherCalls = "waits for calls that are no chats";
constexpr std::string_view kClassifier = "waits for routing by the prompt's content";
constexpr std::string_view kNothing = "nothing here needs it";
constexpr std::string_view kNoProvider = "no provider here takes it yet";

constexpr std::array kDocument = std::to_array<WaitingName>({
    {"model_list", ""},
    {"router_settings", ""},
    {"litellm_settings", ""},
    {"general_settings", kServer},
    {"environment_variables", ""},
    {"include", ""},
    {"credential_list", ""},
    {"callback_settings", kCallbacks},
    {"guardrails", kGuardrails},
    {"policies", kGuardrails},
    {"policy_attachments", kGuardrails},
    {"prompts", kServer},
    {"mcp_servers", kServer},
    {"mcp_tools", kServer},
    {"mcp_aliases", kServer},
    {"agent_list", kServer},
    {"vector_store_registry", kServer},
    {"search_tools", kServer},
    {"assistant_settings", kOtherCalls},
    {"files_settings", kOtherCalls},
    {"finetune_settings", kOtherCalls},
    {"default_vertex_config", kServer},
    {"team_config", kServer},
});

constexpr std::array kRouter = std::to_array<WaitingName>({
    {"routing_strategy", ""},
    {"routing_strategy_args", ""},
    {"num_retries", ""},
    {"max_retries", ""},
    {"max_fallbacks", ""},
    {"timeout", ""},
    {"stream_timeout", ""},
    {"deadline", ""},
    {"default_litellm_params", ""},
    {"default_max_parallel_requests", ""},
    {"fallbacks", ""},
    {"context_window_fallbacks", ""},
    {"content_policy_fallbacks", ""},
    {"default_fallbacks", ""},
    {"model_group_alias", ""},
    {"enable_pre_call_checks", ""},
    {"enable_tag_filtering", ""},
    {"tag_filtering_match_any", ""},
    {"retry_after", ""},
    {"retry_policy", ""},
    {"model_group_retry_policy", ""},
    {"allowed_fails", ""},
    {"allowed_fails_policy", ""},
    {"cooldown_time", ""},
    {"disable_cooldowns", ""},
    {"optional_pre_call_checks", ""},
    {"deployment_affinity_ttl_seconds", ""},
    {"ignore_invalid_deployments", ""},
    {"target_options", ""},
    {"model_group_affinity_config", "waits for affinity group by group"},
    {"redis_url", kShared},
    {"redis_host", kShared},
    {"redis_port", kShared},
    {"redis_password", kShared},
    {"redis_username", kShared},
    {"redis_db", kShared},
    {"redis_ssl", kShared},
    {"cache_responses", ""},
    {"cache_kwargs", ""},
    {"caching_groups", kOnePlan},
    {"client_ttl", kNothing},
    {"polling_interval", kNothing},
    {"default_priority", "waits for a queue at the limits"},
    {"set_verbose", kNothing},
    {"debug_level", kNothing},
    {"provider_budget_config", ""},
    {"alerting_config", kAlerts},
    {"router_general_settings", kServer},
    {"enable_health_check_routing", kServer},
    {"health_check_staleness_threshold", kServer},
    {"assistants_config", kOtherCalls},
    {"search_tools", kServer},
    {"guardrail_list", kGuardrails},
    {"service_logger_obj", kCallbacks},
});

constexpr std::array kLitellm = std::to_array<WaitingName>({
    {"num_retries", ""},
    {"request_timeout", ""},
    {"fallbacks", ""},
    {"context_window_fallbacks", ""},
    {"content_policy_fallbacks", ""},
    {"default_fallbacks", ""},
    {"allowed_fails", ""},
    {"drop_params", ""},
    {"cache", ""},
    {"cache_params", ""},
    {"enable_caching_on_provider_specific_optional_params", ""},
    {"default_redis_ttl", ""},
    {"default_in_memory_ttl", ""},
    {"callbacks", kCallbacks},
    {"success_callback", kCallbacks},
    {"failure_callback", kCallbacks},
    {"input_callback", kCallbacks},
    {"service_callback", kCallbacks},
    {"audit_log_callbacks", kCallbacks},
    {"post_call_rules", kCallbacks},
    {"langfuse_default_tags", kCallbacks},
    {"langsmith_batch_size", kCallbacks},
    {"datadog_params", kCallbacks},
    {"s3_callback_params", kCallbacks},
    {"cold_storage_custom_logger", kCallbacks},
    {"turn_off_message_logging", kCallbacks},
    {"redact_user_api_key_info", kCallbacks},
    {"redact_messages_in_exceptions", kCallbacks},
    {"prometheus_initialize_budget_metrics", kServer},
    {"require_auth_for_metrics_endpoint", kServer},
    {"custom_prometheus_metadata_labels", kServer},
    {"custom_prometheus_tags", kServer},
    {"prometheus_metrics_config", kServer},
    {"enable_end_user_cost_tracking_prometheus_only", kServer},
    {"disable_end_user_cost_tracking", kServer},
    {"store_audit_logs", kServer},
    {"default_team_settings", kServer},
    {"default_team_params", kServer},
    {"default_internal_user_params", kServer},
    {"default_key_generate_params", kServer},
    {"upperbound_key_generate_params", kServer},
    {"key_generation_settings", kServer},
    {"public_routes", kServer},
    {"forward_traceparent_to_llm_provider", kServer},
    {"return_response_headers", kNothing},
    {"modify_params", kNothing},
    {"model_alias_map", "waits for names that hold outside a Router; use model_group_alias"},
    {"max_budget", ""},
    {"budget_duration", ""},
    {"max_internal_user_budget", kServer},
    {"internal_user_budget_duration", kServer},
    {"max_end_user_budget", kServer},
    {"max_ui_session_budget", kServer},
    {"tag_budget_config", ""},
    {"cost_discount_config", kPrices},
    {"cost_margin_config", kPrices},
    {"guardrails", kGuardrails},
    {"ssl_verify", "certificates are always checked"},
    {"ssl_certificate", "waits for certificates of clients"},
    {"ssl_security_level", kNothing},
    {"force_ipv4", "waits for settings of the network"},
    {"use_aiohttp_transport", kNothing},
    {"disable_aiohttp_transport", kNothing},
    {"aiohttp_trust_env", kNothing},
    {"enable_json_schema_validation", "waits for checks of answers"},
    {"enable_preview_features", kNothing},
    {"set_verbose", kNothing},
    {"suppress_debug_info", kNothing},
    {"json_logs", kServer},
    {"telemetry", kNothing},
    {"disable_hf_tokenizer_download", kNothing},
    {"mcp_aliases", kServer},
    {"vector_store_registry", kServer},
    {"global_prompt_manager", kServer},
    {"headers", kNothing},
});

constexpr std::array kEntry =
    std::to_array<std::string_view>({"model_name", "litellm_params", "model_info"});

constexpr std::array kDeployment = std::to_array<std::string_view>({
    "model",
    "custom_llm_provider",
    "api_base",
    "base_url",
    "api_key",
    "timeout",
    "stream_timeout",
    "max_retries",
    "num_retries",
    "rpm",
    "tpm",
    "weight",
    "order",
    "tags",
    "max_parallel_requests",
    "region_name",
    "cooldown_time",
    "input_cost_per_token",
    "headers",
    "output_cost_per_token",
    "mock_response",
    "extra_headers",
    "organization",
    "additional_drop_params",
    "budget_duration",
    "drop_params",
    "litellm_credential_name",
    "max_budget",
});

constexpr std::array kDeploymentWaits = std::to_array<WaitingName>({
    {"tag_regex", "waits for tags by header"},
    {"guardrails", kGuardrails},
    {"cache_control_injection_points", "waits for marks of the prompt cache"},
    {"configurable_clientside_auth_params", kServer},
    {"use_in_pass_through", kServer},
    {"use_litellm_proxy", kServer},
    {"merge_reasoning_content_in_choices", "reasoning stays beside the content"},
    {"default_api_key_tpm_limit", kServer},
    {"default_api_key_rpm_limit", kServer},
    {"auto_router_config_path", kClassifier},
    {"auto_router_config", kClassifier},
    {"auto_router_default_model", kClassifier},
    {"auto_router_embedding_model", kClassifier},
    {"complexity_router_config", kClassifier},
    {"complexity_router_default_model", kClassifier},
    {"max_file_size_mb", kOtherCalls},
    {"aws_access_key_id", kNoProvider},
    {"aws_secret_access_key", kNoProvider},
    {"aws_session_token", kNoProvider},
    {"aws_session_name", kNoProvider},
    {"aws_profile_name", kNoProvider},
    {"aws_role_name", kNoProvider},
    {"aws_web_identity_token", kNoProvider},
    {"aws_sts_endpoint", kNoProvider},
    {"aws_bedrock_runtime_endpoint", kNoProvider},
    {"azure_ad_token_provider", kNoProvider},
    {"azure_username", kNoProvider},
    {"azure_password", kNoProvider},
    {"azure_scope", kNoProvider},
    {"tenant_id", kNoProvider},
    {"client_id", kNoProvider},
    {"client_secret", kNoProvider},
    {"vertex_credentials", kNoProvider},
    {"watsonx_region_name", kNoProvider},
});

// Parameters of one or a few providers, beside OpenAI's.
constexpr std::array kOtherParameters = std::to_array<std::string_view>({
    "top_k",
    "min_p",
    "top_a",
    "repetition_penalty",
    "thinking",
    "extra_body",
    "extra_query",
    "safety_settings",
    "system",
    "num_ctx",
    "keep_alive",
    "reasoning",
    "enable_thinking",
    "stop_sequences",
    "prompt_id",
    "deployment_id",
    "logger_fn",
    "typical_p",
    "transforms",
    "provider",
    "allowed_openai_params",
    "include_reasoning",
    "thinking_config",
    "num_predict",
});

constexpr std::array kInfo = std::to_array<std::string_view>({
    "id",
    "base_model",
    "mode",
    "max_input_tokens",
    "max_output_tokens",
    "max_tokens",
    "input_cost_per_token",
    "output_cost_per_token",
    "input_cost_per_second",
    "output_cost_per_second",
    "cache_creation_input_token_cost",
    "cache_read_input_token_cost",
    "access_groups",
    "db_model",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "description",
    "tier",
    "team_id",
    "team_public_model_name",
    "health_check_model",
    "health_check_timeout",
    "disable_background_health_check",
    "litellm_provider",
    "version",
    "supported_environments",
    "direct_access",
    "access_via_team_ids",
    "key",
    "owned_by",
    "source",
    "deprecation_date",
    "tpm",
    "rpm",
    "metadata",
    "output_vector_size",
    "supported_openai_params",
    "base_model_name",
    "custom_tokenizer",
    "is_public_model_group",
});

template <typename Names>
bool is_in(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string_view> plain(std::span<const WaitingName> names) {
  std::vector<std::string_view> list;
  for (const WaitingName& name : names) {
    list.push_back(name.name);
  }
  return list;
}

bool is_setting_of(const providers::Setting& setting, std::string_view name) {
  return !setting.name.empty() &&
         (setting.name == name || providers::is_listed(name, setting.aliases));
}

}  // namespace

std::span<const WaitingName> document_names() { return kDocument; }
std::span<const WaitingName> router_names() { return kRouter; }
std::span<const WaitingName> litellm_names() { return kLitellm; }

void check_names(FieldReader& reader, const Field& object, std::string_view kind,
                 std::span<const WaitingName> names) {
  for_members(object, [&](const std::string& name, const Field& value) {
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const WaitingName& row) { return row.name == name; });
    if (found == names.end()) {
      reader.fail_unknown(value, kind, name, plain(names));
    } else if (!found->waits_for.empty() && value.exists() && !value.value.is(json::Type::kFalse)) {
      reader.note(value, "is read, but " + std::string(found->waits_for));
    }
  });
}

void check_entry_names(FieldReader& reader, const Field& entry) {
  for_members(entry, [&](const std::string& name, const Field& value) {
    if (!is_in(kEntry, name)) {
      reader.fail_unknown(value, "model_list member", name, kEntry);
    }
  });
}

bool is_deployment_name(std::string_view name) { return is_in(kDeployment, name); }

std::string_view deployment_name_waits_for(std::string_view name) {
  const auto* const found = std::find_if(kDeploymentWaits.begin(), kDeploymentWaits.end(),
                                         [&](const WaitingName& row) { return row.name == name; });
  return found == kDeploymentWaits.end() ? std::string_view() : found->waits_for;
}

bool is_setting_name(std::string_view name) {
  for (const providers::Provider* card : providers::all_providers()) {
    const bool is_known = std::any_of(
        card->settings.begin(), card->settings.end(),
        [&](const providers::Setting& setting) { return is_setting_of(setting, name); });
    if (is_known || is_setting_of(card->token, name)) {
      return true;
    }
  }
  return false;
}

bool is_request_parameter(std::string_view name) {
  return chat::is_known_parameter(name) || is_in(kOtherParameters, name);
}

std::string_view nearest_deployment_name(std::string_view name) {
  std::vector<std::string_view> known(kDeployment.begin(), kDeployment.end());
  const std::vector<std::string_view> waiting = plain(kDeploymentWaits);
  known.insert(known.end(), waiting.begin(), waiting.end());
  known.insert(known.end(), kOtherParameters.begin(), kOtherParameters.end());
  const auto parameters = chat::parameter_names();
  known.insert(known.end(), parameters.begin(), parameters.end());
  return nearest_name(name, known);
}

std::span<const std::string_view> info_names() { return kInfo; }
bool is_info_name(std::string_view name) { return is_in(kInfo, name); }

}  // namespace llmgate::config
