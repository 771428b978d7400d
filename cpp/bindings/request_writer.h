// The request's JSON, and the answer that stands in for a provider's, out of Python values. Enter
// step of a request's path. Needs the GIL.
#pragma once

#include <Python.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "bindings/option_reader.h"

namespace llmgate::bindings {

// The canonical request: model, messages, the members of `arguments` and those of extra_body, which
// win.
Result<std::string> write_request(std::string_view model, PyObject* messages,
                                  const OptionReader& arguments, bool is_stream);

// For the next request of this thread to be written into, if it is no longer than a megabyte: the
// system takes long texts back at once and gives them again page by page, which costs more than all
// else in a hit of the cache.
void reuse_text(std::string text);

// A str is the answer's text; a dict is a message, or a whole answer if it has choices.
Result<std::string> write_mock_reply(PyObject* mock, std::string_view model);

}  // namespace llmgate::bindings
