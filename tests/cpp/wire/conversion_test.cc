#include "wire/conversion.h"

#include <gtest/gtest.h>

namespace llmgate::wire {
namespace {

constexpr Conversion kRow{"seed", chat::Action::kMapped, "random_seed", "another name"};

TEST(Note, TakesActionDetailAndReasonFromTheRow) {
  chat::Dispositions dispositions;
  note(kRow, "$.seed", dispositions);
  ASSERT_EQ(dispositions.size(), 1U);
  EXPECT_EQ(dispositions[0].action, chat::Action::kMapped);
  EXPECT_EQ(dispositions[0].path, "$.seed");
  EXPECT_EQ(dispositions[0].detail, "random_seed");
  EXPECT_EQ(dispositions[0].reason, "another name");
}

TEST(Note, LetsTheCallerSayTheDetail) {
  chat::Dispositions dispositions;
  note(kRow, "$.seed", dispositions, "from 1 to 2");
  EXPECT_EQ(dispositions[0].detail, "from 1 to 2");
}

}  // namespace
}  // namespace llmgate::wire
