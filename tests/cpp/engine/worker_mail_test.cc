#include "engine/worker_mail.h"

#include <gtest/gtest.h>

#include <vector>

namespace llmgate::engine {
namespace {

using Record = WorkerMail::Record;

TEST(WorkerMail, DeliversUntilItIsClosed) {
  std::vector<std::pair<Token, bool>> seen;
  WorkerMail mail([&](Token token, WorkerMail::Letter letter) {
    seen.emplace_back(token, std::get<Record>(letter).has_value());
  });
  mail.send(1, Record(cache::StoredRecord{"bytes", 0, cache::kNeverExpires}));
  mail.send(2, Record());
  mail.close();
  mail.send(3, Record());
  EXPECT_EQ(seen, (std::vector<std::pair<Token, bool>>{{1, true}, {2, false}}));
}

TEST(WorkerMail, CarriesWhatALedgerSays) {
  std::uint64_t number = 0;
  WorkerMail mail([&](Token /*token*/, WorkerMail::Letter letter) {
    number = std::get<account::SharedAnswer>(letter).number;
  });
  mail.send(1, account::SharedAnswer{7, {}, {}});
  EXPECT_EQ(number, 7U);
}

}  // namespace
}  // namespace llmgate::engine
