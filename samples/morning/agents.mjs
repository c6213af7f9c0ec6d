// The four agents of the morning. Ids are new in every run, as they are with real agents.
import { randomUUID } from 'node:crypto';

function claudeCode(cwd, { title, model }) {
  const id = randomUUID();
  return {
    id, cwd, title, model,
    host: 'ada-laptop',
    promptId: randomUUID(),
    transcript: `/home/ada/.claude/projects/${cwd.replaceAll('/', '-')}/${id}.jsonl`,
  };
}

export const agents = {
  shop: claudeCode('/home/ada/src/web-shop', { title: 'Fix the flaky checkout test', model: 'claude-sonnet-4-5' }),
  billing: claudeCode('/home/ada/src/billing-api', { title: 'Migrate invoices to the new schema', model: 'claude-opus-4-5' }),
  docs: claudeCode('/home/ada/src/docs-site', { title: 'Rewrite the quick start', model: 'claude-sonnet-4-5' }),
  // Not Claude Code: a program of one's own that reports over the HTTP API and holds its session by a lease.
  evals: {
    id: `evals-${randomUUID()}`, cwd: '/srv/evals/nightly', title: 'Nightly evaluation', model: 'claude-haiku-4-5', host: 'build-02',
  },
};
