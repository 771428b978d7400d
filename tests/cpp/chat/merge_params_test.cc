#include "chat/merge_params.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace llmgate::chat {
namespace {

std::string merged(std::string_view request, std::string_view defaults, std::string_view overrides,
                   const std::vector<std::string>& drops = {}) {
  json::Document document;
  EXPECT_FALSE(document.read(request));
  auto text = merge_params(document.root(), {defaults, overrides, drops});
  EXPECT_TRUE(text.ok());
  return text.ok() ? *text : "";
}

TEST(MergeParams, AddsDefaultsThatTheRequestLacks) {
  EXPECT_EQ(merged(R"({"a":1})", R"({"a":2,"b":[3]})", ""), R"({"a":1,"b":[3]})");
}

TEST(MergeParams, LetsOverridesWinOverBoth) {
  EXPECT_EQ(merged(R"({"a":1,"c":0})", R"({"b":2})", R"({"a":9,"b":8})"), R"({"c":0,"a":9,"b":8})");
}

TEST(MergeParams, NeverTouchesModelAndMessages) {
  EXPECT_EQ(merged(R"({"model":"m","messages":[]})", R"({"model":"x"})",
                   R"({"model":"y","messages":[1],"a":1})"),
            R"({"model":"m","messages":[],"a":1})");
}

TEST(MergeParams, DropsByPathWhereverTheMemberCameFrom) {
  EXPECT_EQ(merged(R"({"a":{"b":1,"c":2},"d":3})", R"({"e":4})", R"({"f":5})", {"a.b", "e", "f"}),
            R"({"a":{"c":2},"d":3})");
}

TEST(MergeParams, DropsByPosition) {
  EXPECT_EQ(merged(R"({"t":[{"x":1,"y":2},{"x":3}]})", "", "", {"t[0].x"}),
            R"({"t":[{"y":2},{"x":3}]})");
  EXPECT_EQ(merged(R"({"t":[{"x":1,"y":2},{"x":3}]})", "", "", {"t[*].x"}),
            R"({"t":[{"y":2},{}]})");
  EXPECT_EQ(merged(R"({"t":[1,2,3]})", "", "", {"t[1]"}), R"({"t":[1,3]})");
}

TEST(MergeParams, KeepsWhatNoPathReaches) {
  const std::string request = R"({"a":"x","n":1e400,"s":"\ud83d"})";
  EXPECT_EQ(merged(request, "", "", {"a.b", "z", "n[0]"}), request);
}

TEST(MergeParams, KnowsAPathFromOtherText) {
  for (const char* good : {"a", "$.a", "a.b", "a[0]", "a[*].b", "a[0][1]"}) {
    EXPECT_FALSE(check_drop_path(good)) << good;
  }
  for (const char* bad : {"", ".", "a.", "[0]", "a[x]", "a[", "a..b", "a[0].", "a[0].[1]"}) {
    EXPECT_TRUE(check_drop_path(bad)) << bad;
  }
}

TEST(MergeParams, RefusesParametersThatAreNoJson) {
  json::Document document;
  ASSERT_FALSE(document.read("{}"));
  EXPECT_FALSE(merge_params(document.root(), {"{", "", {}}).ok());
}

}  // namespace
}  // namespace llmgate::chat
