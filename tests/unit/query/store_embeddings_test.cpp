#include "query/store_embeddings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "formats/npy.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(StoreEmbeddings, AreThoseOfTheCurrentGeneration) {
  const TemporaryDirectory store;
  const std::string rows(3 * 2 * 4, '\0');
  write_file(store / "gen-0002/embeddings.npy", npy_header(ElementType::float32, {3, 2}) + rows + "more");
  write_file(store / "gen-0002/index.csv", "row,root,path\n2,/p,a.jpg\n0,/p,b.jpg\n2,/p,c.jpg\n");
  std::filesystem::create_symlink("gen-0002", store / "current");
  const IndexedEmbeddings embeddings = open_store_embeddings(store.path());
  EXPECT_EQ(embeddings.source, store.path());
  EXPECT_EQ(embeddings.rows.count(), 3U);
  EXPECT_THAT(embeddings.names.names(2), ElementsAre("/p/a.jpg", "/p/c.jpg"));
  EXPECT_THAT(embeddings.names.live(), ElementsAre(1, 0, 1));
}

TEST(StoreEmbeddings, OfWhatIsNoStoreAreRefused) {
  const TemporaryDirectory store;
  EXPECT_THAT([&] { open_store_embeddings(store.path()); },
              ThrowsMessage<FatalError>(HasSubstr("is not a store")));
  std::filesystem::create_symlink("gone", store / "current");
  EXPECT_THROW(open_store_embeddings(store.path()), FatalError);
}

}  // namespace
}  // namespace vit_embed
