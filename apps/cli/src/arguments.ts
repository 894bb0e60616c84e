/** The command line: text in, one command out. Unknown options are named, with the nearest known one. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { usage } from './failure.ts'
import { parseSize } from './keep-program.ts'
import { statusAddress, type StatusAddress } from './status-address.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** What every way of chatting has in common. */
export interface ChatOptions {
  /** Undefined: the per-user directory. */
  readonly data: string | undefined
  /** An origin; null with `--no-relay`; undefined when nothing was said. */
  readonly relay: string | null | undefined
  readonly name: string | undefined
  readonly json: boolean
  readonly debug: boolean
  readonly passphraseFile: string | undefined
  /** Where to listen for other terminals. */
  readonly port: number | undefined
  /** Terminals to dial directly. */
  readonly peers: readonly Address[]
}

export type Command =
  | { readonly type: 'help'; readonly about: string | undefined }
  | { readonly type: 'version' }
  | { readonly type: 'new'; readonly members: boolean; readonly options: ChatOptions }
  | { readonly type: 'join'; readonly links: readonly string[]; readonly options: ChatOptions }
  /** The rooms that are in the data directory already. */
  | { readonly type: 'open'; readonly options: ChatOptions }
  /** What opens the store: set, changed or removed. */
  | {
      readonly type: 'passphrase'
      readonly newFile: string | undefined
      readonly remove: boolean
      readonly options: ChatOptions
    }
  /** A room as Markdown, or with `--json` as JSON, to standard output. */
  | { readonly type: 'export'; readonly room: string | undefined; readonly options: ChatOptions }
  /** This terminal becomes a device of the person whose other device shows the code. */
  | { readonly type: 'device'; readonly code: string; readonly options: ChatOptions }
  | { readonly type: 'config'; readonly file: string; readonly options: ChatOptions }
  | {
      readonly type: 'relay'
      readonly port: number | undefined
      readonly data: string | undefined
      /** Attest e-mail addresses, too. */
      readonly auth: boolean
      readonly rotateAuthKey: boolean
    }
  | {
      readonly type: 'keep'
      readonly from: string
      readonly data: string | undefined
      readonly hours: number
      readonly quotaBytes: number
      readonly count: number
      readonly name: string | undefined
      readonly status: StatusAddress | undefined
    }
  | {
      readonly type: 'doctor'
      readonly relay: string | undefined
      readonly data: string | undefined
      readonly json: boolean
    }

const options = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  config: { type: 'string', short: 'c' },
  data: { type: 'string' },
  relay: { type: 'string' },
  'no-relay': { type: 'boolean' },
  name: { type: 'string' },
  members: { type: 'boolean' },
  json: { type: 'boolean' },
  debug: { type: 'boolean' },
  'passphrase-file': { type: 'string' },
  'new-passphrase-file': { type: 'string' },
  remove: { type: 'boolean' },
  port: { type: 'string' },
  peer: { type: 'string', multiple: true },
  hours: { type: 'string' },
  quota: { type: 'string' },
  status: { type: 'string' },
  count: { type: 'string' },
  auth: { type: 'boolean' },
  'rotate-auth-key': { type: 'boolean' },
} as const satisfies ParseArgsConfig['options']

type OptionName = keyof typeof options

const commands = ['new', 'join', 'device', 'export', 'passphrase', 'keep', 'relay', 'doctor', 'help'] as const

const chatOptions: readonly OptionName[] = [
  'data',
  'relay',
  'no-relay',
  'name',
  'json',
  'debug',
  'passphrase-file',
  'port',
  'peer',
]

const everyOption = Object.keys(options) as OptionName[]

function isOption(name: string): name is OptionName {
  return Object.hasOwn(options, name)
}

/** Throws `Failure` with exit code 2. */
export function parseArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Command {
  const given = new Map<OptionName, string[]>()
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    if (!isOption(token.name)) {
      const near = nearest(token.name, everyOption)
      const hint = near === undefined ? '' : ` Did you mean --${near}?`
      throw usage('optionUnknown', `There is no option ${token.rawName}.${hint} kith --help lists them all.`)
    }
    const values = given.get(token.name) ?? []
    if (options[token.name].type === 'string') {
      if (token.value === undefined || (!token.inlineValue && /^--?[a-z]/u.test(token.value)))
        throw usage('valueMissing', `${token.rawName} needs a value, as in ${example(token.name)}.`)
      values.push(token.value)
    } else if (token.value !== undefined) {
      throw usage('valueUnexpected', `${token.rawName} takes no value.`)
    }
    given.set(token.name, values)
  }
  const value = (name: OptionName): string | undefined => given.get(name)?.at(-1)

  const [command, ...rest] = positionals
  if (given.has('version')) return { type: 'version' }
  if (given.has('help')) return { type: 'help', about: command }
  if (command === 'help') return { type: 'help', about: rest[0] }

  const allow = (names: readonly OptionName[], what: string): void => {
    for (const name of given.keys())
      if (!names.includes(name))
        throw usage('optionMisplaced', `${what} takes no --${name}. kith --help says what goes with what.`)
  }
  const none = (what: string): void => {
    if (rest[0] !== undefined)
      throw usage('argumentUnexpected', `${what} takes no argument, but there is “${rest[0]}”.`)
  }
  const chat = (): ChatOptions => ({
    data: value('data') ?? nonEmpty(env['KITH_DATA']),
    relay: given.has('no-relay') ? null : parseRelay(value('relay') ?? nonEmpty(env['KITH_RELAY'])),
    name: value('name'),
    json: given.has('json'),
    debug: given.has('debug'),
    passphraseFile: value('passphrase-file'),
    port: parsePort(value('port'), '--port'),
    peers: (given.get('peer') ?? []).map(parseAddress),
  })
  if (given.has('relay') && given.has('no-relay'))
    throw usage('optionsConflict', 'Choose one of --relay URL and --no-relay.')

  if (given.has('config')) {
    if (command !== undefined)
      throw usage('argumentUnexpected', `kith --config FILE takes no argument, but there is “${command}”.`)
    allow(['config', ...chatOptions], 'kith --config')
    return { type: 'config', file: value('config') ?? '', options: chat() }
  }
  switch (command) {
    case undefined:
      allow(chatOptions, 'kith without a command')
      return { type: 'open', options: chat() }
    case 'new':
      allow([...chatOptions, 'members'], 'kith new')
      none('kith new')
      return { type: 'new', members: given.has('members'), options: chat() }
    case 'join':
      allow(chatOptions, 'kith join')
      if (rest.length === 0)
        throw usage('linkMissing', 'kith join needs the link of a room: kith join "https://…/#…", in quotes.')
      return { type: 'join', links: rest, options: chat() }
    case 'passphrase':
      allow(['data', 'passphrase-file', 'new-passphrase-file', 'remove'], 'kith passphrase')
      none('kith passphrase')
      if (given.has('remove') && given.has('new-passphrase-file'))
        throw usage('optionsConflict', 'Choose one of --remove and --new-passphrase-file FILE.')
      return { type: 'passphrase', newFile: value('new-passphrase-file'), remove: given.has('remove'), options: chat() }
    case 'export':
      allow(['data', 'json', 'passphrase-file'], 'kith export')
      if (rest.length > 1) throw usage('argumentUnexpected', `kith export takes one room, but there is “${rest[1]}”.`)
      return { type: 'export', room: rest[0], options: { ...chat(), relay: null } }
    case 'device':
      allow(chatOptions, 'kith device')
      if (rest.length === 0)
        throw usage(
          'codeMissing',
          'kith device needs the code that your other device shows: kith device CODE --name Desk',
        )
      return { type: 'device', code: rest.join(''), options: chat() }
    case 'keep': {
      allow(['data', 'hours', 'quota', 'count', 'name', 'status'], 'kith keep')
      if (rest[0] === undefined)
        throw usage(
          'ticketMissing',
          'kith keep needs a keeper’s ticket, which /keeper in the room shows: kith keep "kith-keep:…"',
        )
      if (rest.length > 1) throw usage('argumentUnexpected', `kith keep takes one room, but there is “${rest[1]}”.`)
      const quotaBytes = parseSize(value('quota') ?? '200MB')
      if (quotaBytes === undefined || quotaBytes < 1_000_000)
        throw usage('quotaMalformed', `--quota is a size of at least 1MB, such as 200MB, not “${value('quota')}”.`)
      return {
        type: 'keep',
        from: rest[0],
        data: value('data') ?? nonEmpty(env['KITH_DATA']),
        hours: parseCount(value('hours') ?? '6', '--hours', 720),
        quotaBytes,
        count: parseCount(value('count') ?? '1', '--count', 50),
        name: value('name'),
        status: statusAddress(value('status')),
      }
    }
    case 'relay':
      allow(['port', 'data', 'auth', 'rotate-auth-key'], 'kith relay')
      none('kith relay')
      return {
        type: 'relay',
        port: parsePort(value('port'), '--port'),
        data: value('data'),
        auth: given.has('auth'),
        rotateAuthKey: given.has('rotate-auth-key'),
      }
    case 'doctor': {
      allow(['relay', 'data', 'json'], 'kith doctor')
      if (rest.length > 1) throw usage('argumentUnexpected', `kith doctor takes one relay, but there is “${rest[1]}”.`)
      const relay = parseRelay(rest[0] ?? value('relay') ?? nonEmpty(env['KITH_RELAY']))
      return { type: 'doctor', relay, data: value('data') ?? nonEmpty(env['KITH_DATA']), json: given.has('json') }
    }
    default: {
      if (command.includes('#'))
        throw usage('commandUnknown', `To join a room, say kith join in front of its link: kith join "${command}"`)
      const near = nearest(command, commands)
      const hint = near === undefined ? '' : ` Did you mean kith ${near}?`
      throw usage('commandUnknown', `There is no command “${command}”.${hint} kith --help lists them all.`)
    }
  }
}

/** `host`, `host:port`, `http(s)://…` or `ws(s)://…` as an origin. */
export function parseRelay(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const malformed = (why: string): Error =>
    usage('relayMalformed', `“${text}” is not the address of a relay: ${why}. It looks like https://chat.example.`)
  const local = /^(localhost|127\.|\[::1\]|10\.|192\.168\.)/u.test(text)
  const full = /^[a-z]+:\/\//iu.test(text) ? text : `${local ? 'http' : 'https'}://${text}`
  let url: URL
  try {
    url = new URL(full)
  } catch {
    throw malformed('it cannot be read')
  }
  const schemes: Readonly<Record<string, string>> = {
    'http:': 'http:',
    'https:': 'https:',
    'ws:': 'http:',
    'wss:': 'https:',
  }
  const scheme = schemes[url.protocol]
  if (scheme === undefined) throw malformed(`it begins with ${url.protocol}//`)
  if (url.hash !== '') throw malformed('it has a #; a whole link goes with kith join')
  if (url.pathname !== '/' || url.search !== '' || url.username !== '') throw malformed('only a host and a port belong')
  return `${scheme}//${url.host}`
}

export function parsePort(text: string | undefined, what: string): number | undefined {
  if (text === undefined) return undefined
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : -1
  if (port < 0 || port > 65_535) throw usage('portMalformed', `${what} is a number from 0 to 65535, not “${text}”.`)
  return port
}

function parseCount(text: string, what: string, most: number): number {
  const count = /^\d{1,4}$/u.test(text) ? Number(text) : 0
  if (count < 1 || count > most) throw usage('countMalformed', `${what} is a number from 1 to ${most}, not “${text}”.`)
  return count
}

/** `host:port`, with brackets around an IPv6 address. */
export function parseAddress(text: string): Address {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/iu.exec(text)
  const host = parts?.[1] ?? parts?.[2]
  const port = Number(parts?.[3])
  if (host === undefined || !(port > 0 && port <= 65_535))
    throw usage('peerMalformed', `--peer is HOST:PORT, such as 192.168.1.20:12345, not “${text}”.`)
  return { host, port }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

function example(name: OptionName): string {
  switch (name) {
    case 'config':
      return '--config alice.json'
    case 'relay':
      return '--relay https://chat.example'
    case 'name':
      return '--name Robin'
    case 'port':
      return '--port 12345'
    case 'peer':
      return '--peer 192.168.1.20:12345'
    case 'hours':
      return '--hours 6'
    case 'quota':
      return '--quota 200MB'
    case 'count':
      return '--count 10'
    case 'new-passphrase-file':
      return '--new-passphrase-file secret.txt'
    case 'passphrase-file':
      return '--passphrase-file secret.txt'
    default:
      return `--${name} some/directory`
  }
}

/** The known word at most two edits away. */
function nearest<Word extends string>(word: string, known: readonly Word[]): Word | undefined {
  let best: Word | undefined
  let least = 3
  for (const candidate of known) {
    const distance = edits(word, candidate)
    if (distance < least) [best, least] = [candidate, distance]
  }
  return best
}

function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
