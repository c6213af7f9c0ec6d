// A program that owns sessions, as an orchestrator would: it hears what people say to them, and reports what comes of it.

/** On a tab of its own, because browsers bring a WebSocket. `heard` has every word that reached it, with its session. */
export async function startOwner(browser, hub) {
  const { page } = await browser.watch(`${hub.url}/healthz`);
  await page.evaluate((url) => new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const answers = new Map();
    let refs = 0;
    window.heard = [];
    window.say = (topic, event, payload) => new Promise((answered) => {
      refs += 1;
      answers.set(String(refs), answered);
      window.joins ??= {};
      if (event === 'phx_join') window.joins[topic] = String(refs);
      socket.send(JSON.stringify([window.joins[topic], String(refs), topic, event, payload]));
    });
    socket.onmessage = ({ data }) => {
      const [, ref, topic, event, payload] = JSON.parse(data);
      if (event === 'phx_reply') answers.get(ref)?.(payload);
      else if (['approve', 'deny', 'send_message', 'cancel', 'pause', 'resume'].includes(event)) window.heard.push([topic.slice('session:'.length), event, payload]);
    };
    socket.onopen = resolve;
    socket.onerror = reject;
  }), `${hub.url.replace('http', 'ws')}/socket/websocket?vsn=2.0.0`);

  const say = async (id, event, payload) => {
    const { status, response } = await page.evaluate(
      ([topic, name, words]) => window.say(topic, name, words), [`session:${id}`, event, payload]);
    if (status !== 'ok') throw new Error(`${event} of ${id} was refused: ${JSON.stringify(response)}`);
  };
  return {
    own: (id) => say(id, 'phx_join', { role: 'owner' }),
    report: say,
    heard: () => page.evaluate(() => window.heard),
    stop: () => page.close(),
  };
}

/** A program that owns one session; `heard` has the words and what came with them. */
export async function own(browser, hub, id) {
  const owner = await startOwner(browser, hub);
  await owner.own(id);
  return {
    heard: async () => (await owner.heard()).map(([, event, payload]) => [event, payload]),
    /** Gives the session up. */
    leave: async () => {
      await owner.report(id, 'phx_leave', {});
      await owner.stop();
    },
  };
}
