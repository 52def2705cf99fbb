// A server that plays the contract of the live page: the page itself, a stream of events that the
// test pushes, and the button. It keeps what a late joiner must be told.
import { createServer } from 'node:http';

export async function live_server(html) {
  const streams = new Set();
  const told = [];       // of the run that goes on: its begin, and one tick with all of it
  const stops = [];      // the tokens that came with POST /stop
  let refuses_stop = false, refuses_events = false;
  let joined = () => {}, gone = () => {};
  const first = new Promise((resolve) => { joined = resolve; });
  const left = new Promise((resolve) => { gone = resolve; });
  const line = (event, data) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

  const server = createServer((request, response) => {
    if (request.method === 'POST' && request.url === '/stop') {
      stops.push(request.headers['x-shakedown-token']);
      response.writeHead(refuses_stop ? 403 : 204).end();
    } else if (request.url === '/events' && refuses_events) {
      request.socket.destroy();
    } else if (request.url === '/events') {
      response.writeHead(200, {'content-type': 'text/event-stream', 'cache-control': 'no-store'});
      response.write('retry: 100\n\n');
      told.forEach((text) => response.write(text));
      streams.add(response);
      joined();
      request.on('close', () => {
        streams.delete(response);
        gone();
      });
    } else if (request.url === '/') {
      response.writeHead(200, {'content-type': 'text/html; charset=utf-8'}).end(html);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`, stops,
    send(event, data) { streams.forEach((stream) => stream.write(line(event, data))); },
    remember(event, data) { told.push(line(event, data)); },
    forget() { told.length = 0; },
    refuse_stop(yes) { refuses_stop = yes; },
    refuse_events(yes) { refuses_events = yes; },
    connected: () => first,
    left: () => left,  // until a reader has gone by itself
    drop() { streams.forEach((stream) => stream.destroy()); },
    async close() {
      streams.forEach((stream) => stream.destroy());
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
