/**
 * The state of keepers for whoever runs them: three answers over HTTP, and the same as it changes over a WebSocket.
 *
 * | path | answer |
 * |---|---|
 * | `/healthz` | `ok`, or 503 while the programs are being stopped or a disk is full |
 * | `/metrics` | numbers for Prometheus, one series for each keeper |
 * | `/status` | JSON; asked for as a WebSocket, the same at once and then whenever it changed, looked at every second |
 *
 * It says how much is held and who is linked by number: no ticket, key, name, address or content. A page of another
 * origin gets nothing: none may read the answers, and a WebSocket or a name that is not this server's is refused.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { KeeperStatus } from '@kith/peer/node'
import { Gauge, Registry } from 'prom-client'
import { WebSocket, WebSocketServer } from 'ws'
import { usage } from './failure.ts'
import type { StatusAddress } from './status-address.ts'
import { version } from './version.ts'

/** Who watches at once. */
export const maxWatchers = 16
/** Of what a watcher sends, which is not read. */
const maxMessageBytes = 1024
/** A watcher that takes nothing any more is let go. */
const maxWaitingBytes = 64 * 1024
const lookMs = 1_000

const gauges = {
  linked: 'sessions it is linked with',
  entries: 'entries held',
  entryBytes: 'bytes of entries held',
  sessions: 'sessions whose entries it takes',
  blobs: 'files held or on their way',
  blobBytes: 'bytes of these files',
  operations: 'sealed operations of a members room held',
  quotaBytes: 'bytes it may use',
} as const satisfies Partial<Record<keyof KeeperStatus, string>>

export class KeepStatus {
  readonly #read: () => readonly KeeperStatus[]
  readonly #server: Server
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false })
  readonly #registry = new Registry()
  readonly #since = Date.now()
  readonly #version = version()
  #host = ''
  #told = ''
  #timer: NodeJS.Timeout | undefined

  constructor(read: () => readonly KeeperStatus[]) {
    this.#read = read
    this.#server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 })
    this.#server.maxConnections = 64
    this.#server.on('request', (request, response) => this.#answer(request, response))
    this.#server.on('upgrade', (request, stream, head) => this.#upgrade(request, stream, head))
    this.#server.on('clientError', (_error, stream) => stream.destroy())
    this.#measure()
  }

  /** Answers its URL. Rejects with words when the port cannot be had. */
  listen({ host, port }: StatusAddress): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause) =>
        reject(
          usage(
            'statusPortTaken',
            `The state of the keeper cannot be told at ${host}:${port} (${cause.message}). Choose another address with --status.`,
          ),
        ),
      )
      this.#server.listen(port, host, () => {
        this.#host = host
        this.#timer = setInterval(() => this.#tell(), lookMs)
        const bound = this.#server.address() as AddressInfo
        resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound.port}`)
      })
    })
  }

  close(): Promise<void> {
    clearInterval(this.#timer)
    for (const socket of this.#sockets.clients) socket.terminate()
    if (!this.#server.listening) return Promise.resolve()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    return closed
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const say = (code: number, type: string, text: string): void => {
      response.writeHead(code, {
        'content-type': type,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': "default-src 'none'",
      })
      response.end(request.method === 'HEAD' ? undefined : text)
    }
    if (!this.#isOurName(request.headers.host)) return say(421, 'text/plain', 'Ask by the address it listens at.\n')
    if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'text/plain', 'Only GET and HEAD.\n')
    switch (request.url?.split('?', 1)[0]) {
      case '/healthz': {
        const isWell = this.#timer !== undefined && this.#read().every(({ full }) => !full)
        return isWell ? say(200, 'text/plain', 'ok\n') : say(503, 'text/plain', 'the disk is full\n')
      }
      case '/metrics':
        return void this.#registry.metrics().then(
          (text) => say(200, this.#registry.contentType, text),
          () => say(500, 'text/plain', 'The metrics cannot be read.\n'),
        )
      case '/status':
        return say(200, 'application/json', `${JSON.stringify(this.#status(), undefined, 2)}\n`)
      default:
        return say(404, 'text/plain', 'Nothing here. There are /status, /metrics and /healthz.\n')
    }
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { host, origin } = request.headers
    const isOurs = this.#isOurName(host) && (origin === undefined || origin === `http://${host}`)
    const isWanted = request.url?.split('?', 1)[0] === '/status' && this.#sockets.clients.size < maxWatchers
    stream.on('error', () => stream.destroy())
    if (!isOurs || !isWanted) return void stream.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n')
    this.#sockets.handleUpgrade(request, stream, head, (socket) => {
      socket.on('error', () => socket.terminate())
      socket.send(JSON.stringify(this.#status()))
    })
  }

  /** Else a page could give a name of its own to this address and read what is here. */
  #isOurName(header: string | undefined): boolean {
    const name =
      header
        ?.replace(/:[0-9]+$/u, '')
        .replace(/^\[|\]$/gu, '')
        .toLowerCase() ?? ''
    return name === 'localhost' || name === this.#host.toLowerCase() || /^[0-9.]+$|:/u.test(name)
  }

  #tell(): void {
    if (this.#sockets.clients.size === 0) return
    const text = JSON.stringify(this.#status())
    const keepers = JSON.stringify(this.#read())
    if (keepers === this.#told) return
    this.#told = keepers
    for (const socket of this.#sockets.clients) {
      if (socket.readyState !== WebSocket.OPEN) continue
      if (socket.bufferedAmount > maxWaitingBytes) socket.terminate()
      else socket.send(text)
    }
  }

  #status(): object {
    return { version: this.#version, since: this.#since, keepers: this.#read() }
  }

  #measure(): void {
    for (const [name, help] of Object.entries(gauges)) {
      const snake = name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`)
      this.#gauge(`kith_keeper_${snake}`, help, (keeper) => keeper[name as keyof typeof gauges])
    }
    this.#gauge('kith_keeper_window_seconds', 'how far back it holds entries', ({ windowMs }) => windowMs / 1000)
    this.#gauge('kith_keeper_relay_up', '1 while it is connected to the relay', ({ relay }) => (relay === 'up' ? 1 : 0))
    this.#gauge('kith_keeper_full', '1 when something did not fit on the disk', ({ full }) => (full ? 1 : 0))
  }

  #gauge(name: string, help: string, value: (keeper: KeeperStatus) => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: ['keeper'],
      registers: [this.#registry],
      collect: () => {
        gauge.reset()
        this.#read().forEach((keeper, index) => gauge.set({ keeper: String(index + 1) }, value(keeper)))
      },
    })
  }
}
