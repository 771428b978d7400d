#include "routing/outcome.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace llmgate::routing {
namespace {

using enum ErrorKind;

constexpr std::array<std::pair<ErrorKind, std::string_view>, kErrorKindCount> kLetters{{
    {kBadRequest, "P"},
    {kUnsupportedParams, "P"},
    {kContextWindowExceeded, "L"},
    {kContentPolicyViolation, "F"},
    {kAuthentication, "P"},
    {kPermissionDenied, "P"},
    {kNotFound, "P"},
    {kConflict, "B"},
    {kRequestTooLarge, "P"},
    {kUnprocessable, "P"},
    {kRateLimit, "B"},
    {kQuotaExceeded, "Q"},
    {kBudgetExceeded, "Q"},
    {kInternalServer, "U"},
    {kBadGateway, "U"},
    {kServiceUnavailable, "B"},
    {kApi, "U"},
    {kConnection, "N"},
    {kConnectionLost, "U"},
    {kStreamInterrupted, "U"},
    {kTimeout, "U"},
    {kInvalidResponse, "U"},
    {kCancelled, "X"},
    {kShutdown, "X"},
    {kInternal, "P"},
}};

TEST(Outcome, GivesEveryKindItsClass) {
  for (std::size_t i = 0; i < kLetters.size(); ++i) {
    ASSERT_EQ(static_cast<std::size_t>(kLetters[i].first), i);
    EXPECT_EQ(letter_of(class_of(kLetters[i].first, false)), kLetters[i].second)
        << traits_of(kLetters[i].first).name;
  }
}

TEST(Outcome, IsCommittedOnceContentWasHandedOver) {
  EXPECT_EQ(letter_of(class_of(kStreamInterrupted, true)), "C");
  EXPECT_EQ(letter_of(class_of(kServiceUnavailable, true)), "C");
}

TEST(Outcome, BlamesNoDeploymentForACancelledOrFilteredStream) {
  EXPECT_EQ(class_of(kCancelled, true), OutcomeClass::kCancelled);
  EXPECT_EQ(class_of(kContentPolicyViolation, true), OutcomeClass::kFiltered);
}

TEST(Outcome, HasNoLetterForWhatFinished) { EXPECT_EQ(letter_of(OutcomeClass::kFinished), ""); }

TEST(Outcome, KnowsTheTargetAtTheEndOfAPath) {
  Path path;
  path.nodes[0] = 4;
  path.nodes[1] = 9;
  path.size = 2;
  EXPECT_EQ(path.target(), 9);
}

}  // namespace
}  // namespace llmgate::routing
