#include "store/redis_url.h"

#include <gtest/gtest.h>

#include <string>

namespace llmgate::store {
namespace {

std::string refusal(std::string_view url) {
  const auto parsed = parse_redis_url(url);
  return parsed.ok() ? "" : parsed.error().message;
}

TEST(RedisUrl, HasDefaultsForAllButTheHost) {
  const auto parsed = parse_redis_url("redis://cache.local");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->host, "cache.local");
  EXPECT_EQ(parsed->port, 6379);
  EXPECT_EQ(parsed->database, 0);
  EXPECT_EQ(parsed->user, "");
  EXPECT_EQ(parsed->password, "");
}

TEST(RedisUrl, NamesUserPasswordPortAndDatabase) {
  const auto parsed = parse_redis_url("redis://alice:s%40cr%2Fet@10.0.0.7:7000/3");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->user, "alice");
  EXPECT_EQ(parsed->password, "s@cr/et");
  EXPECT_EQ(parsed->host, "10.0.0.7");
  EXPECT_EQ(parsed->port, 7000);
  EXPECT_EQ(parsed->database, 3);
}

TEST(RedisUrl, TakesAPasswordAlone) {
  const auto parsed = parse_redis_url("redis://:secret@host/");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->user, "");
  EXPECT_EQ(parsed->password, "secret");
}

TEST(RedisUrl, TakesAnAddressOfVersionSix) {
  const auto parsed = parse_redis_url("redis://[::1]:7000");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->host, "::1");
  EXPECT_EQ(parsed->port, 7000);
}

TEST(RedisUrl, NamesASocket) {
  const auto parsed = parse_redis_url("unix://:secret@/run/redis.sock?db=2");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->unix_path, "/run/redis.sock");
  EXPECT_EQ(parsed->password, "secret");
  EXPECT_EQ(parsed->database, 2);
}

TEST(RedisUrl, SaysWhatIsWrong) {
  EXPECT_NE(refusal("cache.local").find("has no scheme"), std::string::npos);
  EXPECT_NE(refusal("http://cache.local").find("scheme 'http'"), std::string::npos);
  EXPECT_NE(refusal("rediss://cache.local").find("TLS"), std::string::npos);
  EXPECT_NE(refusal("redis://").find("names no host"), std::string::npos);
  EXPECT_NE(refusal("redis://host:0").find("port"), std::string::npos);
  EXPECT_NE(refusal("redis://host:99999").find("port"), std::string::npos);
  EXPECT_NE(refusal("redis://host:seven").find("seven"), std::string::npos);
  EXPECT_NE(refusal("redis://host/one").find("database 'one'"), std::string::npos);
  EXPECT_NE(refusal("redis://[::1").find("unfinished"), std::string::npos);
  EXPECT_NE(refusal("redis://u:%zz@host").find("percent"), std::string::npos);
  EXPECT_NE(refusal("unix://run").find("names no path"), std::string::npos);
  EXPECT_NE(refusal("unix:///run/x?db=-1").find("db=NUMBER"), std::string::npos);
}

TEST(RedisUrl, ShowsNoPassword) {
  for (const char* url :
       {"redis://u:hunter22@host:x", "http://u:hunter22@host", "u:hunter22@host",
        "redis://u:hunter22@", "redis://u:hunter22%@host", "unix://u:hunter22@run"}) {
    const std::string message = refusal(url);
    EXPECT_NE(message, "") << url;
    EXPECT_EQ(message.find("hunter22"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace llmgate::store
