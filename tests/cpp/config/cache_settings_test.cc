#include "config/cache_settings.h"

#include <gtest/gtest.h>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

using cache::CacheSettings;
using cache::CacheType;

struct Read {
  CacheSettings settings;
  std::string failure;
  std::vector<Notice> notices;
};

Read read(const std::string& text) {
  const Source source = test::source_of(text, "");
  FieldReader reader(test::environment({{"REDIS_HOST", "cache.internal"}}));
  Read result;
  result.settings = read_cache_settings(reader, Field::root_of(source));
  if (const Failure failure = reader.take_failure()) {
    result.failure = failure->json_path + ": " + failure->message;
  }
  result.notices = reader.take_notices();
  return result;
}

TEST(CacheSettings, HaveDefaults) {
  const Read result = read("{}");
  EXPECT_EQ(result.failure, "");
  EXPECT_EQ(result.settings.type, CacheType::kLocal);
  EXPECT_TRUE(result.settings.is_on_by_default);
  EXPECT_EQ(result.settings.ttl, std::nullopt);
  EXPECT_FALSE(result.settings.merges);
}

TEST(CacheSettings, TakeLitellmsArguments) {
  const Read result = read(R"({"type": "redis", "host": "os.environ/REDIS_HOST", "port": "6380",
      "password": "p@ss word", "namespace": "team", "ttl": 60.5, "default_in_memory_ttl": 5,
      "mode": "default_off", "supported_call_types": ["acompletion", "embedding"]})");
  EXPECT_EQ(result.failure, "");
  EXPECT_EQ(result.settings.type, CacheType::kRedis);
  EXPECT_EQ(result.settings.redis.host, "cache.internal");
  EXPECT_EQ(result.settings.redis.port, 6380);
  EXPECT_EQ(result.settings.redis.password, "p@ss word");
  EXPECT_EQ(result.settings.space, "team");
  EXPECT_EQ(result.settings.ttl, std::chrono::milliseconds(60500));
  EXPECT_EQ(result.settings.memory_ttl, std::chrono::seconds(5));
  EXPECT_FALSE(result.settings.is_on_by_default);
  EXPECT_TRUE(result.settings.serves_completions);
}

TEST(CacheSettings, TakeAnAddressOfRedis) {
  const auto server = [](const std::string& url) {
    return read(R"({"type": "redis", "url": ")" + url + "\"}").settings.redis;
  };
  const store::RedisOptions full = server("redis://me:p%40ss@cache.internal:6380/3");
  EXPECT_EQ(full.user, "me");
  EXPECT_EQ(full.password, "p@ss");
  EXPECT_EQ(full.host, "cache.internal");
  EXPECT_EQ(full.port, 6380);
  EXPECT_EQ(full.database, 3);
  EXPECT_EQ(server("redis://cache.internal").port, 6379);
  EXPECT_EQ(server("unix:///run/redis.sock").unix_path, "/run/redis.sock");
  for (const char* wrong : {"http://a", "redis://a:b", "redis://a/x", "redis://a:99999"}) {
    const Read result = read(R"({"type": "redis", "url": ")" + std::string(wrong) + "\"}");
    EXPECT_TRUE(result.failure.starts_with("$.url: ")) << wrong;
  }
}

TEST(CacheSettings, TakeOurArguments) {
  const Read result = read(R"({"type": "disk", "disk_cache_dir": "/tmp/x", "max_bytes": 1000000,
      "only_deterministic": true, "merge": true})");
  EXPECT_EQ(result.settings.disk_folder, "/tmp/x");
  EXPECT_EQ(result.settings.most_bytes, 1000000U);
  EXPECT_TRUE(result.settings.only_deterministic);
  EXPECT_TRUE(result.settings.merges);
}

TEST(CacheSettings, TakePortkeysModes) {
  const Read result = read(R"({"mode": "simple", "max_age": 3600})");
  EXPECT_EQ(result.settings.ttl, std::chrono::seconds(3600));
  EXPECT_TRUE(result.notices.empty());
  const Read semantic = read(R"({"mode": "semantic"})");
  ASSERT_EQ(semantic.notices.size(), 1U);
  EXPECT_EQ(semantic.notices[0].path, "$.mode");
}

TEST(CacheSettings, NoteWhatComesLaterOrIsElsewhere) {
  EXPECT_EQ(read(R"({"type": "redis-semantic"})").settings.type, CacheType::kRedis);
  const Read s3 = read(R"({"type": "s3", "s3_bucket_name": "b"})");
  EXPECT_EQ(s3.settings.type, CacheType::kLocal);
  EXPECT_EQ(s3.notices.size(), 2U);
}

TEST(CacheSettings, ServeOnlyTheCallsNamed) {
  EXPECT_FALSE(read(R"({"supported_call_types": ["embedding"]})").settings.serves_completions);
}

TEST(CacheSettings, RefuseWhatNobodyKnows) {
  EXPECT_EQ(read(R"({"namespce": "x"})").failure,
            "$.namespce: cache setting \"namespce\" is unknown; did you mean \"namespace\"?");
  EXPECT_EQ(read(R"({"type": "locl"})").failure,
            "$.type: cache type \"locl\" is unknown; did you mean \"local\"?");
  EXPECT_NE(read(R"({"mode": "exact"})").failure, "");
  EXPECT_NE(read(R"({"supported_call_types": ["completions"]})").failure, "");
}

TEST(CacheSettings, RefuseValuesOutOfRange) {
  for (const char* wrong :
       {R"({"ttl": 0})", R"({"ttl": -1})", R"({"ttl": 1e12})", R"({"ttl": "soon"})",
        R"({"max_bytes": 10})", R"({"max_bytes": 1e18})", R"({"namespace": "a\u0007b"})",
        R"({"merge": "perhaps"})", R"({"port": 70000})", R"({"host": "os.environ/NOT_SET"})"}) {
    EXPECT_NE(read(wrong).failure, "") << wrong;
  }
  EXPECT_NE(read("{\"namespace\": \"" + std::string(300, 'x') + "\"}").failure, "");
}

}  // namespace
}  // namespace llmgate::config
