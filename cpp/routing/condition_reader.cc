#include "routing/condition_reader.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/nearest.h"
#include "json/path.h"
#include "routing/request_field.h"

namespace llmgate::routing {
namespace {

using json::Path;
using json::Value;

constexpr auto kOperatorNames = std::to_array<std::string_view>(
    {"$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$regex", "$and", "$or"});
constexpr std::size_t kLongestShown = 64;

class Reader {
 public:
  // Nothing after a failure, which is in failure().
  std::optional<ConditionNode> read_query(Value query, const Path& path);

  Error take_error() { return std::move(*failure_); }
  [[nodiscard]] Value culprit() const { return culprit_; }

 private:
  bool refuse(Value value, const Path& path, std::string message) {
    failure_ = bad_request(path.text(), std::move(message));
    culprit_ = value;
    return false;
  }
  bool read_member(const json::Member& member, const Path& path, ConditionNode& all);
  bool read_list(Value list, const Path& path, ConditionKind kind, ConditionNode& all);
  bool read_field_tests(std::string_view name, Value value, const Path& path, ConditionNode& all);
  bool read_test(std::string_view name, Value value, const Path& path, OperatorTest& test);
  bool read_constant(Value value, const Path& path, bool is_ordered, OperatorTest& test);
  bool read_constants(Value value, const Path& path, OperatorTest& test);
  bool read_pattern(Value value, const Path& path, OperatorTest& test);

  Failure failure_;
  Value culprit_;
};

std::optional<ConditionNode> Reader::read_query(Value query, const Path& path) {
  if (!query.is_object() || query.size() == 0) {
    refuse(query, path,
           "a query is an object with at least one field or operator, such as "
           "{\"metadata.plan\": {\"$eq\": \"paid\"}}");
    return std::nullopt;
  }
  ConditionNode all;
  for (const json::Member member : query.members()) {
    if (!read_member(member, path, all)) {
      return std::nullopt;
    }
  }
  return all.children.size() == 1 ? std::move(all.children.front()) : std::move(all);
}

bool Reader::read_member(const json::Member& member, const Path& path, ConditionNode& all) {
  const std::string name = member.name.unescaped();
  const Path at = path.member(name);
  if (name == "$and" || name == "$or") {
    return read_list(member.value, at, name == "$or" ? ConditionKind::kAny : ConditionKind::kAll,
                     all);
  }
  if (name.starts_with('$')) {
    const std::string_view nearest = nearest_name(name, kOperatorNames);
    return refuse(member.value, at,
                  "\"" + name.substr(0, kLongestShown) +
                      "\" cannot stand here; accepted: \"$and\", \"$or\", or a field that holds "
                      "its operators" +
                      (nearest.empty() ? "" : "; nearest: \"" + std::string(nearest) + "\""));
  }
  if (Failure failure = check_field(name, at.text())) {
    culprit_ = member.value;
    failure_ = std::move(failure);
    return false;
  }
  return read_field_tests(name, member.value, at, all);
}

bool Reader::read_list(Value list, const Path& path, ConditionKind kind, ConditionNode& all) {
  if (list.size() == 0 || !list.is_array()) {
    return refuse(list, path, "accepted: a list of at least one query");
  }
  ConditionNode node;
  node.kind = kind;
  std::size_t index = 0;
  for (const Value query : list.elements()) {
    std::optional<ConditionNode> child = read_query(query, path.element(index++));
    if (!child) {
      return false;
    }
    node.children.push_back(std::move(*child));
  }
  all.children.push_back(std::move(node));
  return true;
}

bool Reader::read_field_tests(std::string_view name, Value value, const Path& path,
                              ConditionNode& all) {
  ConditionNode node;
  node.kind = ConditionKind::kField;
  node.field = name;
  if (!value.is_object()) {
    node.tests.emplace_back();
    if (!read_constant(value, path, false, node.tests.back())) {
      return false;
    }
  } else if (value.size() == 0) {
    return refuse(value, path, "holds no operator; accepted: \"$eq\", \"$in\", \"$regex\" ...");
  }
  for (const json::Member member : value.members()) {
    const std::string operation = member.name.unescaped();
    node.tests.emplace_back();
    if (!read_test(operation, member.value, path.member(operation), node.tests.back())) {
      return false;
    }
  }
  all.children.push_back(std::move(node));
  return true;
}

bool Reader::read_test(std::string_view name, Value value, const Path& path, OperatorTest& test) {
  const auto row = std::find_if(operator_rows().begin(), operator_rows().end(),
                                [&](const OperatorRow& each) { return each.name == name; });
  if (row == operator_rows().end()) {
    const std::string_view nearest = nearest_name(name, kOperatorNames);
    return refuse(value, path,
                  "\"" + std::string(name.substr(0, kLongestShown)) +
                      "\" is no operator; accepted: $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, "
                      "$regex" +
                      (nearest.empty() ? "" : "; nearest: \"" + std::string(nearest) + "\""));
  }
  test.kind = row->kind;
  switch (row->kind) {
    case Operator::kIn:
    case Operator::kNin:
      return read_constants(value, path, test);
    case Operator::kRegex:
      return read_pattern(value, path, test);
    case Operator::kEq:
    case Operator::kNe:
      return read_constant(value, path, false, test);
    default:
      return read_constant(value, path, true, test);
  }
}

bool Reader::read_constant(Value value, const Path& path, bool is_ordered, OperatorTest& test) {
  const bool is_plain = !value.is_object() && !value.is_array();
  const bool has_order = value.is_string() || (value.is_number() && value.as_double());
  if (!is_plain || (value.is_number() && !value.as_double()) || (is_ordered && !has_order)) {
    return refuse(value, path,
                  is_ordered ? "accepted: a number or a string"
                             : "accepted: a string, a number, a boolean or null");
  }
  test.constants.push_back({value.type(), value.unescaped(), value.as_double().value_or(0),
                            value.as_int(), std::string(value.raw())});
  return true;
}

bool Reader::read_constants(Value value, const Path& path, OperatorTest& test) {
  if (!value.is_array()) {
    return refuse(value, path, "accepted: a list of strings, numbers, booleans or null");
  }
  std::size_t index = 0;
  for (const Value element : value.elements()) {
    if (!read_constant(element, path.element(index++), false, test)) {
      return false;
    }
  }
  return true;
}

bool Reader::read_pattern(Value value, const Path& path, OperatorTest& test) {
  if (!value.is_string()) {
    return refuse(value, path, "accepted: a regular expression as a string");
  }
  auto pattern = Pattern::read(value.unescaped());
  if (!pattern) {
    return refuse(value, path, std::move(pattern).error().message);
  }
  test.pattern = std::make_shared<const Pattern>(std::move(pattern).value());
  test.constants.push_back(
      {json::Type::kString, value.unescaped(), 0, std::nullopt, std::string(value.raw())});
  return true;
}

}  // namespace

Result<ConditionNode> read_condition(Value query, std::string_view path, Value* culprit) {
  Reader reader;
  std::optional<ConditionNode> root = reader.read_query(query, Path(path));
  if (root) {
    return std::move(*root);
  }
  if (culprit != nullptr) {
    *culprit = reader.culprit();
  }
  return reader.take_error();
}

}  // namespace llmgate::routing
