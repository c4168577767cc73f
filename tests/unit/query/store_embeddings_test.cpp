#include "query/store_embeddings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "formats/npy.h"
#include "store/small_store.h"

namespace vit_embed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(StoreEmbeddings, AreThoseOfTheCurrentGenerationAndItsManifest) {
  SmallStore store;
  store.add("c.jpg", "one");
  store.add("gone.jpg", "two");
  store.add("a.jpg", "one");
  store.lose("gone.jpg");
  const IndexedEmbeddings embeddings = open_store_embeddings(store.path());
  EXPECT_EQ(embeddings.source, store.path());
  EXPECT_EQ(embeddings.rows.count(), 2U);
  EXPECT_THAT(embeddings.names.names(0), ElementsAre("/photos/a.jpg", "/photos/c.jpg"));
  EXPECT_THAT(embeddings.names.live(), ElementsAre(1, 0));
  EXPECT_EQ(embeddings.fingerprint, SmallStore::info().fingerprint);
  EXPECT_EQ(embeddings.max_pixels, 1000U);
  EXPECT_EQ(embeddings.model, "/models/some.pt");
}

TEST(StoreEmbeddings, WithRowsThatTheIndexDoesNotNameYetAreAllThatTheHeaderCounts) {
  SmallStore store;
  store.add("a.jpg", "one");
  const std::string index = file_content(store.files().index);
  store.add("b.jpg", "two");
  write_file(store.files().index, index);
  const IndexedEmbeddings embeddings = open_store_embeddings(store.path());
  EXPECT_EQ(embeddings.rows.count(), 2U);
  EXPECT_THAT(embeddings.names.live(), ElementsAre(1, 0));
}

TEST(StoreEmbeddings, OfWhatIsNoStoreAreRefused) {
  const TemporaryDirectory directory;
  EXPECT_THAT([&] { open_store_embeddings(directory.path()); },
              ThrowsMessage<FatalError>(HasSubstr("is not a store")));
  std::filesystem::create_symlink("gone", directory / "current");
  EXPECT_THROW(open_store_embeddings(directory.path()), FatalError);
}

TEST(StoreEmbeddings, ThatAreNotTheManifestsAreRefused) {
  const SmallStore store;
  write_file(store.files().embeddings, npy_header(ElementType::float32, {0, 4}));
  EXPECT_THAT([&] { open_store_embeddings(store.path()); },
              ThrowsMessage<FatalError>(HasSubstr("is not the manifest of")));
}

}  // namespace
}  // namespace vit_embed
