// Answers and requests without a network: recordings parsed by the code that parses real traffic,
// chunks put together again, requests read and rendered.
#include <pybind11/pybind11.h>

#include <string>
#include <utility>
#include <vector>

#include "bindings/python_completion.h"
#include "bindings/python_json.h"
#include "bindings/python_view.h"
#include "bindings/register.h"
#include "cache/stored_answer.h"
#include "chat/disposition.h"
#include "chat/request.h"
#include "engine/answer_reader.h"
#include "providers/provider.h"
#include "wire/classify.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

// The accent in which a provider speaks a format; an unknown one has none.
const wire::Dialect& dialect_of(const std::string& provider, const wire::Format& format) {
  static const wire::Dialect plain{.provider = "unknown"};
  const providers::Provider* card = providers::find_speaker(provider, format);
  return card == nullptr ? plain : card->dialect;
}

// By name; of an empty name the one that the provider speaks.
const wire::Format& format_of(const std::string& name, const std::string& provider) {
  if (name.empty()) {
    const providers::Provider* card = providers::find_provider(provider);
    return card == nullptr ? wire::openai_chat_format() : card->format();
  }
  const wire::Format* format = wire::find_format(name);
  if (format == nullptr) {
    std::string known;
    for (const wire::Format* one : wire::all_formats()) {
      known += (known.empty() ? "" : ", ") + std::string(one->name());
    }
    throw py::value_error("\"" + name + "\" is no known format; known: " + known);
  }
  return *format;
}

net::ResponseHead head_of(int status, const py::dict& headers) {
  net::ResponseHead head;
  head.status = status;
  for (const auto& [name, value] : headers) {
    head.headers.push_back({py::str(name).cast<std::string>(), py::str(value).cast<std::string>()});
  }
  return head;
}

struct Parsed {
  std::shared_ptr<chat::Answer> answer = std::make_shared<chat::Answer>();
  std::unique_ptr<engine::Completion> completion = std::make_unique<engine::Completion>(answer);
  std::vector<std::string> chunks;
};

void read_answer(engine::AnswerReader& reader, const py::iterable& pieces, bool framed,
                 Parsed& parsed) {
  std::optional<Error> error;
  bool is_complete = false;
  for (const py::handle piece : pieces) {
    const auto bytes = piece.cast<std::string>();
    const auto progress = reader.on_body(bytes, parsed.chunks);
    if (!progress) {
      error = progress.error();
      break;
    }
    is_complete |= progress->is_complete;
  }
  if (!error) {
    net::TransferEnd end;
    end.framed = framed || is_complete;
    error = reader.finish(end, parsed.chunks, parsed.answer->turn);
    if (!error) {
      return;
    }
  }
  parsed.answer->turn = reader.take_partial();
  parsed.completion->error = std::move(error);
}

py::object parse(ModuleState& state, const std::string& format, const std::string& provider,
                 const py::iterable& pieces, int status, const py::dict& headers, bool is_stream,
                 int expected_choices, bool framed, const py::object& chunks) {
  json::Document scratch;
  const wire::Format& spoken = format_of(format, provider);
  engine::AnswerReader reader(spoken, {&dialect_of(provider, spoken), ""},
                              {is_stream, true, expected_choices}, scratch);
  reader.on_head(head_of(status, headers));
  Parsed parsed;
  read_answer(reader, pieces, framed, parsed);
  if (!chunks.is_none()) {
    for (const std::string& chunk : parsed.chunks) {
      PyObject* view = make_view(state, chunk, ViewClass::kChunk);
      if (view == nullptr) {
        throw py::error_already_set();
      }
      chunks.attr("append")(py::reinterpret_steal<py::object>(view));
    }
  }
  engine::Completion& completion = *parsed.completion;
  if (completion.error) {
    completion.error->provider = provider;
    if (completion.error->status == 0 && status >= 300) {
      completion.error->status = status;
    }
  }
  completion.headers = std::move(reader.head().headers);
  chat::Answer& answer = *parsed.answer;
  answer.status = status;
  answer.request_id = wire::request_id_of(completion.headers);
  (answer.turn.is_view_as_sent ? answer.raw : completion.raw) = reader.take_raw();
  py::object wrapped = wrap_completion(state, std::move(parsed.completion), true);
  raise_if_failed(wrapped);
  return wrapped;
}

py::object build_from_chunks(ModuleState& state, const py::iterable& chunks) {
  const auto parser = wire::openai_chat_format().make_stream_parser(
      {&dialect_of("openai", wire::openai_chat_format()), ""});
  std::vector<std::string> ignored;
  std::size_t index = 0;
  for (const py::handle chunk : chunks) {
    std::string text;
    json::Writer out(text);
    if (const Failure failure = write_json(chunk.ptr(), json::Path("$").element(index++), out)) {
      raise_error(state, *failure, py::none());
    }
    const auto outcome = parser->parse_event({"", text}, ignored);
    if (!outcome) {
      raise_error(state, outcome.error(), py::none());
    }
  }
  auto answer = std::make_shared<chat::Answer>();
  answer->turn = parser->take_turn();
  return wrap_completion(state, std::make_unique<engine::Completion>(std::move(answer)), true);
}

py::bytes read_request(ModuleState& state, const std::string& format, const std::string& provider,
                       const std::string& model, const std::string& body) {
  const wire::Format& spoken = format_of(format, provider);
  const auto request = spoken.read_request(body, {&dialect_of(provider, spoken), model});
  if (!request) {
    raise_error(state, request.error(), py::none());
  }
  return py::bytes(request->body().data(), request->body().size());
}

py::tuple render_request(ModuleState& state, const std::string& format, const std::string& provider,
                         const std::string& model, const std::string& body) {
  const auto request = chat::ChatRequest::read(body);
  if (!request) {
    raise_error(state, request.error(), py::none());
  }
  const std::string named = model.empty() ? request->root().find("model").unescaped() : model;
  const wire::Format& spoken = format_of(format, provider);
  const auto rendered = spoken.render_request(*request, {&dialect_of(provider, spoken), named});
  if (!rendered) {
    raise_error(state, rendered.error(), py::none());
  }
  py::dict headers;
  for (const net::Header& header : rendered->headers) {
    headers[py::str(header.name)] = header.value;
  }
  const std::string dispositions =
      chat::render_dispositions(request->field_names(), rendered->dispositions);
  return py::make_tuple(rendered->path, py::bytes(rendered->body), headers,
                        py::bytes(dispositions));
}

// Written as the slow tiers keep it, and read again.
py::object stored_copy(ModuleState& state, const py::object& completion) {
  auto read = cache::read_answer(cache::write_answer(*completion_in(completion).answer));
  if (!read) {
    raise_error(state, read.error(), py::none());
  }
  auto answer = std::make_shared<chat::Answer>(std::move(*read));
  return wrap_completion(state, std::make_unique<engine::Completion>(std::move(answer)), true);
}

}  // namespace

void register_recordings(py::module_& module, ModuleState& state) {
  module.def(
      "parse",
      [&state](const std::string& format, const std::string& provider, const py::iterable& pieces,
               int status, const py::dict& headers, bool is_stream, int expected_choices,
               bool framed, const py::object& chunks) {
        return parse(state, format, provider, pieces, status, headers, is_stream, expected_choices,
                     framed, chunks);
      },
      "Reads a recorded answer into a Completion.");
  module.def(
      "stored_copy",
      [&state](const py::object& completion) { return stored_copy(state, completion); },
      "A Completion as it comes out of a cache's slow tiers.");
  module.def(
      "build_from_chunks",
      [&state](const py::iterable& chunks) { return build_from_chunks(state, chunks); },
      "Puts the chunks of a stream together.");
  module.def(
      "read_request",
      [&state](const std::string& format, const std::string& provider, const std::string& model,
               const std::string& body) {
        return read_request(state, format, provider, model, body);
      },
      "Reads a request of a format into the canonical request.");
  module.def(
      "render_request",
      [&state](const std::string& format, const std::string& provider, const std::string& model,
               const std::string& body) {
        return render_request(state, format, provider, model, body);
      },
      "Renders a canonical request: path, body, headers, dispositions.");
}

}  // namespace llmgate::bindings
