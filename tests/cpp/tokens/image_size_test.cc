#include "tokens/image_size.h"

#include <gtest/gtest.h>

#include <string>

namespace llmgate::tokens {
namespace {

using std::string_literals::operator""s;

void expect_size(const std::optional<ImageSize>& size, std::uint32_t width, std::uint32_t height) {
  ASSERT_TRUE(size.has_value());
  EXPECT_EQ(size->width, width);
  EXPECT_EQ(size->height, height);
}

TEST(ImageSize, ReadsThePngHead) {
  expect_size(image_size("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\x03\x20\0\0\x02\x58"s), 800, 600);
}

TEST(ImageSize, ReadsTheGifHead) { expect_size(image_size("GIF89a\x40\x01\xF0\0"s), 320, 240); }

TEST(ImageSize, ReadsAJpegBehindItsOtherSegments) {
  expect_size(image_size("\xFF\xD8\xFF\xE0\0\x04"
                         "ab\xFF\xC0\0\x11\x08\x01\xE0\x02\x80"s),
              640, 480);
}

TEST(ImageSize, ReadsTheThreeKindsOfWebp) {
  const std::string head = "RIFF\0\0\0\0WEBP"s;
  expect_size(image_size(head + "VP8X\x0A\0\0\0\0\0\0\0\x1F\x03\0\x57\x02\0"s), 800, 600);
  expect_size(image_size(head + "VP8L\0\0\0\0\x2F\x1F\xC3\x95\0\0\0\0\0\0"s), 800, 600);
  expect_size(image_size(head + "VP8 \0\0\0\0abc\x9D\x01\x2A\x20\x03\x58\x02"s), 800, 600);
}

TEST(ImageSize, ReadsNothingFromWhatIsCutShort) {
  for (const std::string& bytes :
       {""s, "\x89PNG"s, "GIF8"s, "\xFF\xD8\xFF"s, "\xFF\xD8\xFF\xE0\xFF\xFF"s, "RIFF"s, "text"s,
        "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\0\0\0\0\0"s}) {
    EXPECT_FALSE(image_size(bytes).has_value()) << ::testing::PrintToString(bytes);
  }
}

TEST(ImageSize, ReadsUrlsThatHoldTheImage) {
  expect_size(image_size_of_url("data:image/gif;base64,R0lGODlhQAHwAA=="), 320, 240);
  EXPECT_FALSE(image_size_of_url("https://example.com/a.gif").has_value());
  EXPECT_FALSE(image_size_of_url("data:image/gif,GIF89a").has_value());
}

// OpenAI, "Images and vision", its own examples.
TEST(ImageTokens, FollowsThePublishedTiles) {
  const ImagePrice price;
  EXPECT_EQ(image_tokens(price, {1024, 1024}, false), 765U);
  EXPECT_EQ(image_tokens(price, {2048, 4096}, false), 1105U);
  EXPECT_EQ(image_tokens(price, {4096, 8192}, true), 85U);
  EXPECT_EQ(image_tokens(price, {1, 1}, false), 255U);
}

TEST(ImageTokens, FollowsThePublishedPatches) {
  const ImagePrice price{ImageRule::kPatches, 0, 0, 100};
  EXPECT_EQ(image_tokens(price, {1024, 1024}, false), 1024U);
  EXPECT_EQ(image_tokens(price, {1800, 2400}, false), 1452U);
  EXPECT_EQ(image_tokens({ImageRule::kPatches, 0, 0, 162}, {1024, 1024}, false), 1659U);
}

// Anthropic, "Vision": 1092 by 1092 is about 1590; larger ones are scaled down first.
TEST(ImageTokens, FollowsThePublishedArea) {
  const ImagePrice price{ImageRule::kArea, 0, 0, 100};
  EXPECT_EQ(image_tokens(price, {1092, 1092}, false), 1590U);
  EXPECT_EQ(image_tokens(price, {200, 200}, false), 54U);
  EXPECT_LE(image_tokens(price, {8000, 8000}, false), 1600U);
}

TEST(ImageTokens, FollowsThePublishedCrops) {
  const ImagePrice price{ImageRule::kCrops, 0, 258, 100};
  EXPECT_EQ(image_tokens(price, {384, 384}, false), 258U);
  EXPECT_EQ(image_tokens(price, {960, 540}, false), 6 * 258U);
}

}  // namespace
}  // namespace llmgate::tokens
