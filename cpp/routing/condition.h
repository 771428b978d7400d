// A condition of a conditional node: a Mongo-like query over a request's parameters and metadata,
// as Portkey writes it. Checked when it is read, evaluated without allocation of JSON. Immutable.
//
// {"FIELD": VALUE} or {"FIELD": {"$eq" | "$ne" | "$gt" | "$gte" | "$lt" | "$lte" | "$in" | "$nin" |
// "$regex": ...}}, {"$and": [...]}, {"$or": [...]}; everything that stands in one object must hold.
// A missing field equals nothing, so only $ne and $nin hold for it. Order compares two numbers or
// two strings (by bytes); $regex finds its pattern (RE2's syntax) anywhere in a string.
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
  // metadata., params. and url.pathname, and regular expressions that do not compile are errors;
  // `culprit`, if given, becomes the value that the error is about.
  static Result<Condition> read(json::Value query, std::string_view path,
                                json::Value* culprit = nullptr);

  // `params` is the request's object; `metadata` the caller's, or a missing value. A condition
  // that was not read matches nothing.
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
