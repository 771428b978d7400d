// What a caller says about a target beside base URL and key: by arguments of the call, or by the
// environment. Resolve step of a request's path.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/disposition.h"
#include "providers/environment.h"
#include "providers/provider.h"

namespace llmgate::providers {

struct GivenSetting {
  std::string_view name;  // as the caller wrote it
  std::string value;      // not empty
};

// Borrows what it is made from.
class Settings {
 public:
  Settings(const Provider& card, std::span<const GivenSetting> given,
           const Environment& environment);

  // By argument, else by the environment, else the fallback; else empty. `name` is that of a
  // setting of the card or, where it has none, its variables.
  [[nodiscard]] std::string value(std::string_view name) const;
  [[nodiscard]] std::string value(const Setting& setting) const;
  // By argument only.
  [[nodiscard]] std::string argument(const Setting& setting) const;
  [[nodiscard]] std::string argument(std::string_view name) const;
  // The value, checked for a URL; an error where there is none says how it is given.
  [[nodiscard]] Result<std::string> in_url(std::string_view name) const;
  // `pattern` with each "{name}" replaced by in_url(name).
  [[nodiscard]] Result<std::string> expand(std::string_view pattern) const;
  // Arguments that the card has no use for, as dropped.
  [[nodiscard]] chat::Dispositions unused() const;

 private:
  [[nodiscard]] const Setting* find(std::string_view name) const;

  const Provider& card_;
  std::span<const GivenSetting> given_;
  const Environment& environment_;
};

// Whether `text` can stand in a URL as it is: letters, digits, '-', '_', '.' and the bytes of
// `also`, and not dots alone.
bool is_url_safe(std::string_view text, std::string_view also = {});

}  // namespace llmgate::providers
