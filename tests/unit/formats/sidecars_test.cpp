#include "formats/sidecars.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace vit_embed {
namespace {

TEST(Sidecars, RecordsHaveTheColumnsOfTheirHeaders) {
  EXPECT_EQ(index_header({}), "row,path\n");
  EXPECT_EQ(index_record(0, "a.jpg", {}), "0,a.jpg\n");
  EXPECT_EQ(index_record(12345678901, "a,\"b\".jpg", {}), "12345678901,\"a,\"\"b\"\".jpg\"\n");
  const std::vector<std::string> names{"label", "txt"}, values{"", "one, two"};
  EXPECT_EQ(index_header(names), "row,path,label,txt\n");
  EXPECT_EQ(index_record(3, "a.jpg", values), "3,a.jpg,,\"one, two\"\n");
  EXPECT_EQ(kInputsHeader, "path,size,mtime_ns,outcome\n");
  EXPECT_EQ(inputs_record({"a,b", {7, -1}, Outcome::row}), "\"a,b\",7,-1,row\n");
  EXPECT_EQ(inputs_record({"a", {}, Outcome::permanent_failure}), "a,0,0,permanent\n");
  EXPECT_EQ(inputs_record({"a", {}, Outcome::transient_failure}), "a,0,0,transient\n");
  EXPECT_EQ(kFailuresHeader, "path,reason,kind\n");
  EXPECT_EQ(failure_record("a\nb", "bad, very", FailureKind::permanent),
            "\"a\nb\",\"bad, very\",permanent\n");
  EXPECT_EQ(failure_record("a", "gone", FailureKind::transient), "a,gone,transient\n");
}

}  // namespace
}  // namespace vit_embed
