// What a condition is once it is read: a tree of queries over fields. Only condition.cc and its
// reader look into it. Immutable once made.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"
#include "routing/pattern.h"

namespace llmgate::routing {

enum class Operator : std::uint8_t { kEq, kNe, kGt, kGte, kLt, kLte, kIn, kNin, kRegex };

struct OperatorRow {
  std::string_view name;
  std::string_view sign;  // for text()
  Operator kind;
};
std::span<const OperatorRow> operator_rows();

// A string, number, boolean or null, kept apart from the configuration's text.
struct Constant {
  json::Type type = json::Type::kNull;
  std::string text;  // of a string
  double number = 0;
  std::optional<std::int64_t> whole;  // exact, where it fits
  std::string source;                 // as JSON
};

struct OperatorTest {
  Operator kind = Operator::kEq;
  std::vector<Constant> constants;  // one, but for $in and $nin
  std::shared_ptr<const Pattern> pattern;
};

enum class ConditionKind : std::uint8_t { kAll, kAny, kField };

struct ConditionNode {
  ConditionKind kind = ConditionKind::kAll;
  std::vector<ConditionNode> children;  // kAll, kAny
  std::string field;                    // kField
  std::vector<OperatorTest> tests;      // kField: all hold
};

}  // namespace llmgate::routing
