// Environments of a process, made up.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "providers/environment.h"

namespace llmgate::test {

inline providers::Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](std::string_view name) {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::string() : found->second;
  };
}

}  // namespace llmgate::test
