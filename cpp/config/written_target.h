// How a target is written in any dialect: its model's name, and its key as a reference to the
// variable that it is usually in, because what is written may be shown. Used by convert().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/router_config.h"
#include "json/writer.h"

namespace llmgate::config {

// "provider/model", or what was given where the provider is not known yet.
std::string written_model(const TargetConfig& target, const routing::Deployment& deployment);

// "os.environ/NAME" of the provider's variable, or empty where the target has no key of its own.
std::string written_key(const TargetConfig& target, const routing::Deployment& deployment);

// Adds the loss that keys are not written, once, if any target has one.
void note_keys(const RouterConfig& config, std::vector<Notice>& losses);

double seconds_of(std::chrono::milliseconds time);
void write_strings(json::Writer& writer, std::string_view name,
                   const std::vector<std::string>& strings);
void write_pairs(json::Writer& writer, std::string_view name,
                 const std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace llmgate::config
