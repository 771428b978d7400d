#include "store/sqlite.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "support/temporary_folder.h"

namespace llmgate::store {
namespace {

constexpr std::array<const char*, 1> kSchema{
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, name TEXT, bytes BLOB, weight REAL)"};
constexpr std::array<const char*, 2> kNewerSchema{kSchema[0],
                                                  "ALTER TABLE notes ADD COLUMN age INTEGER"};

DatabaseOptions options_for(const std::string& path) {
  DatabaseOptions options;
  options.path = path;
  options.application_id = 0x4c475431;
  options.migrations = kSchema;
  options.busy_timeout = std::chrono::milliseconds(2000);
  return options;
}

std::string refusal(const DatabaseOptions& options) {
  const Result<Database> opened = Database::open(options);
  return opened.ok() ? "" : opened.error().message;
}

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class SqliteTest : public ::testing::Test {
 protected:
  Database open() {
    Result<Database> opened = Database::open(options_for(path_));
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    return opened.ok() ? std::move(opened).value() : Database();
  }
  test::TemporaryFolder folder_;
  std::string path_ = folder_.file("notes.db");
};

TEST_F(SqliteTest, KeepsWhatWasBound) {
  Database database = open();
  const std::string bytes("a\0b", 3);
  Statement insert = database.prepare("INSERT INTO notes VALUES (?, ?, ?, ?)").value();
  insert.bind(1, std::int64_t{1} << 40).bind_text(2, "na\xc3\xafve").bind_blob(3, bytes);
  EXPECT_EQ(insert.bind(4, 0.25).run(), std::nullopt);
  EXPECT_EQ(database.last_row_id(), std::int64_t{1} << 40);
  EXPECT_EQ(database.changed_rows(), 1);

  Statement select = database.prepare("SELECT id, name, bytes, weight FROM notes").value();
  ASSERT_TRUE(select.step().value());
  EXPECT_EQ(select.integer(0), std::int64_t{1} << 40);
  EXPECT_EQ(select.text(1), "na\xc3\xafve");
  EXPECT_EQ(select.blob(2), bytes);
  EXPECT_EQ(select.real(3), 0.25);
  EXPECT_FALSE(select.step().value());
}

TEST_F(SqliteTest, TellsEmptyFromNull) {
  Database database = open();
  Statement insert = database.prepare("INSERT INTO notes VALUES (1, ?, ?, ?)").value();
  EXPECT_EQ(insert.bind_text(1, {}).bind_blob(2, {}).bind_null(3).run(), std::nullopt);
  Statement select = database.prepare("SELECT name, bytes, weight FROM notes").value();
  ASSERT_TRUE(select.step().value());
  EXPECT_FALSE(select.is_null(0));
  EXPECT_FALSE(select.is_null(1));
  EXPECT_TRUE(select.is_null(2));
  EXPECT_EQ(select.blob(1), "");
}

TEST_F(SqliteTest, RunsAStatementAgainAfterReset) {
  Database database = open();
  Statement insert = database.prepare("INSERT INTO notes (name) VALUES (?)").value();
  EXPECT_EQ(insert.bind_text(1, "first").run(), std::nullopt);
  EXPECT_EQ(insert.bind_text(1, "second").run(), std::nullopt);
  EXPECT_EQ(database.number("SELECT count(*) FROM notes").value(), 2);
  EXPECT_EQ(insert.run(), std::nullopt);  // nothing bound is left over
  EXPECT_EQ(database.number("SELECT count(*) FROM notes WHERE name IS NULL").value(), 1);
}

TEST_F(SqliteTest, SaysWhatIsWrongAndWhere) {
  Database database = open();
  const Result<Statement> misspelt = database.prepare("SELEKT 1");
  ASSERT_FALSE(misspelt.ok());
  EXPECT_TRUE(mentions(misspelt.error().message, "SELEKT")) << misspelt.error().message;
  EXPECT_TRUE(mentions(misspelt.error().message, path_));

  Statement insert = database.prepare("INSERT INTO notes (id) VALUES (7)").value();
  EXPECT_EQ(insert.run(), std::nullopt);
  const Failure twice = insert.run();
  ASSERT_TRUE(twice.has_value());
  EXPECT_TRUE(mentions(twice->message, "UNIQUE")) << twice->message;
  EXPECT_TRUE(mentions(twice->message, path_));
  EXPECT_FALSE(is_busy(*twice));
}

TEST_F(SqliteTest, RefusesAParameterThatIsNotThere) {
  Database database = open();
  Statement select = database.prepare("SELECT name FROM notes WHERE id = ?").value();
  const Result<bool> row = select.bind(2, std::int64_t{1}).step();
  ASSERT_FALSE(row.ok());
  EXPECT_TRUE(mentions(row.error().message, "parameter")) << row.error().message;
  select.reset();
  EXPECT_FALSE(select.bind(1, std::int64_t{1}).step().value());
}

TEST_F(SqliteTest, RollsBackWhatIsNotCommitted) {
  Database database = open();
  {
    Transaction transaction = Transaction::begin(database).value();
    EXPECT_EQ(database.run("INSERT INTO notes (name) VALUES ('lost')"), std::nullopt);
  }
  {
    Transaction transaction = Transaction::begin(database).value();
    EXPECT_EQ(database.run("INSERT INTO notes (name) VALUES ('kept')"), std::nullopt);
    EXPECT_EQ(transaction.commit(), std::nullopt);
  }
  EXPECT_EQ(database.number("SELECT count(*) FROM notes").value(), 1);
}

TEST_F(SqliteTest, TellsAnotherWritersLockAsBusy) {
  Database first = open();
  DatabaseOptions hurried = options_for(path_);
  hurried.busy_timeout = std::chrono::milliseconds(0);
  Database second = Database::open(hurried).value();
  const Transaction held = Transaction::begin(first).value();
  const Result<Transaction> refused = Transaction::begin(second);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(is_busy(refused.error())) << refused.error().message;
  EXPECT_EQ(second.number("SELECT count(*) FROM notes").value(), 0);  // readers go on
}

TEST_F(SqliteTest, MakesAPrivateFileInWalMode) {
  Database database = open();
  EXPECT_EQ(database.run("INSERT INTO notes (name) VALUES ('x')"), std::nullopt);
  struct stat facts = {};
  ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat((path_ + "-wal").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_EQ(database.number("PRAGMA synchronous").value(), 1);
}

TEST_F(SqliteTest, TakesNoPathForAUri) {
  const std::string here = std::filesystem::current_path().string();
  std::filesystem::current_path(folder_.file(""));
  EXPECT_EQ(refusal(options_for(":memory:")), "");
  EXPECT_EQ(refusal(options_for("file:x?mode=memory")), "");
  std::filesystem::current_path(here);
  EXPECT_TRUE(std::filesystem::exists(folder_.file(":memory:")));
  EXPECT_TRUE(std::filesystem::exists(folder_.file("file:x?mode=memory")));
}

TEST_F(SqliteTest, KeepsItsRowsAcrossASchemaStep) {
  EXPECT_EQ(open().run("INSERT INTO notes (name) VALUES ('old')"), std::nullopt);
  DatabaseOptions newer = options_for(path_);
  newer.migrations = kNewerSchema;
  Database database = Database::open(newer).value();
  EXPECT_EQ(database.number("SELECT count(age IS NULL) FROM notes WHERE name = 'old'").value(), 1);
  EXPECT_EQ(database.number("PRAGMA user_version").value(), 2);
}

TEST_F(SqliteTest, RefusesANewerSchema) {
  DatabaseOptions newer = options_for(path_);
  newer.migrations = kNewerSchema;
  EXPECT_EQ(refusal(newer), "");
  const std::string message = refusal(options_for(path_));
  EXPECT_TRUE(mentions(message, "schema version 2")) << message;
  EXPECT_TRUE(mentions(message, path_)) << message;
}

TEST_F(SqliteTest, RefusesAnotherApplicationsFileAndLeavesItAlone) {
  DatabaseOptions foreign = options_for(path_);
  foreign.application_id = 77;
  EXPECT_EQ(refusal(foreign), "");
  const std::string before = file_text(path_);
  const std::string message = refusal(options_for(path_));
  EXPECT_TRUE(mentions(message, "another application (application_id 77")) << message;
  EXPECT_EQ(file_text(path_), before);
}

TEST_F(SqliteTest, RefusesAnUnmarkedFileThatHasTables) {
  Database database = open();
  EXPECT_EQ(database.run("PRAGMA application_id = 0"), std::nullopt);
  EXPECT_TRUE(mentions(refusal(options_for(path_)), "another application"));
}

TEST_F(SqliteTest, RefusesAFileThatIsNoDatabase) {
  const std::string text(5000, 'x');
  std::ofstream(path_) << text;
  const std::string message = refusal(options_for(path_));
  EXPECT_TRUE(mentions(message, "not a database")) << message;
  EXPECT_TRUE(mentions(message, path_)) << message;
  EXPECT_EQ(file_text(path_), text);
}

TEST_F(SqliteTest, RefusesPathsThatCannotBe) {
  EXPECT_TRUE(mentions(refusal(options_for("")), "empty"));
  EXPECT_TRUE(mentions(refusal(options_for(std::string("a\0b", 3))), "zero byte"));
  EXPECT_TRUE(mentions(refusal(options_for("/nowhere/at/all.db")), "No such file"));
  EXPECT_TRUE(mentions(refusal(options_for(folder_.file(""))), "cannot make the file"));
}

TEST_F(SqliteTest, MakesOneSchemaWhenManyOpenAtOnce) {
  std::vector<std::thread> threads;
  std::vector<std::string> refusals(8);
  threads.reserve(refusals.size());
  for (std::string& message : refusals) {
    threads.emplace_back([this, &message] { message = refusal(options_for(path_)); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(refusals, std::vector<std::string>(8));
}

TEST_F(SqliteTest, AStatementMayOutliveItsDatabase) {
  Statement count;
  {
    Database database = open();
    count = database.prepare("SELECT count(*) FROM notes").value();
  }
  EXPECT_TRUE(count.step().value());
}

TEST_F(SqliteTest, AForkedChildLeavesTheConnectionAlone) {
  Database database = open();
  EXPECT_EQ(database.run("INSERT INTO notes (name) VALUES ('parent')"), std::nullopt);
  const pid_t child = ::fork();
  if (child == 0) {
    database.abandon();
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(open().number("SELECT count(*) FROM notes").value(), 1);
}

}  // namespace
}  // namespace llmgate::store
