#include "routing/status.h"

#include <gtest/gtest.h>

#include <string>

#include "json/document.h"
#include "support/fake_random.h"
#include "support/small_plans.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::kStart;

class StatusTest : public ::testing::Test {
 protected:
  StatusTest() {
    std::vector<Deployment> deployments = test::deployments_named({"a", "b"});
    deployments[0].model = "gpt-\"5\"";
    deployments[0].limits = test::limits_of(60, std::nullopt, 4);
    fleet_ = std::make_unique<Fleet>(test::shared(test::balance_over(deployments)));
  }

  void attempt(DeploymentIndex index, const AttemptResult& result) {
    const std::optional<Admission> admission = fleet_->admit(index, 30, kStart, true);
    ASSERT_TRUE(admission.has_value());
    fleet_->settle(*admission, result, kStart, random_);
  }
  json::Value status_of(std::size_t index, TimePoint now = kStart) {
    text_.clear();
    json::Writer out(text_);
    write_status(*fleet_, now, out);
    EXPECT_FALSE(document_.read(text_).has_value()) << text_;
    EXPECT_EQ(document_.root().size(), 2U);
    return document_.root().at(index);
  }

  std::unique_ptr<Fleet> fleet_;
  test::FakeRandom random_{0.5};
  std::string text_;
  json::Document document_;
};

TEST_F(StatusTest, SaysWhoEachOneIs) {
  const json::Value status = status_of(0);
  EXPECT_EQ(status.find("id").unescaped(), "a");
  EXPECT_EQ(status.find("group").unescaped(), "chat");
  EXPECT_EQ(status.find("provider").unescaped(), "a");
  EXPECT_EQ(status.find("model").unescaped(), "gpt-\"5\"");
}

TEST_F(StatusTest, ShowsNothingAsNullNotAsZero) {
  const json::Value status = status_of(1);
  for (const std::string_view name :
       {"success_share", "latency_p50_ms", "latency_p99_ms", "first_content_p50_ms",
        "first_content_p99_ms", "throughput_p50", "requests_per_minute_limit",
        "tokens_per_minute_limit", "max_parallel"}) {
    EXPECT_TRUE(status.find(name).is_null()) << name;
  }
  EXPECT_TRUE(status.find("state").says("closed"));
  EXPECT_EQ(status.find("attempts").as_int(), 0);
}

TEST_F(StatusTest, ShowsLatenciesAndLimits) {
  AttemptResult result;
  result.first_content = milliseconds(500);
  result.total = seconds(2);
  result.output_tokens = 30;
  result.tokens = 50;
  attempt(0, result);
  const json::Value status = status_of(0);
  EXPECT_NEAR(*status.find("latency_p50_ms").as_double(), 2000, 125);
  EXPECT_NEAR(*status.find("first_content_p99_ms").as_double(), 500, 31);
  EXPECT_NEAR(*status.find("throughput_p50").as_double(), 20, 1.5);
  EXPECT_EQ(status.find("success_share").as_double(), 1.0);
  EXPECT_EQ(status.find("attempts").as_int(), 1);
  EXPECT_EQ(status.find("requests_per_minute").as_int(), 1);
  EXPECT_EQ(status.find("requests_per_minute_limit").as_int(), 60);
  EXPECT_EQ(status.find("tokens_per_minute").as_int(), 50);
  EXPECT_EQ(status.find("max_parallel").as_int(), 4);
}

TEST_F(StatusTest, ShowsAnOpenBreaker) {
  AttemptResult result;
  result.failure = ErrorKind::kConnection;
  for (int i = 0; i < 5; ++i) {
    attempt(0, result);
  }
  const json::Value open = status_of(0, kStart + seconds(10));
  EXPECT_TRUE(open.find("state").says("open"));
  EXPECT_EQ(open.find("open_for_s").as_double(), 20.0);
  EXPECT_EQ(open.find("failures").as_int(), 5);
  const json::Value half_open = status_of(0, kStart + seconds(40));
  EXPECT_TRUE(half_open.find("state").says("half_open"));
  EXPECT_EQ(half_open.find("open_for_s").as_double(), 0.0);
}

TEST_F(StatusTest, ShowsACoolDownAndWhatRuns) {
  AttemptResult result;
  result.failure = ErrorKind::kRateLimit;
  result.retry_after = seconds(30);
  attempt(1, result);
  ASSERT_TRUE(fleet_->admit(1, 0, kStart, true).has_value());
  const json::Value status = status_of(1, kStart + seconds(10));
  EXPECT_EQ(status.find("cooling_down_s").as_double(), 20.0);
  EXPECT_EQ(status.find("in_flight").as_int(), 1);
}

TEST_F(StatusTest, ShowsWhatIsLeftOfTheRetryBudget) {
  ASSERT_TRUE(fleet_->take_retry(0, kStart));
  EXPECT_EQ(status_of(0).find("retries_left").as_double(), 2.0);
}

}  // namespace
}  // namespace llmgate::routing
