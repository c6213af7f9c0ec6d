// The shared workers of a browser. Playwright does not show what they ask for, so the browser itself is asked.

export class SharedWorkers {
  /** Each request of each worker, as the browser tells it. */
  onRequest = (_url) => {};
  /** What was thrown in one of them. */
  onError = (_text) => {};
  /** The answers to the handshakes of their WebSockets. */
  handshakes = [];
  /** What they said over them. */
  sent = [];
  #attached = new Map();
  #calls = 0;

  static async of(context) {
    const workers = new SharedWorkers();
    workers.browser = await context.browser().newBrowserCDPSession();
    workers.browser.on('Target.targetCreated', ({ targetInfo }) => workers.#created(targetInfo));
    workers.browser.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => workers.#heard(sessionId, JSON.parse(message)));
    await workers.browser.send('Target.setDiscoverTargets', { discover: true });
    return workers;
  }

  async count() {
    return (await this.#present()).length;
  }

  /** Where their scripts come from. */
  async scripts() {
    return (await this.#present()).map(({ url }) => url);
  }

  /** Whether what they ask for, and new sockets, get through. Sockets that are open stay. */
  async setOffline(offline) {
    const conditions = { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    for (const { targetId } of await this.#present()) await this.#call(this.#attached.get(targetId), 'Network.emulateNetworkConditions', conditions);
  }

  /** Ends them, as a browser does that runs out of memory: their pages are told nothing. */
  async kill() {
    for (const { targetId } of await this.#present()) await this.browser.send('Target.closeTarget', { targetId });
  }

  async #present() {
    const { targetInfos } = await this.browser.send('Target.getTargets');
    return targetInfos.filter(({ type }) => type === 'shared_worker');
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

  #heard(sessionId, { method, params }) {
    // With the last page gone it ends; the next page's is the same to the browser, and waits for who looks on.
    if (method === 'Inspector.targetReloadedAfterCrash') void this.#call(sessionId, 'Runtime.runIfWaitingForDebugger');
    else if (method === 'Network.requestWillBeSent') this.onRequest(params.request.url);
    else if (method === 'Network.webSocketHandshakeResponseReceived') this.handshakes.push(params.response);
    else if (method === 'Network.webSocketFrameSent') this.sent.push(JSON.parse(params.response.payloadData));
    else if (method === 'Runtime.exceptionThrown') this.onError(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
  }
}
