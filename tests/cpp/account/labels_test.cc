#include "account/labels.h"

#include <gtest/gtest.h>

namespace llmgate::account {
namespace {

using Values = std::vector<std::string>;

struct Read {
  Read(std::string_view request_text, std::string_view metadata_text) {
    EXPECT_FALSE(request.read(request_text));
    EXPECT_FALSE(metadata.read(metadata_text));
    read_labels(request.root(), metadata.root(), labels);
  }
  json::Document request;
  json::Document metadata;
  Labels labels;
};

TEST(Labels, UserTeamAndTagsAreFoundWhereCallersPutThem) {
  const Read read(R"({"user":"ann"})",
                  R"({"user_id":"other","team":"search","tags":["a","b"],"project":"x","n":3})");
  EXPECT_EQ(values_of(read.labels, "user"), Values{"ann"});
  EXPECT_EQ(values_of(read.labels, "team"), Values{"search"});
  EXPECT_EQ(values_of(read.labels, "tag"), (Values{"a", "b"}));
  EXPECT_EQ(values_of(read.labels, "metadata.project"), Values{"x"});
  EXPECT_EQ(values_of(read.labels, "metadata.n"), Values{"3"});
}

TEST(Labels, TheNamesOfLiteLlmAreKnown) {
  const Read read("{}", R"({"user_api_key_user_id":"u","user_api_key_team_id":"t","tags":"one"})");
  EXPECT_EQ(values_of(read.labels, "user"), Values{"u"});
  EXPECT_EQ(values_of(read.labels, "team"), Values{"t"});
  EXPECT_EQ(values_of(read.labels, "tag"), Values{"one"});
}

TEST(Labels, WhatIsNotSaidHasNoValue) {
  const Read read("{}", R"({"project":null})");
  for (const char* dimension : {"provider", "user", "team", "tag", "metadata.project"}) {
    EXPECT_TRUE(values_of(read.labels, dimension).empty()) << dimension;
  }
}

TEST(Labels, DimensionsAreKnownByName) {
  EXPECT_TRUE(is_dimension("deployment"));
  EXPECT_TRUE(is_dimension("metadata.project"));
  EXPECT_FALSE(is_dimension("metadata."));
  EXPECT_FALSE(is_dimension("day"));
}

}  // namespace
}  // namespace llmgate::account
