#include "net/transport.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace llmgate::net {
namespace {

TEST(TransferFailure, HasANameOfItsOwnForEachValue) {
  constexpr int kCount = static_cast<int>(TransferFailure::kResource) + 1;
  std::set<std::string_view> names;
  for (int i = 0; i < kCount; ++i) {
    names.insert(name_of(static_cast<TransferFailure>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kCount));
  EXPECT_EQ(names.count("unknown"), 0U);
}

}  // namespace
}  // namespace llmgate::net
