#include "world/tls_stream.hpp"

#include <algorithm>

namespace world {

using State = TlsSession::State;

TlsStream::~TlsStream() {
  ENSURE(early_writer_ == nullptr, "a stream died during its operation");
  if (failure_ || !shaken()) return;
  if (session_->unread()) {
    plain_->reset();  // closing with unread bytes is an abort, as TCP's
  } else {
    finish_sending();
  }
}

Task<Result<void>> TlsStream::shake() {
  raw_ = std::make_unique<char[]>(kRawBytes);
  for (;;) {
    const Result<void> sent = co_await plain_->write_all(session_->output());
    session_->output().clear();
    if (session_->state() == State::failed) failure_ = Failure::tls;
    if (!failure_ && !sent) failure_ = sent.error();
    if (failure_) co_return Result<void>(*failure_);
    if (shaken()) co_return Result<void>(boost::system::in_place_value);
    const Result<std::size_t> n = co_await plain_->read_some(raw_.get(), kRawBytes);
    if (!n || *n == 0) {
      failure_ = n ? Failure::closed : n.error();
      co_return Result<void>(*failure_);
    }
    session_->take({raw_.get(), *n});
  }
}

void TlsStream::finish_sending() {
  if (finished_ || failure_) return;
  finished_ = true;
  if (shaken()) {
    session_->finish();
    push();
  }
  plain_->finish_sending();
}

void TlsStream::reset() {
  failure_ = Failure::reset;
  plain_->reset();
}

bool TlsStream::stale() {
  if (failure_ || !shaken() || session_->state() != State::open) return true;
  return session_->unread() || plain_->stale();
}

std::size_t TlsStream::untaken() {
  return plain_->untaken() + (session_ ? session_->output().size() : 0);
}

bool TlsStream::try_read(ReadSome& op) {
  for (;;) {
    if (!failure_ && shaken()) {
      const std::size_t n = session_->read(op.data, op.size);
      push();  // the protocol may answer by itself
      if (session_->state() == State::failed) failure_ = Failure::tls;
      if (n > 0 || (!failure_ && session_->state() == State::ended)) {
        op.result = n;
        return true;
      }
    }
    if (failure_) {
      op.result = *failure_;
      return true;
    }
    if (!raw_) raw_ = std::make_unique<char[]>(kRawBytes);
    ReadSome raw(*plain_, raw_.get(), kRawBytes);
    if (!raw.await_ready()) return false;
    if (!raw.result || *raw.result == 0) {
      op.result = raw.result;
      // Whoever ends without saying so may have been cut short.
      if (raw.result && shaken()) op.result = Failure::closed;
      return true;
    }
    take({raw_.get(), *raw.result});
  }
}

void TlsStream::take(std::string_view raw) {
  if (!session_ && !stalled_) begin();
  if (!session_) return;
  session_->take(raw);
  push();
  if (session_->state() == State::failed) failure_ = Failure::tls;
  const bool decided = failure_ || shaken();
  if (decided && early_writer_ != nullptr) clock().post(*std::exchange(early_writer_, nullptr));
}

// The client has begun: what happens to it is what the listener does now.
void TlsStream::begin() {
  const TlsManner manner = door_->next();
  stalled_ = manner.handshake == Handshake::stall;
  if (manner.handshake == Handshake::complete) session_ = door_->begin(manner.certificate);
  if (manner.handshake == Handshake::reset) reset();
  if (failure_ && early_writer_ != nullptr) clock().post(*std::exchange(early_writer_, nullptr));
}

// Hands over what the session wants sent, as far as the plain stream takes it now; true when all.
bool TlsStream::push() {
  std::string& output = session_->output();
  if (output.empty()) return true;
  WriteAll raw(*plain_, output);
  const bool done = raw.await_ready();
  if (done && !raw.result) write_failed_ = true;
  output.erase(0, output.size() - raw.bytes.size());
  return done && raw.result;
}

bool TlsStream::try_write(WriteAll& op) {
  const bool over = failure_ || write_failed_ || finished_;
  if (!over && !shaken()) return false;
  while (!over && push()) {
    if (op.bytes.empty()) {
      op.result = boost::system::in_place_value;
      return true;
    }
    const std::size_t n = std::min(op.bytes.size(), kRecordBytes);
    session_->seal(op.bytes.substr(0, n));
    op.bytes.remove_prefix(n);
  }
  if (!over && !write_failed_) return false;
  op.result = Failure::reset;
  return true;
}

void TlsStream::park_writer(WriteAll* op) {
  const bool early = op != nullptr && !shaken();
  early_writer_ = early ? op : nullptr;
  plain_->park_writer(early ? nullptr : op);
}

Task<Result<std::unique_ptr<Stream>>> shake_hands(std::unique_ptr<Stream> plain,
                                                  std::unique_ptr<TlsSession> session) {
  using Shaken = Result<std::unique_ptr<Stream>>;
  auto stream = std::make_unique<TlsStream>(std::move(plain), std::move(session));
  const Result<void> done = co_await stream->shake();
  if (!done) co_return Shaken(done.error());
  co_return Shaken(std::unique_ptr<Stream>(std::move(stream)));
}

}  // namespace world
