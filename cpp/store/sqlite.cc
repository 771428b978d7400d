#include "store/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

namespace llmgate::store {
namespace {

std::string path_of(sqlite3* connection) {
  const char* path = sqlite3_db_filename(connection, "main");
  return path != nullptr ? path : "";
}

Error storage_error(int code, const std::string& message) {
  Error error = bad_request("", message);
  error.provider = "sqlite";
  error.provider_code = std::to_string(code);
  return error;
}

// `connection` may be null: out of memory.
Error sqlite_error(sqlite3* connection, int code, const char* doing) {
  std::string message = std::string("SQLite could not ") + doing;
  if (connection != nullptr) {
    message += " '" + path_of(connection) + "': " + sqlite3_errmsg(connection);
  } else {
    message += std::string(": ") + sqlite3_errstr(code);
  }
  return storage_error(code, message);
}

// Empty views may have no pointer, which SQLite would take for NULL.
const char* data_of(std::string_view bytes) { return bytes.data() != nullptr ? bytes.data() : ""; }

// Prompts are private: the file is made before SQLite would make it with the process's umask. One
// that exists is not opened here, since closing it would give up this process's locks on it.
Failure make_private_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor >= 0) {
    ::close(descriptor);
    return std::nullopt;
  }
  if (errno == EEXIST) {
    return std::nullopt;
  }
  return bad_request("", "cannot make the file '" + path + "': " + std::strerror(errno));
}

// Absolute, so that no path is taken for a URI or for a database in memory.
Result<std::string> checked_path(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    return bad_request("", "the path of a database is empty or holds a zero byte");
  }
  std::error_code failure;
  const std::filesystem::path absolute = std::filesystem::absolute(path, failure);
  if (failure) {
    return bad_request("", "cannot find the file '" + path + "': " + failure.message());
  }
  return absolute.string();
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Statement::note(int code) {
  if (bind_failure_ == SQLITE_OK) {
    bind_failure_ = code;
  }
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  note(sqlite3_bind_int64(statement_.get(), parameter, value));
  return *this;
}

Statement& Statement::bind(int parameter, double value) {
  note(sqlite3_bind_double(statement_.get(), parameter, value));
  return *this;
}

Statement& Statement::bind_text(int parameter, std::string_view text) {
  note(sqlite3_bind_text64(statement_.get(), parameter, data_of(text), text.size(), SQLITE_STATIC,
                           SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(int parameter, std::string_view bytes) {
  note(sqlite3_bind_blob64(statement_.get(), parameter, data_of(bytes), bytes.size(),
                           SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind_null(int parameter) {
  note(sqlite3_bind_null(statement_.get(), parameter));
  return *this;
}

Result<bool> Statement::step() {
  sqlite3* connection = sqlite3_db_handle(statement_.get());
  if (bind_failure_ != SQLITE_OK) {
    return storage_error(bind_failure_, std::string("SQLite could not bind a parameter of \"") +
                                            sqlite3_sql(statement_.get()) +
                                            "\": " + sqlite3_errstr(bind_failure_));
  }
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW || code == SQLITE_DONE) {
    return code == SQLITE_ROW;
  }
  return sqlite_error(connection, code, "use");
}

Failure Statement::run() {
  while (true) {
    Result<bool> more = step();
    if (!more.ok()) {
      reset();
      return std::move(more).error();
    }
    if (!*more) {
      reset();
      return std::nullopt;
    }
  }
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bind_failure_ = SQLITE_OK;
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return text == nullptr
             ? std::string_view()
             : std::string_view(
                   text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  return bytes == nullptr
             ? std::string_view()
             : std::string_view(
                   bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

Result<Database> Database::open(const DatabaseOptions& options) {
  Result<std::string> path = checked_path(options.path);
  if (!path.ok()) {
    return std::move(path).error();
  }
  if (Failure failure = make_private_file(*path)) {
    return std::move(*failure);
  }
  Database database;
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(path->c_str(), &connection,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  database.connection_.reset(connection);  // even a failed open leaves something to close
  if (code != SQLITE_OK) {
    return storage_error(code, "SQLite could not open '" + *path + "': " + sqlite3_errstr(code));
  }
  if (Failure failure = database.configure(options)) {
    return std::move(*failure);
  }
  return database;
}

// The owner is checked before anything is written: a foreign file stays as it is.
Failure Database::configure(const DatabaseOptions& options) {
  const auto patience =
      std::clamp<std::int64_t>(options.busy_timeout.count(), 0, std::numeric_limits<int>::max());
  sqlite3_extended_result_codes(connection_.get(), 1);
  sqlite3_busy_timeout(connection_.get(), static_cast<int>(patience));
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // One snapshot, or a file that another process is just making looks like a foreign one.
  if (Failure failure = run("BEGIN")) {
    return failure;
  }
  if (Failure failure = check_owner(options)) {
    return failure;
  }
  if (Failure failure = run("COMMIT")) {
    return failure;
  }
  if (Failure failure = migrate(options)) {
    return failure;
  }
  if (Failure failure = enter_wal_mode(options.busy_timeout)) {
    return failure;
  }
  return run("PRAGMA synchronous = NORMAL");
}

Failure Database::check_owner(const DatabaseOptions& options) {
  const Result<std::int64_t> owner = number("PRAGMA application_id");
  if (!owner.ok()) {
    return owner.error();
  }
  const Result<std::int64_t> version = number("PRAGMA user_version");
  if (!version.ok()) {
    return version.error();
  }
  const Result<std::int64_t> tables = number("SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) {
    return tables.error();
  }
  const bool is_new = *owner == 0 && *version == 0 && *tables == 0;
  if (!is_new && *owner != options.application_id) {
    return bad_request("", "'" + path_of(connection_.get()) +
                               "' is a database of another application (application_id " +
                               std::to_string(*owner) + ", not " +
                               std::to_string(options.application_id) + "); name another file");
  }
  if (*version > static_cast<std::int64_t>(options.migrations.size())) {
    return bad_request("", "'" + path_of(connection_.get()) + "' has schema version " +
                               std::to_string(*version) + "; this llmgate knows versions up to " +
                               std::to_string(options.migrations.size()) +
                               ". Use a newer llmgate or another file");
  }
  return std::nullopt;
}

Failure Database::migrate(const DatabaseOptions& options) {
  const Result<std::int64_t> version = number("PRAGMA user_version");
  if (!version.ok()) {
    return version.error();
  }
  const Result<std::int64_t> owner = number("PRAGMA application_id");
  if (!owner.ok()) {
    return owner.error();
  }
  if (*owner == options.application_id &&
      *version == static_cast<std::int64_t>(options.migrations.size())) {
    return std::nullopt;
  }
  Result<Transaction> transaction = Transaction::begin(*this);
  if (!transaction.ok()) {
    return std::move(transaction).error();
  }
  if (Failure failure = migrate_in_transaction(options)) {
    return failure;
  }
  return transaction->commit();
}

// Another process may have been quicker: what there is to do is known only under the write lock.
Failure Database::migrate_in_transaction(const DatabaseOptions& options) {
  if (Failure failure = check_owner(options)) {
    return failure;
  }
  const Result<std::int64_t> version = number("PRAGMA user_version");
  if (!version.ok()) {
    return version.error();
  }
  for (auto step = static_cast<std::size_t>(std::max<std::int64_t>(*version, 0));
       step < options.migrations.size(); ++step) {
    if (Failure failure = run(options.migrations[step])) {
      return failure;
    }
  }
  // A pragma takes no parameters; these are numbers of ours.
  const std::string marks = "PRAGMA application_id = " + std::to_string(options.application_id) +
                            "; PRAGMA user_version = " + std::to_string(options.migrations.size());
  return run(marks.c_str());
}

// SQLite answers this change with "busy" at once where waiting could be a deadlock, which two
// processes that open a new file together do see.
Failure Database::enter_wal_mode(std::chrono::milliseconds patience) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (true) {
    Result<Statement> pragma = prepare("PRAGMA journal_mode = WAL");
    if (!pragma.ok()) {
      return std::move(pragma).error();
    }
    Result<bool> row = pragma->step();
    if (row.ok()) {
      const std::string mode(*row ? pragma->text(0) : "");
      if (mode == "wal") {
        return std::nullopt;
      }
      return bad_request("", "'" + path_of(connection_.get()) +
                                 "' cannot be shared between processes: its file system gives "
                                 "journal mode '" +
                                 mode + "' instead of WAL");
    }
    if (!is_busy(row.error()) || std::chrono::steady_clock::now() >= give_up) {
      return std::move(row).error();
    }
    sqlite3_sleep(1);
  }
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK) {
    return sqlite_error(connection_.get(), code, "read or prepare a statement for");
  }
  Statement statement;
  statement.statement_.reset(prepared);
  return statement;
}

Failure Database::run(const char* sql) {
  const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return sqlite_error(connection_.get(), code, "use");
  }
  return std::nullopt;
}

Result<std::int64_t> Database::number(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement.ok()) {
    return std::move(statement).error();
  }
  Result<bool> row = statement->step();
  if (!row.ok()) {
    return std::move(row).error();
  }
  return *row ? statement->integer(0) : 0;
}

std::int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(connection_.get()); }

std::int64_t Database::changed_rows() const { return sqlite3_changes64(connection_.get()); }

Result<Transaction> Transaction::begin(Database& database) {
  if (Failure failure = database.run("BEGIN IMMEDIATE")) {
    return std::move(*failure);
  }
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ != nullptr) {
    // A failed statement may have rolled back already; then this has nothing to do.
    (void)database_->run("ROLLBACK");
  }
}

Failure Transaction::commit() {
  Failure failure = database_->run("COMMIT");
  if (!failure) {
    database_ = nullptr;
  }
  return failure;
}

bool is_busy(const Error& error) {
  if (error.provider != "sqlite") {
    return false;
  }
  const int primary = std::atoi(error.provider_code.c_str()) & 0xff;
  return primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
}

}  // namespace llmgate::store
