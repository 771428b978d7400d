#include "wire/retry_after.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::wire {
namespace {

using std::chrono::milliseconds;
using Wait = std::optional<milliseconds>;

Wait wait_of(const net::Headers& headers, const std::string& error = "{}") {
  return retry_after_of(headers, test::Json(error).root());
}
Wait wait_of(const std::string& retry_after) { return wait_of({{"retry-after", retry_after}}); }

TEST(RetryAfter, IsNothingWithoutAWord) { EXPECT_EQ(wait_of(net::Headers{}), Wait()); }

TEST(RetryAfter, TakesWholeSeconds) { EXPECT_EQ(wait_of("7"), milliseconds(7000)); }

TEST(RetryAfter, TakesFractionsRoundedUp) {
  EXPECT_EQ(wait_of("1.5"), milliseconds(1500));
  EXPECT_EQ(wait_of("0.0001"), milliseconds(1));
}

TEST(RetryAfter, TakesSpacesAround) { EXPECT_EQ(wait_of(" 7\t"), milliseconds(7000)); }

TEST(RetryAfter, ReadsHeaderNamesWithoutCase) {
  EXPECT_EQ(wait_of({{"Retry-After", "7"}}), milliseconds(7000));
}

TEST(RetryAfter, PrefersMilliseconds) {
  EXPECT_EQ(wait_of({{"retry-after", "9"}, {"retry-after-ms", "250"}}), milliseconds(250));
}

TEST(RetryAfter, FallsBackToSecondsWhereMillisecondsSayNothing) {
  EXPECT_EQ(wait_of({{"retry-after", "1"}, {"retry-after-ms", "0"}}), milliseconds(1000));
  EXPECT_EQ(wait_of({{"retry-after", "1"}, {"retry-after-ms", "soon"}}), milliseconds(1000));
}

TEST(RetryAfter, IgnoresWhatIsNotPositive) {
  EXPECT_EQ(wait_of("0"), Wait());
  EXPECT_EQ(wait_of("-5"), Wait());
}

TEST(RetryAfter, IgnoresWhatIsNoFiniteNumber) {
  for (const std::string text : {"", "soon", "7s", "7 8", "nan", "inf", "-inf", "1e999", "0x10"}) {
    EXPECT_EQ(wait_of(text), Wait()) << text;
  }
}

TEST(RetryAfter, TakesAMillionSecondsAtMost) {
  EXPECT_EQ(wait_of("1000000"), milliseconds(1000000000));
  EXPECT_EQ(wait_of("1000001"), Wait());
  EXPECT_EQ(wait_of("99999999999999999999"), Wait());
}

constexpr const char* kNow = "Sun, 06 Nov 1994 08:49:37 GMT";

Wait wait_until(const std::string& date) {
  return wait_of({{"date", kNow}, {"retry-after", date}});
}

TEST(RetryAfter, ReadsADateAgainstTheAnswersOwnDate) {
  EXPECT_EQ(wait_until("Sun, 06 Nov 1994 08:50:37 GMT"), milliseconds(60000));
  EXPECT_EQ(wait_until("Mon, 07 Nov 1994 08:49:37 GMT"), milliseconds(86400000));
}

TEST(RetryAfter, KnowsLeapYears) {
  EXPECT_EQ(wait_of({{"date", "Tue, 28 Feb 2028 23:59:59 GMT"},
                     {"retry-after", "Thu, 01 Mar 2028 00:00:00 GMT"}}),
            milliseconds(86401000));
}

TEST(RetryAfter, IgnoresADateThatHasPassed) {
  EXPECT_EQ(wait_until(kNow), Wait());
  EXPECT_EQ(wait_until("Sun, 06 Nov 1994 08:49:36 GMT"), Wait());
}

TEST(RetryAfter, IgnoresADateWithoutTheAnswersOwn) {
  EXPECT_EQ(wait_of(kNow), Wait());
  EXPECT_EQ(wait_of({{"date", "today"}, {"retry-after", kNow}}), Wait());
}

TEST(RetryAfter, IgnoresDatesThatAreNone) {
  for (const std::string date : {"Sun, 31 Feb 1995 08:50:37 GMT", "Sun, 06 Nox 1995 08:50:37 GMT",
                                 "Sun, 06 Nov 1994 24:50:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
                                 "Sun, 06 Nov 1994 08:50:-7 GMT", "Sun, 06 Nov 1994 08:50:37 CET",
                                 "1994-11-06T08:50:37Z", "Sunday, 06-Nov-94 08:50:37 GMT"}) {
    EXPECT_EQ(wait_until(date), Wait()) << date;
  }
}

TEST(RetryAfter, ReadsGooglesRetryInfo) {
  EXPECT_EQ(wait_of({}, R"({"details":[{"@type":"type.googleapis.com/google.rpc.Help"},
      {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"48.5s"}]})"),
            milliseconds(48500));
}

TEST(RetryAfter, PrefersAHeaderToTheBody) {
  EXPECT_EQ(wait_of({{"retry-after", "2"}}, R"({"details":[{"retryDelay":"48s"}]})"),
            milliseconds(2000));
}

TEST(RetryAfter, ReadsTheWordsOfAnErrorAtLast) {
  const auto said = [](const std::string& words) {
    return wait_of(net::Headers{}, R"({"message":")" + words + R"("})");
  };
  EXPECT_EQ(said("Rate limit reached. Please try again in 1.05s. Visit"), milliseconds(1050));
  EXPECT_EQ(said("Please try again in 6m0s."), milliseconds(360'000));
  EXPECT_EQ(said("try again in 1h2m3.5s"), milliseconds(3'723'500));
  EXPECT_EQ(said("Please try again in 27ms."), milliseconds(27));
  EXPECT_EQ(said("Please retry in 48.939935699s."), milliseconds(48'940));
  EXPECT_EQ(said("Please retry after 26 seconds."), milliseconds(26'000));
  EXPECT_EQ(wait_of(net::Headers{}, R"("Try again in 2s")"), milliseconds(2000));
  for (const char* words : {"Please try again in a moment", "try again in 5", "retry after 3 eggs",
                            "try again in 0s", "try again in 99999999h"}) {
    EXPECT_EQ(said(words), Wait()) << words;
  }
}

TEST(RetryAfter, IgnoresABodyThatSaysNoDelay) {
  for (const std::string error :
       {R"({"details":[{"retryDelay":48}]})", R"({"details":[{"retryDelay":"s"}]})",
        R"({"details":[{"retryDelay":"48"}]})", R"({"details":"48s"})", "null"}) {
    EXPECT_EQ(wait_of({}, error), Wait()) << error;
  }
}

TEST(ShouldRetry, IsWhatTheHeaderSays) {
  EXPECT_EQ(should_retry_of({{"x-should-retry", "true"}}), true);
  EXPECT_EQ(should_retry_of({{"X-Should-Retry", "false"}}), false);
}

TEST(ShouldRetry, IsNothingWithoutAWord) {
  EXPECT_EQ(should_retry_of({{"retry-after", "1"}}), std::nullopt);
  for (const std::string word : {"", "1", "yes", "True", "falsely"}) {
    EXPECT_EQ(should_retry_of({{"x-should-retry", word}}), std::nullopt) << word;
  }
}

}  // namespace
}  // namespace llmgate::wire
