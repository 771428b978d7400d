// The file that several processes keep one ledger in: sums of usage by their keys, and the tables
// of shared budgets. Account step of a request's path. Everything here may block on the disk or on
// another process: worker thread only. Errors name the file.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "account/ledger.h"
#include "base/result.h"
#include "store/sqlite.h"

namespace llmgate::account {

struct LedgerFileOptions {
  std::string path;
  bool must_exist = false;  // else it is made
  // How long another process's write is waited for.
  std::chrono::milliseconds busy_timeout{2000};
  // Beyond so many sums, new ones are kept without their user and metadata.
  std::int64_t most_sums = 200'000;
};

class LedgerFile {
 public:
  static Result<std::unique_ptr<LedgerFile>> open(LedgerFileOptions options);
  LedgerFile(const LedgerFile&) = delete;
  LedgerFile& operator=(const LedgerFile&) = delete;

  // All or nothing.
  Failure add(std::span<const LedgerSum> sums);
  Result<std::vector<LedgerSum>> sums();
  // What was before this day, since 1970.
  Failure forget_before(std::int32_t day);
  [[nodiscard]] store::Database& database() { return database_; }
  [[nodiscard]] const std::string& path() const { return options_.path; }

 private:
  explicit LedgerFile(LedgerFileOptions options) : options_(std::move(options)) {}
  Failure connect();
  Failure add_one(const LedgerKey& key, const Totals& totals);
  Result<bool> find(const LedgerKey& key, Totals& into);
  Failure write(const LedgerKey& key, const Totals& totals);

  const LedgerFileOptions options_;
  store::Database database_;
  store::Statement find_;
  store::Statement write_;
  store::Statement all_;
  store::Statement forget_;
  std::int64_t rows_ = 0;  // as of the running transaction
};

}  // namespace llmgate::account
