// Counts the messages of a request out of Python values. Plain texts are recognised by the hash
// that their str keeps, so that what was counted before costs a look-up; all else goes through its
// JSON. Enter step of a request's path. Needs the GIL.
#pragma once

#include <Python.h>

#include <array>
#include <cstddef>
#include <string>

#include "base/result.h"
#include "bindings/module_state.h"
#include "tokens/token_service.h"

namespace llmgate::bindings {

// The UTF-8 of a str for counting. Surrogates are joined where they are pairs and replaced where
// they are not, as tiktoken does.
class CountedText {
 public:
  explicit CountedText(PyObject* text);
  ~CountedText() { Py_DECREF(owner_); }
  CountedText(const CountedText&) = delete;
  CountedText& operator=(const CountedText&) = delete;
  [[nodiscard]] std::string_view utf8() const { return utf8_; }

 private:
  PyObject* owner_;  // what the bytes belong to
  std::string_view utf8_;
};

// Counts one str; the GIL is released while it is long.
std::size_t count_outside(ModuleState& state, const tokens::Tokenizer& tokenizer, PyObject* text,
                          std::size_t enough = SIZE_MAX);

class PythonChat {
 public:
  PythonChat(ModuleState& state, const tokens::TokenService::Model& model)
      : state_(state), model_(model), counter_(*model.tokenizer, model.tokens) {}

  // `messages`: a str, or a list of messages. `tools` and `choice` may be None. Stops soon after
  // texts and roles are above `enough`.
  Result<tokens::ChatTokens> count(PyObject* messages, PyObject* tools, PyObject* choice,
                                   std::size_t enough = SIZE_MAX);

 private:
  Failure add_message(PyObject* message, std::size_t index);
  bool add_plain(PyObject* message);
  Failure add_other(PyObject* message, std::size_t index);
  Failure add_tools(PyObject* tools, PyObject* choice);
  std::size_t count_text(PyObject* text);
  void add_role(PyObject* role);

  ModuleState& state_;
  const tokens::TokenService::Model& model_;
  tokens::ChatCounter counter_;
  tokens::ChatTokens sum_;
  std::size_t enough_ = SIZE_MAX;
  // The roles of the last two kinds of message, which alternate; held by the messages.
  struct KnownRole {
    PyObject* role = nullptr;
    std::size_t tokens = 0;
  };
  std::array<KnownRole, 2> roles_;
  bool with_system_ = false;
};

}  // namespace llmgate::bindings
