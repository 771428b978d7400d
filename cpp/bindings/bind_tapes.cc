// Recording what leaves the engine, and answering from a recording instead of the network.
#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <utility>

#include "bindings/module_state.h"
#include "bindings/register.h"
#include "engine/recording_file.h"
#include "engine/recording_transport.h"
#include "engine/replay_transport.h"
#include "engine/tape.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

[[noreturn]] void raise_os_error(const Error& error) {
  PyErr_SetString(PyExc_OSError, error.message.c_str());
  throw py::error_already_set();
}

// For the running engine, and for one that starts later: also in the child of a fork.
void divert(ModuleState& state, engine::Engine::MakeTransport make) {
  state.divert = std::move(make);
  if (state.engine != nullptr) {
    state.engine->divert_network(state.divert);
  }
}

void restore(ModuleState& state) {
  state.divert = nullptr;
  if (state.engine != nullptr) {
    state.engine->restore_network();
  }
}

std::shared_ptr<engine::RecordingFile> open_recording(const std::string& path, bool appends) {
  auto file = engine::RecordingFile::open(path, appends);
  if (!file) {
    raise_os_error(file.error());
  }
  return std::move(file).value();
}

void close_recording(engine::RecordingFile& file) {
  Failure failure;
  {
    const py::gil_scoped_release released;
    failure = file.close();
  }
  if (failure) {
    raise_os_error(*failure);
  }
}

void add_to_tape(engine::Tape& tape, const std::string& text, const std::string& source) {
  if (const Failure failure = tape.add(text, source)) {
    throw py::value_error(failure->message);
  }
}

}  // namespace

void register_tapes(py::module_& module, ModuleState& state) {
  py::class_<engine::RecordingFile, std::shared_ptr<engine::RecordingFile>>(module, "RecordingFile",
                                                                            "A recording's file.")
      .def(py::init(&open_recording))
      .def_property_readonly("lines", &engine::RecordingFile::lines)
      .def("close", &close_recording);
  py::class_<engine::Tape, std::shared_ptr<engine::Tape>>(module, "Tape", "Recorded exchanges.")
      .def(py::init<bool>())
      .def("add", &add_to_tape)
      .def_property_readonly("size", &engine::Tape::size)
      .def_property_readonly("unused", &engine::Tape::unused);
  module.def(
      "start_recording",
      [&state](const std::shared_ptr<engine::RecordingFile>& file) {
        divert(state, [file](net::EventLoop&, net::Transport& network) {
          return std::make_shared<engine::RecordingTransport>(network, file);
        });
      },
      "Keeps the exchanges of the calls that start from now on.");
  module.def(
      "start_replay",
      [&state](const std::shared_ptr<engine::Tape>& tape) {
        divert(state, [tape](net::EventLoop& loop, net::Transport&) {
          return std::make_shared<engine::ReplayTransport>(loop, tape);
        });
      },
      "Answers the calls that start from now on from a tape.");
  module.def(
      "restore_network", [&state] { restore(state); },
      "Calls that start from now on use the network.");
}

}  // namespace llmgate::bindings
