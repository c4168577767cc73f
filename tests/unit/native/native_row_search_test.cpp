#include "encoder/native_row_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "encoder/native_row_products.h"
#include "formats/float16.h"

namespace vit_embed {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<float> random_numbers(std::size_t size, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  std::vector<float> numbers(size);
  for (float& number : numbers) number = normal(engine);
  return numbers;
}

StoredRows stored(const std::vector<float>& values, std::size_t row_size) {
  return {std::as_bytes(std::span(values)), ElementType::float32, row_size};
}

double naive_cosine(std::span<const float> a, std::span<const float> b) {
  double dot = 0, a_squares = 0, b_squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += double{a[i]} * b[i];
    a_squares += double{a[i]} * a[i];
    b_squares += double{b[i]} * b[i];
  }
  return dot / std::sqrt(a_squares * b_squares);
}

std::vector<SimilarRow> naive_search(std::span<const float> rows, std::span<const float> query,
                                     std::size_t most) {
  std::vector<SimilarRow> all;
  for (std::size_t row = 0; row * query.size() < rows.size(); ++row)
    all.push_back({row, naive_cosine(rows.subspan(row * query.size(), query.size()), query)});
  std::ranges::stable_sort(all, std::greater{}, &SimilarRow::cosine);
  all.resize(std::min(most, all.size()));
  return all;
}

void expect_same(const std::vector<SimilarRow>& found, const std::vector<SimilarRow>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].row, expected[i].row) << i;
    EXPECT_NEAR(found[i].cosine, expected[i].cosine, 1e-12) << i;
  }
}

std::vector<std::uint64_t> rows_of(const std::vector<SimilarRow>& found) {
  std::vector<std::uint64_t> rows;
  for (const SimilarRow& row : found) rows.push_back(row.row);
  return rows;
}

TEST(NativeRowSearch, FindsWhatANaiveSearchInDoubleFinds) {
  for (const std::size_t row_size : {1, 3, 64, 192, 1000}) {
    const auto rows = random_numbers(3001 * row_size, 1);
    for (const std::size_t num_queries : {1, 8, 9}) {
      const auto queries = random_numbers(num_queries * row_size, 2);
      const auto found =
          find_similar_rows(stored(rows, row_size), queries, {.most = 10, .shown = {}, .num_threads = 2});
      ASSERT_EQ(found.size(), num_queries);
      for (std::size_t q = 0; q < num_queries; ++q) {
        SCOPED_TRACE(testing::Message() << row_size << " numbers, query " << q);
        expect_same(found[q], naive_search(rows, std::span(queries).subspan(q * row_size, row_size), 10));
      }
    }
  }
}

TEST(NativeRowSearch, MoreQueriesThanAProductTakesAreAllAnswered) {
  constexpr std::size_t kRowSize = 16;
  const auto rows = random_numbers(500 * kRowSize, 3);
  const auto queries = random_numbers((2 * kMostQueriesAtOnce + 3) * kRowSize, 4);
  const auto found = find_similar_rows(stored(rows, kRowSize), queries, {.most = 3, .shown = {}});
  ASSERT_EQ(found.size(), 2 * kMostQueriesAtOnce + 3);
  for (std::size_t q = 0; q < found.size(); ++q)
    expect_same(found[q], naive_search(rows, std::span(queries).subspan(q * kRowSize, kRowSize), 3));
}

TEST(NativeRowSearch, RowsThatFloat32CannotTellApartAreToldApart) {
  constexpr std::size_t kRowSize = 192;
  constexpr std::size_t kRows = 4000;
  const auto query = random_numbers(kRowSize, 5);
  const auto aside = random_numbers(kRowSize, 6);
  std::vector<float> rows;
  for (std::size_t i = 0; i < kRows; ++i) {  // the later, the nearer, by some 1e-10
    for (std::size_t k = 0; k < kRowSize; ++k)
      rows.push_back(query[k] + aside[k] * (1e-3F - 5e-8F * static_cast<float>(i)));
  }
  const auto found =
      find_similar_rows(stored(rows, kRowSize), query, {.most = 20, .shown = {}, .num_threads = 2});
  expect_same(found[0], naive_search(rows, query, 20));
}

TEST(NativeRowSearch, OfEqualRowsTheFirstComeFirstWhateverTheThreads) {
  constexpr std::size_t kRowSize = 40;
  const auto query = random_numbers(kRowSize, 6);
  std::vector<float> rows;
  for (int i = 0; i < 20001; ++i) rows.insert(rows.end(), query.begin(), query.end());
  for (const int threads : {1, 2, 5}) {
    const auto found =
        find_similar_rows(stored(rows, kRowSize), query, {.most = 5, .shown = {}, .num_threads = threads});
    EXPECT_THAT(found[0], ElementsAre(SimilarRow{0, 1}, SimilarRow{1, 1}, SimilarRow{2, 1}, SimilarRow{3, 1},
                                      SimilarRow{4, 1}));
  }
}

TEST(NativeRowSearch, MoreThanThereAreIsAllThereAre) {
  const std::vector<float> rows{0, 1, 1, 0, 1, 1, -1, 0};
  const std::vector<float> query{2, 0};
  const auto found = find_similar_rows(stored(rows, 2), query, {.most = 100, .shown = {}});
  EXPECT_EQ(rows_of(found[0]), (std::vector<std::uint64_t>{1, 2, 0, 3}));
  EXPECT_EQ(found[0].front().cosine, 1);
  EXPECT_EQ(found[0].back().cosine, -1);
}

TEST(NativeRowSearch, RowsThatAreNotShownAreNeverAResult) {
  const std::vector<float> rows{1, 0, 1, 1, 0, 1, 1, 0};
  const std::vector<float> query{1, 0};
  const std::vector<std::uint8_t> shown{0, 1, 1, 0};
  const auto found = find_similar_rows(stored(rows, 2), query, {.most = 4, .shown = shown});
  EXPECT_EQ(rows_of(found[0]), (std::vector<std::uint64_t>{1, 2}));
}

TEST(NativeRowSearch, RowsWithoutADirectionAreNeverAResultAndHarmNoOther) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> rows(2 * 300, -1);
  const std::vector<std::vector<float>> odd{
      {0, 0},     {kNan, 1},        {1, kInfinity}, {-kInfinity, kInfinity},
      {1e30F, 1}, {1e-20F, 1e-20F}, {-0.0F, 0},     {kNan, kNan}};
  for (std::size_t i = 0; i < odd.size(); ++i) std::ranges::copy(odd[i], rows.begin() + 2 * (10 * i + 3));
  const auto found = find_similar_rows(stored(rows, 2), std::vector<float>{1, 1}, {.most = 300, .shown = {}});
  EXPECT_EQ(found[0].size(), 300 - odd.size());
  for (const SimilarRow& row : found[0]) EXPECT_DOUBLE_EQ(row.cosine, -1);
}

TEST(NativeRowSearch, AQueryWithoutADirectionHasNoResultAndHarmsNoOther) {
  const std::vector<float> rows{1, 0, 0, 1};
  const std::vector<float> queries{0, 0, std::numeric_limits<float>::quiet_NaN(), 1, 0, 3};
  const auto found = find_similar_rows(stored(rows, 2), queries, {.most = 1, .shown = {}});
  EXPECT_THAT(found[0], IsEmpty());
  EXPECT_THAT(found[1], IsEmpty());
  EXPECT_THAT(found[2], ElementsAre(SimilarRow{1, 1}));
}

TEST(NativeRowSearch, RowsOfFloat16AreSearchedAsTheNumbersTheyHold) {
  constexpr std::size_t kRowSize = 50;
  auto rows = random_numbers(2000 * kRowSize, 7);
  std::vector<std::uint16_t> halves;
  for (float& value : rows) {
    halves.push_back(to_float16(value));
    value = from_float16(halves.back());
  }
  const auto query = random_numbers(kRowSize, 8);
  const auto found = find_similar_rows({std::as_bytes(std::span(halves)), ElementType::float16, kRowSize},
                                       query, {.most = 10, .shown = {}, .num_threads = 2});
  expect_same(found[0], naive_search(rows, query, 10));
}

TEST(NativeRowSearch, NoRowsNoQueriesAndNoResultsAskedForAreAnswered) {
  const std::vector<float> row{1, 2};
  EXPECT_THAT(find_similar_rows(stored({}, 2), row, {}), ElementsAre(IsEmpty()));
  EXPECT_THAT(find_similar_rows(stored(row, 2), {}, {}), IsEmpty());
  EXPECT_THAT(find_similar_rows(stored(row, 2), row, {.most = 0, .shown = {}}), ElementsAre(IsEmpty()));
}

TEST(NativeRowSearch, SizesThatDoNotFitAreRefused) {
  const std::vector<float> rows{1, 2, 3, 4};
  const std::vector<std::uint8_t> shown{1};
  EXPECT_THROW(find_similar_rows(stored(rows, 3), rows, {}), std::invalid_argument);
  EXPECT_THROW(find_similar_rows(stored(rows, 4), std::vector<float>{1, 2}, {}), std::invalid_argument);
  EXPECT_THROW(find_similar_rows(stored(rows, 2), rows, {.most = 1, .shown = shown}), std::invalid_argument);
  EXPECT_THROW(find_similar_rows(stored(rows, 2), rows, {.most = 1, .shown = {}, .num_threads = 0}),
               std::invalid_argument);
}

}  // namespace
}  // namespace vit_embed
