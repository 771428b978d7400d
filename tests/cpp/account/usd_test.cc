#include "account/usd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace llmgate::account {
namespace {

Usd usd(std::string_view text) {
  auto amount = Usd::from_text(text);
  EXPECT_TRUE(amount.ok()) << text;
  return amount ? *amount : Usd();
}

static_assert(Usd::whole(3) * 2 - Usd::whole(1) == Usd::whole(5));
static_assert(Usd::whole(100) * Factor(1'050'000'000) == Usd::whole(105));
static_assert(Usd().is_zero());

TEST(Usd, ReadsAndWritesPrices) {
  EXPECT_EQ(usd("1.25e-07").text(), "0.000000125");
  EXPECT_EQ(usd("15").text(), "15");
  EXPECT_EQ(usd("-0.10").text(), "-0.1");
  EXPECT_EQ(usd("0.000000000000000001").text(), "0.000000000000000001");
  Usd::TextBuffer buffer;
  EXPECT_EQ(usd("2.50").text(buffer), "2.5");
}

TEST(Usd, RefusesWhatItCannotKeep) {
  EXPECT_FALSE(Usd::from_text("1e-19").ok());
  EXPECT_FALSE(Usd::from_text("free").ok());
  EXPECT_FALSE(Usd::from_text("1e300").ok());
  EXPECT_EQ(Usd::from_text("1e-19", Rounding::kUp)->atto(), 1);
  EXPECT_EQ(Usd::from_text("1e-19", Rounding::kNearest)->atto(), 0);
}

TEST(Usd, TakesADoubleByItsShortestText) {
  EXPECT_EQ(Usd::from_double(0.1)->text(), "0.1");
  EXPECT_EQ(Usd::from_double(2.5e-06)->text(), "0.0000025");
  EXPECT_EQ(Usd::from_double(-3)->text(), "-3");
  EXPECT_FALSE(Usd::from_double(std::nan("")).ok());
  EXPECT_FALSE(Usd::from_double(std::numeric_limits<double>::infinity()).ok());
  EXPECT_FALSE(Usd::from_double(1e300).ok());
}

TEST(Usd, CalculatesExactly) {
  // Ten times a tenth, which doubles miss.
  Usd sum;
  for (int i = 0; i < 10; ++i) {
    sum += usd("0.1");
  }
  EXPECT_EQ(sum, Usd::whole(1));
  EXPECT_EQ((usd("0.000000125") * 12'345).text(), "0.001543125");
  EXPECT_EQ((usd("0.3") - usd("0.1")).text(), "0.2");
  sum -= usd("1.5");
  EXPECT_EQ(sum.text(), "-0.5");
  EXPECT_LT(sum, Usd());
  EXPECT_GT(usd("0.00000000000000001"), Usd());
}

TEST(Usd, RoundsAFactorsRestAwayFromZero) {
  EXPECT_EQ((usd("0.000000000000000003") * Factor(500'000'000)).atto(), 2);
  EXPECT_EQ((usd("-0.000000000000000003") * Factor(500'000'000)).atto(), -2);
  EXPECT_EQ((usd("0.000000000000000004") * Factor(500'000'000)).atto(), 2);
  EXPECT_EQ((usd("12.34") * Factor(1'055'000'000)).text(), "13.0187");
  EXPECT_EQ(usd("7") * Factor(), usd("7"));
  EXPECT_EQ(usd("7") * Factor(0), Usd());
}

TEST(Usd, HoldsAtTheEndsOfItsRange) {
  EXPECT_EQ(Usd::max() + usd("1"), Usd::max());
  EXPECT_EQ(Usd::max() * 5, Usd::max());
  EXPECT_EQ(-Usd::max() - usd("1"), -Usd::max());
  EXPECT_EQ(Usd::max() * Factor(2'000'000'000), Usd::max());
}

TEST(Usd, IsTheNearestDoubleWhenAskedForOne) {
  EXPECT_EQ(usd("0.1").to_double(), 0.1);
  EXPECT_EQ(usd("-0.000000125").to_double(), -0.000000125);
  EXPECT_EQ(Usd().to_double(), 0.0);
}

TEST(Factor, ReadsWhatPricesAreMultipliedBy) {
  EXPECT_EQ(Factor::from_text("1.05")->billionths(), 1'050'000'000);
  EXPECT_EQ(Factor::from_text("0.8")->text(), "0.8");
  EXPECT_TRUE(Factor::from_text("1")->is_one());
  for (const char* text : {"-0.1", "1e9", "0.1234567891", "half", ""}) {
    EXPECT_FALSE(Factor::from_text(text).ok()) << text;
  }
}

}  // namespace
}  // namespace llmgate::account
