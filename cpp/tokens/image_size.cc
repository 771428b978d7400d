#include "tokens/image_size.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace llmgate::tokens {
namespace {

// A JPEG's size may stand behind a preview and a colour profile.
constexpr std::size_t kMostHead = std::size_t{256} << 10U;

std::uint32_t big_endian(std::string_view bytes, std::size_t place, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t index = 0; index < size; ++index) {
    value = (value << 8U) | static_cast<unsigned char>(bytes[place + index]);
  }
  return value;
}

std::uint32_t little_endian(std::string_view bytes, std::size_t place, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t index = size; index-- > 0;) {
    value = (value << 8U) | static_cast<unsigned char>(bytes[place + index]);
  }
  return value;
}

// Segments of a marker and a length, until the one that begins the picture.
std::optional<ImageSize> jpeg_size(std::string_view bytes) {
  std::size_t place = 2;
  while (place + 9 <= bytes.size()) {
    if (bytes[place] != '\xFF') {
      return std::nullopt;
    }
    const auto marker = static_cast<unsigned char>(bytes[place + 1]);
    if (marker == 0xFF) {
      ++place;  // padding
      continue;
    }
    const bool is_start =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (is_start) {
      return ImageSize{big_endian(bytes, place + 7, 2), big_endian(bytes, place + 5, 2)};
    }
    place += 2 + std::size_t{big_endian(bytes, place + 2, 2)};
  }
  return std::nullopt;
}

std::optional<ImageSize> webp_size(std::string_view bytes) {
  constexpr std::size_t kHead = 30;
  if (bytes.size() < kHead) {
    return std::nullopt;
  }
  const std::string_view kind = bytes.substr(12, 4);
  if (kind == "VP8X") {
    return ImageSize{little_endian(bytes, 24, 3) + 1, little_endian(bytes, 27, 3) + 1};
  }
  if (kind == "VP8L") {
    const std::uint32_t bits = little_endian(bytes, 21, 4);
    return ImageSize{(bits & 0x3FFFU) + 1, ((bits >> 14U) & 0x3FFFU) + 1};
  }
  if (kind == "VP8 ") {
    return ImageSize{little_endian(bytes, 26, 2) & 0x3FFFU, little_endian(bytes, 28, 2) & 0x3FFFU};
  }
  return std::nullopt;
}

int sextet(char byte) {
  if (byte >= 'A' && byte <= 'Z') {
    return byte - 'A';
  }
  if (byte >= 'a' && byte <= 'z') {
    return byte - 'a' + 26;
  }
  if (byte >= '0' && byte <= '9') {
    return byte - '0' + 52;
  }
  if (byte == '+' || byte == '-') {
    return 62;
  }
  return byte == '/' || byte == '_' ? 63 : -1;
}

std::string decode_head(std::string_view base64) {
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char byte : base64.substr(0, kMostHead)) {
    const int value = sextet(byte);
    if (value < 0) {
      continue;  // line ends, padding
    }
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>((bits >> count) & 0xFFU);
    }
  }
  return bytes;
}

std::size_t divided(double length, double unit) {
  return static_cast<std::size_t>(std::ceil(length / unit));
}

// Fitted into a square of 2048, then its shorter side brought down to 768, then tiles of 512.
std::size_t tiles(const ImagePrice& price, double width, double height) {
  const double fit = std::min(1.0, 2048 / std::max(width, height));
  const double scale = fit * std::min(1.0, 768 / (std::min(width, height) * fit));
  const std::size_t count =
      divided(std::floor(width * scale), 512) * divided(std::floor(height * scale), 512);
  return price.base + price.tile * std::max<std::size_t>(count, 1);
}

// Patches of 32; a larger image is brought down until 1536 of them cover it.
std::size_t patches(const ImagePrice& price, double width, double height) {
  constexpr double kMost = 1536;
  std::size_t count = divided(width, 32) * divided(height, 32);
  if (static_cast<double>(count) > kMost) {
    double scale = std::sqrt(32 * 32 * kMost / (width * height));
    const double columns = width * scale / 32;
    const double rows = height * scale / 32;
    scale *= std::min(std::floor(columns) / columns, std::floor(rows) / rows);
    count = std::min(divided(width * scale, 32) * divided(height * scale, 32),
                     static_cast<std::size_t>(kMost));
  }
  return (count * price.factor_percent + 99) / 100;
}

// Small images are one crop; larger ones are cut into crops of at most 768.
std::size_t crops(const ImagePrice& price, double width, double height) {
  constexpr double kSmall = 384;
  if (width <= kSmall && height <= kSmall) {
    return price.tile;
  }
  const double unit = std::clamp(std::floor(std::min(width, height) / 1.5), 256.0, 768.0);
  return price.tile * divided(width, unit) * divided(height, unit);
}

std::size_t area(double width, double height) {
  constexpr double kLongest = 1568;
  const double scale = std::min(1.0, kLongest / std::max(width, height));
  const double pixels = width * scale * height * scale;
  return std::min(divided(pixels, 750), std::size_t{1600});
}

}  // namespace

std::optional<ImageSize> image_size(std::string_view bytes) {
  std::optional<ImageSize> size;
  if (bytes.starts_with("\x89PNG") && bytes.size() >= 24) {
    size = ImageSize{big_endian(bytes, 16, 4), big_endian(bytes, 20, 4)};
  } else if (bytes.starts_with("GIF8") && bytes.size() >= 10) {
    size = ImageSize{little_endian(bytes, 6, 2), little_endian(bytes, 8, 2)};
  } else if (bytes.starts_with("\xFF\xD8")) {
    size = jpeg_size(bytes);
  } else if (bytes.starts_with("RIFF")) {
    size = webp_size(bytes);
  }
  return size && size->width > 0 && size->height > 0 ? size : std::nullopt;
}

std::optional<ImageSize> image_size_of_url(std::string_view url) {
  const std::size_t comma = url.find(',');
  if (!url.starts_with("data:") || comma == std::string_view::npos ||
      url.substr(0, comma).find(";base64") == std::string_view::npos) {
    return std::nullopt;
  }
  return image_size(decode_head(url.substr(comma + 1)));
}

std::size_t image_tokens(const ImagePrice& price, ImageSize size, bool low) {
  const double width = size.width;
  const double height = size.height;
  switch (price.rule) {
    case ImageRule::kPatches:
      return patches(price, width, height);
    case ImageRule::kArea:
      return area(width, height);
    case ImageRule::kCrops:
      return crops(price, width, height);
    case ImageRule::kTiles:
      break;
  }
  return low ? price.base : tiles(price, width, height);
}

}  // namespace llmgate::tokens
