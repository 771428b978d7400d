#include "config/portkey_names.h"

#include <array>

namespace llmgate::config {
namespace {

using enum CredentialUse;

// Where our catalogue has no such name or alias already ('-' counts as '_').
constexpr std::array kSlugs = std::to_array<ProviderSlug>({
    {"azure-openai", "azure"},
    {"azure-ai", "azure_ai"},
    {"azure-ai-inference", "azure_ai"},
    {"vertex-ai", "vertex_ai"},
    {"google", "gemini"},
    {"x-ai", "xai"},
    {"mistral-ai", "mistral"},
    {"together-ai", "together"},
    {"fireworks-ai", "fireworks"},
    {"perplexity-ai", "perplexity"},
    {"workers-ai", "cloudflare"},
    {"dashscope", "alibaba"},
    {"zhipu", "zai"},
    {"z-ai", "zai"},
    {"inference-net", "inference_net"},
    {"novita-ai", "novita"},
    {"llama-api", "meta_llama"},
});

constexpr std::array kCredentials = std::to_array<Credential>({
    {"azure_resource_name", kBase, "https://*.openai.azure.com"},
    {"azure_deployment_id", kModel, ""},
    {"azure_deployment_name", kModel, ""},
    {"azure_model_name", kModel, ""},
    {"azure_api_version", kSetting, "api_version"},
    {"azure_ad_token", kSetting, "azure_ad_token"},
    {"azure_foundry_url", kBase, "*"},
    {"azure_auth_mode", kNone, ""},
    {"azure_entra_tenant_id", kNone, ""},
    {"azure_entra_client_id", kNone, ""},
    {"azure_entra_client_secret", kNone, ""},
    {"azure_entra_scope", kNone, ""},
    {"azure_managed_client_id", kNone, ""},
    {"azure_workload_client_id", kNone, ""},
    {"azure_endpoint_name", kNone, ""},
    {"azure_region", kNone, ""},
    {"azure_extra_params", kNone, ""},
    {"vertex_project_id", kSetting, "vertex_project"},
    {"vertex_region", kSetting, "vertex_location"},
    {"vertex_service_account_json", kNone, ""},
    {"vertex_storage_bucket_name", kNone, ""},
    {"vertex_model_name", kModel, ""},
    {"vertex_skip_ptu_check", kNone, ""},
    {"aws_region", kSetting, "aws_region_name"},
    {"aws_access_key_id", kSetting, "aws_access_key_id"},
    {"aws_secret_access_key", kSetting, "aws_secret_access_key"},
    {"aws_session_token", kSetting, "aws_session_token"},
    {"aws_role_arn", kSetting, "aws_role_arn"},
    {"aws_external_id", kSetting, "aws_external_id"},
    {"aws_auth_type", kNone, ""},
    {"aws_s3_bucket", kNone, ""},
    {"aws_s3_object_key", kNone, ""},
    {"aws_bedrock_model", kModel, ""},
    {"aws_server_side_encryption", kNone, ""},
    {"aws_server_side_encryption_kms_key_id", kNone, ""},
    {"openai_project", kHeader, "openai-project"},
    {"openai_organization", kHeader, "openai-organization"},
    {"openai_beta", kHeader, "openai-beta"},
    {"anthropic_beta", kHeader, "anthropic-beta"},
    {"anthropic_version", kHeader, "anthropic-version"},
    {"workers_ai_account_id", kBase, "https://api.cloudflare.com/client/v4/accounts/*/ai/v1"},
    {"snowflake_account", kBase, "https://*.snowflakecomputing.com/api/v2/cortex/v1"},
    {"huggingface_base_url", kBase, "*"},
    {"fireworks_account_id", kNone, ""},
    {"predibase_tenant_id", kNone, ""},
    {"mistral_fim_completion", kNone, ""},
    {"stability_client_id", kNone, ""},
    {"stability_client_user_id", kNone, ""},
    {"stability_client_version", kNone, ""},
    {"oracle_api_version", kNone, ""},
    {"oracle_region", kNone, ""},
    {"oracle_compartment_id", kNone, ""},
    {"oracle_serving_mode", kNone, ""},
    {"oracle_tenancy", kNone, ""},
    {"oracle_user", kNone, ""},
    {"oracle_fingerprint", kNone, ""},
    {"oracle_private_key", kNone, ""},
    {"oracle_key_passphrase", kNone, ""},
    {"amzn_sagemaker_custom_attributes", kNone, ""},
    {"amzn_sagemaker_target_model", kNone, ""},
    {"amzn_sagemaker_target_variant", kNone, ""},
    {"amzn_sagemaker_target_container_hostname", kNone, ""},
    {"amzn_sagemaker_inference_id", kNone, ""},
    {"amzn_sagemaker_enable_explanations", kNone, ""},
    {"amzn_sagemaker_inference_component", kNone, ""},
    {"amzn_sagemaker_session_id", kNone, ""},
    {"amzn_sagemaker_model_name", kNone, ""},
});

}  // namespace

std::span<const ProviderSlug> provider_slugs() { return kSlugs; }
std::span<const Credential> credentials() { return kCredentials; }

}  // namespace llmgate::config
