// The morning, scene by scene. Seconds are those of a replay at speed 1, in all a little over two minutes.
import { agents } from './agents.mjs';
import { api, bash, hook, silence, starts, tool, usage } from './steps.mjs';

const { shop, billing, docs, evals } = agents;

export const scenes = [
  {
    name: 'shop-starts',
    steps: [
      starts(0, shop),
      hook(4, shop, 'UserPromptSubmit', { prompt: 'The checkout test fails one time in ten. Find out why and fix it.' }),
      ...tool(2, shop, 'Grep', { pattern: 'checkout', path: 'tests', output_mode: 'files_with_matches' },
        { mode: 'files_with_matches', filenames: ['tests/checkout.spec.ts'], numFiles: 1 }, 1),
      usage(1, shop, 48_210, 1_204, 0.062),
      hook(1, shop, 'SubagentStart', { agent_id: 'a7f31c9', agent_type: 'Explore' }),
    ],
  },
  {
    name: 'billing-starts',
    steps: [
      starts(3, billing),
      hook(3, billing, 'UserPromptSubmit', { prompt: 'Move the invoices table to the new schema, with a way back.' }),
      ...tool(2, billing, 'Read', { file_path: '/home/ada/src/billing-api/db/schema.sql' },
        { type: 'text', file: { filePath: '/home/ada/src/billing-api/db/schema.sql', numLines: 212 } }, 1),
      usage(1, billing, 131_840, 3_912, 0.948),
    ],
  },
  {
    name: 'docs-starts',
    steps: [
      starts(4, docs),
      hook(3, docs, 'UserPromptSubmit', { prompt: 'Rewrite the quick start so that it fits on one screen.' }),
      ...tool(3, docs, 'Read', { file_path: '/home/ada/src/docs-site/content/quick-start.md' },
        { type: 'text', file: { filePath: '/home/ada/src/docs-site/content/quick-start.md', numLines: 340 } }, 1),
      usage(1, docs, 22_470, 2_655, 0.041),
    ],
  },
  {
    name: 'evals-starts',
    steps: [
      api(3, evals, 'takes a session with a lease', '', ({ leaseSeconds }) => ({
        id: evals.id, name: evals.title, agent: 'evals-runner', host: evals.host, cwd: evals.cwd, model: evals.model,
        status: 'active', lease_seconds: leaseSeconds,
      })),
      api(1, evals, 'starts a task', `/${evals.id}/tasks`, { task_id: 'suite-14', name: 'Suite 14 of 20' }),
      usage(1, evals, 604_100, 48_730, 0.771),
    ],
  },
  {
    name: 'billing-asks',
    steps: [
      ...bash(4, billing, 'npm test -- migrations', 'Run the migration tests', '18 passing (2s)\n', 5),
      hook(3, billing, 'PermissionRequest', {
        tool_name: 'Bash',
        tool_input: { command: 'npm run migrate -- --env staging', description: 'Migrate the staging database' },
        permission_suggestions: [{
          type: 'addRules', rules: [{ toolName: 'Bash', ruleContent: 'npm run migrate:*' }], behavior: 'allow',
          destination: 'localSettings',
        }],
      }),
      hook(1, billing, 'Notification', {
        message: 'Claude needs your permission to use Bash', notification_type: 'permission_prompt',
      }),
    ],
  },
  {
    name: 'docs-fails',
    steps: [
      ...tool(3, docs, 'Edit', {
        file_path: '/home/ada/src/docs-site/content/quick-start.md', old_string: '## Step 1 of 9', new_string: '## Install',
      }, { filePath: '/home/ada/src/docs-site/content/quick-start.md', userModified: false }, 1),
      hook(6, docs, 'StopFailure', {
        error: 'rate_limit', error_details: '429: This request would exceed your rate limit.',
        last_assistant_message: 'I have shortened the first three steps.',
      }),
    ],
  },
  {
    name: 'evals-vanishes',
    steps: [silence(35, `${evals.title}: the machine is gone, nobody renews the lease`)],
  },
  {
    name: 'shop-finishes',
    steps: [
      ...bash(4, shop, 'npx vitest run tests/checkout.spec.ts --retry 0', 'Run the test', 'Tests  1 passed (1)\n', 9),
      hook(1, shop, 'SubagentStop', {
        agent_id: 'a7f31c9', agent_type: 'Explore', stop_hook_active: false,
        agent_transcript_path: shop.transcript.replace('.jsonl', '/subagents/agent-a7f31c9.jsonl'),
        last_assistant_message: 'The test waits for a toast that leaves after 500 ms.', background_tasks: [], session_crons: [],
      }),
      usage(1, shop, 96_330, 4_018, 0.137),
      hook(2, shop, 'Stop', {
        stop_hook_active: false, last_assistant_message: 'Fixed: the test now waits for the order, not for the toast.',
        background_tasks: [], session_crons: [],
      }),
    ],
  },
];
