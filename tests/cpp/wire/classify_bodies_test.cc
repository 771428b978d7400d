// What the bodies of errors mean, provider by provider.
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "support/turns.h"
#include "wire/classify.h"

namespace llmgate::wire {
namespace {

using enum ErrorKind;

struct Row {
  const char* name;
  int status;
  std::string body;
  ErrorKind kind;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.status << ' ' << row.body; }

class ErrorBody : public ::testing::TestWithParam<Row> {};

TEST_P(ErrorBody, IsOfItsKind) {
  const Row& row = GetParam();
  const Error error = classify_error(row.status, {}, row.body, test::issuer());
  EXPECT_EQ(traits_of(error.kind).name, traits_of(row.kind).name);
}

std::string name_of_row(const ::testing::TestParamInfo<Row>& row) { return row.param.name; }

// {"error": {"message": ..., further members}}
std::string said(const std::string& message, const std::string& members = "") {
  return R"({"error":{"message":")" + message + '"' + (members.empty() ? "" : "," + members) + "}}";
}

// What providers say when a prompt does not fit (reliability study, section 5.1).
INSTANTIATE_TEST_SUITE_P(
    TooLong, ErrorBody,
    ::testing::Values(
        Row{"OpenAiCode", 400, said("?", R"("type":"invalid_request_error","param":"messages",
                         "code":"context_length_exceeded")"),
            kContextWindowExceeded},
        Row{"OpenAiSentence", 400,
            said("This model's maximum context length is 8192 tokens. However, your messages "
                 "resulted in 9001 tokens."),
            kContextWindowExceeded},
        Row{"OpenAiOlderSentence", 400,
            said("This model's maximum context length is 4097 tokens, however you requested 5000 "
                 "tokens (4000 in your prompt; 1000 for the completion)."),
            kContextWindowExceeded},
        Row{"OpenAiResponses", 400, said("Your input exceeds the context window of this model."),
            kContextWindowExceeded},
        Row{"InsideAStream", 0, said("?", R"("code":"context_length_exceeded")"),
            kContextWindowExceeded},
        Row{"Anthropic", 400,
            R"({"type":"error","error":{"type":"invalid_request_error",
                "message":"prompt is too long: 210000 tokens > 200000 maximum"}})",
            kContextWindowExceeded},
        Row{"AnthropicWithOutput", 400,
            said("input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"),
            kContextWindowExceeded},
        Row{"AnthropicEdgeCountsBytes", 413,
            R"({"type":"error","error":{"type":"request_too_large","message":"Request exceeds the
                maximum size"}})",
            kRequestTooLarge},
        Row{"Gemini", 400,
            said("The input token count (1200000) exceeds the maximum number of tokens allowed "
                 "(1048576).",
                 R"("code":400,"status":"INVALID_ARGUMENT")"),
            kContextWindowExceeded},
        Row{"GeminiPayload", 400, said("Request payload size exceeds the limit: 20971520 bytes."),
            kContextWindowExceeded},
        Row{"Bedrock", 400, R"({"message":"Input is too long for requested model."})",
            kContextWindowExceeded},
        Row{"BedrockTokens", 400, R"({"message":"Too many input tokens. Max input tokens: 8192"})",
            kContextWindowExceeded},
        Row{"BedrockSchema", 400, R"({"message":"expected maxLength: 50000, actual: 60000"})",
            kContextWindowExceeded},
        Row{"BedrockMantle", 400, said("prompt tokens (9000) exceed model maximum (8192)"),
            kContextWindowExceeded},
        Row{"Cohere", 400,
            R"({"id":"x","message":"too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000"})",
            kContextWindowExceeded},
        Row{"CohereCode", 400, R"({"message":"?","error_type":"TOO_MANY_TOKENS"})",
            kContextWindowExceeded},
        Row{"Mistral", 400,
            R"({"object":"error","message":"Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length","type":"invalid_request_error","code":"3051"})",
            kContextWindowExceeded},
        Row{"MistralOlderEmptyBody", 413, "", kRequestTooLarge},
        Row{"Groq", 400, said("Please reduce the length of the messages or completion."),
            kContextWindowExceeded},
        Row{"GroqAboveItsTokensPerMinute", 413,
            said("Request too large for model `x` on tokens per minute (TPM): Limit 6000, "
                 "Requested 9000",
                 R"("type":"tokens","code":"rate_limit_exceeded")"),
            kContextWindowExceeded},
        Row{"TogetherForbids", 403,
            said("`inputs` tokens + `max_new_tokens` must be <= 4097. Given: 5000"),
            kContextWindowExceeded},
        Row{"TogetherUnprocessable", 422,
            said("`inputs` tokens + `max_new_tokens` must be <= 4097. Given: 5000"),
            kContextWindowExceeded},
        Row{"VllmWithANumberAsCode", 400,
            said("This model's maximum context length is 4096 tokens. However, you requested 5000 "
                 "tokens (4000 in the messages, 1000 in the completion).",
                 R"("type":"BadRequestError","code":400)"),
            kContextWindowExceeded},
        Row{"VllmDisguised", 400, said("max_tokens must be at least 1, got -186."),
            kContextWindowExceeded},
        Row{"LlamaCpp", 400,
            said("the request exceeds the available context size. try increasing the context size",
                 R"("code":400,"type":"exceed_context_size_error","n_ctx":4096)"),
            kContextWindowExceeded},
        Row{"LlamaCppType", 400, said("?", R"("type":"exceed_context_size_error")"),
            kContextWindowExceeded},
        Row{"Ollama", 400, said("prompt too long; exceeded max context length by 1119046 tokens"),
            kContextWindowExceeded},
        Row{"OpenRouter", 400,
            said("This endpoint's maximum context length is 32768 tokens. However, you requested "
                 "about 40000 tokens",
                 R"("code":400)"),
            kContextWindowExceeded},
        Row{"OpenRoutersBackend", 400,
            said("Provider returned error",
                 R"("code":400,"metadata":{"raw":"{\"message\":\"prompt is too long: 9 > 8\"}"})"),
            kContextWindowExceeded},
        Row{"OpenRouterWithoutAStatus", 0,
            said("This endpoint's maximum context length is 32768 tokens", R"("code":400)"),
            kContextWindowExceeded},
        Row{"Xai", 400,
            R"({"code":"Client specified an invalid argument","error":"This model's maximum prompt length is 131072 but the request contains 200000 tokens."})",
            kContextWindowExceeded},
        Row{"Cerebras", 400,
            said("Please reduce the length. Current length is 9000 while limit is 8192"),
            kContextWindowExceeded},
        Row{"Perplexity", 400,
            said("The total length of all messages is too long.",
                 R"("type":"too_many_prompt_tokens","code":400)"),
            kContextWindowExceeded},
        Row{"LmStudio", 400,
            R"({"error":"Trying to keep the first 9000 tokens when context is smaller: greater than the context length"})",
            kContextWindowExceeded},
        Row{"MiniMax", 400, said("context window exceeds limit (2013)"), kContextWindowExceeded},
        Row{"Kimi", 400, said("Your request exceeded model token limit: 8192"),
            kContextWindowExceeded},
        Row{"DashScope", 400, said("Range of input length should be [1, 30720]"),
            kContextWindowExceeded},
        Row{"Zai", 400, said("?", R"("code":"model_context_window_exceeded")"),
            kContextWindowExceeded}),
    name_of_row);

// What only looks like it.
INSTANTIATE_TEST_SUITE_P(
    NotTooLong, ErrorBody,
    ::testing::Values(
        Row{"AFieldThatIsTooLong", 400,
            said("Invalid 'user': string too long. Expected a string with maximum length 64, but "
                 "got a string with length 70 instead.",
                 R"("param":"user","code":"string_above_max_length")"),
            kBadRequest},
        Row{"AListThatIsTooLong", 400,
            said("Invalid 'tools': array too long. Expected an array with maximum length 128.",
                 R"("code":"array_above_max_length")"),
            kBadRequest},
        Row{"ATokenIdThatIsAStatus", 400, said("logit_bias: token 429 is not in the vocabulary"),
            kBadRequest},
        Row{"APaceThatSpeaksOfTokens", 429,
            said("Rate limit reached for x: please reduce the length of the messages. Limit 30000",
                 R"("type":"tokens","code":"rate_limit_exceeded")"),
            kRateLimit},
        Row{"AKeyErrorThatEchoesText", 401, said("Invalid key: maximum context length"),
            kAuthentication},
        Row{"AnOutputLimit", 400,
            said("max_tokens is too large: 99999. This model supports at most 16384 completion "
                 "tokens"),
            kBadRequest},
        Row{"ACurrentLengthWithoutALimit", 400,
            said("Invalid 'stop': its current length is 5, at most 4 are allowed"), kBadRequest}),
    name_of_row);

INSTANTIATE_TEST_SUITE_P(
    Money, ErrorBody,
    ::testing::Values(
        Row{"OpenAiQuota", 429, said("?", R"("type":"insufficient_quota","code":null)"),
            kQuotaExceeded},
        Row{"OpenAiQuotaCode", 429, said("?", R"("code":"insufficient_quota")"), kQuotaExceeded},
        Row{"OpenAiCredit", 429, said("?", R"("code":"credit_balance_exhausted")"), kQuotaExceeded},
        Row{"OpenAiOrganization", 429, said("?", R"("code":"organization_spend_limit_exceeded")"),
            kQuotaExceeded},
        Row{"OpenAiProject", 429, said("?", R"("code":"project_spend_limit_exceeded")"),
            kQuotaExceeded},
        Row{"OpenAiUsage", 429, said("?", R"("code":"organization_usage_limit_exceeded")"),
            kQuotaExceeded},
        Row{"OpenAiHardLimit", 400, said("?", R"("code":"billing_hard_limit_reached")"),
            kQuotaExceeded},
        Row{"InsideAStream", 0, said("?", R"("code":"insufficient_quota")"), kQuotaExceeded},
        Row{"AnthropicBilling", 402, R"({"type":"error","error":{"type":"billing_error"}})",
            kQuotaExceeded},
        Row{"AnthropicCredit", 400,
            said("Your credit balance is too low to access the Anthropic API.",
                 R"("type":"invalid_request_error")"),
            kQuotaExceeded},
        Row{"DeepSeek", 402, said("Insufficient Balance"), kQuotaExceeded},
        Row{"OpenRouter", 402, said("Insufficient credits", R"("code":402)"), kQuotaExceeded},
        Row{"OpenRouterWithoutAStatus", 0, said("Insufficient credits", R"("code":402)"),
            kQuotaExceeded}),
    name_of_row);

INSTANTIATE_TEST_SUITE_P(
    Busy, ErrorBody,
    ::testing::Values(
        Row{"OpenAiPace", 429, said("?", R"("code":"rate_limit_exceeded")"), kRateLimit},
        Row{"OpenAiRamp", 429, said("?", R"("code":"slow_down")"), kRateLimit},
        Row{"OpenAiRampInAStream", 0, said("?", R"("code":"slow_down")"), kRateLimit},
        Row{"OpenAiOverload", 503, said("?", R"("code":"server_is_overloaded")"),
            kServiceUnavailable},
        Row{"OpenAiOverloadInAStream", 0, said("?", R"("code":"server_is_overloaded")"),
            kServiceUnavailable},
        Row{"AnthropicPace", 429, R"({"type":"error","error":{"type":"rate_limit_error"}})",
            kRateLimit},
        Row{"AnthropicPaceInAStream", 0, R"({"type":"error","error":{"type":"rate_limit_error"}})",
            kRateLimit},
        Row{"AnthropicOverload", 529, R"({"type":"error","error":{"type":"overloaded_error"}})",
            kServiceUnavailable},
        Row{"AnthropicOverloadInAStream", 0,
            R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
            kServiceUnavailable},
        Row{"AnthropicServerInAStream", 0, R"({"type":"error","error":{"type":"api_error"}})",
            kInternalServer},
        Row{"AnthropicTimeout", 504, R"({"type":"error","error":{"type":"timeout_error"}})",
            kTimeout},
        Row{"AzurePace", 429, said("exceeded rate limit", R"("code":"RateLimitReached")"),
            kRateLimit},
        Row{"AzurePaceInAStream", 0, said("Please retry", R"("code":"429")"), kRateLimit},
        Row{"GeminiExhausted", 429, said("?", R"("code":429,"status":"RESOURCE_EXHAUSTED")"),
            kRateLimit},
        Row{"GeminiExhaustedInAList", 429,
            R"([{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}])", kRateLimit},
        Row{"GeminiExhaustedInAStream", 0, said("?", R"("status":"RESOURCE_EXHAUSTED")"),
            kRateLimit},
        Row{"GeminiOverload", 503, said("The model is overloaded.", R"("code":503)"),
            kServiceUnavailable},
        Row{"VertexWrapsItIn500", 500, said("?", R"("code":429,"status":"RESOURCE_EXHAUSTED")"),
            kRateLimit},
        Row{"ARelayWrapsItIn503", 503, said("?", R"("code":429)"), kRateLimit},
        Row{"MistralCapacity", 429,
            R"({"object":"error","message":"Service tier capacity exceeded for this model.","type":"service_tier_capacity_exceeded","code":"3505"})",
            kRateLimit},
        Row{"OpenRouterInAStream", 0, said("Rate limit exceeded", R"("code":429)"), kRateLimit},
        Row{"CloudflareUnknown", 520, "error code: 520", kBadGateway},
        Row{"CloudflareUnreachable", 522, "error code: 522", kBadGateway},
        Row{"CloudflareTimeout", 524, "<html>A timeout occurred</html>", kTimeout}),
    name_of_row);

INSTANTIATE_TEST_SUITE_P(
    Filtered, ErrorBody,
    ::testing::Values(
        Row{"AzureCode", 400, said("?", R"("code":"content_filter")"), kContentPolicyViolation},
        Row{"AzureInnerCode", 400,
            said("?", R"("code":null,"innererror":{"code":"ResponsibleAIPolicyViolation"})"),
            kContentPolicyViolation},
        Row{"AzureSentence", 400,
            said("The response was filtered due to the prompt triggering Azure OpenAI's content "
                 "management policy."),
            kContentPolicyViolation},
        Row{"OpenAiImages", 400,
            said("Your request was rejected as a result of our safety system.",
                 R"("code":"moderation_blocked")"),
            kContentPolicyViolation},
        Row{"OpenAiCode", 400, said("?", R"("code":"content_policy_violation")"),
            kContentPolicyViolation},
        Row{"OpenAiReasoningPrompt", 400,
            said("Invalid prompt: your prompt was flagged as potentially violating our usage "
                 "policy.",
                 R"("code":"invalid_prompt")"),
            kContentPolicyViolation},
        Row{"OpenRouterModeration", 403,
            said("Your chosen model requires moderation and your input was flagged for \\\"x\\\"",
                 R"("code":403,"metadata":{"reasons":["x"],"flagged_input":"..."})"),
            kContentPolicyViolation},
        Row{"XaiBehindOpenRouter", 403,
            said(
                "Provider returned error",
                R"("code":403,"metadata":{"provider_name":"xAI","raw":"{\"code\":\"The caller does not have permission to execute the specified operation\",\"error\":\"Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_DATA_LEAKAGE\"}"})"),
            kContentPolicyViolation},
        Row{"Xai", 403,
            R"({"code":"The caller does not have permission to execute the specified operation","error":"Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_CSAM"})",
            kContentPolicyViolation},
        Row{"Alibaba", 400, said("?", R"("code":"data_inspection_failed")"),
            kContentPolicyViolation},
        Row{"InsideAStream", 0, said("?", R"("code":"content_filter")"), kContentPolicyViolation},
        Row{"AnAccountThatWasFlaggedIsNoFilter", 401, said("Your account was flagged"),
            kAuthentication}),
    name_of_row);

INSTANTIATE_TEST_SUITE_P(
    Recorded, ErrorBody,
    ::testing::Values(
        Row{"MistralKey", 401, R"({"detail":"Invalid API Key"})", kAuthentication},
        Row{"AzureKey", 401, said("Access denied", R"("code":"401")"), kAuthentication},
        Row{"DeepSeekKey", 401, said("Authentication Fails", R"("type":"authentication_error",
                                            "code":"invalid_request_error")"),
            kAuthentication},
        Row{"GeminiKeyIs400", 400,
            said("API key not valid.", R"("code":400,"status":"INVALID_ARGUMENT",
                                          "details":[{"reason":"API_KEY_INVALID"}])"),
            kAuthentication},
        Row{"XaiKeyIs400", 400,
            R"({"code":"Client specified an invalid argument","error":"Incorrect API key provided. You can obtain an API key from https://console.x.ai."})",
            kAuthentication},
        Row{"OpenRouterModelAs400", 400, said("x/y is not a valid model ID", R"("code":400)"),
            kNotFound},
        Row{"BedrockModelAs400", 400, R"({"message":"The provided model identifier is invalid."})",
            kNotFound},
        Row{"OpenAiModelForbidden", 403,
            said("You are not allowed to sample from this model", R"("code":null)"),
            kPermissionDenied},
        Row{"OpenAiModel", 404, said("?", R"("code":"model_not_found")"), kNotFound},
        Row{"OpenAiModelAs400", 400, said("?", R"("code":"model_not_found")"), kNotFound},
        Row{"GroqRetiredModelAs400", 400,
            said("The model `x` has been decommissioned and is no longer supported.",
                 R"("type":"invalid_request_error","code":"model_decommissioned")"),
            kNotFound},
        Row{"AzureDeployment", 404, said("?", R"("code":"DeploymentNotFound")"), kNotFound},
        Row{"XaiRetiredModel", 404,
            R"({"code":"Some requested entity was not found","error":"The model was deprecated."})",
            kNotFound},
        Row{"MistralModelAs400", 400,
            R"({"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,"code":"1500","raw_status_code":400})",
            kNotFound},
        Row{"MistralLogprobs", 400,
            R"({"object":"error","message":"Logprobs are not enabled for this model","type":"invalid_request_invalid_args","code":"3051","raw_status_code":400})",
            kBadRequest},
        Row{"AzurePydantic", 422,
            said("invalid input error", R"("code":"Invalid input","status":422,
                                           "details":[{"type":"string_type","msg":"?"}])"),
            kUnprocessable},
        Row{"GroqToolInAStream", 0,
            said("tool call validation failed", R"("type":"invalid_request_error",
                                                  "code":"tool_use_failed","status_code":400)"),
            kBadRequest},
        Row{"OpenRouterUnder200", 0,
            said("Provider returned error",
                 R"("code":502,"metadata":{"raw":"{\"errors\":[{\"message\":\"AiError\"}]}"})"),
            kBadGateway},
        Row{"MistralInAStream", 0,
            R"({"object":"error","message":"?","type":"x","code":"1","raw_status_code":503})",
            kServiceUnavailable},
        Row{"AnUnknownCodeInAStream", 0, said("?", R"("code":"something_new")"), kApi},
        Row{"ATextInAStream", 0, R"({"error":"it broke"})", kApi}),
    name_of_row);

}  // namespace
}  // namespace llmgate::wire
