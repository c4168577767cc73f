#include "pipeline/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>

#include "base/error.h"
#include "fake_runtime.h"
#include "formats/csv.h"
#include "formats/meta.h"
#include "formats/npy.h"
#include "output/output_spec.h"

namespace vit_embed {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

class RecordingObserver : public RunObserver {
 public:
  void on_start(std::optional<std::uint64_t> total, const RunCounts& done_before) override {
    ++starts_;
    total_ = total;
    done_before_ = done_before.inputs;
  }
  void on_failure(const std::string& name, const InputFailure& failure) override {
    failures_.push_back(fs::path(name).filename().native() + ": " + failure.reason);
  }
  void on_batch(const RunCounts& done) override {
    done_.push_back(done.inputs);
    if (on_batch_) on_batch_(done_.size());
  }

  int starts_ = 0;
  std::optional<std::uint64_t> total_;
  std::uint64_t done_before_ = 0;
  std::vector<std::string> failures_;
  std::vector<std::uint64_t> done_;
  std::function<void(std::size_t)> on_batch_;  ///< told how many batches were written
};

class ExtractTest : public FakeRun {
 protected:
  ExtractReport run() {
    observer_ = {};
    observer_.on_batch_ = on_batch_;
    return extract(
        options_, opener(), observer_, [this](LogLevel, std::string_view m) { logged_ += m; },
        stop_.get_token());
  }

  /// A run that is stopped once `batches` batches are written.
  ExtractReport run_stopped_after(std::size_t batches) {
    stop_ = {};
    on_batch_ = [this, batches](std::size_t n) {
      if (n == batches) stop_.request_stop();
    };
    const ExtractReport report = run();
    stop_ = {};
    on_batch_ = {};
    return report;
  }

  template <class Kind>
  std::string error_of_run() {
    try {
      run();
    } catch (const Kind& e) {
      return e.what();
    }
    return "no such error";
  }

  OutputMeta meta() const { return read_output_meta(published_files(options_.output).meta); }

  std::map<std::string, std::string> published() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(directory_.path())) {
      if (entry.is_regular_file() && entry.path() != options_.model)
        files[entry.path().filename()] = file_content(entry.path());
    }
    return files;
  }

  std::vector<float> numbers() const {
    const std::string content = file_content(options_.output).substr(kNpyHeaderLength);
    std::vector<float> values(content.size() / sizeof(float));
    std::memcpy(values.data(), content.data(), content.size());
    return values;
  }

  bool has_partial() const { return fs::exists(partial_directory(options_.output)); }

  RecordingObserver observer_;
  std::function<void(std::size_t)> on_batch_;
  std::string logged_;
};

TEST_F(ExtractTest, PublishesARowForEveryImage) {
  make_images(8);
  const ExtractReport report = run();
  EXPECT_EQ(report.counts.inputs, 8u);
  EXPECT_EQ(report.counts.rows, 8u);
  EXPECT_FALSE(report.up_to_date);
  EXPECT_FALSE(report.interrupted);
  EXPECT_FALSE(report.random_weights);
  EXPECT_THAT(read_npy_header(options_.output).shape, ElementsAre(8, 3));
  EXPECT_EQ(numbers().at(7 * 3 + 2), FakeModel::row_value(7, Feature::cls, 2));
  CsvReader index(published_files(options_.output).index);
  index.next();
  for (int i = 0; i < 8; ++i) EXPECT_THAT(*index.next(), ElementsAre(std::to_string(i), image_path(i)));
  EXPECT_EQ(meta().build.engine, "fake");
  EXPECT_EQ(meta().build.libraries.at("Fake"), "1.0");
  EXPECT_EQ(meta().model_source, "a fake");
  EXPECT_EQ(meta().fingerprint.weights_sha256, std::string(64, 'f'));
  EXPECT_FALSE(has_partial());
  EXPECT_EQ(observer_.starts_, 1);
  EXPECT_EQ(observer_.total_, 8u);
  EXPECT_THAT(observer_.done_, ElementsAre(3, 6, 8));
}

TEST_F(ExtractTest, ASecondRunLeavesTheOutputAloneAndOpensNothing) {
  make_images(8);
  write_file(image_path(3), "bad");
  run();
  const auto files = published();
  const auto written = fs::last_write_time(options_.output);
  const ExtractReport second = run();
  EXPECT_TRUE(second.up_to_date);
  EXPECT_EQ(second.counts.inputs, 8u);
  EXPECT_EQ(second.counts.rows, 7u);
  EXPECT_EQ(second.counts.permanent_failures, 1u);
  EXPECT_EQ(opened_, 1);
  EXPECT_EQ(published(), files);
  EXPECT_EQ(fs::last_write_time(options_.output), written);
  EXPECT_EQ(observer_.starts_, 0);
}

TEST_F(ExtractTest, ADirectoryOrAMissingFileAmongTheInputsIsUpToDateTheSecondTime) {
  make_images(2);
  options_.inputs.paths = {image_path(0), (directory_ / "missing.jpg").native(), image_path(1)};
  EXPECT_EQ(run().counts.transient_failures, 1u);
  EXPECT_TRUE(run().up_to_date);
}

TEST_F(ExtractTest, RunsAgainWhereAnImageOrAnOptionChanged) {
  make_images(8);
  run();
  write_file(image_path(3), "300");
  EXPECT_FALSE(run().up_to_date);
  EXPECT_EQ(numbers().at(9), 300);
  options_.l2_normalize = true;
  EXPECT_FALSE(run().up_to_date);
  EXPECT_TRUE(meta().fingerprint.l2_normalized);
  options_.dtype = ElementType::float16;
  EXPECT_FALSE(run().up_to_date);
  options_.decode.apply_exif_orientation = false;
  EXPECT_FALSE(run().up_to_date);
  options_.on_error = OnError::nan;
  EXPECT_FALSE(run().up_to_date);
  ModelMetadata other = FakeModel::some_metadata();
  other.weights_sha256 = std::string(64, 'e');
  write_model(other);
  EXPECT_FALSE(run().up_to_date);
  options_.batch_size = 2;
  EXPECT_TRUE(run().up_to_date) << "a finished output does not depend on the batch size";
}

TEST_F(ExtractTest, ThePrecisionIsPartOfTheFingerprint) {
  make_images(14);
  run();
  EXPECT_EQ(meta().fingerprint.precision, Precision::fp32);
  options_.precision = Precision::int8;
  EXPECT_TRUE(run_stopped_after(2).interrupted) << "an output of another precision is not up to date";
  options_.precision = Precision::bf16;
  EXPECT_THAT(error_of_run<RefusedError>(),
              HasSubstr("fingerprints.0.precision: \"int8\" then, \"bf16\" now"));
  options_.precision = Precision::int8;
  EXPECT_FALSE(run().interrupted);
  EXPECT_EQ(meta().fingerprint.precision, Precision::int8);
}

TEST_F(ExtractTest, TheModelIsLoadedAsTheOptionsSay) {
  make_images(1);
  LoadOptions loaded;
  prepare_ = [&loaded](FakeModel& model) { loaded = model.loaded_with_; };
  options_.engine = EngineChoice::native;
  options_.precision = Precision::bf16;
  options_.isa = InstructionSet::avx512;
  run();
  EXPECT_EQ(loaded.engine, EngineChoice::native);
  EXPECT_EQ(loaded.precision, Precision::bf16);
  EXPECT_EQ(loaded.isa, InstructionSet::avx512);
  EXPECT_EQ(loaded.num_threads, 2);
}

TEST_F(ExtractTest, ANativeRunGoesOnWithAnotherNumberOfThreads) {
  make_images(14);
  prepare_ = [](FakeModel& model) { model.engine_ = "native"; };
  run_stopped_after(2);
  options_.num_threads = 1;
  EXPECT_EQ(run().counts.inputs, 14u);
  EXPECT_GE(observer_.done_before_, 6u);
}

TEST_F(ExtractTest, RestartMakesAFinishedOutputAnew) {
  make_images(4);
  run();
  options_.restart = true;
  EXPECT_FALSE(run().up_to_date);
  EXPECT_EQ(opened_, 2);
}

TEST_F(ExtractTest, AStoppedRunIsResumedToTheSameBytes) {
  for (const OutputFormat format : {OutputFormat::npy, OutputFormat::csv}) {
    options_.format = format;
    options_.output = directory_ / ("photos." + std::string(to_string(format)));
    make_images(14);
    write_file(image_path(2), "bad");
    write_file(image_path(7), "bad");
    for (const OnError on_error : {OnError::skip, OnError::nan}) {
      options_.on_error = on_error;
      options_.restart = true;
      run();
      const auto whole = published();
      for (const std::size_t batches : {1u, 2u, 4u}) {
        for (const auto& [name, content] : whole) fs::remove(directory_ / name);
        options_.restart = false;
        const ExtractReport stopped = run_stopped_after(batches);
        EXPECT_TRUE(stopped.interrupted);
        EXPECT_GE(stopped.counts.inputs, 3 * batches);
        EXPECT_TRUE(has_partial());
        EXPECT_THAT(published(), IsEmpty());
        const ExtractReport resumed = run();
        EXPECT_FALSE(resumed.interrupted);
        EXPECT_EQ(observer_.done_before_, stopped.counts.inputs);
        EXPECT_EQ(resumed.counts.inputs, 14u);
        EXPECT_EQ(resumed.counts.permanent_failures, 2u);
        EXPECT_EQ(published(), whole);
        EXPECT_FALSE(has_partial());
      }
    }
    for (const auto& [name, content] : published()) fs::remove(directory_ / name);
  }
}

TEST_F(ExtractTest, ARunThatDiedIsResumed) {
  make_images(14);
  run();
  const auto whole = published();
  for (const auto& [name, content] : whole) fs::remove(directory_ / name);
  prepare_ = [](FakeModel& model) {
    model.on_encode_ = [](std::size_t n) {
      if (n == 3) throw FatalError("out of memory");
    };
  };
  EXPECT_EQ(error_of_run<FatalError>(), "out of memory");
  prepare_ = {};
  run();
  EXPECT_EQ(observer_.done_before_, 6u);
  EXPECT_EQ(published(), whole);
}

TEST_F(ExtractTest, RestartDiscardsAnUnfinishedRun) {
  make_images(14);
  run_stopped_after(2);
  options_.restart = true;
  options_.batch_size = 4;
  EXPECT_EQ(run().counts.inputs, 14u);
  EXPECT_EQ(observer_.done_before_, 0u);
}

TEST_F(ExtractTest, AnUnfinishedRunOfOtherOptionsIsRefused) {
  make_images(14);
  run_stopped_after(2);
  options_.batch_size = 4;
  EXPECT_THAT(error_of_run<RefusedError>(), HasSubstr("batch_size: 3 then, 4 now"));
  options_.batch_size = 3;
  prepare_ = [](FakeModel& model) { model.engine_ = "another"; };
  EXPECT_THAT(error_of_run<RefusedError>(), HasSubstr("build.engine"));
  options_.allow_mixed = true;
  EXPECT_EQ(run().counts.inputs, 14u);
  EXPECT_GE(observer_.done_before_, 6u);
}

TEST_F(ExtractTest, AFailedImageHasNoRow) {
  make_images(5);
  write_file(image_path(1), "bad");
  const ExtractReport report = run();
  EXPECT_EQ(report.counts.rows, 4u);
  EXPECT_EQ(report.counts.permanent_failures, 1u);
  EXPECT_THAT(read_npy_header(options_.output).shape, ElementsAre(4, 3));
  EXPECT_EQ(numbers().at(3), 2) << "the row of the third image";
  EXPECT_THAT(observer_.failures_, ElementsAre("01.jpg: not a number: bad"));
}

TEST_F(ExtractTest, AFailedImageHasARowOfNanWhereAskedFor) {
  make_images(5);
  write_file(image_path(1), "bad");
  options_.on_error = OnError::nan;
  const ExtractReport report = run();
  EXPECT_EQ(report.counts.rows, 5u);
  EXPECT_EQ(report.counts.failures(), 1u);
  EXPECT_EQ(meta().rows, 5u);
  EXPECT_TRUE(std::isnan(numbers().at(3)));
  EXPECT_EQ(numbers().at(6), 2);
}

TEST_F(ExtractTest, AFailedImageEndsTheRunWhereAskedFor) {
  make_images(9);
  run();
  const auto old = published();
  write_file(image_path(4), "bad");
  options_.on_error = OnError::fail;
  EXPECT_THAT(error_of_run<FatalError>(), AllOf(HasSubstr(image_path(4)), HasSubstr("not a number: bad")));
  EXPECT_EQ(published(), old) << "the older output was touched";
  write_file(image_path(4), "4");
  EXPECT_EQ(run().counts.inputs, 9u);
  EXPECT_EQ(observer_.done_before_, 3u) << "the batches before the failure are kept";
}

TEST_F(ExtractTest, AFinishedOutputWithFailuresIsNotEnoughWhereNoneMayBe) {
  make_images(4);
  write_file(image_path(1), "bad");
  run();
  EXPECT_TRUE(run().up_to_date);
  options_.on_error = OnError::fail;
  EXPECT_THAT(error_of_run<FatalError>(), HasSubstr("--on-error fail"));
}

TEST_F(ExtractTest, AllFailedPublishesNoRows) {
  for (int i = 0; i < 4; ++i) write_file(image_path(i), "bad");
  const ExtractReport report = run();
  EXPECT_EQ(report.counts.rows, 0u);
  EXPECT_EQ(report.counts.permanent_failures, 4u);
  EXPECT_THAT(read_npy_header(options_.output).shape, ElementsAre(0, 3));
}

TEST_F(ExtractTest, NoInputsAreFatalAndLeaveNoTrace) {
  fs::create_directory(directory_ / "photos");
  EXPECT_THAT(error_of_run<FatalError>(), ::testing::StartsWith("no images found: "));
  EXPECT_EQ(opened_, 0);
  EXPECT_FALSE(has_partial());
}

TEST_F(ExtractTest, AModelThatCannotBeLoadedLeavesNoTrace) {
  make_images(3);
  prepare_ = [](FakeModel&) { throw FatalError("not enough memory"); };
  EXPECT_EQ(error_of_run<FatalError>(), "not enough memory");
  EXPECT_FALSE(has_partial());
}

TEST_F(ExtractTest, AModelThatIsReplacedWhileItIsLoadedIsFatal) {
  make_images(3);
  prepare_ = [](FakeModel& model) { model.description_.weights_sha256 = "of another"; };
  EXPECT_THAT(error_of_run<FatalError>(), HasSubstr("replaced"));
}

TEST_F(ExtractTest, AMissingPoolerIsFatalBeforeAnythingIsListed) {
  ModelMetadata metadata = FakeModel::some_metadata();
  metadata.architecture.pooler = false;
  write_model(metadata);
  options_.features = {Feature::cls, Feature::pooler};
  EXPECT_THAT(error_of_run<FatalError>(), HasSubstr("no pooler"));
  EXPECT_EQ(opened_, 0);
}

TEST_F(ExtractTest, AForeignModelIsDescribedByTheRuntime) {
  write_foreign_model();
  make_images(4);
  options_.preprocessing.image_mean = std::array{0.1, 0.2, 0.3};
  EXPECT_EQ(run().counts.rows, 4U);
  EXPECT_EQ(opened_, 1) << "what it was opened for to describe the model serves the run, too";
  EXPECT_EQ(meta().fingerprint.preprocessing.image_mean, (std::array{0.1, 0.2, 0.3}));
  EXPECT_TRUE(run().up_to_date);
  options_.preprocessing.image_mean = std::array{0.3, 0.2, 0.1};
  EXPECT_FALSE(run().up_to_date);
}

TEST_F(ExtractTest, PreprocessingThatContradictsTheModelFileIsAUsageError) {
  make_images(1);
  options_.preprocessing.image_size = ImageSize{4, 4};
  EXPECT_THAT(error_of_run<UsageError>(), HasSubstr("says itself how images are preprocessed"));
  EXPECT_EQ(opened_, 0);
}

TEST_F(ExtractTest, SaysThatTheWeightsAreRandom) {
  ModelMetadata metadata = FakeModel::some_metadata();
  metadata.random_weights = true;
  write_model(metadata);
  make_images(1);
  EXPECT_TRUE(run().random_weights);
  EXPECT_TRUE(meta().random_weights);
  EXPECT_TRUE(run().random_weights) << "when it is up to date, too";
}

TEST_F(ExtractTest, SeveralFeaturesComeFromOneForward) {
  make_images(4);
  std::size_t forwards = 0;
  prepare_ = [&forwards](FakeModel& model) {
    model.on_encode_ = [&forwards](std::size_t n) { forwards = n; };
  };
  options_.features = {Feature::cls, Feature::tokens};
  run();
  EXPECT_EQ(forwards, 2u);
  EXPECT_THAT(read_npy_header(directory_ / "photos.cls.npy").shape, ElementsAre(4, 3));
  EXPECT_THAT(read_npy_header(directory_ / "photos.tokens.npy").shape, ElementsAre(4, 2, 3));
  EXPECT_TRUE(run().up_to_date);
}

TEST_F(ExtractTest, AStopBeforeTheFirstBatchLeavesNoTrace) {
  make_images(4);
  stop_.request_stop();
  EXPECT_TRUE(run().interrupted);
  EXPECT_FALSE(has_partial());
  EXPECT_EQ(opened_, 0);
  EXPECT_THAT(published(), IsEmpty());
}

TEST_F(ExtractTest, AnImageThatChangesBetweenTheListingAndTheReadingIsWhatWasRead) {
  make_images(4);
  prepare_ = [this](FakeModel&) { write_file(image_path(2), "2222"); };
  run();
  EXPECT_EQ(numbers().at(6), 2222);
  prepare_ = {};
  EXPECT_TRUE(run().up_to_date) << "the digest is of what was read";
}

TEST_F(ExtractTest, AnOutputInAMissingFolderIsFatalBeforeAnythingIsListed) {
  make_images(1);
  options_.output = directory_ / "missing" / "photos.npy";
  EXPECT_THAT(error_of_run<FatalError>(), HasSubstr((directory_ / "missing").native()));
  EXPECT_EQ(opened_, 0);
}

}  // namespace
}  // namespace vit_embed
