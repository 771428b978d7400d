// SQLite, as far as the stores need it: a file in WAL mode that several processes share, prepared
// statements, transactions. The only place that knows sqlite3.h. Everything here may block on the
// disk or on another process, so it belongs on a worker thread, one thread at a time per Database.
// Errors carry SQLite's own words and the file's path; nothing throws.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;       // NOLINT(readability-identifier-naming): its own name
struct sqlite3_stmt;  // NOLINT(readability-identifier-naming): its own name

namespace llmgate::store {

struct DatabaseOptions {
  std::string path;  // a file name, never a URI; made with mode 0600 if it does not exist
  // Marks whose file it is: a file with another mark, or with tables and no mark, is refused. Not
  // 0.
  std::int32_t application_id = 0;
  // Step i leads from schema version i to i + 1; a file of a newer version than there are steps is
  // refused. Every step runs once per file, whatever processes open it at once.
  std::span<const char* const> migrations;
  // How long a statement waits for another process's write before it fails as busy.
  std::chrono::milliseconds busy_timeout{5000};
};

// One prepared statement. Texts and blobs are not copied: what is bound must live until reset(),
// and what is read is valid until the next step() or reset().
class Statement {
 public:
  Statement() = default;
  Statement(Statement&&) noexcept = default;
  Statement& operator=(Statement&&) noexcept = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() = default;

  // Parameters count from 1. What cannot be bound is told by the next step().
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, double value);
  Statement& bind_text(int parameter, std::string_view text);
  Statement& bind_blob(int parameter, std::string_view bytes);
  Statement& bind_null(int parameter);

  Result<bool> step();  // true: there is a row to read
  Failure run();        // to the end, past any rows, and resets
  void reset();         // ready to run again, with nothing bound

  // Columns count from 0. NULL reads as 0 or empty.
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::string_view blob(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  void note(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bind_failure_ = 0;
};

// One connection. Statements may outlive it; their file then stays open until the last has gone.
class Database {
 public:
  static Result<Database> open(const DatabaseOptions& options);

  Database() = default;
  Database(Database&&) noexcept = default;
  Database& operator=(Database&&) noexcept = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() = default;

  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  // Runs statements that take no parameters. The text is ours, never put together from input.
  Failure run(const char* sql);
  // One number that a statement without parameters gives: a pragma, a count; 0 if it gives no row.
  Result<std::int64_t> number(std::string_view sql);

  [[nodiscard]] std::int64_t last_row_id() const;
  [[nodiscard]] std::int64_t changed_rows() const;  // by the last INSERT, UPDATE or DELETE
  // In the child of a fork: forgets the connection, which belongs to the parent, without closing.
  void abandon() { (void)connection_.release(); }

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  Failure configure(const DatabaseOptions& options);
  Failure check_owner(const DatabaseOptions& options);
  Failure migrate(const DatabaseOptions& options);
  Failure migrate_in_transaction(const DatabaseOptions& options);
  Failure enter_wal_mode(std::chrono::milliseconds patience);

  std::unique_ptr<sqlite3, Close> connection_;
};

// BEGIN IMMEDIATE, so that a busy file is known before anything is done; rolls back unless
// committed. The Database must outlive it.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  Failure commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;  // null: committed, or moved from
};

// Another process held the file for longer than the busy timeout: worth trying again later.
[[nodiscard]] bool is_busy(const Error& error);

}  // namespace llmgate::store
