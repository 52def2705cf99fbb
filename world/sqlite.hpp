// Sqlite: one connection to an SQLite database, with its prepared statements. The only file that
// knows SQLite. A call blocks until the disk has answered, so it belongs on a Worker; one thread at
// a time. Whatever fails throws SqliteError.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "world/units.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace world {

class SqliteError : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t {
    full,    // the disk, the quota, or the bound on the size of the database
    busy,    // another connection held the lock for longer than busy_timeout
    broken,  // the device or the file; or a bug in the SQL
  };
  SqliteError(Kind k, const std::string& what) : std::runtime_error(what), kind(k) {}
  const Kind kind;
};

class Sqlite {
 public:
  struct Options {
    Nanos busy_timeout = std::chrono::seconds(10);  // wall time
    bool read_only = false;
  };
  // A file, made if it is not there, or ":memory:".
  Sqlite(const std::string& path, Options options);

  // Statements without parameters and without rows.
  void execute(const char* script);

  // A statement in use: its parameters, and then its rows. It is reset when it dies; one use of the
  // same SQL at a time.
  class Query {
   public:
    explicit Query(Sqlite& db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    // Takes the parameter's next place, from ?1 on.
    Query& bind(std::int64_t value);
    Query& bind(std::string_view text);

    bool step();  // true: there is a row
    std::int64_t integer(int column) const;  // from 0 on
    std::string text(int column) const;

    void run() { while (step()) {} }  // to the end

   private:
    Sqlite& db_;
    sqlite3_stmt* const statement_;
    int bound_ = 0;
  };
  // Prepared at its first use. For SQL that stands in the program: each text is kept for ever.
  Query query(std::string_view sql);

  std::int64_t changes() const;   // rows that the last INSERT, UPDATE or DELETE touched
  std::int64_t last_row() const;  // the rowid of the last INSERT
  bool in_transaction() const;

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  [[noreturn]] void fail(std::string_view doing) const;

  std::unique_ptr<sqlite3, Close> db_;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>> statements_;
};

}  // namespace world
