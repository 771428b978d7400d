#include "account/spread.h"

#include <gtest/gtest.h>

namespace llmgate::account {
namespace {

TEST(Spread, PercentilesAreKnownToWithinFivePercent) {
  Spread spread;
  for (std::uint64_t value = 1; value <= 100000; ++value) {
    spread.add(value);
  }
  EXPECT_EQ(spread.samples(), 100000U);
  for (const double share : {0.01, 0.5, 0.95, 0.99, 1.0}) {
    EXPECT_NEAR(*spread.percentile(share) / (share * 100000), 1, 0.07) << share;
  }
}

TEST(Spread, SmallAndHugeValuesHaveAPlace) {
  Spread spread;
  spread.add(0);
  EXPECT_EQ(spread.percentile(0.5), 0);
  spread.add(7);
  spread.add(8);
  spread.add(15);
  EXPECT_EQ(spread.percentile(1), 15);
  spread.add(~0ULL);
  EXPECT_NEAR(*spread.percentile(1) / 18446744073709551615.0, 1, 0.07);
}

TEST(Spread, NothingHasNoPercentile) { EXPECT_FALSE(Spread().percentile(0.5)); }

TEST(Spread, TwoAreAddedAsIfTheyHadBeenOne) {
  Spread odd;
  Spread even;
  Spread all;
  for (std::uint64_t value = 1; value < 5000; ++value) {
    (value % 2 == 1 ? odd : even).add(value * 37);
    all.add(value * 37);
  }
  odd.add(even);
  EXPECT_EQ(odd.text(), all.text());
}

TEST(Spread, ItsTextIsReadBack) {
  Spread spread;
  for (const std::uint64_t value : {3ULL, 900ULL, 900ULL, 77777777ULL}) {
    spread.add(value);
  }
  const auto read = Spread::from_text(spread.text());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->text(), spread.text());
  EXPECT_TRUE(Spread::from_text("")->text().empty());
}

TEST(Spread, OtherTextsAreRefused) {
  for (const char* text : {"x", "1", "1:", "1:0", "1:2,", ",", "1:2;3:4", "60000:1", "-1:1"}) {
    EXPECT_FALSE(Spread::from_text(text)) << text;
  }
}

}  // namespace
}  // namespace llmgate::account
