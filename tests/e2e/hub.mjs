// A real hub in a process of its own, on a free port and a data directory of its own.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from './eventually.mjs';

const run = promisify(execFile);
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

/** A certificate that nobody trusts, as the web server's settings. */
async function certificate(data) {
  const [path, key] = [join(data, 'certificate.pem'), join(data, 'certificate.key')];
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=localhost', '-keyout', key, '-out', path]);
  return { Kestrel__Certificates__Default__Path: path, Kestrel__Certificates__Default__KeyPath: key };
}

/** Starts a hub and waits until it is ready; `env` is added to its environment, with `tls` it has a `tlsUrl`, too, and `first` is done
 * before, with `rollcall`, which runs another command on its data. `kill` is kill -9, `restart` brings it back on the same port and data, `forget` takes
 * the log from a hub that was killed. */
export async function startHub({ env = {}, tls = false, first = async () => {} } = {}) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const tlsUrl = tls ? `https://127.0.0.1:${await freePort()}` : null;
  const data = await mkdtemp(join(tmpdir(), 'rollcall-e2e-'));
  const variables = { ...process.env, ...(tls ? await certificate(data) : {}), ...env };
  let child;
  let log = '';

  const start = async () => {
    const [program, ...args] = command();
    child = spawn(program, [...args, 'serve', '--urls', tls ? `${url};${tlsUrl}` : url, '--data', data], { stdio: ['ignore', 'pipe', 'pipe'], env: variables });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { log = (log + text).slice(-8_000); });
    const started = child;
    await eventually('the hub is ready', async () => {
      if (started.exitCode !== null) throw new Error(`The hub ended with ${started.exitCode}:\n${log}`);
      return (await fetch(`${url}/readyz`).catch(() => null))?.status === 200;
    }, { within: 120_000, fatal: () => started.exitCode !== null });
  };
  const end = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };

  const rollcall = async (...args) => {
    const [program, ...before] = command();
    return (await run(program, [...before, ...args, '--data', data])).stdout.trim();
  };

  await first(rollcall);
  // A hub that nobody waits for any more would keep the test's process for ever.
  await start().catch(async (failed) => {
    await end('SIGKILL');
    throw failed;
  });
  return {
    url,
    tlsUrl,
    rollcall,
    kill: () => end('SIGKILL'),
    restart: start,
    forget: async () => {
      await rm(data, { recursive: true, force: true });
      await mkdir(data);
    },
    log: () => log,
    stop: async () => {
      await end('SIGKILL');
      await rm(data, { recursive: true, force: true });
    },
  };
}
