import { connectShared } from '@rollcall/client/shared';

const hub = connectShared(
  () => new SharedWorker(new URL('./shared.worker.mjs', import.meta.url), { type: 'module', name: 'rollcall' }),
);
hub.connect();

const sessions = hub.watch('sessions');
sessions.onEvent(({ event, payload }) => console.log(event, payload));
