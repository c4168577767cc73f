#include "query/contact_sheet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/npy.h"
#include "pipeline/fake_runtime.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Draws an image as its own bytes.
class DrawingRuntime : public FakeRuntime {
 public:
  DrawingRuntime() : FakeRuntime({}) {}
  std::vector<std::byte> make_thumbnail(std::span<const std::byte> encoded, const DecodeOptions&,
                                        int) const override {
    if (encoded.size() == 3) throw InputError(FailureKind::permanent, "no <image>");
    return {encoded.begin(), encoded.end()};
  }
};

class ContactSheetTest : public testing::Test {
 protected:
  ContactSheetTest() {
    write_file(directory_ / "x.npy", npy_header(ElementType::float32, {2, 1}) + std::string(8, '\0'));
    write_file(directory_ / "index.csv", "row,path\n0,a\n");
    write_file(good_, "JPEG");
  }

  std::string page(const std::vector<QueryAnswer>& answers) {
    const IndexedEmbeddings rows = map_embeddings(directory_ / "x.npy", directory_ / "index.csv");
    write_contact_sheet(page_, rows, {answers}, {.side = 64, .decode = {}, .num_threads = 3},
                        DrawingRuntime(), stop_.get_token());
    return is_there() ? file_content(page_) : "";
  }
  bool is_there() const { return std::filesystem::exists(page_); }

  TemporaryDirectory directory_;
  std::string good_ = (directory_ / "good <&> 'name'.jpg").native();
  std::filesystem::path page_ = directory_ / "page.html";
  std::stop_source stop_;
};

TEST_F(ContactSheetTest, ShowsPicturesScoresAndNamesWithinItself) {
  const std::string html = page({{"dir/q.jpg", {}, {{good_, 0.87654}}, {std::byte{'q'}}}});
  EXPECT_THAT(html, HasSubstr("<img alt=\"Query: q.jpg\" src=\"data:image/jpeg;base64,cQ==\">"));
  EXPECT_THAT(html, HasSubstr("<img alt=\"good &lt;&amp;&gt; &#39;name&#39;.jpg\" "
                              "src=\"data:image/jpeg;base64,SlBFRw==\">"));
  EXPECT_THAT(html, HasSubstr("<b>0.8765</b><span>#1</span>"));
  EXPECT_THAT(html, HasSubstr("1 query, 1 row of "));
  EXPECT_THAT(html, AllOf(Not(HasSubstr("://")), Not(HasSubstr("<script")), Not(HasSubstr("<&>"))));
}

TEST_F(ContactSheetTest, ShowsWhyThereIsNoPicture) {
  write_file(directory_ / "bad.jpg", "bad");
  const std::string html =
      page({{"q",
             {},
             {{(directory_ / "bad.jpg").native(), 0.5}, {(directory_ / "gone.jpg").native(), -0.5}},
             {std::byte{'q'}}}});
  EXPECT_THAT(html, HasSubstr("<div class=\"frame missing\"><span>no &lt;image&gt;</span>"));
  EXPECT_THAT(html, HasSubstr("<span>No such file or directory</span>"));
  EXPECT_THAT(html, HasSubstr("<b>-0.5000</b>"));
  EXPECT_THAT(html, HasSubstr("width:0.0%"));
}

TEST_F(ContactSheetTest, ShowsQueriesThatFailedOrFoundNothing) {
  const std::string html = page(
      {{"cut", InputFailure{FailureKind::permanent, "truncated"}, {}, {}}, {"odd", {}, {}, {std::byte{1}}}});
  EXPECT_THAT(html, HasSubstr("<span>truncated</span>"));
  EXPECT_THAT(html, HasSubstr("Not searched"));
  EXPECT_THAT(html, HasSubstr("Nothing found."));
}

TEST_F(ContactSheetTest, DoesNotAppearAtAStop) {
  stop_.request_stop();
  page({{"q", {}, {{good_, 1}}, {}}});
  EXPECT_FALSE(is_there());
}

}  // namespace
}  // namespace vit_embed
