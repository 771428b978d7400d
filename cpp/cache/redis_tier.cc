#include "cache/redis_tier.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "cache/sealed_record.h"

namespace llmgate::cache {
namespace {

constexpr std::size_t kMaxPrefixBytes = 200;
constexpr std::string_view kScanBatch = "1000";

Failure check(const RedisTierOptions& options) {
  const bool is_plain = std::all_of(options.prefix.begin(), options.prefix.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) != 0x7f;
  });
  if (options.prefix.empty() || options.prefix.size() > kMaxPrefixBytes || !is_plain) {
    return bad_request("", "Redis cache: the prefix of keys has " +
                               std::to_string(options.prefix.size()) +
                               " bytes; it must have 1 to " + std::to_string(kMaxPrefixBytes) +
                               ", none of them a space or a control byte");
  }
  if (options.max_record_bytes < 1) {
    return bad_request("", "Redis cache: max_record_bytes is " +
                               std::to_string(options.max_record_bytes) + "; it must be positive");
  }
  return std::nullopt;
}

// Taken literally by the server's patterns.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("*?[]\\^-").find(c) != std::string_view::npos) {
      out += '\\';
    }
    out += c;
  }
  return out;
}

// A namespace is the caller's text; its hash has a known length and needs no escapes.
std::string hash_of_space(std::string_view space) { return hex_of(sha256(space)).substr(0, 16); }

bool is_refusal(const Error& error) { return error.kind == ErrorKind::kApi; }

}  // namespace

RedisTier::RedisTier(RedisTierOptions options, const Clock& clock, std::unique_ptr<Random> random,
                     Warn warn)
    : options_(std::move(options)),
      clock_(clock),
      random_(std::move(random)),
      warn_(std::move(warn)) {}

RedisTier::~RedisTier() {
  if (process_ != ::getpid()) {
    connection_.abandon();
  }
}

Result<std::unique_ptr<RedisTier>> RedisTier::open(RedisTierOptions options, const Clock& clock,
                                                   std::unique_ptr<Random> random, Warn warn) {
  if (Failure failure = check(options)) {
    return std::move(*failure);
  }
  std::unique_ptr<RedisTier> tier(
      new RedisTier(std::move(options), clock, std::move(random), std::move(warn)));
  Failure failure = tier->connect();
  if (failure && (failure->kind == ErrorKind::kAuthentication || is_refusal(*failure))) {
    failure->message = "Redis cache: the server refuses: " + failure->message;
    failure->kind = ErrorKind::kBadRequest;
    return std::move(*failure);
  }
  if (failure) {
    tier->go_down(*failure);
  }
  return tier;
}

Failure RedisTier::connect() {
  if (connection_.is_open() && process_ != ::getpid()) {
    connection_.abandon();
  }
  if (connection_.is_fresh()) {
    return std::nullopt;
  }
  Result<store::RedisConnection> opened = open_connection();
  if (!opened.ok()) {
    return std::move(opened).error();
  }
  connection_ = std::move(opened).value();
  process_ = ::getpid();
  return std::nullopt;
}

// Each step has the connection's limit of time: the name, then each of its addresses.
Result<store::RedisConnection> RedisTier::open_connection() {
  store::RedisOptions server = options_.server;
  if (!server.unix_path.empty()) {
    return store::RedisConnection::open(server);
  }
  auto addresses = resolver_.resolve(server.host, server.connect_timeout);
  if (!addresses.ok()) {
    return std::move(addresses).error();
  }
  constexpr std::size_t kMostAddresses = 4;
  addresses->resize(std::min(addresses->size(), kMostAddresses));
  for (std::size_t i = 0;; ++i) {
    server.address = (*addresses)[i];
    auto opened = store::RedisConnection::open(server);
    const bool may_be_elsewhere = !opened.ok() && (opened.error().kind == ErrorKind::kConnection ||
                                                   opened.error().kind == ErrorKind::kTimeout);
    if (!may_be_elsewhere || i + 1 == addresses->size()) {
      return opened;
    }
  }
}

// The wait is spread, or all processes would come back to a server that has just come up at once.
void RedisTier::go_down(const Error& error) {
  ++counters_.failures;
  counters_.is_usable = false;
  connection_.close();
  const int doublings = std::min(failures_in_row_++, 16);
  const Duration wait =
      std::min<Duration>(options_.least_wait * (1 << doublings), options_.most_wait);
  const double share = 0.5 + random_->uniform() / 2;
  retry_at_ = clock_.now() + std::chrono::duration_cast<Duration>(wait * share);
  if (!std::exchange(has_warned_, true) && warn_) {
    warn_("the Redis cache is off until its server answers again, and calls go on without it: " +
          error.message);
  }
}

void RedisTier::come_up() {
  failures_in_row_ = 0;
  has_warned_ = false;
  counters_.is_usable = true;
}

Result<store::RedisReply> RedisTier::ask(const std::vector<std::string_view>& words) {
  if (failures_in_row_ > 0 && clock_.now() < retry_at_) {
    return bad_request("", "the Redis cache is off until its server answers again");
  }
  Failure failure = connect();
  Result<store::RedisReply> reply =
      failure ? Result<store::RedisReply>(std::move(*failure)) : connection_.command(words);
  if (reply.ok()) {
    come_up();
  } else if (is_refusal(reply.error())) {
    ++counters_.failures;  // of this command; the server is there
  } else {
    go_down(reply.error());
  }
  return reply;
}

std::string RedisTier::name_of(const RecordKey& key) const {
  return options_.prefix + ':' + hash_of_space(key.space) + ':' + hex_of(key.digest);
}

std::optional<StoredRecord> RedisTier::get(const RecordKey& key, std::int64_t now_ms) {
  const std::string name = name_of(key);
  Result<store::RedisReply> reply = ask({"GET", name});
  std::optional<StoredRecord> record;
  if (reply.ok() && reply->kind == store::RedisReply::Kind::kText) {
    record = open_value(key, std::move(reply->text), now_ms);
  } else if (!reply.ok() && reply.error().provider_code == "WRONGTYPE") {
    drop_bad(name);
  }
  ++(record ? counters_.hits : counters_.misses);
  return record;
}

std::optional<StoredRecord> RedisTier::open_value(const RecordKey& key, std::string value,
                                                  std::int64_t now_ms) {
  const std::string_view all = value;
  const std::size_t size = std::min(head_size(Guard::kSignature), all.size());
  const auto opened = open_sealed(key, all.substr(0, size), all.substr(size), Guard::kSignature);
  if (!opened) {
    drop_bad(name_of(key));
    return std::nullopt;
  }
  if (opened->expires_at_ms <= now_ms) {
    return std::nullopt;  // the server's clock is behind ours
  }
  value.erase(0, size);
  return StoredRecord{std::move(value), opened->stored_at_ms, opened->expires_at_ms};
}

void RedisTier::drop_bad(const std::string& name) {
  ++counters_.bad_records;
  (void)ask({"DEL", name});  // if this fails, the next get tries again
}

void RedisTier::put(const RecordKey& key, std::string_view bytes, std::int64_t stored_at_ms,
                    std::int64_t expires_at_ms) {
  const std::int64_t now_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock_.wall().time_since_epoch())
          .count();
  if (static_cast<std::int64_t>(bytes.size()) > options_.max_record_bytes ||
      expires_at_ms <= std::max(stored_at_ms, now_ms)) {
    ++counters_.refused_stores;
    return;
  }
  std::string value = seal_head(key, bytes, stored_at_ms, expires_at_ms, Guard::kSignature);
  value += bytes;
  const std::string name = name_of(key);
  const std::string lifetime_ms = std::to_string(expires_at_ms - now_ms);
  std::vector<std::string_view> words{"SET", name, value};
  if (expires_at_ms != kNeverExpires) {
    words.insert(words.end(), {"PX", lifetime_ms});
  }
  counters_.stores += ask(words).ok() ? 1U : 0U;
}

Failure RedisTier::erase(const RecordKey& key) {
  const Result<store::RedisReply> reply = ask({"DEL", name_of(key)});
  return reply.ok() ? std::nullopt : Failure(reply.error());
}

Failure RedisTier::clear(std::string_view space) {
  return erase_matching(escaped(options_.prefix) + ':' + hash_of_space(space) + ":*");
}

Failure RedisTier::clear_all() {
  return erase_matching(escaped(options_.prefix) + ":????????????????:*");
}

// In steps, each a command of its own, so that the server serves others in between.
Failure RedisTier::erase_matching(const std::string& pattern) {
  std::string cursor = "0";
  do {
    Result<store::RedisReply> page = ask({"SCAN", cursor, "MATCH", pattern, "COUNT", kScanBatch});
    if (!page.ok()) {
      return std::move(page).error();
    }
    if (page->elements.size() != 2) {
      return bad_request("", "Redis: an answer to SCAN that is none");
    }
    cursor = page->elements[0].text;
    std::vector<std::string_view> words{"UNLINK"};
    for (const store::RedisReply& name : page->elements[1].elements) {
      words.emplace_back(name.text);
    }
    if (words.size() > 1) {
      Result<store::RedisReply> erased = ask(words);
      if (!erased.ok()) {
        return std::move(erased).error();
      }
    }
  } while (cursor != "0");
  return std::nullopt;
}

}  // namespace llmgate::cache
