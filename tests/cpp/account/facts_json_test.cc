#include "account/facts_json.h"

#include <gtest/gtest.h>

namespace llmgate::account {
namespace {

std::string written(std::string_view row) {
  std::string text;
  json::Writer out(text);
  write_facts(read_fact_row("a/m", row).value(), out);
  return text;
}

TEST(FactsJson, SaysPricesForOneTokenOrPiece) {
  EXPECT_EQ(
      written(R"({"by":"litellm","date":"2026-11-22","input":"2.5","request":"0.005",)"
              R"("tiers":[{"above":100,"input":"5"}],"modes":{"batch":{"input":"1.25"}},)"
              R"("hours":[{"from":"01:00","to":"02:30","input":"9"}],)"
              R"("later":[{"date":"1970-01-02","input":"8"}],"context":10,"can":["vision"]})"),
      R"({"key":"a/m","provider":"a","model":"m","mode":null,"context_window":10,)"
      R"("max_output":null,"price_source":"litellm","price_date":"2026-11-22",)"
      R"("deprecation_date":null,"is_deprecated":false,"can":["vision"],"cannot":[],)"
      R"("inputs":[],"outputs":[],"prices":{"input":"0.0000025","request":"0.005",)"
      R"("tiers":[{"above":100,"input":"0.000005"}]},)"
      R"("modes":{"batch":{"input":"0.00000125"}},)"
      R"("hours":[{"from_minute":60,"to_minute":150,"input":"0.000009"}],)"
      R"("later":[{"from_s":86400,"input":"0.000008"}]})");
}

TEST(FactsJson, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(written("{}").substr(0, 80),
            R"({"key":"a/m","provider":"a","model":"m","mode":null,"context_window":null,"max_o)");
}

}  // namespace
}  // namespace llmgate::account
