#include "engine/tier_mail.h"

#include <gtest/gtest.h>

#include <vector>

namespace llmgate::engine {
namespace {

TEST(TierMail, DeliversUntilItIsClosed) {
  std::vector<std::pair<Token, bool>> seen;
  TierMail mail(
      [&](Token token, TierMail::Record record) { seen.emplace_back(token, record.has_value()); });
  mail.send(1, cache::StoredRecord{"bytes", 0, cache::kNeverExpires});
  mail.send(2, std::nullopt);
  mail.close();
  mail.send(3, std::nullopt);
  EXPECT_EQ(seen, (std::vector<std::pair<Token, bool>>{{1, true}, {2, false}}));
}

}  // namespace
}  // namespace llmgate::engine
