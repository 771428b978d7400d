#include "account/price_reader.h"

#include <gtest/gtest.h>

namespace llmgate::account {
namespace {

Failure read(std::string_view json, ModelPrices& prices) {
  json::Document document;
  EXPECT_FALSE(document.read(json)) << json;
  return read_prices(document.root(), prices);
}

TEST(PriceReader, ReadsTokensByTheMillionAndPiecesOneByOne) {
  ModelPrices prices;
  ASSERT_FALSE(read(R"({"input":"0.075","web_search":"0.01","context":5})", prices));
  EXPECT_EQ(prices.ordinary.base.at(Price::kInput).text(), "0.000000075");
  EXPECT_EQ(prices.ordinary.base.at(Price::kWebSearch).text(), "0.01");
  EXPECT_FALSE(prices.ordinary.base.has(Price::kOutput));
}

TEST(PriceReader, ReadsWhatChangesPrices) {
  ModelPrices prices;
  ASSERT_FALSE(read(R"({"input":"1","tiers":[{"above":500,"input":"3"},{"above":100,"input":"2"}],)"
                    R"("modes":{"batch":{"input":"0.5","tiers":[{"above":100,"input":"0.7"}]}},)"
                    R"("hours":[{"from":"16:30","to":"00:30","input":"0.9"}],)"
                    R"("later":[{"date":"2027-01-01","input":"4"}]})",
                    prices));
  ASSERT_EQ(prices.ordinary.tiers.size(), 2);
  EXPECT_EQ(prices.ordinary.tiers[0].above, 100);
  ASSERT_NE(prices.mode("batch"), nullptr);
  EXPECT_EQ(prices.mode("batch")->prices.tiers[0].prices.at(Price::kInput).text(), "0.0000007");
  EXPECT_EQ(prices.mode("flex"), nullptr);
  ASSERT_EQ(prices.hours.size(), 1);
  EXPECT_EQ(prices.hours[0].from, 16 * 60 + 30);
  EXPECT_EQ(prices.hours[0].to, 30);
  ASSERT_EQ(prices.later.size(), 1);
  EXPECT_EQ(prices.later[0].from_s, 1'798'761'600);
}

TEST(PriceReader, SaysWhichPriceIsWrong) {
  ModelPrices prices;
  const auto failure = read(R"({"modes":{"batch":{"output":"-1"}}})", prices);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->message, "output is negative");
}

}  // namespace
}  // namespace llmgate::account
