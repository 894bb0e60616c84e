/**
 * An authentication service over HTTP (docs/spec/auth.md): mails a code, and signs that whoever returns it, with the long-term
 * identity it was asked for, controls the address. It remembers nothing beyond codes that count and limits of an hour.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type Crypto,
  type Millis,
  attest,
  claimSaltBytes,
  emailClaim,
  formatBase64url,
  formatHex,
  formatUtf8,
  isRequestSigned,
  parseBase64url,
  parseEmail,
  parseHex,
} from '@kith/protocol'
import type { Logger } from 'pino'
import type { AuthKey } from './auth-key.ts'
import { type CodeLimits, Codes } from './codes.ts'
import type { SendCode } from './mail.ts'

export const maxAuthBodyBytes = 2048

export interface AuthOptions {
  readonly key: AuthKey
  readonly sendCode: SendCode
  readonly limits?: Partial<CodeLimits> | undefined
  /** In front of us stands a proxy that says for whom it asks, in `X-Forwarded-For`. */
  readonly behindProxy?: boolean | undefined
}

export interface AuthPorts {
  readonly crypto: Crypto
  readonly log: Logger
  readonly now: () => Millis
}

/** Answers are codes; the words are the program's that asked. */
type Problem =
  | 'malformed'
  | 'addressMalformed'
  | 'badSignature'
  | 'noCode'
  | 'wrongCode'
  | 'tooMany'
  | 'busy'
  | 'mailFailed'

const statusOf: Readonly<Record<Problem, number>> = {
  malformed: 400,
  addressMalformed: 400,
  badSignature: 403,
  noCode: 403,
  wrongCode: 403,
  tooMany: 429,
  busy: 503,
  mailFailed: 502,
}

const headers: readonly string[] = [
  ...['content-type', 'application/json'],
  ...['cache-control', 'no-store'],
  ...['x-content-type-options', 'nosniff'],
  ...['referrer-policy', 'no-referrer'],
  // A page of another relay may ask; it shows nothing that this service would not tell anybody.
  ...['access-control-allow-origin', '*'],
  ...['access-control-allow-headers', 'content-type'],
  ...['cross-origin-resource-policy', 'cross-origin'],
]

export class AuthService {
  readonly #options: AuthOptions
  readonly #ports: AuthPorts
  readonly #codes: Codes
  readonly #service: ReturnType<Crypto['signKeyPair']>

  constructor(options: AuthOptions, ports: AuthPorts) {
    this.#options = options
    this.#ports = ports
    this.#codes = new Codes(options.limits)
    this.#service = ports.crypto.signKeyPair(options.key.seed)
  }

  /** Public key, 32 bytes. */
  get key(): Uint8Array {
    return this.#service.publicKey
  }

  /** Answers what is under `/auth/`. */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method } = request
    if (method === 'OPTIONS') return reply(response, 204, undefined)
    if (path === '/auth/key' && (method === 'GET' || method === 'HEAD')) return reply(response, 200, this.#about())
    if (path !== '/auth/code' && path !== '/auth/attest') return reply(response, 404, { problem: 'malformed' })
    if (method !== 'POST') return reply(response, 405, { problem: 'malformed' })
    const fields = await readBody(request)
    if (fields === undefined) return refuse(response, 'malformed')
    const answer = path === '/auth/code' ? await this.#sendCode(fields, this.#networkOf(request)) : this.#attest(fields)
    return typeof answer === 'string' ? refuse(response, answer) : reply(response, 200, answer)
  }

  #about(): object {
    const successions = this.#options.key.successions.map(formatBase64url)
    return { key: formatHex(this.key), claimType: emailClaim, successions }
  }

  async #sendCode(fields: Fields, network: string): Promise<Problem | object> {
    const email = parseEmail(fields['email'] ?? '')
    if (email === undefined) return 'addressMalformed'
    const identity = parseKey(fields['identity'])
    if (identity === undefined) return 'malformed'
    const asked = this.#codes.ask(email, formatHex(identity), network, this.#ports.now())
    if (typeof asked === 'string') return asked
    try {
      await this.#options.sendCode(email, asked.code)
    } catch (error) {
      this.#codes.drop(email, formatHex(identity))
      // Not whom it was for: the log is no list of addresses.
      this.#ports.log.warn({ event: 'codeNotMailed', why: (error as NodeJS.ErrnoException).code ?? 'unknown' })
      return 'mailFailed'
    }
    this.#ports.log.info({ event: 'codeMailed' })
    return {}
  }

  #attest(fields: Fields): Problem | object {
    const { crypto, now, log } = this.#ports
    const email = parseEmail(fields['email'] ?? '')
    if (email === undefined) return 'addressMalformed'
    const identity = parseKey(fields['identity'])
    const salt = parseBase64url(fields['salt'] ?? '')
    const signature = parseBase64url(fields['signature'] ?? '')
    const { code = '' } = fields
    if (identity === undefined || salt?.length !== claimSaltBytes || signature?.length !== 64) return 'malformed'
    if (!/^\d{6}$/.test(code)) return 'malformed'
    const asked = { service: this.key, identity, email, salt, code }
    if (!isRequestSigned(crypto, asked, signature)) return 'badSignature'
    const refusal = this.#codes.enter(email, formatHex(identity), code, now())
    if (refusal !== undefined) return refusal
    const claim = { type: emailClaim, salt, claim: formatUtf8(email) }
    log.info({ event: 'attested' })
    return { statement: formatBase64url(attest(crypto, this.#service, identity, claim, now())) }
  }

  #networkOf(request: IncomingMessage): string {
    const forwarded = this.#options.behindProxy === true ? request.headers['x-forwarded-for'] : undefined
    // The last one is what our own proxy saw; those before it are anybody's word.
    const told = (typeof forwarded === 'string' ? forwarded : '').split(',').at(-1)?.trim()
    return networkOf(told === undefined || told === '' ? (request.socket.remoteAddress ?? '') : told)
  }
}

type Fields = Readonly<Record<string, string | undefined>>

/** An IPv4 address, or the first 64 bits of an IPv6 one: whoever has one such network has all addresses in it. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  while (tail !== undefined && groups.length + rest.length < 8) groups.push('0')
  return [...groups, ...rest]
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')
}

function parseKey(text: string | undefined): Uint8Array | undefined {
  const key = parseHex(text ?? '')
  return key?.length === 32 ? key : undefined
}

async function readBody(request: IncomingMessage): Promise<Fields | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > maxAuthBodyBytes) return undefined
      chunks.push(chunk)
    }
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return Object.fromEntries(Object.entries(value).filter(([, field]) => typeof field === 'string'))
  } catch {
    return undefined
  }
}

function refuse(response: ServerResponse, problem: Problem): void {
  reply(response, statusOf[problem], { problem })
}

function reply(response: ServerResponse, status: number, body: object | undefined): void {
  const text = body === undefined ? '' : JSON.stringify(body)
  response.writeHead(status, [...headers, 'content-length', String(Buffer.byteLength(text))])
  response.end(response.req.method === 'HEAD' ? undefined : text)
}
