#include "config/portkey_extras.h"

#include <gtest/gtest.h>

#include "support/portkey_configs.h"

namespace llmgate::config {
namespace {

using test::loaded_portkey;
using test::notice_paths;
using test::portkey_error;

RouterConfig with(const std::string& member) {
  return loaded_portkey(R"({"provider": "openai", )" + member + "}");
}

TEST(PortkeyExtras, KeepTheCacheForTheCache) {
  const RouterConfig config = with(R"("cache": {"mode": "simple", "maxAge": 3600})");
  EXPECT_EQ(config.cache, R"({"mode":"simple","max_age":3600})");
  EXPECT_EQ(notice_paths(config.notices), "");
  EXPECT_EQ(notice_paths(with(R"("cache": "semantic")").notices), "$.cache");
  EXPECT_EQ(with(R"("cache": "semantic")").cache, R"({"mode":"semantic"})");
  EXPECT_EQ(with(R"("cache": {"max_age": 60})").cache, R"({"mode":"simple","max_age":60})");
}

TEST(PortkeyExtras, TheFirstCacheCounts) {
  const RouterConfig config = loaded_portkey(R"({"cache": {"mode": "simple"},
      "strategy": {"mode": "fallback"},
      "targets": [{"provider": "openai", "cache": {"mode": "semantic"}}]})");
  EXPECT_EQ(config.cache, R"({"mode":"simple"})");
  EXPECT_EQ(notice_paths(config.notices), "$.targets[0].cache");
}

TEST(PortkeyExtras, RefuseOtherCaches) {
  const auto error_of = [](const std::string& cache) {
    const std::string error = portkey_error(R"({"cache": )" + cache + "}");
    return error.substr(0, error.find(" | "));
  };
  EXPECT_EQ(error_of(R"({"mode": "exact"})"), "$.cache.mode");
  EXPECT_EQ(error_of(R"("exact")"), "$.cache");
  EXPECT_EQ(error_of("true"), "$.cache");
  EXPECT_EQ(error_of(R"({"mode": "simple", "max_age": -1})"), "$.cache.max_age");
}

TEST(PortkeyExtras, SayOnceWhatGuardrailsWaitFor) {
  const RouterConfig config = with(R"("input_guardrails": ["g-1"], "outputGuardrails": [
      {"default.contains": {"words": ["x"], "operator": "none"}, "deny": true}],
      "before_request_hooks": [{"id": "h", "type": "guardrail", "checks": []}])");
  EXPECT_EQ(notice_paths(config.notices),
            "$.input_guardrails $.outputGuardrails $.before_request_hooks");
  EXPECT_NE(config.notices[0].message.find("guardrails"), std::string::npos);
}

TEST(PortkeyExtras, SayWhatHasNoEffect) {
  const RouterConfig config = with(R"("forward_headers": ["x-id"], "prompt_id": "p",
      "strict_open_ai_compliance": false, "fetch_integrated_models": true, "passthrough": {}, "id": "c")");
  EXPECT_EQ(notice_paths(config.notices),
            "$.forward_headers $.strict_open_ai_compliance $.prompt_id "
            "$.fetch_integrated_models $.passthrough $.id");
}

TEST(PortkeyExtras, RefuseValuesOfOtherTypes) {
  EXPECT_NE(portkey_error(R"({"strict_open_ai_compliance": "no"})").find("true or false"),
            std::string::npos);
  EXPECT_NE(portkey_error(R"({"forward_headers": "x"})").find("a list of strings"),
            std::string::npos);
}

}  // namespace
}  // namespace llmgate::config
