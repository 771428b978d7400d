// A ledger's file in a folder of the test's own, and processes that live as long as the test says.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "account/ledger_file.h"
#include "account/shared_accounts.h"
#include "support/temporary_folder.h"

namespace llmgate::test {

inline const WallTime kNoonOfThe22nd{std::chrono::seconds(1795348800)};  // November 2026

// What one process sees of the file.
struct LedgerProcess {
  std::unique_ptr<account::LedgerFile> file;
  std::unique_ptr<account::SharedAccounts> accounts;
};

class LedgerFixture : public testing::Test {
 protected:
  static account::ProcessMark mark(std::int64_t number) { return {"boot", "c", number, 1}; }
  static account::SharedKey key(const char* window = "forever", const std::string& value = "") {
    return {"team", value.empty() ? "" : "user", value, *account::read_window(window)};
  }
  static account::Amount dollars(std::int64_t count) {
    return {account::Usd::whole(count), 10 * count};
  }
  static account::SharedBid bid(std::int64_t limit, std::int64_t amount, WallTime now,
                                account::SharedKey of = key()) {
    return {{{std::move(of), account::Usd::whole(limit), std::nullopt}}, dollars(amount), now};
  }

  std::string path() { return folder_.file("usage.sqlite"); }
  LedgerProcess process(std::int64_t number) {
    account::LedgerFileOptions options;
    options.path = path();
    LedgerProcess made;
    auto file = account::LedgerFile::open(options);
    EXPECT_TRUE(file) << file.error().message;
    made.file = std::move(*file);
    auto accounts = account::SharedAccounts::open(made.file->database(), mark(number), life_of_);
    EXPECT_TRUE(accounts) << accounts.error().message;
    made.accounts = std::move(*accounts);
    return made;
  }

  std::set<std::int64_t> dead_;
  std::set<std::int64_t> hidden_;
  account::SharedAccounts::LifeOf life_of_ = [this](const account::ProcessMark& of) {
    return dead_.contains(of.number)     ? account::Life::kGone
           : hidden_.contains(of.number) ? account::Life::kUnknown
                                         : account::Life::kLives;
  };
  TemporaryFolder folder_;
};

}  // namespace llmgate::test
