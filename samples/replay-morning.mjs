#!/usr/bin/env node
// Replays a morning with four agents against a running hub. `node samples/replay-morning.mjs --help`, or see README.md.
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { agents } from './morning/agents.mjs';
import { scenes } from './morning/scenes.mjs';

export { agents, scenes };

export const defaults = { url: 'http://127.0.0.1:7655', speed: 1, leaseSeconds: 30, key: undefined, say: () => {} };

/** Plays one scene to its end. `speed` divides every pause; `Infinity` leaves none. */
export async function playScene(scene, given = {}) {
  const options = { ...defaults, ...given };
  for (const step of scene.steps) {
    await sleep((step.after * 1000) / options.speed);
    options.say(step.what);
    const request = step.send(options);
    if (request) await send(options, ...request);
  }
}

/** Plays the scene with that name. */
export async function play(name, options) {
  const scene = scenes.find((each) => each.name === name);
  if (!scene) throw new Error(`No scene is called ${name}. There are: ${scenes.map((each) => each.name).join(', ')}`);
  await playScene(scene, options);
}

async function send({ url, key }, method, path, body, more = {}) {
  const headers = { 'content-type': 'application/json', ...more, ...(key ? { authorization: `Bearer ${key}` } : {}) };
  const response = await fetch(url.replace(/\/$/, '') + path, { method, headers, body: JSON.stringify(body) });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${answer}`);
}

const help = `Replays a morning with four agents against a running hub.

  --url URL        the hub                                ${defaults.url}
  --speed N        1 is a real-looking pace, 10 is fast   ${defaults.speed}
  --lease SECONDS  of the agent that vanishes             30, divided by the speed, at least 2
  --scene NAME     only this scene (it may be repeated)   all
  --key KEY        the hub's key, when it asks for one    $ROLLCALL_KEY
`;

async function main() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: defaults.url },
      speed: { type: 'string', default: String(defaults.speed) },
      lease: { type: 'string' },
      scene: { type: 'string', multiple: true },
      key: { type: 'string', default: process.env.ROLLCALL_KEY },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(help);
  const speed = Number(values.speed);
  if (!(speed > 0)) throw new Error(`--speed is a number above 0, not "${values.speed}"`);
  const leaseSeconds = Number(values.lease ?? Math.max(2, Math.round(defaults.leaseSeconds / speed)));
  if (!(leaseSeconds > 0)) throw new Error(`--lease is a number of seconds above 0, not "${values.lease}"`);

  const began = Date.now();
  const say = (what) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)}s  ${what}`);
  for (const name of values.scene ?? scenes.map((scene) => scene.name)) {
    await play(name, { url: values.url, speed, leaseSeconds, key: values.key, say });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().catch((failure) => {
    const refused = failure?.cause?.code === 'ECONNREFUSED';
    console.error(refused ? 'No hub answers there. Start one with `make run`, or name it with --url.' : (failure.cause?.message ?? failure.message));
    process.exitCode = 1;
  });
}
