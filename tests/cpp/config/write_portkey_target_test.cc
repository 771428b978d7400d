#include "config/write_portkey_target.h"

#include <gtest/gtest.h>

namespace llmgate::config {
namespace {

struct Written {
  std::string json;
  std::vector<Notice> losses;
};

Written written(const TargetConfig& target, int retries = 0) {
  RouterConfig config;
  config.plan.deployments.resize(1);
  config.plan.deployments[0].provider = target.provider;
  config.targets = {target};
  routing::Node node;
  node.name = "n";
  node.retry.max_retries = retries;
  Written result;
  json::Writer out(result.json);
  out.begin_object();
  write_portkey_target(config, node, out, result.losses);
  out.end_object();
  return result;
}

TEST(WritePortkeyTarget, PutsTheProviderInAMemberOfItsOwn) {
  TargetConfig target;
  target.provider = "azure";
  target.model = "azure/gpt-4";
  target.override_params = R"({"seed":1})";
  EXPECT_EQ(written(target).json,
            R"({"provider":"azure-openai","override_params":{"model":"gpt-4","seed":1}})");
}

TEST(WritePortkeyTarget, HasNoPatterns) {
  TargetConfig target;
  target.provider = "openai";
  target.model = "openai/*";
  const Written result = written(target);
  EXPECT_EQ(result.json, R"({"provider":"openai"})");
  EXPECT_EQ(result.losses.size(), 1U);
}

TEST(WritePortkeyTarget, RetriesFiveTimesAtMost) {
  const Written result = written({}, 7);
  EXPECT_EQ(result.json, R"({"retry":{"attempts":5,"use_retry_after_header":true}})");
  EXPECT_EQ(result.losses.size(), 1U);
}

TEST(WritePortkeyTarget, TellsSettingsThatPortkeyDoesNotKnow) {
  TargetConfig target;
  target.settings = {{"vertex_project", "p"}, {"organization_id", "o"}};
  target.headers = {{"x-team", "core"}, {"anthropic-beta", "b"}};
  const Written result = written(target);
  EXPECT_EQ(result.json, R"({"vertex_project_id":"p","anthropic_beta":"b"})");
  ASSERT_EQ(result.losses.size(), 2U);
  EXPECT_NE(result.losses[0].message.find("organization_id"), std::string::npos);
  EXPECT_NE(result.losses[1].message.find("x-team"), std::string::npos);
}

TEST(PortkeyStatuses, AreThoseOfKindsToo) {
  const routing::Trigger trigger{
      routing::set_of(ErrorKind::kRateLimit) | routing::set_of(ErrorKind::kConnection), {446}};
  EXPECT_EQ(portkey_statuses(trigger), (std::set<int>{429, 446, 503}));
}

}  // namespace
}  // namespace llmgate::config
