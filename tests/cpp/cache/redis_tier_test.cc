#include "cache/redis_tier.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "cache/sealed_record.h"
#include "support/fake_event_loop.h"
#include "support/fake_random.h"
#include "support/redis_server.h"

namespace llmgate::cache {
namespace {

RecordKey key_of(const std::string& request, const std::string& space = "") {
  RecordKey key;
  key.digest = sha256(request);
  key.seal = seal_of(sha256("scope"));
  key.space = space;
  return key;
}

class RedisTierTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::RedisServer::is_installed()) {
      GTEST_SKIP() << "redis-server is not installed: scripts/setup test does it";
    }
  }
  [[nodiscard]] RedisTierOptions options() const {
    RedisTierOptions options;
    options.server = server_.options();
    options.server.command_timeout = std::chrono::seconds(5);
    return options;
  }
  Result<std::unique_ptr<RedisTier>> try_open(const RedisTierOptions& options) {
    return RedisTier::open(options, clock_, std::make_unique<test::FakeRandom>(1.0),
                           [this](const std::string& message) { warnings_.push_back(message); });
  }
  std::unique_ptr<RedisTier> open(const RedisTierOptions& options) {
    auto opened = try_open(options);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    return opened.ok() ? std::move(opened).value() : nullptr;
  }
  [[nodiscard]] std::int64_t now_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.wall().time_since_epoch())
        .count();
  }
  std::string get(RedisTier& tier, const RecordKey& key) {
    const auto record = tier.get(key, now_ms());
    return record ? record->bytes : "(miss)";
  }
  // The name of the only key on the server.
  std::string only_name() { return server_.ask({"RANDOMKEY"}); }

  test::RedisServer server_;
  test::FakeClock clock_;
  std::vector<std::string> warnings_;
};

TEST_F(RedisTierTest, KeepsARecordForOthers) {
  ASSERT_TRUE(server_.start());
  const std::string bytes("an \0 answer", 11);
  open(options())->put(key_of("a"), bytes, now_ms(), now_ms() + 60000);
  const auto tier = open(options());
  const auto record = tier->get(key_of("a"), now_ms());
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->bytes, bytes);
  EXPECT_EQ(record->stored_at_ms, now_ms());
  EXPECT_EQ(record->expires_at_ms, now_ms() + 60000);
  EXPECT_EQ(get(*tier, key_of("b")), "(miss)");
  EXPECT_EQ(tier->stats().hits, 1U);
  EXPECT_EQ(tier->stats().misses, 1U);
}

TEST_F(RedisTierTest, LeavesExpiryToTheServerAndChecksIt) {
  ASSERT_TRUE(server_.start());
  const auto tier = open(options());
  tier->put(key_of("a"), "x", now_ms(), now_ms() + 60000);
  const int left = std::stoi(server_.ask({"PTTL", only_name()}));
  EXPECT_GT(left, 0);
  EXPECT_LE(left, 60000);
  clock_.advance(std::chrono::milliseconds(60000));
  EXPECT_EQ(get(*tier, key_of("a")), "(miss)");
}

TEST_F(RedisTierTest, KeepsWhatNeverExpires) {
  ASSERT_TRUE(server_.start());
  const auto tier = open(options());
  tier->put(key_of("a"), "x", now_ms(), kNeverExpires);
  EXPECT_EQ(server_.ask({"PTTL", only_name()}), "-1");
  EXPECT_EQ(get(*tier, key_of("a")), "x");
}

TEST_F(RedisTierTest, StoresNothingThatHasExpiredOrIsTooLarge) {
  ASSERT_TRUE(server_.start());
  RedisTierOptions small = options();
  small.max_record_bytes = 10;
  const auto tier = open(small);
  tier->put(key_of("a"), "x", now_ms() - 10, now_ms());
  tier->put(key_of("a"), std::string(11, 'x'), now_ms(), kNeverExpires);
  EXPECT_EQ(tier->stats().refused_stores, 2U);
  EXPECT_EQ(server_.ask({"DBSIZE"}), "0");
}

TEST_F(RedisTierTest, MissesAndDeletesWhatSomebodyElseWrote) {
  ASSERT_TRUE(server_.start());
  const auto tier = open(options());
  const std::vector<std::string> forgeries{
      "", "short", std::string(200, 'x'),
      seal_head(key_of("a"), "forged", now_ms(), kNeverExpires, Guard::kChecksum) + "forged"};
  for (const std::string& forgery : forgeries) {
    tier->put(key_of("a"), "right", now_ms(), kNeverExpires);
    EXPECT_EQ(server_.ask({"SET", only_name(), forgery}), "OK");
    EXPECT_EQ(get(*tier, key_of("a")), "(miss)");
    EXPECT_EQ(server_.ask({"DBSIZE"}), "0");
  }
  EXPECT_EQ(tier->stats().bad_records, forgeries.size());
  EXPECT_TRUE(tier->stats().is_usable);
}

TEST_F(RedisTierTest, MissesAValueMovedToAnotherKey) {
  ASSERT_TRUE(server_.start());
  const auto tier = open(options());
  tier->put(key_of("a"), "of a", now_ms(), kNeverExpires);
  const std::string of_a = only_name();
  tier->put(key_of("b"), "of b", now_ms(), kNeverExpires);
  const std::string of_b = of_a.substr(0, of_a.rfind(':') + 1) + hex_of(key_of("b").digest);
  EXPECT_EQ(server_.ask({"COPY", of_a, of_b, "REPLACE"}), "1");
  EXPECT_EQ(get(*tier, key_of("b")), "(miss)");
  EXPECT_EQ(get(*tier, key_of("a")), "of a");
}

TEST_F(RedisTierTest, MissesAndDeletesWhatIsNoText) {
  ASSERT_TRUE(server_.start());
  const auto tier = open(options());
  tier->put(key_of("a"), "x", now_ms(), kNeverExpires);
  const std::string name = only_name();
  (void)server_.ask({"DEL", name});
  (void)server_.ask({"LPUSH", name, "x"});
  EXPECT_EQ(get(*tier, key_of("a")), "(miss)");
  EXPECT_EQ(server_.ask({"DBSIZE"}), "0");
}

TEST_F(RedisTierTest, ClearsANamespaceAndNothingElse) {
  ASSERT_TRUE(server_.start());
  RedisTierOptions odd = options();
  odd.prefix = "odd*[x]?";
  const auto tier = open(odd);
  (void)server_.ask({"SET", "oddities:x", "somebody else's"});
  for (int i = 0; i < 2500; ++i) {
    tier->put(key_of(std::to_string(i), i % 2 == 0 ? "even" : "odd"), "x", now_ms(), kNeverExpires);
  }
  EXPECT_EQ(tier->clear("even"), std::nullopt);
  EXPECT_EQ(server_.ask({"DBSIZE"}), "1251");
  EXPECT_EQ(tier->erase(key_of("1", "odd")), std::nullopt);
  EXPECT_EQ(server_.ask({"DBSIZE"}), "1250");
  EXPECT_EQ(tier->clear_all(), std::nullopt);
  EXPECT_EQ(server_.ask({"DBSIZE"}), "1");
}

TEST_F(RedisTierTest, RefusesAWrongPasswordAtSetUp) {
  ASSERT_TRUE(server_.start({"--requirepass", "hunter22"}));
  const auto without = try_open(options());
  ASSERT_FALSE(without.ok());
  EXPECT_EQ(without.error().kind, ErrorKind::kBadRequest);
  RedisTierOptions wrong = options();
  wrong.server.password = "hunter23";
  const auto refused = try_open(wrong);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("refuses"), std::string::npos);
  EXPECT_EQ(refused.error().message.find("hunter23"), std::string::npos);
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(RedisTierTest, RefusesAPrefixWithControlBytes) {
  RedisTierOptions bad = options();
  for (const std::string& prefix :
       {std::string(), std::string("a b"), std::string("a\nb"), std::string(201, 'x')}) {
    bad.prefix = prefix;
    EXPECT_FALSE(try_open(bad).ok());
  }
}

TEST_F(RedisTierTest, ComesUpByItselfWhenTheServerDoes) {
  const auto tier = open(options());  // nobody listens yet
  EXPECT_FALSE(tier->stats().is_usable);
  ASSERT_EQ(warnings_.size(), 1U);
  ASSERT_TRUE(server_.start());
  tier->put(key_of("a"), "x", now_ms(), kNeverExpires);
  EXPECT_EQ(tier->stats().stores, 0U);  // the wait is not over
  clock_.advance(std::chrono::milliseconds(1000));
  tier->put(key_of("a"), "x", now_ms(), kNeverExpires);
  EXPECT_EQ(get(*tier, key_of("a")), "x");
  EXPECT_TRUE(tier->stats().is_usable);
  EXPECT_EQ(warnings_.size(), 1U);
}

TEST_F(RedisTierTest, WaitsLongerAfterEachFailureAndWarnsOncePerOutage) {
  ASSERT_TRUE(server_.start());
  const auto tier = open(options());
  EXPECT_TRUE(warnings_.empty());
  server_.stop();
  EXPECT_EQ(get(*tier, key_of("a")), "(miss)");
  for (int expected = 1000, failures = 2; failures < 10; ++failures) {
    clock_.advance(std::chrono::milliseconds(expected - 1));
    EXPECT_EQ(get(*tier, key_of("a")), "(miss)");
    EXPECT_EQ(tier->stats().failures, static_cast<std::uint64_t>(failures - 1));
    clock_.advance(std::chrono::milliseconds(1));
    EXPECT_EQ(get(*tier, key_of("a")), "(miss)");
    EXPECT_EQ(tier->stats().failures, static_cast<std::uint64_t>(failures));
    expected = std::min(expected * 2, 30000);
  }
  EXPECT_EQ(warnings_.size(), 1U);
  ASSERT_TRUE(server_.start());
  clock_.advance(std::chrono::milliseconds(30000));
  tier->put(key_of("a"), "x", now_ms(), kNeverExpires);
  EXPECT_EQ(get(*tier, key_of("a")), "x");
  server_.stop();
  EXPECT_EQ(get(*tier, key_of("a")), "(miss)");
  EXPECT_EQ(warnings_.size(), 2U);
}

TEST_F(RedisTierTest, UsesARestartedServerAtOnce) {
  ASSERT_TRUE(server_.start());
  const auto tier = open(options());
  server_.stop();
  ASSERT_TRUE(server_.start());
  tier->put(key_of("a"), "x", now_ms(), kNeverExpires);
  EXPECT_EQ(get(*tier, key_of("a")), "x");
  EXPECT_EQ(tier->stats().failures, 0U);
}

TEST_F(RedisTierTest, AHungServerNeverGivesOneCallTheAnswerOfAnother) {
  ASSERT_TRUE(server_.start());
  RedisTierOptions hurried = options();
  hurried.server.command_timeout = std::chrono::milliseconds(50);
  const auto tier = open(hurried);
  tier->put(key_of("a"), "of a", now_ms(), kNeverExpires);
  tier->put(key_of("b"), "of b", now_ms(), kNeverExpires);
  server_.freeze();
  EXPECT_EQ(get(*tier, key_of("a")), "(miss)");
  EXPECT_EQ(get(*tier, key_of("b")), "(miss)");  // left alone: this one does not wait
  EXPECT_EQ(tier->stats().failures, 1U);
  server_.thaw();
  clock_.advance(std::chrono::milliseconds(1000));
  EXPECT_EQ(get(*tier, key_of("b")), "of b");
  EXPECT_EQ(get(*tier, key_of("a")), "of a");
  EXPECT_EQ(warnings_.size(), 1U);
}

TEST_F(RedisTierTest, AForkedChildHasAConnectionOfItsOwn) {
  ASSERT_TRUE(server_.start());
  const auto tier = open(options());
  tier->put(key_of("a"), "of a", now_ms(), kNeverExpires);
  const pid_t child = ::fork();
  if (child == 0) {
    bool is_right = true;
    for (int i = 0; i < 200; ++i) {
      is_right = is_right && get(*tier, key_of("a")) == "of a";
    }
    ::_exit(is_right ? 0 : 1);
  }
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(get(*tier, key_of("b")), "(miss)");
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(tier->stats().failures, 0U);
}

}  // namespace
}  // namespace llmgate::cache
