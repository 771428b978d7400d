#include "config/plan_writer.h"

#include <gtest/gtest.h>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

routing::Deployment deployment(const std::string& id) {
  routing::Deployment made;
  made.id = id;
  made.provider = "openai";
  return made;
}

TargetConfig keyed(const std::string& key) {
  TargetConfig target;
  target.api_key = key;
  return target;
}

TEST(PlanWriter, NumbersIdsThatAreTaken) {
  RouterConfig config;
  PlanWriter writer(config);
  for (int i = 0; i < 3; ++i) {
    writer.add_deployment(deployment("x"), {});
  }
  EXPECT_EQ(config.plan.deployments[1].id, "x-2");
  EXPECT_EQ(config.plan.deployments[2].id, "x-3");
}

TEST(PlanWriter, GivesOneProviderAndKeyOneCredential) {
  RouterConfig config;
  PlanWriter writer(config);
  writer.add_deployment(deployment("a"), keyed("k1"));
  writer.add_deployment(deployment("b"), keyed("k2"));
  writer.add_deployment(deployment("c"), keyed("k1"));
  TargetConfig elsewhere = keyed("k1");
  elsewhere.api_base = "https://example.com";
  writer.add_deployment(deployment("d"), elsewhere);
  std::vector<std::uint32_t> credentials;
  for (const routing::Deployment& made : config.plan.deployments) {
    credentials.push_back(made.credential);
  }
  EXPECT_EQ(credentials, (std::vector<std::uint32_t>{0, 1, 0, 2}));
  EXPECT_EQ(config.plan.credential_count, 3U);
}

TEST(PlanWriter, WidensTheTriggerOfAChildThatIsThere) {
  RouterConfig config;
  PlanWriter writer(config);
  const auto a = writer.add_target(writer.add_deployment(deployment("a"), {}), "a", 0);
  const auto b = writer.add_target(writer.add_deployment(deployment("b"), {}), "b", 0);
  const auto fallback = writer.add_fallback("x", a);
  EXPECT_TRUE(writer.add_child(fallback, b, {1, {}}));
  EXPECT_FALSE(writer.add_child(fallback, b, {1, {}}));
  EXPECT_TRUE(writer.add_child(fallback, b, {2, {429}}));
  EXPECT_EQ(writer.node(fallback).children.size(), 2U);
  EXPECT_EQ(writer.node(fallback).triggers[1].kinds, 3U);
  EXPECT_EQ(writer.node(fallback).triggers[1].statuses, std::vector<int>{429});
}

TEST(PlanWriter, SharesBreakerPoliciesOfOneTime) {
  RouterConfig config;
  PlanWriter writer(config);
  const auto minute = writer.breaker_open_for(std::chrono::minutes(1));
  EXPECT_EQ(writer.breaker_open_for(std::chrono::minutes(1)), minute);
  const auto never = writer.breaker_open_for(std::chrono::milliseconds(0));
  EXPECT_NE(never, minute);
  EXPECT_EQ(config.plan.breakers[minute].open_for, std::chrono::minutes(1));
  EXPECT_FALSE(config.plan.breakers[never].is_enabled);
  EXPECT_TRUE(config.plan.breakers[0].is_enabled);
}

TEST(PlanWriter, RefusesMoreTargetsThanAPlanMayHave) {
  RouterConfig config;
  PlanWriter writer(config);
  routing::NodeIndex last = 0;
  for (std::size_t i = 0; i <= routing::kMostDeployments; ++i) {
    last = writer.add_target(writer.add_deployment(deployment(std::to_string(i)), {}), "x", 0);
  }
  writer.add_alias("a", last, false);
  const Failure failure = writer.finish();
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->message,
            "has too many targets; accepted: at most 10000 targets in 20000 nodes");
}

TEST(PlanWriter, ChecksThePlanAtTheEnd) {
  RouterConfig config;
  PlanWriter writer(config);
  EXPECT_TRUE(writer.finish().has_value());
  writer.add_alias("a", writer.add_target(writer.add_deployment(deployment("a"), {}), "a", 0),
                   false);
  EXPECT_FALSE(writer.finish().has_value());
}

TEST(IdOf, IsStableAndDependsOnAllParts) {
  EXPECT_EQ(id_of("g", "p", "k"), id_of("g", "p", "k"));
  EXPECT_EQ(id_of("g", "p", "k").size(), 16U);
  EXPECT_NE(id_of("g", "p", "k"), id_of("g", "p", "l"));
  EXPECT_NE(id_of("g", "p", "k"), id_of("g", "q", "k"));
  EXPECT_NE(id_of("g", "p", "k"), id_of("h", "p", "k"));
  EXPECT_NE(id_of("g", "p", "k"), id_of("g", "p", ""));
}

TEST(ResolveDeployment, LeavesAStarAlone) {
  const Source source = test::source_of("a: 1");
  FieldReader reader(nullptr);
  TargetConfig target;
  target.model = "*";
  routing::Deployment made;
  resolve_deployment(reader, Field::root_of(source), target, made);
  EXPECT_EQ(made.model, "*");
  EXPECT_EQ(made.provider, "");
  target.model = "azure/gpt-4";
  resolve_deployment(reader, Field::root_of(source), target, made);
  EXPECT_EQ(name_of(made), "azure/gpt-4");
  target.model = "nowhere/x";
  resolve_deployment(reader, Field::root_of(source), target, made);
  EXPECT_TRUE(reader.failed());
}

}  // namespace
}  // namespace llmgate::config
