#include "routing/outcome.h"

namespace llmgate::routing {
namespace {

using enum ErrorKind;

// Of an attempt that had handed over nothing yet.
OutcomeClass class_before_content(ErrorKind kind) {
  switch (kind) {
    case kConnection:
      return OutcomeClass::kNeverSent;
    case kRateLimit:
    case kServiceUnavailable:
    case kConflict:
      return OutcomeClass::kBusy;
    case kInternalServer:
    case kBadGateway:
    case kApi:
    case kConnectionLost:
    case kStreamInterrupted:
    case kTimeout:
    case kInvalidResponse:
      return OutcomeClass::kUnknown;
    case kQuotaExceeded:
    case kBudgetExceeded:
      return OutcomeClass::kQuota;
    case kContextWindowExceeded:
      return OutcomeClass::kTooLong;
    case kContentPolicyViolation:
      return OutcomeClass::kFiltered;
    case kCancelled:
    case kShutdown:
      return OutcomeClass::kCancelled;
    case kBadRequest:
    case kUnsupportedParams:
    case kAuthentication:
    case kPermissionDenied:
    case kNotFound:
    case kRequestTooLarge:
    case kUnprocessable:
    case kInternal:
      return OutcomeClass::kPermanent;
  }
  return OutcomeClass::kPermanent;
}

}  // namespace

std::string_view letter_of(OutcomeClass outcome_class) {
  switch (outcome_class) {
    case OutcomeClass::kFinished:
      return "";
    case OutcomeClass::kNeverSent:
      return "N";
    case OutcomeClass::kBusy:
      return "B";
    case OutcomeClass::kUnknown:
      return "U";
    case OutcomeClass::kCommitted:
      return "C";
    case OutcomeClass::kQuota:
      return "Q";
    case OutcomeClass::kPermanent:
      return "P";
    case OutcomeClass::kTooLong:
      return "L";
    case OutcomeClass::kFiltered:
      return "F";
    case OutcomeClass::kCancelled:
      return "X";
  }
  return "";
}

OutcomeClass class_of(ErrorKind kind, bool is_committed) {
  const OutcomeClass before = class_before_content(kind);
  // The caller's own end and a filter say nothing about the deployment, whenever they come.
  if (!is_committed || before == OutcomeClass::kCancelled || before == OutcomeClass::kFiltered) {
    return before;
  }
  return OutcomeClass::kCommitted;
}

}  // namespace llmgate::routing
