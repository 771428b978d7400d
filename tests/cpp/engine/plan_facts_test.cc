#include "engine/plan_facts.h"

#include <gtest/gtest.h>

#include "providers/provider.h"
#include "support/facts_table.h"

namespace llmgate::engine {
namespace {

class PlanFacts : public ::testing::Test {
 protected:
  routing::Deployment filled(std::string_view provider, std::string model,
                             routing::Deployment deployment = {}, std::string_view base_model = {},
                             const account::Facts& own = nullptr) {
    providers::Target target;
    target.provider = providers::find_provider(provider);
    target.model = std::move(model);
    fill_from_facts(catalog_, target, base_model, own, deployment);
    return deployment;
  }

  account::ModelCatalog catalog_{
      {account::testing::write_table(account::testing::table_text({account::testing::row(
          "openai/gpt-x", R"({"input":"2.5","output":"10","request":"0.01","context":128000,)"
                          R"("can":["vision","function_calling"],"cannot":["reasoning"]})")}))}};
};

TEST_F(PlanFacts, FillWhatADeploymentLeavesUnsaid) {
  const routing::Deployment deployment = filled("openai", "gpt-x");
  EXPECT_EQ(deployment.prices.input, 2.5);
  EXPECT_EQ(deployment.prices.output, 10);
  EXPECT_EQ(deployment.prices.per_request, 0.01);
  EXPECT_EQ(deployment.context_window, 128000);
  EXPECT_EQ(deployment.features,
            routing::set_of(routing::Feature::kVision) | routing::set_of(routing::Feature::kTools));
  EXPECT_EQ(deployment.lacking, 0U);
}

TEST_F(PlanFacts, LeaveWhatItSays) {
  routing::Deployment said;
  said.prices.input = 0.5;
  said.context_window = 10;
  said.lacking = routing::set_of(routing::Feature::kVision);
  const routing::Deployment deployment = filled("openai", "gpt-x", said);
  EXPECT_EQ(deployment.prices.input, 0.5);
  EXPECT_EQ(deployment.prices.output, 10);
  EXPECT_EQ(deployment.context_window, 10);
  EXPECT_EQ(deployment.features, routing::set_of(routing::Feature::kTools));
}

TEST_F(PlanFacts, GoByTheBaseModelOfADeployment) {
  EXPECT_EQ(filled("azure", "prod", {}, "gpt-x").prices.input, 2.5);
  EXPECT_EQ(filled("azure", "prod").prices.input, std::nullopt);
}

TEST_F(PlanFacts, TakeTheDeploymentsOwnBeforeThoseOfItsModel) {
  const auto own = catalog_.find_with("openai", "gpt-x", "", R"({"input_cost_per_token":1e-6})");
  ASSERT_TRUE(own);
  const routing::Deployment deployment = filled("openai", "gpt-x", {}, {}, *own);
  EXPECT_EQ(deployment.prices.input, 1);
  EXPECT_EQ(deployment.prices.output, 10);
  EXPECT_EQ(filled("openai", "gpt-x").prices.input, 2.5) << "nobody else's";
}

TEST_F(PlanFacts, SayNothingAboutWhatNobodyKnows) {
  for (const char* model : {"gpt-y", "", "*", "gpt-*"}) {
    const routing::Deployment deployment = filled("openai", model);
    EXPECT_EQ(deployment.prices.input, std::nullopt) << model;
    EXPECT_EQ(deployment.context_window, std::nullopt) << model;
  }
  EXPECT_EQ(filled("no such provider", "gpt-x").prices.input, std::nullopt);
}

}  // namespace
}  // namespace llmgate::engine
