#include "account/usage_report.h"

#include <gtest/gtest.h>

#include "account/window.h"

namespace llmgate::account {
namespace {

using namespace std::chrono_literals;

class UsageReportTest : public ::testing::Test {
 protected:
  void add(std::string_view model, std::string_view user, std::string_view metadata,
           std::chrono::hours later = 0h) {
    CallRecord record;
    record.at = WallTime(1795348800s) + later;
    record.provider = "openai";
    record.model = model;
    record.user = user;
    record.metadata = metadata;
    record.prompt_tokens = 7;
    record.cost = *Usd::from_text("0.25");
    record.total = 20ms;
    ledger.add(record);
  }
  std::vector<UsageRow> rows(std::vector<std::string> by) {
    const auto sums = ledger.sums();
    auto rows = group_usage(sums, {std::move(by), since, until});
    EXPECT_TRUE(rows);
    return rows ? std::move(*rows) : std::vector<UsageRow>();
  }

  Ledger ledger;
  std::optional<std::int32_t> since;
  std::optional<std::int32_t> until;
};

TEST_F(UsageReportTest, WithoutADimensionThereIsOneRow) {
  add("a", "", "");
  add("b", "", "");
  ASSERT_EQ(rows({}).size(), 1U);
  EXPECT_EQ(rows({})[0].totals.calls, 2);
  EXPECT_EQ(rows({})[0].totals.cost.text(), "0.5");
}

TEST_F(UsageReportTest, RowsAreGroupedByWhatIsAskedFor) {
  add("a", "ann", R"({"team":"x","project":"p"})");
  add("a", "ann", R"({"team":"x","project":"q"})");
  add("b", "b\\u006fb", R"({"project":"p"})");
  EXPECT_EQ(rows({"model"}).size(), 2U);
  EXPECT_EQ(rows({"user"})[1].values, std::vector<std::string>{"bob"});
  EXPECT_EQ(rows({"metadata.project"})[0].totals.calls, 2);
  EXPECT_EQ(rows({"model", "metadata.project"}).size(), 3U);
  EXPECT_EQ(rows({"team"})[0].values, std::vector<std::string>{""});
}

TEST_F(UsageReportTest, ACallOfTwoTagsIsInBothRows) {
  add("a", "", R"({"tags":["x","y"]})");
  add("a", "", R"({"tags":["y"]})");
  ASSERT_EQ(rows({"tag"}).size(), 2U);
  EXPECT_EQ(rows({"tag"})[0].totals.calls, 1);
  EXPECT_EQ(rows({"tag"})[1].totals.calls, 2);
}

TEST_F(UsageReportTest, DaysAreChosenAndShown) {
  add("a", "", "");
  add("a", "", "", 24h);
  EXPECT_EQ(rows({"day"})[1].values, std::vector<std::string>{"2026-11-23"});
  since = until = day_of(WallTime(1795348800s));
  ASSERT_EQ(rows({"day"}).size(), 1U);
  EXPECT_EQ(rows({"day"})[0].values, std::vector<std::string>{"2026-11-22"});
}

TEST_F(UsageReportTest, AnUnknownDimensionIsRefusedByName) {
  const auto refused = group_usage({}, {{"colour"}, {}, {}});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("colour"), std::string::npos);
}

TEST_F(UsageReportTest, ARowIsWrittenWithItsFigures) {
  add("a", "", "");
  std::string text;
  json::Writer out(text);
  const std::vector<std::string> by{"model", "team"};
  write_usage_row(rows(by)[0], by, out);
  EXPECT_EQ(text.substr(0, 60), R"({"model":"a","team":null,"calls":1,"errors":0,"error_rate":0)");
  EXPECT_NE(text.find(R"("cost":"0.25","saved":"0","unpriced_calls":0)"), std::string::npos);
  EXPECT_NE(text.find(R"("first_content_p50_ms":null})"), std::string::npos);
}

}  // namespace
}  // namespace llmgate::account
