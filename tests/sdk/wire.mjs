// A TCP relay between an SDK and a fake that changes nothing and notes when each request arrives:
// the SDK's own hooks stay untouched. A reset on one side is passed on as a reset.
import net from 'node:net';
import { performance } from 'node:perf_hooks';

const kRequestLine = /^(POST|GET|DELETE) (\S+) HTTP\/1\.1\r\n/;

// Pings that a client sends of its own accord are none of the calls that are counted.
const kUncounted = ['/v1/tcp_warming'];

export async function open_wire(port) {
  const arrivals = [];  // ms, of each request
  let sent = '';  // by the clients
  const sockets = new Set();
  const server = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1');
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    for (const [here, there] of [[client, upstream], [upstream, client]]) {
      sockets.add(here);
      here.on('data', (bytes) => there.write(bytes));
      here.on('end', () => there.end());
      here.on('error', () => there.resetAndDestroy());
      here.on('close', () => { sockets.delete(here); there.destroySoon(); });
    }
    client.prependListener('data', (bytes) => {
      sent += bytes.toString('latin1');
      const line = kRequestLine.exec(bytes.subarray(0, 512).toString('latin1'));
      if (line && !kUncounted.includes(line[2])) arrivals.push(performance.now());
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    port: server.address().port,
    arrivals,
    // The JSON of the last request, if nobody else asks meanwhile.
    last_body: () => JSON.parse(sent.slice(sent.lastIndexOf('\r\n\r\n') + 4)),
    gaps: () => arrivals.slice(1).map((at, i) => at - arrivals[i]),
    close() {
      for (const socket of sockets) socket.resetAndDestroy();
      server.close();
    },
  };
}
