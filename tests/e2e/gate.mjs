// Stands between browsers and a hub, as a proxy does.
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';

/** `shut` cuts the sockets that go through it and lets no new ones through, until `open`. HTTP passes by. */
export async function startGate(hub) {
  const { hostname, port } = new URL(hub.url);
  let isShut = false;
  const sockets = new Set();

  const server = createServer((request, response) => {
    // The hub answers its own origin only.
    const headers = { ...request.headers, host: `${hostname}:${port}`, ...(request.headers.origin && { origin: hub.url }) };
    const onward = ask({ hostname, port, path: request.url, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => {});
    if (isShut) return void socket.destroy();
    const onward = connect(port, hostname, () => {
      const headers = { ...request.headers, host: `${hostname}:${port}`, origin: hub.url };
      onward.write([`GET ${request.url} HTTP/1.1`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n'));
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    onward.on('close', () => socket.destroy());
    socket.on('close', () => { onward.destroy(); sockets.delete(socket); });
    sockets.add(socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    shut: () => {
      isShut = true;
      for (const socket of sockets) socket.destroy();
    },
    open: () => { isShut = false; },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
