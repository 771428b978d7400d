// What becomes of a call's arguments, in one line: for tests of cards.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/resolve_target.h"
#include "support/environments.h"

namespace llmgate::test {

using Variables = std::map<std::string, std::string>;

struct Call {
  std::string model;
  std::string api_base{};
  std::string api_key = "key-1";
  std::vector<providers::GivenSetting> settings{};
  Variables variables{};
  std::string provider{};
};

inline Result<providers::Target> resolve(const Call& call) {
  providers::TargetArguments arguments;
  arguments.model = call.model;
  arguments.provider = call.provider;
  arguments.api_base = call.api_base;
  arguments.api_key = call.api_key;
  arguments.settings = call.settings;
  return providers::resolve_target(std::move(arguments), environment(call.variables));
}

inline providers::Target target_of(const Call& call) {
  auto target = resolve(call);
  EXPECT_TRUE(target.ok()) << (target.ok() ? "" : target.error().message);
  return target.ok() ? std::move(*target) : providers::Target();
}

// The URL that `path` of a request would go to.
inline std::string url_of(const Call& call, std::string_view path = "/chat/completions") {
  return providers::url_for(target_of(call), path);
}

inline std::string header_of(const Call& call, std::string_view name) {
  const auto headers = providers::headers_for(target_of(call), false);
  EXPECT_TRUE(headers.ok());
  const auto value = net::find_header(*headers, name);
  return value ? std::string(*value) : "absent";
}

// "PATH MESSAGE" of the refusal.
inline std::string refusal_of(const Call& call) {
  const auto target = resolve(call);
  return target.ok() ? "accepted" : target.error().json_path + " " + target.error().message;
}

}  // namespace llmgate::test
