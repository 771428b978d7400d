// Width and height of an image from the first bytes of its file, and what it costs in tokens.
// Nothing is decoded beyond the head, nothing downloaded. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tokens/model_tokens.h"

namespace llmgate::tokens {

struct ImageSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

// Of a PNG, JPEG, GIF or WebP file.
std::optional<ImageSize> image_size(std::string_view bytes);
// Of a URL that holds the image itself (`data:image/png;base64,...`).
std::optional<ImageSize> image_size_of_url(std::string_view url);

// `low` is OpenAI's detail "low".
std::size_t image_tokens(const ImagePrice& price, ImageSize size, bool low);

}  // namespace llmgate::tokens
