#include "store/redis.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "support/redis_server.h"
#include "support/scripted_server.h"

namespace llmgate::store {
namespace {

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class RedisConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::RedisServer::is_installed()) {
      GTEST_SKIP() << "redis-server is not installed: scripts/setup test does it";
    }
  }
  RedisConnection open(const RedisOptions& options) {
    auto opened = RedisConnection::open(options);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    return opened.ok() ? std::move(opened).value() : RedisConnection();
  }
  Error refusal(const RedisOptions& options) {
    const auto opened = RedisConnection::open(options);
    EXPECT_FALSE(opened.ok());
    return opened.ok() ? Error() : opened.error();
  }
  // A wait that a frozen server makes the test sit through.
  RedisOptions hurried() const {
    RedisOptions options = server_.options();
    options.command_timeout = std::chrono::milliseconds(50);
    return options;
  }

  test::RedisServer server_;
};

TEST_F(RedisConnectionTest, GivesEveryKindOfReply) {
  ASSERT_TRUE(server_.start());
  RedisConnection connection = open(server_.options());
  const std::string bytes("a\0\r\nb", 5);
  EXPECT_EQ(connection.command({"SET", "name", bytes})->text, "OK");
  EXPECT_EQ(connection.command({"GET", "name"})->text, bytes);
  EXPECT_EQ(connection.command({"GET", "nobody"})->kind, RedisReply::Kind::kNil);
  EXPECT_EQ(connection.command({"INCR", "count"})->integer, 1);
  const auto list = connection.command({"MGET", "name", "nobody"});
  ASSERT_EQ(list->elements.size(), 2U);
  EXPECT_EQ(list->elements[0].text, bytes);
}

TEST_F(RedisConnectionTest, CarriesLargeValues) {
  ASSERT_TRUE(server_.start_on_port());
  RedisConnection connection = open(server_.options());
  const std::string bytes(std::size_t{5} << 20U, 'x');
  EXPECT_TRUE(connection.command({"SET", "large", bytes}).ok());
  EXPECT_EQ(connection.command({"GET", "large"})->text, bytes);
}

TEST_F(RedisConnectionTest, LivesOnAfterARefusal) {
  ASSERT_TRUE(server_.start());
  RedisConnection connection = open(server_.options());
  const auto refused = connection.command({"NONSENSE"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kApi);
  EXPECT_EQ(refused.error().provider_code, "ERR");
  EXPECT_TRUE(connection.is_fresh());
  EXPECT_EQ(connection.command({"PING"})->text, "PONG");
}

TEST_F(RedisConnectionTest, SelectsTheDatabase) {
  ASSERT_TRUE(server_.start());
  RedisOptions third = server_.options();
  third.database = 3;
  EXPECT_TRUE(open(third).command({"SET", "name", "x"}).ok());
  EXPECT_EQ(server_.ask({"GET", "name"}), "");
  third.database = 99;
  EXPECT_EQ(refusal(third).kind, ErrorKind::kApi);
}

TEST_F(RedisConnectionTest, GivesThePasswordAndTellsNobody) {
  ASSERT_TRUE(server_.start_on_port({"--requirepass", "hunter22"}));
  EXPECT_EQ(refusal(server_.options()).kind, ErrorKind::kAuthentication);
  RedisOptions options = server_.options();
  options.password = "hunter23";
  const Error wrong = refusal(options);
  EXPECT_EQ(wrong.kind, ErrorKind::kAuthentication);
  EXPECT_FALSE(mentions(wrong.message, "hunter23")) << wrong.message;
  options.password = "hunter22";
  RedisConnection connection = open(options);
  const auto echo = connection.command({"EVAL", "return redis.error_reply('ERR hunter22')", "0"});
  ASSERT_FALSE(echo.ok());
  EXPECT_FALSE(mentions(echo.error().message, "hunter22")) << echo.error().message;
}

TEST_F(RedisConnectionTest, NamesAUser) {
  ASSERT_TRUE(server_.start({"--user", "alice", "on", ">hunter22", "~*", "+@all"}));
  RedisOptions options = server_.options();
  options.user = "alice";
  options.password = "hunter22";
  EXPECT_EQ(open(options).command({"ACL", "WHOAMI"})->text, "alice");
}

TEST_F(RedisConnectionTest, SaysThatNobodyListens) {
  const Error error = refusal(server_.options());
  EXPECT_EQ(error.kind, ErrorKind::kConnection);
  EXPECT_TRUE(mentions(error.message, "redis.sock")) << error.message;
}

TEST_F(RedisConnectionTest, ClosesAConnectionWhoseReplyIsLate) {
  ASSERT_TRUE(server_.start());
  RedisConnection connection = open(hurried());
  EXPECT_TRUE(connection.command({"SET", "name", "x"}).ok());
  server_.freeze();
  const auto late = connection.command({"GET", "name"});
  server_.thaw();
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().kind, ErrorKind::kTimeout);
  EXPECT_FALSE(connection.is_open());
  EXPECT_EQ(connection.command({"PING"}).error().kind, ErrorKind::kConnection);
}

TEST_F(RedisConnectionTest, NoticesThatTheServerHasGone) {
  ASSERT_TRUE(server_.start());
  RedisConnection connection = open(server_.options());
  EXPECT_TRUE(connection.is_fresh());
  server_.stop();
  EXPECT_FALSE(connection.is_fresh());
  EXPECT_FALSE(connection.is_open());
}

TEST_F(RedisConnectionTest, AForkedChildLeavesTheParentsConnectionOpen) {
  ASSERT_TRUE(server_.start());
  RedisConnection connection = open(server_.options());
  const pid_t child = ::fork();
  if (child == 0) {
    connection.abandon();
    ::_exit(connection.is_open() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(connection.command({"PING"})->text, "PONG");
}

class ScriptedRedisTest : public ::testing::Test {
 protected:
  // A connection to a server that takes SELECT and then says `reply` to a command.
  Error error_after(const std::string& reply, const std::string& dripped = "") {
    test::ScriptedServer server({"+OK\r\n", reply});
    server.drip(dripped);
    RedisOptions options;
    options.unix_path = server.path();
    options.connect_timeout = std::chrono::seconds(5);
    options.command_timeout = std::chrono::milliseconds(50);
    options.max_reply_bytes = 1000;
    auto connection = RedisConnection::open(options);
    EXPECT_TRUE(connection.ok());
    const auto answer = connection->command({"GET", "name"});
    EXPECT_FALSE(answer.ok());
    EXPECT_FALSE(connection->is_open());
    return answer.ok() ? Error() : answer.error();
  }
};

TEST_F(ScriptedRedisTest, ClosesOnWhatIsNoReply) {
  EXPECT_EQ(error_after("HTTP/1.1 400 Bad Request\r\n\r\n").kind, ErrorKind::kInvalidResponse);
}

TEST_F(ScriptedRedisTest, ClosesOnMoreRepliesThanCommands) {
  EXPECT_EQ(error_after("$1\r\na\r\n$1\r\nb\r\n").kind, ErrorKind::kInvalidResponse);
}

TEST_F(ScriptedRedisTest, ClosesOnAReplyThatIsTooLong) {
  EXPECT_EQ(error_after("$2000\r\n" + std::string(2000, 'x')).kind, ErrorKind::kInvalidResponse);
}

TEST_F(ScriptedRedisTest, ClosesOnHalfAReply) {
  EXPECT_EQ(error_after("$100\r\nhalf").kind, ErrorKind::kTimeout);
}

TEST_F(ScriptedRedisTest, LimitsAReplyThatComesByteByByte) {
  EXPECT_EQ(error_after("$900\r\n", std::string(900, 'x')).kind, ErrorKind::kTimeout);
}

TEST_F(ScriptedRedisTest, DoesNotUseAConnectionOnWhichSomethingCameUnasked) {
  test::ScriptedServer server({"+OK\r\n", "+PONG\r\n"});
  server.drip("+late\r\n");
  RedisOptions options;
  options.unix_path = server.path();
  options.connect_timeout = std::chrono::seconds(5);
  options.command_timeout = std::chrono::seconds(5);
  auto connection = RedisConnection::open(options);
  ASSERT_TRUE(connection.ok());
  // Refused already where what nobody asked for comes along with the answer.
  (void)connection->command({"PING"});
  while (connection->is_fresh()) {
  }
  EXPECT_FALSE(connection->is_open());
}

}  // namespace
}  // namespace llmgate::store
