#include "config/strategy_field.h"

#include <gtest/gtest.h>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

struct Read {
  const routing::Strategy* strategy = nullptr;
  std::vector<double> values;
  std::string failure;
  std::size_t notices = 0;
};

Read strategy(const std::string& text) {
  const Source source = test::source_of(text);
  const Field root = Field::root_of(source);
  FieldReader reader(nullptr);
  Read read;
  read_strategy(reader, root.member("name"), root.member("options"), "weighted", read.strategy,
                read.values);
  if (const Failure failure = reader.take_failure()) {
    read.failure = failure->json_path + ": " + failure->message;
  }
  read.notices = reader.take_notices().size();
  return read;
}

TEST(ReadStrategy, TakesTheOneGivenWhereNothingIsSaid) {
  EXPECT_EQ(strategy("{}").strategy->name(), "weighted");
}

TEST(ReadStrategy, HasTheDefaultsOfItsOptions) {
  const Read read = strategy("name: fastest_recent\n");
  EXPECT_EQ(read.values, std::vector<double>{5});
  EXPECT_EQ(strategy("name: fastest_recent\noptions: {minutes: 2}\n").values,
            std::vector<double>{2});
}

TEST(ReadStrategy, RefusesUnknownOptions) {
  EXPECT_EQ(strategy("name: fastest_recent\noptions: {minute: 2}\n").failure,
            "$.options.minute: config.yaml, line 2: option of strategy fastest_recent \"minute\" "
            "is unknown; did you mean \"minutes\"?");
}

TEST(ReadStrategy, TellsOfLitellmsOptions) {
  const Read read = strategy("name: latency-based-routing\noptions: {ttl: 10}\n");
  EXPECT_EQ(read.failure, "");
  EXPECT_EQ(read.notices, 1U);
}

}  // namespace
}  // namespace llmgate::config
