#include <gtest/gtest.h>

#include "routing/scenario.h"
#include "support/scenarios.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::scenario_error;
using test::scenario_of;

TEST(ScenarioReader, ReadsANameAlone) {
  EXPECT_EQ(scenario_of("\"outage\"")->name, "outage");
  EXPECT_EQ(scenario_of("\"outage\"")->faults.size(), 1U);
}

TEST(ScenarioReader, ReadsEveryMemberOfAFault) {
  const auto scenario = scenario_of(
      R"({"faults": [{"on": "a", "kind": "rate_limit", "share": 0.5, "from": 10, "to": 40.5,
                      "status": 429, "retry_after": 1.5, "after": 0.25}]})");
  ASSERT_TRUE(scenario.ok());
  ASSERT_EQ(scenario->faults.size(), 1U);
  const Fault& fault = scenario->faults.front();
  EXPECT_EQ(fault.on, "a");
  EXPECT_EQ(fault.kind, FaultKind::kRateLimit);
  EXPECT_EQ(fault.share, 0.5);
  EXPECT_EQ(fault.from, seconds(10));
  EXPECT_EQ(fault.to, milliseconds(40500));
  EXPECT_EQ(fault.status, 429);
  EXPECT_EQ(fault.retry_after, milliseconds(1500));
  EXPECT_EQ(fault.after, milliseconds(250));
  EXPECT_TRUE(scenario->name.empty());
}

TEST(ScenarioReader, ReadsEveryKindOfFault) {
  for (const std::string_view kind : fault_kind_names()) {
    const auto scenario = scenario_of(R"({"faults": [{"kind": ")" + std::string(kind) + "\"}]}");
    ASSERT_TRUE(scenario.ok()) << kind;
    EXPECT_EQ(name_of(scenario->faults.front().kind), kind);
  }
}

TEST(ScenarioReader, LaysTheLoadOverANamedScenario) {
  const auto scenario = scenario_of(
      R"({"scenario": "outage", "load": {"calls_per_second": 5, "seconds": 20, "stream": true,
          "priorities": [0, 10], "sessions": 7, "timeout": 2.5, "deadline": 9, "max_retries": 0,
          "model": "chat"}, "tokens": {"prompt": 10, "output": 20}})");
  ASSERT_TRUE(scenario.ok()) << scenario.error().message;
  EXPECT_EQ(scenario->name, "outage");
  EXPECT_EQ(scenario->load.calls_per_second, 5);
  EXPECT_EQ(scenario->load.seconds, 20);
  EXPECT_TRUE(scenario->load.is_stream);
  EXPECT_EQ(scenario->load.priorities, (std::vector<int>{0, 10}));
  EXPECT_EQ(scenario->load.sessions, 7);
  EXPECT_EQ(scenario->load.timeout, milliseconds(2500));
  EXPECT_EQ(scenario->load.deadline, seconds(9));
  EXPECT_EQ(scenario->load.max_retries, 0);
  EXPECT_EQ(scenario->load.model, "chat");
  EXPECT_EQ(scenario->prompt_tokens, 10);
  EXPECT_EQ(scenario->output_tokens, 20);
}

TEST(ScenarioReader, AMedianKeepsItsSpreadUntilOneIsGiven) {
  const auto scenario = scenario_of(
      R"({"latency": {"median_ms": 100, "deployments": {"a": {"median_ms": 50, "p99_ms": 60}}}})");
  ASSERT_TRUE(scenario.ok()) << scenario.error().message;
  EXPECT_EQ(scenario->latency.p99_ms, 400);
  ASSERT_EQ(scenario->latencies.size(), 1U);
  EXPECT_EQ(scenario->latencies.front().first, "a");
  EXPECT_EQ(scenario->latencies.front().second.p99_ms, 60);
}

TEST(ScenarioReader, UnknownNamesAreRefusedWithTheNearest) {
  EXPECT_EQ(scenario_error("\"outtage\""),
            "$: \"outtage\" is no scenario; accepted: \"outage\", \"brown_out\", \"fast_429\", "
            "\"slow_one\", \"thundering_restart\", \"everything\"; nearest: \"outage\"");
  EXPECT_EQ(scenario_error(R"({"fault": []})"),
            "$.fault: \"fault\" is no member here; accepted: \"scenario\", \"faults\", \"load\", "
            "\"latency\", \"tokens\"; nearest: \"faults\"");
  EXPECT_NE(scenario_error(R"({"faults": [{"kind": "stal"}]})").find("nearest: \"stall\""),
            std::string::npos);
  EXPECT_NE(scenario_error(R"({"load": {"second": 3}})").find("nearest: \"seconds\""),
            std::string::npos);
}

struct BadValue {
  const char* json;
  const char* path;
};

class ScenarioReaderRefuses : public ::testing::TestWithParam<BadValue> {};

TEST_P(ScenarioReaderRefuses, WithTheJsonPath) {
  const auto scenario = scenario_of(GetParam().json);
  ASSERT_FALSE(scenario.ok()) << GetParam().json;
  EXPECT_EQ(scenario.error().json_path, GetParam().path);
  EXPECT_NE(scenario.error().message.find("accepted: "), std::string::npos)
      << scenario.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Values, ScenarioReaderRefuses,
    ::testing::Values(
        BadValue{"3", "$"}, BadValue{R"({"scenario": 3})", "$.scenario"},
        BadValue{R"({"faults": {}})", "$.faults"},
        BadValue{R"({"faults": [{"kind": "outage"}, {}]})", "$.faults[1].kind"},
        BadValue{R"({"faults": [{"kind": "outage", "share": 1.5}]})", "$.faults[0].share"},
        BadValue{R"({"faults": [{"kind": "outage", "share": -0.1}]})", "$.faults[0].share"},
        BadValue{R"({"faults": [{"kind": "outage", "from": 5, "to": 5}]})", "$.faults[0].to"},
        BadValue{R"({"faults": [{"kind": "outage", "status": 500}]})", "$.faults[0].status"},
        BadValue{R"({"faults": [{"kind": "errors", "status": 200}]})", "$.faults[0].status"},
        BadValue{R"({"faults": [{"kind": "outage", "on": 1}]})", "$.faults[0].on"},
        BadValue{R"({"load": {"calls_per_second": 0}})", "$.load.calls_per_second"},
        BadValue{R"({"load": {"calls_per_second": 5, "concurrency": 5}})", "$.load.concurrency"},
        BadValue{R"({"load": {"concurrency": 1.5}})", "$.load.concurrency"},
        BadValue{R"({"load": {"seconds": 1e9}})", "$.load.seconds"},
        BadValue{R"({"load": {"stream": 1}})", "$.load.stream"},
        BadValue{R"({"load": {"priorities": []}})", "$.load.priorities"},
        BadValue{R"({"load": {"priorities": [0, "a"]}})", "$.load.priorities[1]"},
        BadValue{R"({"latency": {"median_ms": 100, "p99_ms": 50}})", "$.latency.p99_ms"},
        BadValue{R"({"latency": {"deployments": {"a": 3}}})", "$.latency.deployments.a"},
        BadValue{R"({"tokens": {"prompt": -1}})", "$.tokens.prompt"}));

}  // namespace
}  // namespace llmgate::routing
