/** A whole relay in one process: web app, small HTTP answers, and the sockets of the rooms. It stores nothing but its key. */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createNativeCrypto } from '@kith/peer/node/crypto'
import { type RelayLimits, relayHost, relayLimits } from '@kith/protocol'
import { type Logger, pino } from 'pino'
import { type AuthOptions, AuthService } from './auth/auth-service.ts'
import type { GiveIceServers } from './ice-servers.ts'
import { createPages } from './pages.ts'
import { type Silence, Sockets } from './sockets.ts'
import { createMetrics, Tally } from './tally.ts'

export { type GiveIceServers, type IceServer, iceServersFrom, IceServersUnreadable } from './ice-servers.ts'
export { AuthKeyUnreadable, loadAuthKey, rotateAuthKey } from './auth/auth-key.ts'
export type { AuthOptions } from './auth/auth-service.ts'
export { createMailer, type SendCode } from './auth/mail.ts'
export { loadRelayKey, parseRelayKey, RelayKeyUnreadable, relayKeyFile } from './relay-key.ts'

export const defaultRelayPort = 6765

export interface RelayOptions {
  /** Seed of the relay's key, 32 bytes: `loadRelayKey` or `parseRelayKey`. */
  readonly seed: Uint8Array
  /** 0 takes any free one. Default 6765. */
  readonly port?: number | undefined
  /** Address to listen on. Default: all. */
  readonly host?: string | undefined
  /**
   * Public origins, such as `https://chat.example`. Needed behind a proxy that does not pass `Host` on; with only https
   * ones, browsers are told to come by TLS for ever.
   */
  readonly origins?: readonly string[] | undefined
  /** Folder of the built web app. Default: this repository's. */
  readonly webRoot?: string | undefined
  readonly limits?: Partial<RelayLimits> | undefined
  /** STUN and TURN servers that clients are told of. Default: none. */
  readonly iceServers?: GiveIceServers | undefined
  /** Attests addresses by mail (docs/spec/auth.md). Default: does not. */
  readonly auth?: AuthOptions | undefined
  /** Default: silent. */
  readonly log?: Logger | undefined
  /** When silent sockets are pinged and given up. */
  readonly silence?: Silence | undefined
  /** Memory, CPU and event loop in `/metrics`. */
  readonly processMetrics?: boolean | undefined
}

export interface RelayAddress {
  readonly host: string
  readonly port: number
  /** `http://localhost:6765`: for people on this machine. */
  readonly url: string
}

export interface Relay {
  /** The relay's public key, 32 bytes. */
  readonly key: Uint8Array
  /** Undefined until it listens. */
  readonly address: RelayAddress | undefined
  /** Rejects with `RelayPortTaken`. */
  listen(): Promise<RelayAddress>
  /** Says goodbye to everybody, then resolves; a second call waits for the first. */
  close(): Promise<void>
}

export class RelayPortTaken extends Error {
  override readonly name = 'RelayPortTaken'
}

const repositoryWebRoot = fileURLToPath(new URL('../../web/dist/app', import.meta.url))

export function createRelay(options: RelayOptions): Relay {
  const crypto = createNativeCrypto()
  const relay = crypto.signKeyPair(options.seed)
  const limits = { ...relayLimits, ...options.limits }
  limits.connections = Math.min(limits.connections, socketsAllowed())
  const log = options.log ?? pino({ enabled: false })
  const now = (): number => Date.now()
  const origins = options.origins ?? []
  const tally = new Tally()
  const { silence } = options
  const sockets = new Sockets({ crypto, relay, limits, hosts: origins.map(relayHost), log, tally, now, silence })
  const read = (): { gauges: Sockets['gauges']; counters: Sockets['counters'] } => sockets
  let address: RelayAddress | undefined
  let closing: Promise<void> | undefined
  const pages = createPages({
    webRoot: options.webRoot ?? repositoryWebRoot,
    relayKey: relay.publicKey,
    limits,
    version: relayProgramVersion(),
    iceServers: options.iceServers,
    auth: options.auth === undefined ? undefined : new AuthService(options.auth, { crypto, log, now }),
    isSecure: origins.length > 0 && origins.every((origin) => origin.startsWith('https:')),
    metrics: createMetrics(tally, read, options.processMetrics ?? false),
    now,
    isWell: () => closing === undefined,
  })
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 20_000, keepAliveTimeout: 5_000 }, pages)
  server.on('upgrade', (request, stream, head) => sockets.upgrade(request, stream, head))
  server.on('clientError', (_error, stream) => stream.destroy())

  return {
    key: relay.publicKey,
    get address() {
      return address
    },
    async listen() {
      address = await startListening(server, options.port ?? defaultRelayPort, options.host)
      log.info({ event: 'listening', port: address.port, connections: limits.connections })
      return address
    },
    close() {
      closing ??= stop(server, sockets).then(() => log.info({ event: 'closed' }))
      return closing
    },
  }
}

function startListening(server: Server, port: number, host: string | undefined): Promise<RelayAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE'
      const text = `Port ${port} is in use, perhaps by another relay. Choose another with --port or PORT.`
      reject(isTaken ? new RelayPortTaken(text, { cause }) : cause)
    })
    server.listen({ port, host, backlog: 4096 }, () => {
      const bound = server.address() as AddressInfo
      const isAny = bound.address === '::' || bound.address === '0.0.0.0'
      const name = isAny || bound.address === '127.0.0.1' || bound.address === '::1' ? 'localhost' : bound.address
      const shown = name.includes(':') ? `[${name}]` : name
      resolve({ host: bound.address, port: bound.port, url: `http://${shown}:${bound.port}` })
    })
  })
}

async function stop(server: Server, sockets: Sockets): Promise<void> {
  if (!server.listening) return sockets.close()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  await sockets.close()
  server.closeAllConnections()
  return closed
}

/** Files other than sockets, and requests for the web app while every place is taken. */
const reservedFiles = 256

/** How many sockets the file limit leaves: beyond it `accept` fails for everybody, so we say 503 before. */
function socketsAllowed(): number {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return limit === undefined ? Infinity : Math.max(1, Number(limit) - reservedFiles)
  } catch {
    return Infinity // not Linux
  }
}

function relayProgramVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
