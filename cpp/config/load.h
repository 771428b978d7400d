// Any configuration to a plan and its targets: which dialect it is, then that dialect's loader,
// then what holds for all. Enter step of a Router, on the caller's thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/router_config.h"
#include "config/source.h"
#include "providers/environment.h"

namespace llmgate::config {

struct LoadOptions {
  providers::Environment environment;  // for os.environ/NAME; never null
  // Text of a file that `include` names, relative to the configuration's own; null: none is read.
  std::function<Result<std::string>(const std::string& path)> read_file;
  // Portkey: JSON objects of target fields by virtual key or "@slug"; configurations by id.
  std::map<std::string, std::string> virtual_keys;
  std::map<std::string, std::string> saved_configs;
};

Result<RouterConfig> load(const Source& source, const LoadOptions& options,
                          std::optional<DialectName> dialect = std::nullopt);

// One per dialect, in files of their names.
Result<RouterConfig> load_litellm(const Source& source, const LoadOptions& options);
Result<RouterConfig> load_portkey(const Source& source, const LoadOptions& options);
Result<RouterConfig> load_native(const Source& source, const LoadOptions& options);

// The configuration in another dialect, as JSON, and what that one cannot express.
struct Converted {
  std::string json;
  std::vector<Notice> losses;
};
Result<Converted> convert(const RouterConfig& config, DialectName dialect);
Converted to_litellm(const RouterConfig& config);
Converted to_portkey(const RouterConfig& config);
Converted to_native(const RouterConfig& config);

}  // namespace llmgate::config
