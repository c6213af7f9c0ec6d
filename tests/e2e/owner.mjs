// A program that owns a session, as Phoenix Channels V2 has it, and what it is told. It lives in a tab of its own: this Node
// may have no WebSocket.
export async function own(browser, hub, id) {
  const heard = [];
  const { page } = await browser.watch(`${hub.url}/healthz`, (tab) => tab.exposeFunction('heard', (event, payload) => { heard.push([event, payload]); }));
  await page.evaluate(async (topic) => {
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/socket/websocket?vsn=2.0.0`);
    const waiting = new Map();
    let ref = 0;
    window.ask = (event, payload) => new Promise((resolve, reject) => {
      const mine = String(ref++);
      waiting.set(mine, { resolve, reject });
      socket.send(JSON.stringify(['own', mine, topic, event, payload]));
    });
    socket.onmessage = ({ data }) => {
      const [, replied, , event, payload] = JSON.parse(data);
      if (['send_message', 'cancel', 'pause', 'resume'].includes(event)) window.heard(event, payload);
      if (event !== 'phx_reply') return;
      const { resolve, reject } = waiting.get(replied);
      if (payload.status === 'ok') resolve(payload.response);
      else reject(new Error(JSON.stringify(payload.response)));
    };
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error('The hub does not answer'));
    });
    await window.ask('phx_join', { role: 'owner' });
  }, `session:${id}`);
  return {
    heard,
    /** Gives the session up. */
    leave: async () => {
      await page.evaluate(() => window.ask('phx_leave', {}));
      await page.close();
    },
  };
}
