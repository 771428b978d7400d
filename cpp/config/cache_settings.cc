#include "config/cache_settings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "json/writer.h"
#include "store/redis_url.h"

namespace llmgate::config {
namespace {

using cache::CacheSettings;
using cache::CacheType;
using std::chrono::milliseconds;

constexpr std::string_view kSemantic =
    "semantic caching comes later; until then equal requests share an answer";
constexpr std::string_view kElsewhere =
    "this store is not one of ours; answers are kept in memory only";
constexpr std::string_view kNoEffect = "has no effect here";
constexpr std::string_view kTheRequest = "has no effect: the key is always the whole request";

constexpr auto kNames = std::to_array<std::string_view>({
    "type",
    "mode",
    "namespace",
    "ttl",
    "default_in_memory_ttl",
    "default_in_redis_ttl",
    "max_age",
    "supported_call_types",
    "only_deterministic",
    "merge",
    "max_bytes",
    "max_entry_bytes",
    "disk_cache_dir",
    "max_disk_bytes",
    "url",
    "redis_url",
    "host",
    "port",
    "username",
    "password",
    "db",
});

// LiteLLM's arguments for what is done otherwise here, or later.
constexpr auto kNoted = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"similarity_threshold", kSemantic},
    {"redis_semantic_cache_embedding_model", kSemantic},
    {"redis_semantic_cache_index_name", kSemantic},
    {"redis_semantic_cache_use_async", kSemantic},
    {"qdrant_api_base", kSemantic},
    {"qdrant_api_key", kSemantic},
    {"qdrant_collection_name", kSemantic},
    {"qdrant_quantization_config", kSemantic},
    {"qdrant_semantic_cache_embedding_model", kSemantic},
    {"s3_bucket_name", kElsewhere},
    {"s3_region_name", kElsewhere},
    {"s3_api_version", kElsewhere},
    {"s3_use_ssl", kElsewhere},
    {"s3_verify", kElsewhere},
    {"s3_endpoint_url", kElsewhere},
    {"s3_aws_access_key_id", kElsewhere},
    {"s3_aws_secret_access_key", kElsewhere},
    {"s3_aws_session_token", kElsewhere},
    {"s3_config", kElsewhere},
    {"s3_path", kElsewhere},
    {"gcs_bucket_name", kElsewhere},
    {"gcs_path_service_account", kElsewhere},
    {"gcs_path", kElsewhere},
    {"azure_account_url", kElsewhere},
    {"azure_blob_container", kElsewhere},
    {"redis_startup_nodes", "a cluster is not asked: give the url of one server"},
    {"sentinel_nodes", "sentinels are not asked: give the url of one server"},
    {"service_name", "sentinels are not asked: give the url of one server"},
    {"redis_flush_size", kNoEffect},
    {"socket_timeout", "has no effect: no call waits longer than 50 ms for a slow tier"},
    {"max_connections", kNoEffect},
    {"ssl", "connections to Redis are not encrypted here"},
    {"enable_caching_on_provider_specific_optional_params", kTheRequest},
});

constexpr auto kTypes = std::to_array<std::pair<std::string_view, CacheType>>({
    {"local", CacheType::kLocal},
    {"disk", CacheType::kDisk},
    {"redis", CacheType::kRedis},
});
constexpr auto kSemanticTypes =
    std::to_array<std::string_view>({"redis-semantic", "valkey-semantic", "qdrant-semantic"});
constexpr auto kOtherStores = std::to_array<std::string_view>({"s3", "gcs", "azure-blob"});

template <typename Names>
bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class SettingsReader {
 public:
  SettingsReader(FieldReader& reader, const Field& object) : reader_(reader), object_(object) {}

  CacheSettings read() {
    if (!reader_.is_object(object_)) {
      return settings_;
    }
    check_names();
    read_type();
    read_mode();
    read_space();
    settings_.ttl = ttl("ttl");
    if (!settings_.ttl) {
      settings_.ttl = ttl("default_in_redis_ttl");
    }
    if (const auto age = ttl("max_age")) {
      settings_.ttl = age;
    }
    settings_.memory_ttl = ttl("default_in_memory_ttl");
    read_call_types();
    settings_.only_deterministic = flag("only_deterministic");
    settings_.merges = flag("merge");
    settings_.most_bytes = bytes("max_bytes", settings_.most_bytes);
    settings_.most_entry_bytes = bytes("max_entry_bytes", settings_.most_entry_bytes);
    settings_.most_disk_bytes =
        static_cast<std::int64_t>(bytes("max_disk_bytes", settings_.most_disk_bytes));
    if (std::string folder = reader_.text(field("disk_cache_dir")); !folder.empty()) {
      settings_.disk_folder = std::move(folder);
    }
    read_redis();
    return std::move(settings_);
  }

 private:
  [[nodiscard]] Field field(std::string_view name) const { return object_.member(name); }
  bool flag(std::string_view name) { return reader_.flag(field(name)).value_or(false); }

  void check_names() {
    for_members(object_, [&](const std::string& name, const Field& value) {
      const auto noted = std::find_if(kNoted.begin(), kNoted.end(),
                                      [&](const auto& entry) { return entry.first == name; });
      if (noted != kNoted.end()) {
        if (value.exists() && !value.value.is(json::Type::kFalse)) {
          reader_.note(value, std::string(noted->second));
        }
      } else if (!holds(kNames, name)) {
        reader_.fail_unknown(value, "cache setting", name, kNames);
      }
    });
  }

  void read_type() {
    const Field type = field("type");
    const std::string name = reader_.text(type);
    if (name.empty()) {
      return;
    }
    for (const auto& [known, value] : kTypes) {
      if (name == known) {
        settings_.type = value;
        return;
      }
    }
    if (holds(kSemanticTypes, name)) {
      settings_.type = name == "qdrant-semantic" ? CacheType::kLocal : CacheType::kRedis;
      reader_.note(type, std::string(kSemantic));
    } else if (holds(kOtherStores, name)) {
      reader_.note(type, std::string(kElsewhere));
    } else {
      constexpr auto kKnown = std::to_array<std::string_view>({"local", "disk", "redis"});
      reader_.fail_unknown(type, "cache type", name, kKnown);
    }
  }

  // LiteLLM's modes say for whom, Portkey's say how.
  void read_mode() {
    const Field mode = field("mode");
    const std::string name = reader_.text(mode);
    constexpr auto kKnown =
        std::to_array<std::string_view>({"default_on", "default_off", "simple", "semantic"});
    settings_.is_on_by_default = name != "default_off";
    if (name == "semantic") {
      reader_.note(mode, std::string(kSemantic));
    } else if (!name.empty() && !holds(kKnown, name)) {
      reader_.fail_unknown(mode, "cache mode", name, kKnown);
    }
  }

  void read_space() {
    const Field space = field("namespace");
    settings_.space = reader_.text(space);
    if (const std::string why = cache::why_bad_space(settings_.space); !why.empty()) {
      reader_.fail(space, why);
    }
  }

  std::optional<milliseconds> ttl(std::string_view name) {
    const Field value = field(name);
    const auto most = static_cast<double>(CacheSettings::kLongestTtl.count());
    const std::optional<double> seconds = reader_.number(value, 0, most);
    if (!seconds) {
      return std::nullopt;
    }
    if (*seconds == 0) {
      reader_.fail(value, "is 0; accepted: seconds above 0, at most 315360000 (ten years)");
    }
    return milliseconds(std::llround(std::ceil(*seconds * 1000)));
  }

  std::size_t bytes(std::string_view name, std::size_t otherwise) {
    const std::optional<double> value =
        reader_.number(field(name), static_cast<double>(CacheSettings::kLeastBytes),
                       static_cast<double>(CacheSettings::kMostBytes));
    return value ? static_cast<std::size_t>(*value) : otherwise;
  }

  // Of embeddings, transcriptions and the rest there is nothing to cache yet.
  void read_call_types() {
    const Field types = field("supported_call_types");
    if (!types.exists()) {
      return;
    }
    const std::vector<std::string> names = reader_.texts(types);
    settings_.serves_completions = holds(names, "completion") || holds(names, "acompletion");
    constexpr auto kKnown = std::to_array<std::string_view>(
        {"completion", "acompletion", "embedding", "aembedding", "atranscription", "transcription",
         "atext_completion", "text_completion", "arerank", "rerank", "responses", "aresponses"});
    for (const std::string& name : names) {
      if (!holds(kKnown, name)) {
        reader_.fail_unknown(types, "call type", name, kKnown);
      }
    }
  }

  void read_redis() {
    store::RedisOptions& server = settings_.redis;
    for (const std::string_view name : {"url", "redis_url"}) {
      if (const std::string url = reader_.text(field(name)); !url.empty()) {
        auto parsed = store::parse_redis_url(url);
        if (!parsed) {
          return reader_.fail(field(name), parsed.error().message);
        }
        server = std::move(*parsed);
      }
    }
    if (std::string host = reader_.text(field("host")); !host.empty()) {
      server.host = std::move(host);
    }
    server.port = reader_.whole(field("port"), 1, 65535).value_or(server.port);
    if (std::string user = reader_.text(field("username")); !user.empty()) {
      server.user = std::move(user);
    }
    if (std::string password = reader_.text(field("password")); !password.empty()) {
      server.password = std::move(password);
    }
    server.database = reader_.whole(field("db"), 0, 1 << 20).value_or(server.database);
  }

  FieldReader& reader_;
  const Field& object_;
  CacheSettings settings_;
};

}  // namespace

CacheSettings read_cache_settings(FieldReader& reader, const Field& object) {
  return SettingsReader(reader, object).read();
}

std::string shown_cache_settings(const std::string& settings, bool& is_whole) {
  json::Document document;
  std::string shown;
  json::Writer out(shown);
  is_whole = !document.read(settings);
  out.begin_object();
  for (const json::Member member : document.root().members()) {
    const std::string name = member.name.unescaped();
    const bool is_secret = name == "password" || name.ends_with("url");
    if (is_secret && !member.value.unescaped().starts_with("os.environ/")) {
      is_whole = false;
    } else {
      out.raw_key(member.name.raw()).raw(member.value.raw());
    }
  }
  out.end_object();
  return shown;
}

}  // namespace llmgate::config
