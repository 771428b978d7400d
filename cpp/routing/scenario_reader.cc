// From a scenario's JSON to its values; see scenario.h.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/nearest.h"
#include "json/path.h"
#include "json/writer.h"
#include "routing/scenario.h"

namespace llmgate::routing {
namespace {

using json::Path;
using json::Value;
using std::chrono::milliseconds;
using Names = std::span<const std::string_view>;

constexpr auto kMembers =
    std::to_array<std::string_view>({"scenario", "faults", "load", "latency", "tokens"});
constexpr auto kFaultMembers = std::to_array<std::string_view>(
    {"on", "kind", "share", "from", "to", "status", "retry_after", "after", "slower"});
constexpr auto kLoadMembers = std::to_array<std::string_view>(
    {"calls_per_second", "concurrency", "seconds", "model", "stream", "priorities", "sessions",
     "timeout", "deadline", "max_retries"});
constexpr auto kLatencyMembers =
    std::to_array<std::string_view>({"median_ms", "p99_ms", "first_content_share", "deployments"});
constexpr auto kTokenMembers = std::to_array<std::string_view>({"prompt", "output"});

constexpr std::size_t kLongestShown = 64;
constexpr double kMostSeconds = 1e6;  // eleven days
constexpr double kMostMilliseconds = 1e8;
constexpr double kMostCallsPerSecond = 1e6;
constexpr double kMostConcurrency = 1e5;
constexpr double kMostTokens = 1e9;
constexpr double kMostPriority = 1e6;
constexpr std::int64_t kMostListed = 1000;

std::string listed(Names names) {
  std::string text;
  for (const std::string_view name : names) {
    text += (text.empty() ? "\"" : ", \"") + std::string(name) + "\"";
  }
  return text;
}

struct Bounds {
  double least = 0;
  double most = 0;
  std::string_view unit;  // "", or " seconds"
};

// Stops at the first failure.
class Reader {
 public:
  bool read_scenario(Value value, Scenario& scenario);
  Error take_error() { return std::move(*failure_); }

 private:
  bool refuse(const Path& path, std::string message) {
    failure_ = bad_request(path.text(), std::move(message));
    return false;
  }
  bool refuse(Value value, const Path& path, std::string_view accepted) {
    return refuse(path, "got " + std::string(value.raw().substr(0, kLongestShown)) +
                            "; accepted: " + std::string(accepted));
  }
  bool refuse_name(std::string_view name, const Path& path, std::string_view what, Names known) {
    const std::string_view nearest = nearest_name(name, known);
    return refuse(path, "\"" + std::string(name.substr(0, kLongestShown)) + "\" is no " +
                            std::string(what) + "; accepted: " + listed(known) +
                            (nearest.empty() ? "" : "; nearest: \"" + std::string(nearest) + "\""));
  }
  bool check_members(Value object, const Path& path, Names known);
  // Each leaves `out` as it was where the member is not there or null.
  bool read_number(Value object, const Path& path, std::string_view name, Bounds bounds,
                   double& out);
  bool read_count(Value object, const Path& path, std::string_view name, Bounds bounds,
                  std::optional<std::int64_t>& out);
  bool read_time(Value object, const Path& path, std::string_view name,
                 std::optional<milliseconds>& out);
  bool read_text(Value object, const Path& path, std::string_view name, std::string& out);

  bool read_name(Value value, const Path& path, Scenario& scenario);
  bool read_faults(Value value, const Path& path, std::vector<Fault>& faults);
  bool read_fault(Value value, const Path& path, Fault& fault);
  bool read_fault_times(Value value, const Path& path, Fault& fault);
  bool read_load(Value value, const Path& path, Load& load);
  bool read_load_flags(Value value, const Path& path, Load& load);
  bool read_priorities(Value value, const Path& path, std::vector<int>& priorities);
  bool read_latencies(Value value, const Path& path, Scenario& scenario);
  bool read_latency(Value value, const Path& path, LatencyModel& model);
  bool read_tokens(Value value, const Path& path, Scenario& scenario);

  Failure failure_;
};

bool Reader::check_members(Value object, const Path& path, Names known) {
  if (!object.is_object()) {
    return refuse(object, path, "an object with " + listed(known));
  }
  for (const json::Member member : object.members()) {
    const std::string name = member.name.unescaped();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return refuse_name(name, path.member(name), "member here", known);
    }
  }
  return true;
}

bool Reader::read_number(Value object, const Path& path, std::string_view name, Bounds bounds,
                         double& out) {
  const Value value = object.find(name);
  if (!value.exists() || value.is_null()) {
    return true;
  }
  const auto number = value.as_double();
  if (!number || *number < bounds.least || *number > bounds.most) {
    std::string accepted = "a number" + std::string(bounds.unit) + " from ";
    json::Writer(accepted).number(bounds.least);
    accepted += " to ";
    json::Writer(accepted).number(bounds.most);
    return refuse(value, path.member(name), accepted);
  }
  out = *number;
  return true;
}

bool Reader::read_count(Value object, const Path& path, std::string_view name, Bounds bounds,
                        std::optional<std::int64_t>& out) {
  const Value value = object.find(name);
  if (!value.exists() || value.is_null()) {
    return true;
  }
  const auto number = value.as_int();
  if (!number || static_cast<double>(*number) < bounds.least ||
      static_cast<double>(*number) > bounds.most) {
    return refuse(value, path.member(name),
                  "a whole number from " + std::to_string(std::llround(bounds.least)) + " to " +
                      std::to_string(std::llround(bounds.most)));
  }
  out = *number;
  return true;
}

bool Reader::read_time(Value object, const Path& path, std::string_view name,
                       std::optional<milliseconds>& out) {
  double seconds = -1;
  const bool is_good = read_number(object, path, name, {0, kMostSeconds, " of seconds"}, seconds);
  if (seconds >= 0) {
    out = milliseconds(std::llround(seconds * 1000));
  }
  return is_good;
}

bool Reader::read_text(Value object, const Path& path, std::string_view name, std::string& out) {
  const Value value = object.find(name);
  if (!value.exists() || value.is_null()) {
    return true;
  }
  if (!value.is_string() || value.unescaped().empty()) {
    return refuse(value, path.member(name), "a string that is not empty");
  }
  out = value.unescaped();
  return true;
}

bool Reader::read_scenario(Value value, Scenario& scenario) {
  const Path root("$");
  if (value.is_string()) {
    return read_name(value, root, scenario);
  }
  if (!value.is_object()) {
    return refuse(value, root,
                  "the name of a scenario (" + listed(scenario_names()) + ") or an object with " +
                      listed(kMembers));
  }
  if (!check_members(value, root, kMembers)) {
    return false;
  }
  const Value name = value.find("scenario");
  const Value faults = value.find("faults");
  if (name.exists() && !name.is_null() && !read_name(name, root.member("scenario"), scenario)) {
    return false;
  }
  if (faults.exists()) {
    scenario.name.clear();
    if (!read_faults(faults, root.member("faults"), scenario.faults)) {
      return false;
    }
  }
  const auto part = [&](std::string_view member, auto read) {
    const Value at = value.find(member);
    return !at.exists() || at.is_null() || read(at, root.member(member));
  };
  return part("load",
              [&](Value at, const Path& path) { return read_load(at, path, scenario.load); }) &&
         part("latency",
              [&](Value at, const Path& path) { return read_latencies(at, path, scenario); }) &&
         part("tokens",
              [&](Value at, const Path& path) { return read_tokens(at, path, scenario); });
}

bool Reader::read_name(Value value, const Path& path, Scenario& scenario) {
  const std::string name = value.unescaped();
  const Names known = scenario_names();
  if (!value.is_string() || std::find(known.begin(), known.end(), name) == known.end()) {
    return value.is_string() ? refuse_name(name, path, "scenario", known)
                             : refuse(value, path, listed(known));
  }
  scenario = named_scenario(name);
  return true;
}

bool Reader::read_faults(Value value, const Path& path, std::vector<Fault>& faults) {
  if (!value.is_array() || value.size() > kMostListed) {
    return refuse(path, "accepted: a list of at most 1000 faults");
  }
  std::size_t index = 0;
  for (const Value element : value.elements()) {
    if (!read_fault(element, path.element(index++), faults.emplace_back())) {
      return false;
    }
  }
  return true;
}

bool Reader::read_fault(Value value, const Path& path, Fault& fault) {
  if (!check_members(value, path, kFaultMembers)) {
    return false;
  }
  std::string kind;
  if (!read_text(value, path, "on", fault.on) || !read_text(value, path, "kind", kind)) {
    return false;
  }
  const Names kinds = fault_kind_names();
  const auto known = std::find(kinds.begin(), kinds.end(), kind);
  if (known == kinds.end()) {
    return refuse_name(kind, path.member("kind"), "kind of fault", kinds);
  }
  fault.kind = static_cast<FaultKind>(known - kinds.begin());
  std::optional<std::int64_t> status;
  if (!read_number(value, path, "share", {0, 1, ""}, fault.share) ||
      !read_number(value, path, "slower", {1, 1000, ""}, fault.slower) ||
      !read_count(value, path, "status", {400, 599, ""}, status)) {
    return false;
  }
  const bool has_status = fault.kind == FaultKind::kErrors || fault.kind == FaultKind::kBrownOut ||
                          fault.kind == FaultKind::kRateLimit;
  if (status && !has_status) {
    return refuse(path.member("status"), "a fault of the kind \"" + kind +
                                             "\" has no status; accepted: with \"errors\", "
                                             "\"brown_out\" and \"rate_limit\"");
  }
  fault.status = static_cast<int>(status.value_or(0));
  return read_fault_times(value, path, fault);
}

bool Reader::read_fault_times(Value value, const Path& path, Fault& fault) {
  std::optional<milliseconds> from;
  std::optional<milliseconds> to;
  if (!read_time(value, path, "from", from) || !read_time(value, path, "to", to) ||
      !read_time(value, path, "after", fault.after) ||
      !read_time(value, path, "retry_after", fault.retry_after)) {
    return false;
  }
  fault.from = from.value_or(milliseconds(0));
  fault.to = to ? Duration(*to) : Duration::max();
  if (fault.to <= fault.from) {
    return refuse(value.find("to"), path.member("to"), "a time after \"from\"");
  }
  return true;
}

bool Reader::read_load(Value value, const Path& path, Load& load) {
  if (!check_members(value, path, kLoadMembers)) {
    return false;
  }
  if (value.find("concurrency").is_number() && value.find("calls_per_second").exists()) {
    return refuse(path.member("concurrency"),
                  "calls come at a rate or from so many callers; accepted: one of "
                  "\"calls_per_second\" and \"concurrency\"");
  }
  std::optional<std::int64_t> sessions;
  std::optional<std::int64_t> max_retries;
  if (!read_number(value, path, "calls_per_second", {0.01, kMostCallsPerSecond, ""},
                   load.calls_per_second) ||
      !read_count(value, path, "concurrency", {1, kMostConcurrency, ""}, load.concurrency) ||
      !read_number(value, path, "seconds", {0.1, kMostSeconds, " of seconds"}, load.seconds) ||
      !read_count(value, path, "sessions", {0, kMostTokens, ""}, sessions) ||
      !read_count(value, path, "max_retries", {0, 100, ""}, max_retries) ||
      !read_time(value, path, "timeout", load.timeout) ||
      !read_time(value, path, "deadline", load.deadline) ||
      !read_text(value, path, "model", load.model)) {
    return false;
  }
  load.sessions = sessions.value_or(0);
  if (max_retries) {
    load.max_retries = static_cast<int>(*max_retries);
  }
  return read_load_flags(value, path, load);
}

bool Reader::read_load_flags(Value value, const Path& path, Load& load) {
  const Value stream = value.find("stream");
  if (stream.exists() && !stream.is_null() && !stream.is_bool()) {
    return refuse(stream, path.member("stream"), "true or false");
  }
  load.is_stream = stream.as_bool().value_or(false);
  const Value priorities = value.find("priorities");
  return !priorities.exists() || priorities.is_null() ||
         read_priorities(priorities, path.member("priorities"), load.priorities);
}

bool Reader::read_priorities(Value value, const Path& path, std::vector<int>& priorities) {
  if (!value.is_array() || value.size() == 0 || value.size() > kMostListed) {
    return refuse(value, path, "a list of whole numbers, one for each call to draw from");
  }
  priorities.clear();
  std::size_t index = 0;
  for (const Value element : value.elements()) {
    const auto number = element.as_int();
    if (!number || std::abs(static_cast<double>(*number)) > kMostPriority) {
      return refuse(element, path.element(index), "a whole number; lower goes first");
    }
    priorities.push_back(static_cast<int>(*number));
    ++index;
  }
  return true;
}

bool Reader::read_latencies(Value value, const Path& path, Scenario& scenario) {
  if (!check_members(value, path, kLatencyMembers) ||
      !read_latency(value, path, scenario.latency)) {
    return false;
  }
  const Value deployments = value.find("deployments");
  if (!deployments.exists()) {
    return true;
  }
  const Path below = path.member("deployments");
  if (!deployments.is_object()) {
    return refuse(deployments, below, "an object: deployment's id or provider, then its latency");
  }
  for (const json::Member member : deployments.members()) {
    const std::string name = member.name.unescaped();
    LatencyModel model = scenario.latency;
    if (!check_members(member.value, below.member(name), Names(kLatencyMembers).first(3)) ||
        !read_latency(member.value, below.member(name), model)) {
      return false;
    }
    scenario.latencies.emplace_back(name, model);
  }
  return true;
}

bool Reader::read_latency(Value value, const Path& path, LatencyModel& model) {
  const double spread = model.p99_ms / model.median_ms;
  if (!read_number(value, path, "median_ms", {0.1, kMostMilliseconds, " of milliseconds"},
                   model.median_ms)) {
    return false;
  }
  model.p99_ms = model.median_ms * spread;  // as wide as before, unless it is given
  if (!read_number(value, path, "p99_ms", {0.1, kMostMilliseconds, " of milliseconds"},
                   model.p99_ms) ||
      !read_number(value, path, "first_content_share", {0, 1, ""}, model.first_content_share)) {
    return false;
  }
  if (model.p99_ms < model.median_ms) {
    return refuse(value.find("p99_ms"), path.member("p99_ms"), "at least the median");
  }
  return true;
}

bool Reader::read_tokens(Value value, const Path& path, Scenario& scenario) {
  std::optional<std::int64_t> prompt;
  std::optional<std::int64_t> output;
  if (!check_members(value, path, kTokenMembers) ||
      !read_count(value, path, "prompt", {0, kMostTokens, ""}, prompt) ||
      !read_count(value, path, "output", {0, kMostTokens, ""}, output)) {
    return false;
  }
  scenario.prompt_tokens = prompt.value_or(scenario.prompt_tokens);
  scenario.output_tokens = output.value_or(scenario.output_tokens);
  return true;
}

}  // namespace

Result<Scenario> read_scenario(Value value) {
  Reader reader;
  Scenario scenario;
  if (!reader.read_scenario(value, scenario)) {
    return reader.take_error();
  }
  return scenario;
}

}  // namespace llmgate::routing
