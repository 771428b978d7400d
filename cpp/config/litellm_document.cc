#include "config/litellm_document.h"

#include <utility>

namespace llmgate::config {
namespace {

constexpr std::size_t kMostDepth = 8;
constexpr std::size_t kMostFiles = 100;

}  // namespace

Field Section::find(std::string_view name) const {
  for (const Field& part : parts) {
    if (Field field = part.member(name); field.exists()) {
      return field;
    }
  }
  return parts.empty() ? Field{} : parts.front().member(name);
}

LitellmDocument::LitellmDocument(FieldReader& reader, const Source& source,
                                 const LoadOptions& options) {
  add(reader, source, options, 0);
}

Section LitellmDocument::section(std::string_view name) const {
  Section section;
  for (const Field& root : roots_) {
    section.parts.push_back(root.member(name));
  }
  return section;
}

void LitellmDocument::add(FieldReader& reader, const Source& source, const LoadOptions& options,
                          std::size_t depth) {
  sources_.push_back(source);
  const Field root = Field::root_of(sources_.back());
  roots_.push_back(root);
  if (!root.value.is_object()) {
    return reader.fail(root, "is " + shown(root.value) + "; accepted: an object with model_list");
  }
  const Field files = root.member("include");
  if (files.value.is_string()) {
    return include(reader, files, options, depth + 1);
  }
  if (reader.is_array(files)) {
    for_elements(files, [&](const Field& file) { include(reader, file, options, depth + 1); });
  }
}

void LitellmDocument::include(FieldReader& reader, const Field& file, const LoadOptions& options,
                              std::size_t depth) {
  const std::string path = reader.text(file);
  if (reader.failed()) {
    return;
  }
  if (depth > kMostDepth || sources_.size() >= kMostFiles) {
    return reader.fail(file, "\"" + path + "\" is included through more than " +
                                 std::to_string(kMostDepth) + " levels, or " +
                                 std::to_string(kMostFiles) + " files");
  }
  if (!options.read_file) {
    return reader.fail(file, "names a file, but this configuration was not read from one");
  }
  auto text = options.read_file(path);
  if (!text) {
    return reader.fail(file, "\"" + path + "\" cannot be read: " + text.error().message);
  }
  auto source = Source::read(std::move(*text), Syntax::kGuess, path);
  if (!source) {
    return reader.fail(file, source.error().message);
  }
  add(reader, *source, options, depth);
}

}  // namespace llmgate::config
