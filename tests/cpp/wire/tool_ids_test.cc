#include "wire/tool_ids.h"

#include <gtest/gtest.h>

namespace llmgate::wire {
namespace {

TEST(InventedId, IsTheSameEachTimeAndAnotherForEachCall) {
  const std::string id = invented_id("r-1", 0, 0, "f", "{}");
  EXPECT_EQ(invented_id("r-1", 0, 0, "f", "{}"), id);
  EXPECT_NE(invented_id("r-1", 0, 1, "f", "{}"), id);
  EXPECT_NE(invented_id("r-2", 0, 0, "f", "{}"), id);
  EXPECT_NE(invented_id("r-1", 1, 0, "f", "{}"), id);
}

TEST(InventedId, IsPortableAndKnownAgain) {
  const std::string id = invented_id(std::string(5000, 'x'), 9, 999, "f", "{}");
  EXPECT_TRUE(is_portable_id(id));
  EXPECT_TRUE(is_invented_id(id));
  EXPECT_FALSE(is_invented_id("call_1"));
}

TEST(PortableId, LeavesWhatFitsAsItIs) {
  for (const std::string_view id : {"call_Ab-9", "toolu_01", "0"}) {
    EXPECT_TRUE(is_portable_id(id));
    EXPECT_EQ(portable_id(id), id);
  }
}

TEST(PortableId, MapsTheRestToSomethingStable) {
  for (const std::string& id :
       {std::string("functions.name:0"), std::string(65, 'a'), std::string(), std::string("a b")}) {
    EXPECT_FALSE(is_portable_id(id));
    EXPECT_TRUE(is_portable_id(portable_id(id)));
    EXPECT_EQ(portable_id(id), portable_id(id));
  }
  EXPECT_NE(portable_id("a.b"), portable_id("a:b"));
}

}  // namespace
}  // namespace llmgate::wire
