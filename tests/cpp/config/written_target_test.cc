#include "config/written_target.h"

#include <gtest/gtest.h>

namespace llmgate::config {
namespace {

TEST(WrittenTarget, NamesTheVariableInPlaceOfTheKey) {
  TargetConfig target;
  routing::Deployment deployment;
  deployment.provider = "openai";
  EXPECT_EQ(written_key(target, deployment), "");
  target.api_key = "sk-secret";
  EXPECT_EQ(written_key(target, deployment), "os.environ/OPENAI_API_KEY");
  deployment.provider = "";
  EXPECT_EQ(written_key(target, deployment), "os.environ/API_KEY");
}

TEST(WrittenTarget, NamesProviderAndModel) {
  TargetConfig target;
  target.model = "given";
  routing::Deployment deployment;
  EXPECT_EQ(written_model(target, deployment), "given");
  deployment.provider = "openai";
  deployment.model = "gpt-4o";
  EXPECT_EQ(written_model(target, deployment), "openai/gpt-4o");
}

TEST(WrittenTarget, TellsOnceThatKeysAreNotWritten) {
  RouterConfig config;
  std::vector<Notice> losses;
  config.targets.resize(2);
  note_keys(config, losses);
  EXPECT_TRUE(losses.empty());
  config.targets[0].api_key = config.targets[1].api_key = "k";
  note_keys(config, losses);
  EXPECT_EQ(losses.size(), 1U);
}

TEST(WrittenTarget, WritesListsThatAreNotEmpty) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  write_strings(writer, "none", {});
  write_strings(writer, "some", {"a"});
  write_pairs(writer, "pairs", {{"k", "v"}});
  writer.end_object();
  EXPECT_EQ(out, R"({"some":["a"],"pairs":{"k":"v"}})");
  EXPECT_EQ(seconds_of(std::chrono::milliseconds(1500)), 1.5);
}

}  // namespace
}  // namespace llmgate::config
