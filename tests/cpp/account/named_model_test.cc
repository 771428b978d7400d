#include "account/named_model.h"

#include <gtest/gtest.h>

#include "support/facts_table.h"

namespace llmgate::account {
namespace {

class NamedModelTest : public ::testing::Test {
 protected:
  std::string cost(const NamedModel& model, std::string_view usage) {
    EXPECT_FALSE(document_.read(usage)) << usage;
    auto found = price_usage(catalog_, model, document_.root(), {});
    return !found ? found.error().message : *found ? (*found)->total.text() : "unknown";
  }

  json::Document document_;
  ModelCatalog catalog_{{testing::write_table(
      testing::table_text({testing::row("openai/gpt-x", R"({"input":"1","output":"2"})"),
                           testing::row("groq/own", R"({"input":"3","output":"4"})")}))}};
};

const char* const kMillion = R"({"prompt_tokens":1000000,"completion_tokens":0})";

TEST_F(NamedModelTest, IsPricedByName) {
  EXPECT_EQ(cost({"openai/gpt-x"}, kMillion), "1");
  EXPECT_EQ(cost({"gpt-x"}, kMillion), "1");
  EXPECT_EQ(cost({"own", "groq"}, kMillion), "3");
  EXPECT_EQ(cost({"azure/prod", {}, "gpt-x"}, kMillion), "1");
  EXPECT_EQ(cost({"prod", "azure", "gpt-x"}, kMillion), "1");
  EXPECT_EQ(cost({"prod", {}, "gpt-x"}, kMillion), "1");
  EXPECT_EQ(cost({"prod"}, kMillion), "unknown");
  EXPECT_EQ(cost({"nobody/gpt-x"}, kMillion), "unknown");
}

TEST_F(NamedModelTest, BelievesTheProvidersFigure) {
  EXPECT_EQ(cost({"openrouter/a/b"}, R"({"prompt_tokens":1,"cost":0.5})"), "0.5");
  EXPECT_EQ(cost({"a/b", "openrouter"}, R"({"prompt_tokens":1,"cost":0.5})"), "0.5");
  EXPECT_EQ(cost({"gpt-x"}, R"({"prompt_tokens":1000000,"cost":0.5})"), "1");
}

TEST_F(NamedModelTest, MayBePricedByTheCallersOwnFigures) {
  const NamedModel own{"gpt-x", {}, {}, R"({"input_cost_per_token":0.000005})"};
  EXPECT_EQ(cost(own, kMillion), "5");
  EXPECT_EQ(cost({"nobody/x", {}, {}, own.prices}, kMillion), "5");
  EXPECT_EQ(cost({"gpt-x"}, kMillion), "1");
  EXPECT_NE(cost({"gpt-x", {}, {}, R"({"input_cost_per_token":-1})"}, kMillion).find("-1"),
            std::string::npos);
}

TEST_F(NamedModelTest, HasItsMarkUps) {
  catalog_.change_prices(PriceChanges::from_json(R"({"margins":{"openai":0.5}})").value());
  EXPECT_EQ(cost({"gpt-x"}, kMillion), "1.5");
  EXPECT_EQ(cost({"own", "groq"}, kMillion), "3");
  EXPECT_EQ((*bound_cost(catalog_, {"gpt-x"}, 1'000'000, 0, {}))->text(), "1.5");
}

TEST_F(NamedModelTest, SaysWhatIsNoUsage) {
  EXPECT_NE(cost({"gpt-x"}, "{}").find("no counts"), std::string::npos);
}

TEST_F(NamedModelTest, IsBoundedByName) {
  EXPECT_EQ((*bound_cost(catalog_, {"gpt-x"}, 1'000'000, 500'000, {}))->text(), "2");
  EXPECT_EQ(*bound_cost(catalog_, {"nobody/x"}, 1, 1, {}), std::nullopt);
}

TEST(NamedModel, TellsWhichTableCannotBeRead) {
  ModelCatalog catalog({"/nowhere/at.all"});
  EXPECT_FALSE(find_model(catalog, {"openai/gpt-x"}).ok());
  EXPECT_FALSE(bound_cost(catalog, {"openai/gpt-x"}, 1, 1, {}).ok());
}

}  // namespace
}  // namespace llmgate::account
