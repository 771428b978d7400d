#include "routing/condition.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "routing/condition_node.h"
#include "routing/condition_reader.h"
#include "routing/request_field.h"

namespace llmgate::routing {
namespace {

using json::Type;
using json::Value;

constexpr std::array kOperators = std::to_array<OperatorRow>({
    {"$eq", "==", Operator::kEq},
    {"$ne", "!=", Operator::kNe},
    {"$gt", ">", Operator::kGt},
    {"$gte", ">=", Operator::kGte},
    {"$lt", "<", Operator::kLt},
    {"$lte", "<=", Operator::kLte},
    {"$in", "in", Operator::kIn},
    {"$nin", "not in", Operator::kNin},
    {"$regex", "=~", Operator::kRegex},
});

// What a field holds in a request: a JSON value, or the path, which is none.
struct Operand {
  Value value;
  bool is_path = false;

  [[nodiscard]] bool is_string() const { return is_path || value.is_string(); }
  [[nodiscard]] std::string_view text(std::string& storage) const {
    return is_path ? kChatPath : value.unescaped(storage);
  }
};

template <typename T>
int order_of(const T& left, const T& right) {
  return left < right ? -1 : (right < left ? 1 : 0);
}

// Nothing where the two cannot be compared.
std::optional<int> compare(const Operand& operand, const Constant& constant) {
  if (constant.type == Type::kString && operand.is_string()) {
    std::string storage;
    return order_of(operand.text(storage), std::string_view(constant.text));
  }
  if (constant.type != Type::kNumber || !operand.value.is_number()) {
    return std::nullopt;
  }
  if (const auto whole = operand.value.as_int(); whole && constant.whole) {
    return order_of(*whole, *constant.whole);
  }
  const std::optional<double> number = operand.value.as_double();
  return number ? std::optional<int>(order_of(*number, constant.number)) : std::nullopt;
}

bool equals(const Operand& operand, const Constant& constant) {
  if (constant.type == Type::kString || constant.type == Type::kNumber) {
    return compare(operand, constant) == 0;
  }
  return operand.value.is(constant.type);
}

bool equals_any(const Operand& operand, const std::vector<Constant>& constants) {
  return std::any_of(constants.begin(), constants.end(),
                     [&](const Constant& constant) { return equals(operand, constant); });
}

bool finds(const Pattern& pattern, const Operand& operand) {
  std::string storage;
  return operand.is_string() && pattern.is_found_in(operand.text(storage));
}

bool holds(const OperatorTest& test, const Operand& operand) {
  switch (test.kind) {
    case Operator::kEq:
    case Operator::kIn:
      return equals_any(operand, test.constants);
    case Operator::kNe:
    case Operator::kNin:
      return !equals_any(operand, test.constants);
    case Operator::kRegex:
      return finds(*test.pattern, operand);
    default:
      break;
  }
  const std::optional<int> order = compare(operand, test.constants.front());
  if (!order) {
    return false;
  }
  switch (test.kind) {
    case Operator::kGt:
      return *order > 0;
    case Operator::kGte:
      return *order >= 0;
    case Operator::kLt:
      return *order < 0;
    default:
      return *order <= 0;
  }
}

bool holds(const ConditionNode& node, Value params, Value metadata) {
  const auto holds_here = [&](const ConditionNode& child) {
    return holds(child, params, metadata);
  };
  switch (node.kind) {
    case ConditionKind::kAll:
      return std::all_of(node.children.begin(), node.children.end(), holds_here);
    case ConditionKind::kAny:
      return std::any_of(node.children.begin(), node.children.end(), holds_here);
    default:
      break;
  }
  const Operand operand{read_field(node.field, params, metadata), node.field == kPathField};
  return std::all_of(node.tests.begin(), node.tests.end(),
                     [&](const OperatorTest& test) { return holds(test, operand); });
}

void append_text(const ConditionNode& node, bool is_inside, std::string& out);

void append_test(const std::string& field, const OperatorTest& test, std::string& out) {
  const auto row = std::find_if(kOperators.begin(), kOperators.end(),
                                [&](const OperatorRow& each) { return each.kind == test.kind; });
  out.append(field).append(" ").append(row->sign).append(" ");
  const bool is_list = test.kind == Operator::kIn || test.kind == Operator::kNin;
  out += is_list ? "[" : "";
  for (std::size_t index = 0; index < test.constants.size(); ++index) {
    out.append(index == 0 ? "" : ", ").append(test.constants[index].source);
  }
  out += is_list ? "]" : "";
}

void append_parts(const ConditionNode& node, std::string& out) {
  const std::string_view between = node.kind == ConditionKind::kAny ? " or " : " and ";
  for (std::size_t index = 0; index < node.children.size(); ++index) {
    out += index == 0 ? "" : between;
    append_text(node.children[index], true, out);
  }
  for (std::size_t index = 0; index < node.tests.size(); ++index) {
    out += index == 0 ? "" : between;
    append_test(node.field, node.tests[index], out);
  }
}

void append_text(const ConditionNode& node, bool is_inside, std::string& out) {
  const bool has_brackets = is_inside && node.children.size() + node.tests.size() > 1;
  out += has_brackets ? "(" : "";
  append_parts(node, out);
  out += has_brackets ? ")" : "";
}

}  // namespace

std::span<const OperatorRow> operator_rows() { return kOperators; }

Result<Condition> Condition::read(Value query, std::string_view path, Value* culprit) {
  auto root = read_condition(query, path, culprit);
  if (!root) {
    return std::move(root).error();
  }
  Condition condition;
  condition.root_ = std::make_shared<const ConditionNode>(std::move(root).value());
  condition.source_ = query.raw();
  return condition;
}

bool Condition::matches(Value params, Value metadata) const {
  return root_ != nullptr && holds(*root_, params, metadata);
}

std::string Condition::text() const {
  std::string text;
  if (root_ != nullptr) {
    append_text(*root_, false, text);
  }
  return text;
}

}  // namespace llmgate::routing
