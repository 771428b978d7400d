// Counting, encoding and decoding for Python. The meaning of the functions is written at
// python/llmgate/_tokens.py, which hands the arguments on.
#include <pybind11/pybind11.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "bindings/option_reader.h"
#include "bindings/python_chat.h"
#include "bindings/python_completion.h"
#include "bindings/python_json.h"
#include "bindings/register.h"
#include "tokens/stream_counter.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

using tokens::SpecialTokens;
using tokens::Tokenizer;
using Ids = std::vector<std::uint32_t>;

// Shorter work is done before another thread has taken the GIL.
constexpr std::size_t kWorthReleasing = 16384;

template <typename T>
T taken(ModuleState& state, Result<T> result) {
  if (!result) {
    raise_error(state, result.error(), py::none());
  }
  return std::move(result).value();
}

tokens::TokenService& service_of(ModuleState& state) {
  if (state.tokens == nullptr) {
    raise_error(state, bad_request("", "the folder of the vocabularies was not set"), py::none());
  }
  return *state.tokens;
}

std::string text_of(ModuleState& state, const char* name, const py::object& value) {
  if (!PyUnicode_Check(value.ptr())) {
    raise_error(state, refuse_type(name, value.ptr(), "a str"), py::none());
  }
  return to_utf8(value.ptr());
}

tokens::TokenService::Model model_of(ModuleState& state, const py::object& name) {
  return taken(state, service_of(state).model(text_of(state, "model", name)));
}

// Of an encoding, or else of a model.
std::shared_ptr<const Tokenizer> tokenizer_of(ModuleState& state, const py::object& model,
                                              const py::object& encoding) {
  tokens::TokenService& service = service_of(state);
  if (!encoding.is_none()) {
    return taken(state, service.store().get(text_of(state, "encoding", encoding)));
  }
  return model_of(state, model).tokenizer;
}

// The texts of a list, kept alive with their UTF-8.
class TextList {
 public:
  TextList(ModuleState& state, const py::handle& list) {
    const auto size = static_cast<std::size_t>(PySequence_Fast_GET_SIZE(list.ptr()));
    for (std::size_t index = 0; index < size; ++index) {
      PyObject* item = PySequence_Fast_GET_ITEM(list.ptr(), static_cast<Py_ssize_t>(index));
      if (!PyUnicode_Check(item)) {
        const std::string name = "text[" + std::to_string(index) + "]";
        raise_error(state, refuse_type(name, item, "a str"), py::none());
      }
      views_.push_back(texts_.emplace_back(std::make_unique<CountedText>(item))->utf8());
    }
  }
  [[nodiscard]] std::span<const std::string_view> views() const { return views_; }

 private:
  std::vector<std::unique_ptr<CountedText>> texts_;
  std::vector<std::string_view> views_;
};

// As many as there are cores, if each gets enough to do.
unsigned useful_threads(std::span<const std::string_view> texts) {
  constexpr std::size_t kEnough = std::size_t{1} << 17U;  // bytes: a millisecond
  std::size_t bytes = 0;
  for (const std::string_view text : texts) {
    bytes += text.size();
  }
  return static_cast<unsigned>(std::min<std::size_t>(
      std::max(1U, std::thread::hardware_concurrency()), bytes / kEnough + 1));
}

py::object count_texts(ModuleState& state, const py::object& text, const py::object& model,
                       const py::object& encoding, unsigned threads) {
  const auto tokenizer = tokenizer_of(state, model, encoding);
  if (PyUnicode_Check(text.ptr())) {
    return py::int_(count_outside(state, *tokenizer, text.ptr()));
  }
  if (!PyList_Check(text.ptr()) && !PyTuple_Check(text.ptr())) {
    raise_error(state, refuse_type("text", text.ptr(), "a str or a list of str"), py::none());
  }
  const TextList texts(state, text);
  std::vector<std::size_t> counts;
  threads = threads == 0 ? useful_threads(texts.views()) : threads;
  {
    const OutsideGil outside(state);
    counts = tokenizer->count_all(texts.views(), threads);
  }
  py::list list(counts.size());
  for (std::size_t index = 0; index < counts.size(); ++index) {
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(index), PyLong_FromSize_t(counts[index]));
  }
  return list;
}

// None: no special tokens; True: all; else those of the list.
SpecialTokens allowed_of(ModuleState& state, const Tokenizer& tokenizer,
                         const py::object& allowed) {
  if (allowed.is_none()) {
    return {};
  }
  if (allowed.is(py::bool_(true))) {
    return tokenizer.special_tokens();
  }
  std::vector<tokens::SpecialToken> chosen;
  for (const py::handle name : allowed) {
    if (!PyUnicode_Check(name.ptr())) {
      raise_error(state, refuse_type("allowed_special", name.ptr(), "a str for each"), py::none());
    }
    const std::string text = to_utf8(name.ptr());
    const tokens::SpecialToken* token = tokenizer.special_tokens().by_text(text);
    if (token == nullptr) {
      raise_error(
          state,
          bad_request("$.allowed_special", "has '" + text + "', which is no special token of " +
                                               std::string(tokenizer.name())),
          py::none());
    }
    chosen.push_back(*token);
  }
  return SpecialTokens(std::move(chosen));
}

py::list list_of(const Ids& ids) {
  py::list list(ids.size());
  for (std::size_t index = 0; index < ids.size(); ++index) {
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(index), PyLong_FromLong(ids[index]));
  }
  return list;
}

py::list encode_text(ModuleState& state, const py::object& text, const py::object& model,
                     const py::object& encoding, const py::object& allowed) {
  const auto tokenizer = tokenizer_of(state, model, encoding);
  if (!PyUnicode_Check(text.ptr())) {
    raise_error(state, refuse_type("text", text.ptr(), "a str"), py::none());
  }
  const SpecialTokens special = allowed_of(state, *tokenizer, allowed);
  const CountedText counted(text.ptr());
  if (counted.utf8().size() < kWorthReleasing) {
    return list_of(tokenizer->encode(counted.utf8(), special));
  }
  Ids ids;
  {
    const OutsideGil outside(state);
    ids = tokenizer->encode(counted.utf8(), special);
  }
  return list_of(ids);
}

py::bytes decode_ids(ModuleState& state, const py::object& ids, const py::object& model,
                     const py::object& encoding) {
  const auto tokenizer = tokenizer_of(state, model, encoding);
  Ids numbers;
  for (const py::handle item : ids) {
    int overflow = 0;
    const long long number =
        PyLong_Check(item.ptr()) ? PyLong_AsLongLongAndOverflow(item.ptr(), &overflow) : -1;
    if (overflow != 0 || number < 0 || number > 0xFFFFFFFFLL) {
      const std::string name = "tokens[" + std::to_string(numbers.size()) + "]";
      raise_error(state, refuse_type(name, item.ptr(), "the id of a token"), py::none());
    }
    numbers.push_back(static_cast<std::uint32_t>(number));
  }
  return taken(state, tokenizer->decode(numbers));
}

py::tuple count_chat(ModuleState& state, const py::object& model_name, const py::object& messages,
                     const py::object& tools, const py::object& choice) {
  const auto model = model_of(state, model_name);
  const auto sum =
      taken(state, PythonChat(state, model).count(messages.ptr(), tools.ptr(), choice.ptr()));
  const tokens::TokenCount count = tokens::ChatCounter::total(sum, model.tokens, model.factor);
  return py::make_tuple(count.tokens, count.upper_bound, count.error, model.tokens.encoding);
}

py::tuple estimate_text(ModuleState& state, const py::object& model_name, const py::object& text) {
  const auto model = model_of(state, model_name);
  if (!PyUnicode_Check(text.ptr())) {
    raise_error(state, refuse_type("text", text.ptr(), "a str"), py::none());
  }
  tokens::ChatTokens sum;
  sum.text = count_outside(state, *model.tokenizer, text.ptr());
  const tokens::TokenCount count = tokens::ChatCounter::total(sum, model.tokens, model.factor);
  return py::make_tuple(count.tokens, count.upper_bound, count.error, model.tokens.encoding);
}

// Texts make at least a token for each run of the longest one's length, so most answers need only
// a part of the messages.
bool fits(ModuleState& state, const py::object& model_name, const py::object& messages,
          std::size_t limit, const py::object& tools) {
  const auto model = model_of(state, model_name);
  const auto enough = static_cast<std::size_t>(static_cast<double>(limit) /
                                               (model.factor.factor * (1 + model.factor.error)));
  PythonChat chat(state, model);
  const auto sum = taken(
      state, chat.count(messages.ptr(), tools.ptr(), Py_None, std::max<std::size_t>(enough, 64)));
  return tokens::ChatCounter::total(sum, model.tokens, model.factor).upper_bound <= limit;
}

py::dict model_facts(ModuleState& state, const py::object& model_name) {
  const auto model = model_of(state, model_name);
  py::dict facts;
  facts["encoding"] = model.tokens.encoding;
  facts["family"] = model.tokens.family;
  facts["is_estimate"] = model.tokens.error > 0;
  facts["factor"] = model.factor.factor;
  facts["error"] = model.factor.error;
  facts["observations"] = model.factor.observations;
  return facts;
}

void learn(ModuleState& state, const py::object& model_name, const py::object& messages,
           const py::object& tools, std::size_t reported) {
  const auto model = model_of(state, model_name);
  const auto sum =
      taken(state, PythonChat(state, model).count(messages.ptr(), tools.ptr(), Py_None));
  service_of(state).learn(model, sum, reported);
}

py::dict encoding_facts(ModuleState& state, const py::object& encoding) {
  const auto tokenizer = tokenizer_of(state, py::none(), encoding);
  py::dict special;
  for (const tokens::SpecialToken& token : tokenizer->special_tokens().all()) {
    special[py::str(token.text.data(), token.text.size())] = token.id;
  }
  py::dict facts;
  facts["tokens"] = tokenizer->vocabulary().size();
  facts["unicode_version"] = tokenizer->vocabulary().unicode_version();
  facts["special_tokens"] = special;
  return facts;
}

void register_stream_counter(py::module_& module, ModuleState& state) {
  py::class_<tokens::StreamCounter>(module, "StreamCounter", "The count of a growing text.")
      .def(py::init([&state](const py::object& model, const py::object& encoding) {
             return std::make_unique<tokens::StreamCounter>(tokenizer_of(state, model, encoding));
           }),
           py::arg("model"), py::arg("encoding"))
      .def("append",
           [&state](tokens::StreamCounter& counter, const py::object& text) {
             if (!PyUnicode_Check(text.ptr())) {
               raise_error(state, refuse_type("text", text.ptr(), "a str"), py::none());
             }
             counter.append(CountedText(text.ptr()).utf8());
           })
      .def("count", &tokens::StreamCounter::count);
}

}  // namespace

void register_tokens(py::module_& module, ModuleState& state) {
  module.def(
      "set_vocabularies",
      [&state](const std::string& folder) {
        state.tokens = std::make_shared<tokens::TokenService>(folder);
      },
      "Says where the tables of the package are.");
  module.def(
      "add_vocabulary",
      [&state](const std::string& path) {
        if (const Failure failure = service_of(state).store().add(path)) {
          raise_error(state, *failure, py::none());
        }
      },
      "Adds the encodings of a file.");
  module.def(
      "count",
      [&state](const py::object& text, const py::object& model, const py::object& encoding,
               unsigned threads) { return count_texts(state, text, model, encoding, threads); },
      "Tokens of a text, or of each of a list.");
  module.def(
      "encode",
      [&state](const py::object& text, const py::object& model, const py::object& encoding,
               const py::object& allowed) {
        return encode_text(state, text, model, encoding, allowed);
      },
      "The ids of a text's tokens.");
  module.def(
      "decode",
      [&state](const py::object& ids, const py::object& model, const py::object& encoding) {
        return decode_ids(state, ids, model, encoding);
      },
      "The bytes of tokens.");
  module.def(
      "count_chat",
      [&state](const py::object& model, const py::object& messages, const py::object& tools,
               const py::object& choice) {
        return count_chat(state, model, messages, tools, choice);
      },
      "Tokens of a request: the figure, its upper bound, its error, the encoding.");
  module.def(
      "estimate_text",
      [&state](const py::object& model, const py::object& text) {
        return estimate_text(state, model, text);
      },
      "The same of a text alone.");
  module.def(
      "fits",
      [&state](const py::object& model, const py::object& messages, std::size_t limit,
               const py::object& tools) { return fits(state, model, messages, limit, tools); },
      "Whether a request is sure to have at most so many tokens.");
  module.def(
      "model_tokens", [&state](const py::object& model) { return model_facts(state, model); },
      "How a model counts.");
  module.def(
      "learn_usage",
      [&state](const py::object& model, const py::object& messages, const py::object& tools,
               std::size_t reported) { learn(state, model, messages, tools, reported); },
      "Takes a provider's report into the estimates of the model's family.");
  module.def(
      "encoding_facts",
      [&state](const py::object& encoding) { return encoding_facts(state, encoding); },
      "Size and special tokens of an encoding.");
  module.def(
      "encodings",
      [] {
        py::list names;
        for (const std::string_view name : tokens::encoding_names()) {
          names.append(py::str(name.data(), name.size()));
        }
        return names;
      },
      "The encodings of the package.");
  register_stream_counter(module, state);
}

}  // namespace llmgate::bindings
