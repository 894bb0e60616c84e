/** The relay as a program. `npm start` and `kith relay` run it; so does anything that can run Node. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { createNativeCrypto } from '@kith/peer/node/crypto'
import { formatHex } from '@kith/protocol'
import {
  AuthKeyUnreadable,
  type AuthOptions,
  createMailer,
  createRelay,
  defaultRelayPort,
  iceServersFrom,
  IceServersUnreadable,
  loadAuthKey,
  loadRelayKey,
  parseRelayKey,
  RelayKeyUnreadable,
  rotateAuthKey,
} from './relay.ts'

const usage = `kith relay: a meeting point for rooms, and the web app

  --port P     port to listen on            (or PORT; default ${defaultRelayPort}, 0 takes any)
  --host H     address to listen on         (default: all)
  --data DIR   where the relay keeps its key (or KITH_DATA_DIR; default ~/.kith/relay)
  --web DIR    folder of the built web app
  --auth       also attest e-mail addresses: mails a code, and signs that it came back
  --rotate-auth-key   give the authentication service a new key, which the old one signs, and end
  --help

KITH_SMTP_URL      for --auth: how mail leaves, such as smtp://user:password@mail.example:587
KITH_AUTH_FROM     for --auth: whom it is from, such as "Kith <kith@chat.example>"
KITH_TRUST_PROXY   for --auth: 1 when a proxy of yours names the caller in X-Forwarded-For
KITH_RELAY_KEY     the relay's key, 64 hex digits, instead of the kept one
KITH_RELAY_ORIGIN  public origins, separated by commas, such as https://chat.example
KITH_ICE_SERVERS   STUN and TURN servers to name to clients: a JSON array of RTCIceServer (default none)
KITH_TURN_URLS     TURN servers with a shared secret, separated by commas, and
KITH_TURN_SECRET   that secret (coturn: static-auth-secret); clients get credentials that end after a day
KITH_LOG           trace, debug, info, warn, error or silent; JSON lines on stderr (default info,
                   warn when that is a terminal)
`

class BadUsage extends Error {
  override readonly name = 'BadUsage'
}

async function main(): Promise<void> {
  const { env } = process
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      data: { type: 'string' },
      web: { type: 'string' },
      auth: { type: 'boolean' },
      'rotate-auth-key': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    process.stdout.write(usage)
    return
  }
  const dataDir = values.data ?? env['KITH_DATA_DIR'] ?? join(homedir(), '.kith', 'relay')
  if (values['rotate-auth-key'] === true) {
    const key = rotateAuthKey(dataDir, createNativeCrypto(), Date.now())
    process.stdout.write(
      `The authentication service's key is now ${formatHex(key)}. Start the relay again to use it.\n`,
    )
    return
  }
  const origins = (env['KITH_RELAY_ORIGIN'] ?? '').split(',').flatMap((origin) => origin.trim() || [])
  const relay = createRelay({
    seed: seedFrom(env['KITH_RELAY_KEY'], dataDir),
    port: portFrom(values.port ?? env['PORT']),
    host: values.host,
    origins,
    auth: values.auth === true ? authFrom(env, dataDir, origins) : undefined,
    webRoot: values.web,
    iceServers: iceServersFrom(env),
    log: pino({ level: logLevelFrom(env['KITH_LOG']), base: null }, pino.destination(2)),
    processMetrics: true,
  })
  const stop = (): void => {
    process.once('SIGINT', () => process.exit(1))
    void relay.close().then(() => process.exit(0))
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, stop)
  // Whoever started it with a channel, as `kith relay` does, is gone when the channel closes.
  if (process.connected) process.once('disconnect', stop)
  const { url } = await relay.listen()
  process.stdout.write(`Kith is at ${url}\n`)
}

function authFrom(env: NodeJS.ProcessEnv, dataDir: string, origins: readonly string[]): AuthOptions {
  const smtpUrl = env['KITH_SMTP_URL'] ?? ''
  const from = env['KITH_AUTH_FROM'] ?? ''
  if (!/^smtps?:\/\/./.test(smtpUrl) || !from.includes('@')) {
    throw new BadUsage(
      '--auth needs KITH_SMTP_URL (smtp://user:password@mail.example:587) and KITH_AUTH_FROM (an address).',
    )
  }
  const [origin] = origins
  const host = origin === undefined ? 'this relay' : new URL(origin).host
  return {
    key: loadAuthKey(dataDir),
    sendCode: createMailer({ smtpUrl, from, host }),
    behindProxy: env['KITH_TRUST_PROXY'] === '1',
  }
}

function logLevelFrom(text: string | undefined): string {
  const level = text ?? (process.stderr.isTTY ? 'warn' : 'info')
  if (level !== 'silent' && !(level in pino.levels.values)) throw new BadUsage(`KITH_LOG cannot be ${level}.`)
  return level
}

function seedFrom(key: string | undefined, dataDir: string): Uint8Array {
  if (key === undefined || key === '') return loadRelayKey(dataDir)
  const seed = parseRelayKey(key)
  if (seed === undefined) throw new BadUsage('KITH_RELAY_KEY must be 64 hex digits or 43 base64url characters.')
  return seed
}

function portFrom(text: string | undefined): number {
  if (text === undefined || text === '') return defaultRelayPort
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new BadUsage(`${text} is no port.`)
  return port
}

/** Exit codes: 2 wrong usage, 1 anything else that keeps it from running. */
main().catch((error: unknown) => {
  const isUsage =
    error instanceof BadUsage ||
    error instanceof IceServersUnreadable ||
    (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true
  const isPlain =
    isUsage ||
    error instanceof RelayKeyUnreadable ||
    error instanceof AuthKeyUnreadable ||
    (error as Error).name === 'RelayPortTaken'
  process.stderr.write(`${isPlain ? (error as Error).message : String((error as Error).stack)}\n`)
  process.exit(isUsage ? 2 : 1)
})
