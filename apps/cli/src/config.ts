/**
 * Configuration files: `name`, `port`, `chats: [{name, id, secret}]`, `peers: [{address, port}]`.
 *
 * A secret is 32 bytes in base64url, with or without padding. Rooms are told apart by their secret, not by `id`, which
 * is kept so that existing files can be read. Everything in the file is checked and a fault says where it is.
 */
import { parseBase64url } from '@kith/protocol'
import type { Address } from './arguments.ts'
import { usage } from './failure.ts'
import { printableLine } from './printable.ts'

export const maxConfigBytes: number = 1024 * 1024
export const maxConfigChats = 100
export const maxConfigPeers = 1000

export interface ConfigChat {
  readonly name: string
  readonly id: string
  /** 43 characters: the secret as it stands in a link. */
  readonly secret: string
}

export interface Config {
  readonly name: string
  readonly port: number
  readonly chats: readonly ConfigChat[]
  readonly peers: readonly Address[]
}

type Fields = Readonly<Record<string, unknown>>

/** Throws `Failure` with exit code 2 that names the file and the place. */
export function parseConfig(text: string, file: string): Config {
  const wrong = (what: string): Error => usage('configMalformed', `${file}: ${what}`)
  if (text.length > maxConfigBytes) throw wrong('the file is too large to be a configuration.')
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\ufeff/u, ''))
  } catch (error) {
    throw wrong(`this is not JSON${placeOf(error, text)}.`)
  }
  if (!isFields(value)) throw wrong('a configuration is an object with name, port, chats and peers.')
  const name = shortText(value['name'], 'name', wrong)
  const port = portNumber(value['port'], 'port', wrong)
  const chats = list(value['chats'], 'chats', maxConfigChats, wrong).map((chat, i) => parseChat(chat, i, wrong))
  if (chats.length === 0) throw wrong('chats is empty: there is nothing to talk in.')
  const seen = new Map<string, string>()
  for (const chat of chats) {
    for (const [what, key] of [
      ['name', `name ${chat.name}`],
      ['id', `id ${chat.id}`],
      ['secret', `secret ${chat.secret}`],
    ] as const) {
      const other = seen.get(key)
      if (other !== undefined) throw wrong(`the chats “${other}” and “${chat.name}” have the same ${what}.`)
      seen.set(key, chat.name)
    }
  }
  const peers = list(value['peers'] ?? [], 'peers', maxConfigPeers, wrong).map((peer, i): Address => {
    if (!isFields(peer)) throw wrong(`peers[${i}] is an object with address and port.`)
    const host = shortText(peer['address'], `peers[${i}].address`, wrong)
    if (/[\s/]/u.test(host)) throw wrong(`peers[${i}].address is a host name or an IP address, not “${host}”.`)
    return { host, port: portNumber(peer['port'], `peers[${i}].port`, wrong) }
  })
  return { name, port, chats, peers }
}

/** The parser's own words quote the file, and the file holds secrets: only the place is taken from them. */
function placeOf(error: unknown, text: string): string {
  const position = error instanceof Error ? /position (\d+)/u.exec(error.message)?.[1] : undefined
  return position === undefined ? '' : `: look at line ${text.slice(0, Number(position)).split('\n').length}`
}

function parseChat(chat: unknown, i: number, wrong: (what: string) => Error): ConfigChat {
  const at = `chats[${i}]`
  if (!isFields(chat)) throw wrong(`${at} is an object with name, id and secret.`)
  const secret = chat['secret']
  const bytes = typeof secret === 'string' ? parseBase64url(secret.replace(/=+$/u, '')) : undefined
  if (typeof secret !== 'string' || bytes?.length !== 32)
    throw wrong(
      `${at}.secret is 32 bytes in base64url. Make one with: node -p "require('crypto').randomBytes(32).toString('base64url')"`,
    )
  return {
    name: shortText(chat['name'], `${at}.name`, wrong),
    id: shortText(chat['id'], `${at}.id`, wrong),
    secret: secret.replace(/=+$/u, ''),
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shortText(value: unknown, at: string, wrong: (what: string) => Error): string {
  const line = typeof value === 'string' ? printableLine(value) : ''
  if (line === '' || line.length > 200) throw wrong(`${at} is a text of 1 to 200 characters.`)
  return line
}

function portNumber(value: unknown, at: string, wrong: (what: string) => Error): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 65_535)
    throw wrong(`${at} is a number from 1 to 65535.`)
  return value
}

function list(value: unknown, at: string, limit: number, wrong: (what: string) => Error): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(`${at} is a list.`)
  if (value.length > limit) throw wrong(`${at} has more than ${limit} entries.`)
  return value
}
