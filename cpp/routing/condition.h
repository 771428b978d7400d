// A condition of a conditional node: a Mongo-like query over a request's parameters and metadata,
// as Portkey writes it. Checked when it is read, evaluated without allocation of JSON. Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/document.h"

namespace llmgate::routing {

struct ConditionNode;

class Condition {
 public:
  Condition() = default;
  // `query` is an object; `path` is its JSON path, for errors. Unknown operators, fields outside
  // metadata., params. and url.pathname, and regular expressions that do not compile are errors.
  static Result<Condition> read(json::Value query, std::string_view path);

  // `params` is the request's object; `metadata` the caller's, or a missing value.
  [[nodiscard]] bool matches(json::Value params, json::Value metadata) const;
  // The query as one line of text, for explain().
  [[nodiscard]] std::string text() const;
  // The query as JSON, as it was read.
  [[nodiscard]] const std::string& source() const { return source_; }

 private:
  std::shared_ptr<const ConditionNode> root_;  // shared by the copies of an immutable plan
  std::string source_;
};

}  // namespace llmgate::routing
