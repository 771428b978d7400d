// The keyword arguments of a call, told apart in one pass: what steers llmgate, and what belongs
// into the request. Enter step of a request's path. Needs the GIL; borrows the dict and what it
// holds.
#pragma once

#include <Python.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace llmgate::bindings {

// Arguments that never reach a provider as they are.
enum class Option : std::uint8_t {
  kRouting,  // a Router's own: (its handle, the arguments for its plan)
  kApiKey,
  kApiBase,
  kBaseUrl,
  kCustomLlmProvider,
  kTimeout,
  kDeadline,
  kExtraHeaders,
  kHeaders,
  kExtraBody,
  kMetadata,
  kDropParams,
  kStrict,
  kMockResponse,
  kNumRetries,
  kMaxRetries,
  kKeepRaw,
  kStream,
  kModel,
  kMessages,
  kFallbacks,
  kCache,       // what the call says to the cache
  kCaching,     // whether it uses it at all
  kMerge,       // whether it shares a call with equal ones in flight
  kBudget,      // one of llmgate's, or a list of them
  kMaxCost,     // in dollars, of the call with all its attempts
  kApiVersion,  // from here: settings of providers, see providers/settings.h
  kAzureAdToken,
  kVertexProject,
  kVertexAiProject,
  kVertexLocation,
  kVertexAiLocation,
  kAwsRegionName,
  kVertexCredentials,  // from here: secrets that nothing here can use and no provider may see
  kAwsAccessKeyId,
  kAwsSecretAccessKey,
  kAwsSessionToken,
  kAwsProfileName,
  kClientSecret,
  kAzurePassword,
};
inline constexpr std::size_t kOptionCount = 40;
inline constexpr auto kFirstSetting = Option::kApiVersion;
inline constexpr auto kFirstSecret = Option::kVertexCredentials;
std::string_view name_of(Option option);

class OptionReader {
 public:
  struct Member {
    PyObject* name;
    PyObject* value;  // not None
  };

  // Fails, see failure(), on a name that is no str.
  explicit OptionReader(PyObject* arguments);

  // Null where it is None or not given.
  [[nodiscard]] PyObject* find(Option option) const {
    return values_[static_cast<std::size_t>(option)];
  }
  // What is no option, in the order given.
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }

  // Each notes a failure where the value is of another type; then the result means nothing.
  std::string text(Option option);
  bool flag(Option option);
  // Seconds as int or float, above 0.
  std::optional<std::chrono::milliseconds> seconds(std::string_view name, PyObject* value);

  void fail(Error error);  // the first one counts
  [[nodiscard]] Failure& failure() { return failure_; }

 private:
  std::array<PyObject*, kOptionCount> values_{};
  std::vector<Member> members_;
  Failure failure_;
};

// "$.NAME is of type TYPE; accepted: ..."
Error refuse_type(std::string_view name, PyObject* value, std::string_view accepted);
// A number as Python writes it, for messages.
std::string shown(PyObject* number);

}  // namespace llmgate::bindings
