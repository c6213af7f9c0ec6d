// The shared workers of a browser. Playwright does not show what they ask for, so the browser itself is asked.

export class SharedWorkers {
  /** Each request of each worker, as the browser tells it. */
  onRequest = (_url) => {};
  /** What was thrown in one of them. */
  onError = (_text) => {};
  /** The answers to the handshakes of their WebSockets. */
  handshakes = [];
  #attached = new Map();
  #calls = 0;

  static async of(context) {
    const workers = new SharedWorkers();
    workers.browser = await context.browser().newBrowserCDPSession();
    workers.browser.on('Target.targetCreated', ({ targetInfo }) => workers.#created(targetInfo));
    workers.browser.on('Target.targetDestroyed', ({ targetId }) => workers.#attached.delete(targetId));
    workers.browser.on('Target.receivedMessageFromTarget', ({ message }) => workers.#heard(JSON.parse(message)));
    await workers.browser.send('Target.setDiscoverTargets', { discover: true });
    return workers;
  }

  get count() {
    return this.#attached.size;
  }

  /** Whether what they ask for, and new sockets, get through. Sockets that are open stay. */
  async setOffline(offline) {
    const conditions = { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    for (const sessionId of this.#attached.values()) await this.#call(sessionId, 'Network.emulateNetworkConditions', conditions);
  }

  /** Ends them, as a browser does that runs out of memory: their pages are told nothing. */
  async kill() {
    for (const targetId of this.#attached.keys()) await this.browser.send('Target.closeTarget', { targetId });
  }

  async #created({ type, targetId }) {
    if (type !== 'shared_worker') return;
    try {
      const { sessionId } = await this.browser.send('Target.attachToTarget', { targetId, flatten: false });
      this.#attached.set(targetId, sessionId);
      for (const method of ['Network.enable', 'Runtime.enable']) await this.#call(sessionId, method);
    } catch (failure) {
      // It, or the browser, may be gone again.
      if (!/closed|No target/.test(String(failure))) throw failure;
    }
  }

  #call(sessionId, method, params = {}) {
    return this.browser.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id: ++this.#calls, method, params }) });
  }

  #heard({ method, params }) {
    if (method === 'Network.requestWillBeSent') this.onRequest(params.request.url);
    else if (method === 'Network.webSocketHandshakeResponseReceived') this.handshakes.push(params.response);
    else if (method === 'Runtime.exceptionThrown') this.onError(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
  }
}
