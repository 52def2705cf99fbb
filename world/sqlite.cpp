#include "world/sqlite.hpp"

#include <sqlite3.h>

#include "world/ensure.hpp"

namespace world {

namespace {

SqliteError::Kind kind_of(int code) {
  switch (code & 0xFF) {  // the primary code
    case SQLITE_FULL: return SqliteError::Kind::full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return SqliteError::Kind::busy;
    default: return SqliteError::Kind::broken;
  }
}

}  // namespace

void Sqlite::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }
void Sqlite::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Sqlite::Sqlite(const std::string& path, Options options) {
  // No mutex: a connection is used by one thread at a time.
  const int how = options.read_only ? SQLITE_OPEN_READONLY
                                    : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, how | SQLITE_OPEN_NOMUTEX, nullptr);
  db_.reset(db);
  ENSURE(db != nullptr, "no memory for a connection to SQLite");
  if (code != SQLITE_OK) fail("opening " + path);
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, static_cast<int>(options.busy_timeout.count() / 1'000'000));
}

void Sqlite::execute(const char* script) {
  if (sqlite3_exec(db_.get(), script, nullptr, nullptr, nullptr) != SQLITE_OK) fail(script);
}

Sqlite::Query Sqlite::query(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) fail(sql);
    found = statements_.emplace(std::string(sql), statement).first;
  }
  ENSURE(!sqlite3_stmt_busy(found->second.get()), "one use of a statement at a time");
  return Query(*this, found->second.get());
}

Sqlite::Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Sqlite::Query& Sqlite::Query::bind(std::int64_t value) {
  if (sqlite3_bind_int64(statement_, ++bound_, value) != SQLITE_OK) {
    db_.fail(sqlite3_sql(statement_));
  }
  return *this;
}

Sqlite::Query& Sqlite::Query::bind(std::string_view text) {
  const int code = sqlite3_bind_text64(statement_, ++bound_, text.empty() ? "" : text.data(),
                                       text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) db_.fail(sqlite3_sql(statement_));
  return *this;
}

bool Sqlite::Query::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) db_.fail(sqlite3_sql(statement_));
  return false;
}

std::int64_t Sqlite::Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Sqlite::Query::text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) return {};
  const int size = sqlite3_column_bytes(statement_, column);
  return std::string(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
}

std::int64_t Sqlite::changes() const { return sqlite3_changes64(db_.get()); }
std::int64_t Sqlite::last_row() const { return sqlite3_last_insert_rowid(db_.get()); }
bool Sqlite::in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }

void Sqlite::fail(std::string_view doing) const {
  const int code = sqlite3_extended_errcode(db_.get());
  throw SqliteError(kind_of(code), std::string(doing) + ": " + sqlite3_errmsg(db_.get()));
}

}  // namespace world
