// What these tests take from Node and from the tests of the socket, which have no types.
declare module 'ws' {
  export default class WebSocket {
    constructor(endpoint: string, protocols?: string | readonly string[], options?: { perMessageDeflate?: boolean });
    onmessage: ((event: { data: string }) => void) | null;
    send(text: string): void;
    terminate(): void;
    pause(): void;
    resume(): void;
  }
}

declare module 'jsdom' {
  export class JSDOM {
    constructor(html: string, options: { pretendToBeVisual: boolean });
    readonly window: Window & typeof globalThis;
  }
}

declare module '*/phoenix/hub.mjs' {
  export interface TestHub {
    url: string;
    data: string;
    kill(): Promise<void>;
    stop(): Promise<void>;
    restart(): Promise<void>;
    remove(): Promise<void>;
  }
  export function startHub(options?: { data?: string; env?: Record<string, string> }): Promise<TestHub>;
}

declare module 'node:fs/promises' {
  export function readdir(path: string): Promise<string[]>;
  export function rm(path: string, options: { recursive: boolean; force: boolean }): Promise<void>;
}

declare module 'node:http' {
  interface Answer {
    writeHead(status: number, headers: Record<string, number>): void;
    write(text: string, written: () => void): void;
    end(text: string): void;
    destroy(): void;
  }
  export function createServer(answer: (request: unknown, response: Answer) => void): {
    listen(port: number, host: string, listening: () => void): void;
    address(): { port: number };
    close(): void;
  };
}

declare module 'node:child_process' {
  interface Output { on(event: 'data', listener: (text: unknown) => void): void }
  export function spawn(program: string, args: readonly string[], options: { env: Record<string, string | undefined> }): {
    stdout: Output; stderr: Output;
    on(event: 'close', listener: (code: number | null) => void): void;
    kill(): void;
  };
}

declare const process: { readonly execPath: string; readonly env: Record<string, string | undefined> };

declare module '*?raw' {
  const text: string;
  export default text;
}

declare module '*/examples/shared.mjs';
declare module '*/examples/shared.worker.mjs';
