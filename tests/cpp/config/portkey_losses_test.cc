#include "config/portkey_losses.h"

#include <gtest/gtest.h>

namespace llmgate::config {
namespace {

RouterConfig one_target() {
  RouterConfig config;
  config.plan.deployments.resize(1);
  config.plan.deployments[0].id = "d";
  config.targets.resize(1);
  return config;
}

TEST(PortkeyLosses, AreNoneForWhatPortkeyCanSay) {
  const RouterConfig config = one_target();
  std::vector<Notice> losses;
  note_lost_policies(config, losses);
  note_lost_of_target(config, 0, losses);
  note_lost_of_retry({}, losses);
  EXPECT_TRUE(losses.empty());
}

TEST(PortkeyLosses, AreToldInOneSentenceForEachPlace) {
  RouterConfig config = one_target();
  config.plan.deployments[0].limits.requests_per_minute = 60;
  config.plan.deployments[0].tags = {"eu"};
  config.targets[0].mock_response = "\"x\"";
  config.plan.policies.hedge.is_enabled = true;
  config.deadline = std::chrono::seconds(60);
  std::vector<Notice> losses;
  note_lost_policies(config, losses);
  note_lost_of_target(config, 0, losses);
  ASSERT_EQ(losses.size(), 2U);
  EXPECT_EQ(losses[0].message, "hedges, deadline: Portkey has nothing like it");
  EXPECT_EQ(losses[1].path, "d");
  EXPECT_EQ(losses[1].message, "rpm, tags, mock_response: Portkey has nothing like it");
}

TEST(PortkeyLosses, OfKeysTheirValueIsNotShown) {
  RouterConfig config = one_target();
  config.targets[0].api_key = "sk-secret";
  std::vector<Notice> losses;
  note_lost_of_target(config, 0, losses);
  ASSERT_EQ(losses.size(), 1U);
  EXPECT_EQ(losses[0].message.find("secret"), std::string::npos);
}

TEST(PortkeyLosses, AreRetriesOnOthers) {
  routing::Node node;
  node.kind = routing::NodeKind::kBalance;
  node.name = "fast";
  node.retry.max_retries = 2;
  std::vector<Notice> losses;
  note_lost_of_retry(node, losses);
  ASSERT_EQ(losses.size(), 1U);
  EXPECT_EQ(losses[0].path, "fast");
}

}  // namespace
}  // namespace llmgate::config
