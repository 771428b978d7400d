// Where a Redis server is, written as a URL. Pure functions.
#pragma once

#include <string_view>

#include "store/redis.h"

namespace llmgate::store {

// redis://user:password@host:port/database, each part but the host optional and percent-encoded
// where need be, or unix://user:password@/path/of.sock?db=1. No error shows the password.
Result<RedisOptions> parse_redis_url(std::string_view url);

}  // namespace llmgate::store
