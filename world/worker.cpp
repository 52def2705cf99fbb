#include "world/worker.hpp"

#include "world/real_worker.hpp"
#include "world/sim_worker.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace world {

bool Worker::submit(std::function<void()> work, std::function<void()> done) {
  if (dones_.size() >= waiting_max_) return false;
  dones_.push_back(std::move(done));
  hand_over(std::move(work));
  return true;
}

void Worker::finish_first() {
  const std::function<void()> done = std::move(dones_.front());
  dones_.pop_front();
  done();
  room_.notify_one();
}

Task<void> Worker::run(std::function<void()> work) {
  struct Piece {
    explicit Piece(Clock& clock) : finished(clock) {}
    std::exception_ptr thrown;
    bool done = false;
    Signal finished;
  };
  auto piece = std::make_shared<Piece>(clock_);
  std::function<void()> guarded = [piece, work = std::move(work)] {
    try {
      work();
    } catch (...) {
      piece->thrown = std::current_exception();
    }
  };
  std::function<void()> done = [piece] {
    piece->done = true;
    piece->finished.notify_all();
  };
  while (dones_.size() >= waiting_max_) co_await room_.wait();
  submit(std::move(guarded), std::move(done));
  while (!piece->done) co_await piece->finished.wait();
  if (piece->thrown) std::rethrow_exception(piece->thrown);
}

RealWorker::RealWorker(RealClock& clock, std::size_t waiting_max)
    : Worker(clock, waiting_max), io_(clock.io()) {}

// The word that a piece is done may come when the worker is no more: then nobody is told.
void RealWorker::hand_over(std::function<void()> work) {
  auto tell = [this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) finish_first();
  };
  thread_.give([work = std::move(work), tell = std::move(tell), &io = io_]() mutable {
    work();
    work = nullptr;  // what it owns goes before anybody hears that it is done
    boost::asio::post(io, std::move(tell));
  });
}

SimWorker::SimWorker(Clock& clock, Nanos latency, std::size_t waiting_max)
    : Worker(clock, waiting_max), latency_(latency), next_(*this) {}

SimWorker::~SimWorker() {
  clock_.disarm(next_);
  for (const Piece& piece : pieces_) piece.work();
}

void SimWorker::hand_over(std::function<void()> work) {
  free_ = std::max(free_, clock_.now()) + latency_;
  pieces_.push_back({free_, std::move(work)});
  if (!next_.armed()) clock_.arm(next_, pieces_.front().ends);
}

void SimWorker::Next::fire() {
  const std::function<void()> work = std::move(worker.pieces_.front().work);
  worker.pieces_.pop_front();
  work();
  if (!worker.pieces_.empty()) worker.clock_.arm(*this, worker.pieces_.front().ends);
  worker.finish_first();
}

}  // namespace world
