#include "tokens/calibration.h"

#include <gtest/gtest.h>

namespace llmgate::tokens {
namespace {

TEST(Calibration, BeginsWithTheTable) {
  const Calibration calibration;
  const ModelTokens model = tokens_of_model("claude-sonnet-4-5");
  EXPECT_EQ(calibration.factor(model).factor, model.factor);
  EXPECT_EQ(calibration.factor(model).error, model.error);
}

TEST(Calibration, ApproachesWhatIsReported) {
  Calibration calibration;
  const ModelTokens model = tokens_of_model("claude-sonnet-4-5");
  for (int call = 0; call < 30; ++call) {
    calibration.observe(model, 1000, 10, 1310);
  }
  EXPECT_NEAR(calibration.factor(model).factor, 1.3, 0.01);
  EXPECT_LT(calibration.factor(model).error, model.error / 3);
  EXPECT_EQ(calibration.factor(model).observations, 30U);
}

TEST(Calibration, KeepsTheTablesErrorUntilItHasSeenEnough) {
  Calibration calibration;
  const ModelTokens model = tokens_of_model("claude-sonnet-4-5");
  calibration.observe(model, 1000, 0, 1170);
  EXPECT_GE(calibration.factor(model).error, model.error);
}

TEST(Calibration, LearnsByFamily) {
  Calibration calibration;
  calibration.observe(tokens_of_model("gemini-2.5-pro"), 1000, 0, 1300);
  EXPECT_EQ(calibration.factor(tokens_of_model("gemini-1.5-flash")).observations, 1U);
  EXPECT_EQ(calibration.factor(tokens_of_model("claude-opus-4")).observations, 0U);
}

TEST(Calibration, LeavesOutWhatSaysNothing) {
  Calibration calibration;
  const ModelTokens model = tokens_of_model("claude-sonnet-4-5");
  calibration.observe(model, 3, 0, 4);          // too short
  calibration.observe(model, 1000, 0, 100000);  // a file was sent along
  calibration.observe(model, 1000, 50, 20);     // less than what is no text
  EXPECT_EQ(calibration.factor(model).observations, 0U);
}

TEST(Calibration, NeverTouchesExactCounts) {
  Calibration calibration;
  const ModelTokens model = tokens_of_model("gpt-4o");
  calibration.observe(model, 1000, 0, 1500);
  EXPECT_EQ(calibration.factor(model).factor, 1);
  EXPECT_EQ(calibration.factor(model).error, 0);
}

TEST(Calibration, WidensItsErrorWhenReportsScatter) {
  Calibration calibration;
  const ModelTokens model = tokens_of_model("claude-sonnet-4-5");
  for (int call = 0; call < 30; ++call) {
    calibration.observe(model, 1000, 0, call % 2 == 0 ? 1000 : 1500);
  }
  EXPECT_GT(calibration.factor(model).error, 0.3);
}

}  // namespace
}  // namespace llmgate::tokens
