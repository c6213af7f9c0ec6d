import assert from 'node:assert/strict';
import { connect as dial } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { startHub } from './hub.mjs';
import { raw } from './raw.mjs';

/** An upgraded socket without any library, for frames that no library sends. */
function bare(hub) {
  return new Promise((resolve, reject) => {
    const socket = dial(hub.port, '127.0.0.1');
    let bytes = Buffer.alloc(0);
    let upgraded = false;
    const self = {
      socket,
      frame: (first, payload, { mask = true } = {}) => {
        const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 255];
        length[0] |= mask ? 128 : 0;
        socket.write(Buffer.concat([Buffer.from([first, ...length]), mask ? Buffer.alloc(4) : Buffer.alloc(0), payload]));
      },
      /** The close code of the hub, once it has closed. */
      code: () => new Promise((done) => {
        const look = () => {
          for (let at = 0; at + 1 < bytes.length;) {
            const length = bytes[at + 1] & 127;
            if ((bytes[at] & 15) === 8) return done(bytes.readUInt16BE(at + 2));
            at += 2 + length + (length === 126 ? 2 + bytes.readUInt16BE(at + 2) - 126 : 0);
          }
          return undefined;
        };
        look();
        socket.on('data', look);
        socket.on('close', () => done('closed without a code'));
      }),
    };
    socket.on('error', () => {});
    socket.on('data', (data) => {
      bytes = Buffer.concat([bytes, data]);
      const end = bytes.indexOf('\r\n\r\n');
      if (!upgraded && end > 0) {
        upgraded = true;
        const status = bytes.subarray(0, end).toString();
        bytes = bytes.subarray(end + 4);
        if (status.includes(' 101 ')) resolve(self);
        else reject(new Error(status));
      }
    });
    socket.write(`GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: 127.0.0.1:${hub.port}\r\nConnection: Upgrade\r\n`
      + 'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
  });
}

const TEXT = 0x1, FINAL = 0x80, CONTINUATION = 0x0;

describe('Limits and close codes', () => {
  let hub;
  before(async () => { hub = await startHub(); });
  after(() => hub.remove());

  it('the 129th topic is refused, the 128 stay', async () => {
    const socket = await raw(hub);
    for (let i = 0; i < 128; i++) {
      assert.equal((await socket.ask([`${i}`, `${i}`, `project:p${i}`, 'phx_join', { snapshot: false }]))[4].status, 'ok');
    }
    const [, , , , { status, response }] = await socket.ask(['x', 'x', 'project:one-more', 'phx_join', {}]);
    assert.deepEqual([status, response.reason], ['error', 'too many channels joined']);
    assert.equal((await socket.ask(['again', 'again', 'project:p0', 'phx_join', {}]))[4].status, 'ok');
    socket.close();
  });

  it('a message of 64 KiB is read, one byte more closes with 1009', async () => {
    const socket = await raw(hub);
    const empty = JSON.stringify([null, '1', 'phoenix', 'heartbeat', { x: '' }]).length;
    const sized = (size, ref) => JSON.stringify([null, ref, 'phoenix', 'heartbeat', { x: 'y'.repeat(size - empty) }]);
    socket.send(sized(64 * 1024, '1'));
    await socket.reply('1');
    socket.send(sized(64 * 1024 + 1, '2'));
    assert.equal((await socket.closed()).code, 1009);
  });

  it('a message that passes 64 KiB over its fragments closes with 1009', async () => {
    const socket = await raw(hub);
    for (let i = 0; i < 5; i++) socket.socket.send('x'.repeat(16 * 1024), { fin: false });
    assert.equal((await socket.closed()).code, 1009);
  });

  it('a message in fragments is one message, with a ping between them', async () => {
    const socket = await bare(hub);
    const text = Buffer.from('[null,"1","phoenix","heartbeat",{}]');
    socket.frame(TEXT, text.subarray(0, 9));
    socket.frame(FINAL | 9, Buffer.from('ping'));
    socket.frame(CONTINUATION, text.subarray(9, 20));
    socket.frame(FINAL | CONTINUATION, text.subarray(20));
    const heard = await new Promise((resolve) => {
      let all = '';
      socket.socket.on('data', (data) => { all += data; if (all.includes('phx_reply')) resolve(all); });
    });
    assert.ok(heard.includes('ping'));
    socket.socket.destroy();
  });

  for (const [sentence, code, break_] of [
    ['an unmasked frame', 1002, (socket) => socket.frame(FINAL | TEXT, Buffer.from('x'), { mask: false })],
    ['a reserved bit', 1002, (socket) => socket.frame(FINAL | 0x40 | TEXT, Buffer.from('x'))],
    ['an unknown opcode', 1002, (socket) => socket.frame(FINAL | 3, Buffer.from('x'))],
    ['a continuation of nothing', 1002, (socket) => socket.frame(FINAL | CONTINUATION, Buffer.from('x'))],
    ['a message inside another', 1002, (socket) => { socket.frame(TEXT, Buffer.from('x')); socket.frame(FINAL | TEXT, Buffer.from('x')); }],
    ['a fragmented ping', 1002, (socket) => socket.frame(9, Buffer.from('x'))],
    ['a ping of 126 bytes', 1002, (socket) => socket.frame(FINAL | 9, Buffer.alloc(126))],
    ['a close with a code that must not be sent', 1002, (socket) => socket.frame(FINAL | 8, Buffer.from([1005 >> 8, 1005 & 255]))],
    ['text that is not UTF-8', 1007, (socket) => socket.frame(FINAL | TEXT, Buffer.from([0xc3, 0x28]))],
  ]) {
    it(`${sentence} closes with ${code}`, async () => {
      const socket = await bare(hub);
      break_(socket);
      assert.equal(await socket.code(), code);
      socket.socket.destroy();
    });
  }

  it('half of a surrogate pair in any text is answered, and the socket stays open', async () => {
    const socket = await raw(hub);
    for (const text of ['["1","1","\\ud800","phx_join",{}]', '["1","1","sessions","phx_join",{"epoch":"\\udc00"}]', '["1","1","sessions","phx_join",{"\\ud800":1}]']) {
      const before = socket.frames.length;
      socket.send(text);
      await socket.get((frame) => socket.frames.indexOf(frame) >= before && frame[4].response?.code === 'invalid_request', text);
    }
    await socket.settled();
    socket.close();
  });

  it("a client's close is answered with its own code", async () => {
    const socket = await bare(hub);
    socket.frame(FINAL | 8, Buffer.from([4001 >> 8, 4001 & 255]));
    assert.equal(await socket.code(), 4001);
    socket.socket.destroy();
  });
});
