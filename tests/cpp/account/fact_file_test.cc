#include "account/fact_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "support/facts_table.h"

namespace llmgate::account {
namespace {

using testing::table_text;
using testing::write_table;

TEST(FactFile, FindsEachLineByItsKey) {
  std::vector<std::string> lines;
  for (int number = 0; number < 100; ++number) {
    lines.push_back("p/m" + std::to_string(number) + "\t{\"n\":" + std::to_string(number) + "}");
  }
  const auto file = FactFile::open(write_table(table_text(lines)));
  ASSERT_TRUE(file.ok()) << file.error().message;
  for (int number = 0; number < 100; ++number) {
    const auto line = file->find("p/m" + std::to_string(number));
    ASSERT_TRUE(line) << number;
    EXPECT_EQ(line->value, "{\"n\":" + std::to_string(number) + "}");
  }
  for (const char* missing : {"", "p", "p/m", "p/m100", "q", "p/m5x", "\x7f"}) {
    EXPECT_FALSE(file->find(missing)) << missing;
  }
}

TEST(FactFile, FollowsAnAliasOnce) {
  const auto file =
      FactFile::open(write_table(table_text({"a/x\t{}", "x\t@a/x", "y\t@x", "z\t@nobody"})));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->find("x")->key, "a/x");
  EXPECT_EQ(file->find("y")->value, "@a/x");
  EXPECT_FALSE(file->find("z"));
}

TEST(FactFile, ListsWhatStartsAlike) {
  const auto file = FactFile::open(
      write_table(table_text({"a/x\t{}", "b/x\t{}", "b/y\t@b/x", "b/z\t{}", "c/x\t{}"})));
  ASSERT_TRUE(file.ok());
  const auto lines = file->starting_with("b/");
  ASSERT_EQ(lines.size(), 2);
  EXPECT_EQ(lines[1].key, "b/z");
  EXPECT_EQ(file->starting_with("").size(), 4);
  EXPECT_TRUE(file->starting_with("d").empty());
}

TEST(FactFile, RefusesWhatIsNotAsItWasWritten) {
  const std::string good = table_text({"a/x\t{\"input\":\"1\"}", "b/x\t{}"});
  ASSERT_TRUE(FactFile::open(write_table(good)).ok());
  std::string other_price = good;
  other_price[good.find("\"1\"") + 1] = '2';
  std::string other_version = good;
  other_version[good.find("facts\":1") + 7] = '2';
  std::string swapped = good;
  std::swap(swapped[good.size() - 2], swapped[good.size() - 3]);
  for (const std::string& bad :
       {other_price, other_version, swapped, good + "c/x\t{}\n", good.substr(0, good.size() - 1),
        std::string("no table\n"), std::string("{}\n"), std::string("[1]\n"), std::string("{")}) {
    const auto file = FactFile::open(write_table(bad));
    ASSERT_FALSE(file.ok()) << bad;
    EXPECT_NE(file.error().message.find("is no table of facts about models: "), std::string::npos);
  }
  EXPECT_FALSE(FactFile::open("/nowhere/model_facts.table").ok());
}

TEST(FactFile, OpensThePackagesTable) {
  const auto file = FactFile::open(testing::package_table());
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(file->date().size(), 10);
  EXPECT_TRUE(file->find("openai/gpt-4o"));
}

TEST(FactFile, IsSortedByBytes) {
  std::ifstream text(testing::package_table());
  std::string line;
  std::getline(text, line);
  std::string before;
  std::size_t count = 0;
  for (; std::getline(text, line); ++count) {
    const std::string key = line.substr(0, line.find('\t'));
    EXPECT_LT(before, key);
    before = key;
  }
  EXPECT_GT(count, 5000);
}

}  // namespace
}  // namespace llmgate::account
