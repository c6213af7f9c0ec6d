// A real hub in a process of its own, on a free port and a data directory of its own.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.mjs';

const built = fileURLToPath(new URL('../../src/Rollcall.Cli/bin/Release/net10.0/rollcall.dll', import.meta.url));

/** ROLLCALL_HUB_COMMAND, split at spaces, or the Release build. */
function command() {
  const given = process.env.ROLLCALL_HUB_COMMAND;
  if (given) return given.split(' ').filter(Boolean);
  if (!existsSync(built)) throw new Error('There is no Release build of the hub. Run `dotnet build -c Release` first.');
  return ['dotnet', built];
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The machine is busy with the tests: no alert of it comes among what is told. */
const calm = { ROLLCALL_ALERTS_EVERY: '1h' };

/** Starts a hub and waits until it serves. `kill` is kill -9, `stop` is SIGTERM, `restart` brings it back. */
export async function startHub({ data: given, env } = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const data = given ?? await mkdtemp(join(tmpdir(), 'rollcall-phoenix-'));
  let child;
  let log = '';

  const start = async () => {
    const [program, ...args] = command();
    child = spawn(program, [...args, 'serve', '--urls', url, '--data', data], {
      stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...calm, ...env },
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { log = (log + text).slice(-8_000); });
    const started = child;
    await eventually('the hub serves', async () => {
      if (started.exitCode !== null) throw new Error(`The hub ended with ${started.exitCode}:\n${log}`);
      return (await fetch(`${url}/readyz`).catch(() => null))?.ok;
    }, { within: 120_000, fatal: () => started.exitCode !== null });
  };
  const end = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };

  // A hub that nobody waits for any more would keep the test's process for ever.
  await start().catch(async (failed) => {
    await end('SIGKILL');
    throw failed;
  });
  return {
    url, port, data,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    restart: start,
    exitCode: () => child.exitCode,
    log: () => log,
    remove: async () => {
      await end('SIGKILL');
      if (!given) await rm(data, { recursive: true, force: true });
    },
  };
}
