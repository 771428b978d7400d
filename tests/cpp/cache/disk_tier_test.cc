#include "cache/disk_tier.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cache/sealed_record.h"
#include "store/sqlite.h"
#include "support/seeded_random.h"
#include "support/temporary_folder.h"

namespace llmgate::cache {
namespace {

constexpr std::int64_t kNow = 1'767'225'600'000;
constexpr std::int64_t kMinute = 60'000;

RecordKey key_of(const std::string& request, const std::string& space = "") {
  RecordKey key;
  key.digest = sha256(request);
  key.seal = seal_of(sha256("scope"));
  key.space = space;
  return key;
}

// What is stored for a number can be told from the number alone.
std::string answer_of(int number) {
  const std::string word = "answer " + std::to_string(number) + "; ";
  std::string answer;
  for (int i = 0; i <= number % 7 * 300; ++i) {
    answer += word;
  }
  return answer;
}

class DiskTierTest : public ::testing::Test {
 protected:
  std::unique_ptr<DiskTier> open(std::int64_t max_bytes = DiskTierOptions::kLeastBytes) {
    Result<std::unique_ptr<DiskTier>> opened = try_open(max_bytes);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    return opened.ok() ? std::move(opened).value() : nullptr;
  }
  Result<std::unique_ptr<DiskTier>> try_open(std::int64_t max_bytes) {
    DiskTierOptions options;
    options.path = path_;
    options.max_bytes = max_bytes;
    return DiskTier::open(options,
                          [this](const std::string& message) { warnings_.push_back(message); });
  }
  // Past the tier, straight into the file.
  void run_sql(const char* sql) {
    store::DatabaseOptions options;
    options.path = path_;
    options.application_id = 0x4c474348;
    const std::vector<const char*> steps(1, "");
    options.migrations = steps;
    Result<store::Database> database = store::Database::open(options);
    ASSERT_TRUE(database.ok()) << database.error().message;
    const Failure failure = database->run(sql);
    ASSERT_FALSE(failure.has_value()) << failure->message;
  }
  [[nodiscard]] std::int64_t bytes_of_files() const {
    std::int64_t bytes = 0;
    for (const char* suffix : {"", "-wal"}) {
      std::error_code failure;
      const auto size = std::filesystem::file_size(path_ + suffix, failure);
      bytes += failure ? 0 : static_cast<std::int64_t>(size);
    }
    return bytes;
  }

  test::TemporaryFolder folder_;
  const std::string path_ = folder_.file("answers.db");
  std::vector<std::string> warnings_;
};

TEST_F(DiskTierTest, KeepsARecordForTheNextProcess) {
  const std::string bytes("an \0 answer", 11);
  open()->put(key_of("a"), bytes, kNow, kNow + kMinute);
  const auto tier = open();
  const auto record = tier->get(key_of("a"), kNow + 1);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->bytes, bytes);
  EXPECT_EQ(record->stored_at_ms, kNow);
  EXPECT_EQ(record->expires_at_ms, kNow + kMinute);
  EXPECT_FALSE(tier->get(key_of("b"), kNow).has_value());
  EXPECT_EQ(tier->stats().hits, 1U);
  EXPECT_EQ(tier->stats().misses, 1U);
  EXPECT_EQ(tier->stats().name, "disk");
}

TEST_F(DiskTierTest, ReplacesARecordOfTheSameKey) {
  const auto tier = open();
  tier->put(key_of("a"), "first", kNow, kNeverExpires);
  tier->put(key_of("a"), "second", kNow, kNeverExpires);
  const auto record = tier->get(key_of("a"), kNow);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->bytes, "second");
  EXPECT_EQ(tier->stats().stores, 2U);
}

TEST_F(DiskTierTest, GivesNoRecordFromItsExpiryOn) {
  const auto tier = open();
  tier->put(key_of("a"), "x", kNow, kNow + kMinute);
  EXPECT_TRUE(tier->get(key_of("a"), kNow + kMinute - 1).has_value());
  EXPECT_FALSE(tier->get(key_of("a"), kNow + kMinute).has_value());
  tier->put(key_of("b"), "x", kNow, kNow);
  EXPECT_FALSE(tier->get(key_of("b"), kNow - 1).has_value());
  EXPECT_EQ(tier->stats().refused_stores, 1U);
}

TEST_F(DiskTierTest, GivesNothingToAnotherScope) {
  const auto tier = open();
  tier->put(key_of("a"), "x", kNow, kNeverExpires);
  RecordKey foreign = key_of("a");
  foreign.seal = seal_of(sha256("another scope"));
  EXPECT_FALSE(tier->get(foreign, kNow).has_value());
  EXPECT_EQ(tier->stats().bad_records, 1U);
}

TEST_F(DiskTierTest, TellsKeysOfTheSamePlaceApart) {
  const auto tier = open();
  RecordKey near = key_of("a");
  near.digest[31] ^= 1U;
  tier->put(key_of("a"), "x", kNow, kNeverExpires);
  EXPECT_FALSE(tier->get(near, kNow).has_value());
}

TEST_F(DiskTierTest, StaysWithinItsBytes) {
  const auto tier = open(4 << 20);
  const std::string bytes(20000, 'x');
  for (int i = 0; i < 1000; ++i) {
    tier->put(key_of(std::to_string(i)), bytes, kNow + i, kNeverExpires);
  }
  EXPECT_TRUE(tier->get(key_of("999"), kNow).has_value());
  EXPECT_FALSE(tier->get(key_of("0"), kNow).has_value());
  EXPECT_GT(tier->stats().evictions, 700U);
  EXPECT_LT(tier->stats().evictions, 850U);
  EXPECT_LT(bytes_of_files(), (4 << 20) * 5 / 4 + (5 << 20));  // a log of 1,000 pages besides
}

TEST_F(DiskTierTest, EvictsTheExpiredBeforeTheOldest) {
  const auto tier = open();
  const std::string bytes(100000, 'x');
  tier->put(key_of("old"), bytes, kNow, kNeverExpires);
  for (int i = 0; i < 8; ++i) {
    tier->put(key_of("short " + std::to_string(i)), bytes, kNow + 1, kNow + 2);
  }
  for (int i = 0; i < 4; ++i) {
    tier->put(key_of("new " + std::to_string(i)), bytes, kNow + 3, kNeverExpires);
  }
  EXPECT_TRUE(tier->get(key_of("old"), kNow + 4).has_value());
  EXPECT_EQ(tier->stats().evictions, 8U);
}

TEST_F(DiskTierTest, EvictsWhatWasUsedLongestAgo) {
  const auto tier = open();
  const std::string bytes(100000, 'x');
  for (int i = 0; i < 8; ++i) {
    tier->put(key_of(std::to_string(i)), bytes, kNow + i, kNeverExpires);
  }
  for (int i = 0; i < 3; ++i) {  // more than once: one use is noted
    EXPECT_TRUE(tier->get(key_of("0"), kNow + kMinute).has_value());
  }
  for (int i = 8; i < 14; ++i) {
    tier->put(key_of(std::to_string(i)), bytes, kNow + i, kNeverExpires);
  }
  EXPECT_TRUE(tier->get(key_of("0"), kNow + kMinute).has_value());
  EXPECT_FALSE(tier->get(key_of("1"), kNow + kMinute).has_value());
}

TEST_F(DiskTierTest, RefusesARecordTooLargeForIt) {
  const auto tier = open();
  const std::string bytes(DiskTierOptions::kLeastBytes / 8 + 1, 'x');
  tier->put(key_of("a"), bytes, kNow, kNeverExpires);
  EXPECT_FALSE(tier->get(key_of("a"), kNow).has_value());
  EXPECT_EQ(tier->stats().refused_stores, 1U);
  tier->put(key_of("a"), bytes.substr(1), kNow, kNeverExpires);
  EXPECT_TRUE(tier->get(key_of("a"), kNow).has_value());
}

TEST_F(DiskTierTest, ClearsANamespaceAndErasesARecord) {
  const auto tier = open();
  tier->put(key_of("a", "one"), "a", kNow, kNeverExpires);
  tier->put(key_of("b", "two"), "b", kNow, kNeverExpires);
  tier->put(key_of("c", "two"), "c", kNow, kNeverExpires);
  EXPECT_EQ(tier->clear("one"), std::nullopt);
  EXPECT_EQ(tier->erase(key_of("b")), std::nullopt);
  EXPECT_FALSE(tier->get(key_of("a"), kNow).has_value());
  EXPECT_FALSE(tier->get(key_of("b"), kNow).has_value());
  EXPECT_TRUE(tier->get(key_of("c"), kNow).has_value());
  EXPECT_EQ(tier->clear_all(), std::nullopt);
  EXPECT_FALSE(tier->get(key_of("c"), kNow).has_value());
}

TEST_F(DiskTierTest, MissesAndDeletesARecordThatWasAltered) {
  open()->put(key_of("a"), "the right answer", kNow, kNeverExpires);
  run_sql("UPDATE records SET bytes = CAST('a wrong answer!!' AS BLOB)");
  const auto tier = open();
  EXPECT_FALSE(tier->get(key_of("a"), kNow).has_value());
  EXPECT_FALSE(tier->get(key_of("a"), kNow).has_value());
  EXPECT_EQ(tier->stats().bad_records, 1U);  // the second time it is gone
  EXPECT_TRUE(tier->stats().is_usable);
}

TEST_F(DiskTierTest, RefusesAbsurdSizes) {
  for (const std::int64_t bytes : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{4096},
                                   std::numeric_limits<std::int64_t>::max()}) {
    const auto refused = try_open(bytes);
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().message.find("max_bytes is " + std::to_string(bytes)),
              std::string::npos);
  }
}

TEST_F(DiskTierTest, SaysAtSetUpWhyAFileCannotBeUsed) {
  std::ofstream(path_) << std::string(5000, 'x');
  const auto refused = try_open(DiskTierOptions::kLeastBytes);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("disk cache"), std::string::npos);
  EXPECT_NE(refused.error().message.find("not a database"), std::string::npos);
  EXPECT_TRUE(warnings_.empty());
}

// The system's own refusal to write more, as on a full disk.
TEST_F(DiskTierTest, AFullDiskTurnsItOffWithOneWarning) {
  const auto tier = open(64 << 20);
  tier->put(key_of("before"), "x", kNow, kNeverExpires);
  struct rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit = before;
  limit.rlim_cur = 1 << 20;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  const std::string bytes(100000, 'x');
  for (int i = 0; i < 50; ++i) {
    tier->put(key_of(std::to_string(i)), bytes, kNow, kNeverExpires);
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  (void)std::signal(SIGXFSZ, old_handler);
  EXPECT_FALSE(tier->stats().is_usable);
  EXPECT_EQ(tier->stats().failures, 1U);
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find(path_), std::string::npos);
  EXPECT_FALSE(tier->get(key_of("before"), kNow).has_value());
  EXPECT_TRUE(tier->clear("").has_value());
  EXPECT_TRUE(open()->get(key_of("before"), kNow).has_value());
}

TEST_F(DiskTierTest, AFileOverwrittenUnderItGivesNoWrongAnswer) {
  constexpr int kRecords = 60;
  test::SeededRandom random;
  {
    const auto tier = open();
    for (int i = 0; i < kRecords; ++i) {
      tier->put(key_of(std::to_string(i)), answer_of(i), kNow, kNeverExpires);
    }
  }
  const std::string whole = folder_.file("whole.db");
  std::filesystem::copy_file(path_, whole);
  const auto size = static_cast<double>(std::filesystem::file_size(whole));
  int survivors = 0;
  for (int round = 0; round < 60; ++round) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(path_ + suffix);
    }
    std::filesystem::copy_file(whole, path_);
    {
      std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(random.uniform() * size));
      file << std::string(static_cast<std::size_t>(random.uniform() * 6000), '\x5a');
    }
    const auto opened = try_open(DiskTierOptions::kLeastBytes);
    for (int i = 0; opened.ok() && i < kRecords; ++i) {
      const auto record = (*opened)->get(key_of(std::to_string(i)), kNow);
      if (record) {
        ++survivors;
        ASSERT_EQ(record->bytes, answer_of(i)) << "round " << round;
      }
    }
  }
  EXPECT_GT(survivors, 60);
  EXPECT_LT(survivors, 60 * kRecords);
}

TEST_F(DiskTierTest, ATornFileTurnsItOffWithOneWarning) {
  const auto tier = open();
  for (int i = 0; i < 60; ++i) {
    tier->put(key_of(std::to_string(i)), answer_of(i), kNow, kNeverExpires);
  }
  run_sql("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto size = std::filesystem::file_size(path_);
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(size - 4096, '\x5a');
  }
  tier->put(key_of("next"), "x", kNow, kNeverExpires);
  for (int i = 0; i < 60; ++i) {
    EXPECT_FALSE(tier->get(key_of(std::to_string(i)), kNow).has_value());
  }
  EXPECT_FALSE(tier->stats().is_usable);
  EXPECT_EQ(warnings_.size(), 1U);
}

TEST_F(DiskTierTest, TwoProcessesShareAFile) {
  const auto tier = open(64 << 20);
  const pid_t child = ::fork();
  if (child == 0) {
    for (int i = 0; i < 200; ++i) {  // the inherited tier opens the file again for itself
      tier->put(key_of(std::to_string(i)), answer_of(i), kNow, kNeverExpires);
    }
    ::_exit(tier->stats().stores == 200 ? 0 : 1);
  }
  for (int i = 200; i < 400; ++i) {
    tier->put(key_of(std::to_string(i)), answer_of(i), kNow, kNeverExpires);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(tier->stats().stores, 200U);
  EXPECT_EQ(tier->stats().failures, 0U);
  int found = 0;
  for (int i = 0; i < 400; ++i) {
    const auto record = tier->get(key_of(std::to_string(i)), kNow);
    found += record && record->bytes == answer_of(i) ? 1 : 0;
  }
  EXPECT_EQ(found, 400);
  EXPECT_EQ(tier->stats().bad_records, 0U);
}

// Writes until it is killed; tells of each record that it has stored.
[[noreturn]] void store_without_end(DiskTier& tier, int report) {
  for (int i = 0;; ++i) {
    tier.put(key_of(std::to_string(i % 500)), answer_of(i % 500), kNow + i, kNeverExpires);
    const char byte = 1;
    if (::write(report, &byte, 1) != 1) {
      ::_exit(0);
    }
  }
}

// LLMGATE_KILL_ROUNDS=1000 for the whole claim.
TEST_F(DiskTierTest, KillingAWriterCorruptsNothing) {
  const char* wanted = std::getenv("LLMGATE_KILL_ROUNDS");
  const int rounds = wanted != nullptr ? std::atoi(wanted) : 30;
  test::SeededRandom random;
  const auto reader = open(64 << 20);
  for (int round = 0; round < rounds; ++round) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      store_without_end(*reader, ends[1]);
    }
    ::close(ends[1]);
    char byte = 0;
    const int stores = static_cast<int>(random.uniform() * 40);
    for (int i = 0; i < stores; ++i) {
      ASSERT_EQ(::read(ends[0], &byte, 1), 1);
    }
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    ::close(ends[0]);
    for (int i = 0; i < 60; ++i) {
      const auto record = reader->get(key_of(std::to_string(i)), kNow);
      ASSERT_TRUE(!record || record->bytes == answer_of(i)) << "round " << round;
      ASSERT_TRUE(record || i >= stores) << "round " << round;
    }
    reader->put(key_of("parent"), "x", kNow, kNeverExpires);
  }
  EXPECT_EQ(reader->stats().bad_records, 0U);
  EXPECT_EQ(reader->stats().failures, 0U);
  EXPECT_TRUE(reader->stats().is_usable);
  run_sql(
      "CREATE TEMP TABLE fine (word TEXT CHECK (word = 'ok'));"
      "INSERT INTO fine SELECT * FROM pragma_integrity_check;"
      "INSERT INTO fine SELECT CASE WHEN (SELECT sum(size) FROM records) ="
      " (SELECT size FROM totals) THEN 'ok' ELSE 'totals differ' END");
}

}  // namespace
}  // namespace llmgate::cache
