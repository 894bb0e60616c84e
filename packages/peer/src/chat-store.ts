/**
 * What a chat keeps about its rooms and settings, beside what the engines store.
 *
 * ```
 * chat/settings     { name, relayOnly, lockAfter, fileLimit, notifying }
 * chat/room/<id>    { secret, relay, title, telling, name, joinedAt, identity, device, agree, agreeSince, retired, certificate,
 *                   certifiedAt }
 *                   a members room also { roomId, inviteSecret, lobbySecret, links }, and no secret; a linked device has
 *                   { author, proof } instead of identity
 * chat/mark/<id>    { draft, files, readMark, stopped }  written often, so apart
 * chat/devices-of/<id>  { devices }                 devices of the other members, as one was last told
 * chat/person/<id>  { quiet }                     what I did about the people of a room, by `Person.id`
 * chat/identity, chat/devices, chat/known, chat/contact/<identity>   who somebody is: `identity-store.ts`
 * room/<id>/…       the engine's own records
 * ```
 *
 * Values are JSON in UTF-8 with byte fields in base64url; the store under it is sealed. `identity`, `device` and `agree`
 * are 32-byte secrets of this person in this one room.
 */
import {
  Reader,
  Writer,
  formatBase64url,
  formatUtf8,
  maxManifests,
  parseBase64url,
  parseUtf8,
  readManifest,
  writeManifest,
} from '@kith/protocol'
import type { Manifest, Millis } from '@kith/protocol'
import type { ChatSettings, Notifying, Quiet, Telling } from './chat.ts'
import type { EdgeRule } from './members-state.ts'
import type { KnownDevices } from './member-devices.ts'
import { parseTelling } from './news.ts'
import type { PersonaSecrets, RetiredAgree } from './persona.ts'
import type { Storage } from './storage.ts'

export const maxRooms: number = 64

export interface RoomRecord {
  readonly id: string
  readonly secret: Uint8Array
  /** Origin, or undefined for a room without a relay. */
  readonly relay: string | undefined
  readonly title: string
  /** Everything where nothing is said. */
  readonly telling?: Telling | undefined
  /** How this person is called in this room; undefined follows the settings. */
  readonly name: string | undefined
  readonly joinedAt: Millis
  readonly persona: PersonaSecrets
  /** Set in a members room, whose `secret` is empty. */
  readonly members?: MembersRecord | undefined
}

export interface MembersRecord {
  /** 32 bytes: the id of the operation that founded it. */
  readonly roomId: Uint8Array
  /** Secret of the invite one comes by, 16 bytes, until one is in. */
  readonly inviteSecret: Uint8Array | undefined
  /** Fingerprint of whoever gave that invite. */
  readonly inviter?: Uint8Array | undefined
  /** On a linked device: where the members met when it was added, 32 bytes, until it is in. */
  readonly lobbySecret?: Uint8Array | undefined
  /** Links of the invites made here, by id: the room's own record has their public half only. */
  readonly links: Readonly<Record<string, string>>
  /** Whom one links with; `trusted` where nothing is said. */
  readonly edgeRule?: EdgeRule | undefined
}

export interface RoomMark {
  readonly draft: string
  /** Files of the draft, sealed here already. */
  readonly files: readonly Manifest[]
  readonly readMark: string
  /** Roots of files that somebody paused or erased here: they are not fetched before somebody wants them. */
  readonly stopped: readonly string[]
}

/** Which people of a room I muted or hid, by `Person.id`. */
export type QuietPeople = ReadonlyMap<string, Quiet>

/** More than anybody mutes by hand; the oldest make room. */
export const maxQuietPeople: number = 512

/** Of files that were stopped; the oldest are forgotten. */
export const maxStopped: number = 1024

const pageSize = 100

export class ChatStore {
  readonly #storage: Storage

  constructor(storage: Storage) {
    this.#storage = storage
  }

  async readSettings(): Promise<Partial<ChatSettings>> {
    const [record] = await this.#storage.read({ prefix: 'chat/settings', limit: 1 })
    const { name, relayOnly, lockAfter, fileLimit, notifying } = parseJson(record?.value)
    return {
      ...(typeof name === 'string' ? { name } : {}),
      ...(typeof relayOnly === 'boolean' ? { relayOnly } : {}),
      ...(typeof lockAfter === 'number' && lockAfter >= 0 ? { lockAfter } : {}),
      ...(typeof fileLimit === 'number' && fileLimit >= 0 ? { fileLimit } : {}),
      ...(typeof notifying === 'object' && notifying !== null ? { notifying: parseNotifying(notifying) } : {}),
    }
  }

  async writeSettings(settings: ChatSettings): Promise<void> {
    const { name, relayOnly, lockAfter, fileLimit, notifying } = settings
    await this.#put('chat/settings', { name, relayOnly, lockAfter, fileLimit, notifying })
  }

  /** In the order they were joined. A record that cannot be read is left where it is. */
  async readRooms(): Promise<readonly RoomRecord[]> {
    const rooms: RoomRecord[] = []
    const prefix = 'chat/room/'
    let after: string | undefined
    do {
      const page = await this.#storage.read({ prefix, after, limit: pageSize })
      for (const { key, value } of page) {
        const record = parseRoom(key.slice(prefix.length), parseJson(value))
        if (record !== undefined) rooms.push(record)
      }
      after = page.length === pageSize ? page.at(-1)?.key : undefined
    } while (after !== undefined)
    return rooms.sort((a, b) => a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : 1))
  }

  async writeRoom(room: RoomRecord): Promise<void> {
    const { persona } = room
    await this.#put(`chat/room/${room.id}`, {
      secret: formatBase64url(room.secret),
      relay: room.relay,
      title: room.title,
      telling: room.telling,
      name: room.name,
      joinedAt: room.joinedAt,
      identity: persona.identity && formatBase64url(persona.identity),
      author: persona.author && formatBase64url(persona.author),
      proof: persona.proof && formatBase64url(persona.proof),
      device: formatBase64url(persona.device),
      agree: formatBase64url(persona.agree),
      certificate: formatBase64url(persona.certificate),
      certifiedAt: persona.certifiedAt,
      agreeSince: persona.agreeSince,
      retired: persona.retired?.map(({ secret, at }) => ({ secret: formatBase64url(secret), at })),
      ...(room.members === undefined
        ? {}
        : {
            roomId: formatBase64url(room.members.roomId),
            inviteSecret: room.members.inviteSecret && formatBase64url(room.members.inviteSecret),
            inviter: room.members.inviter && formatBase64url(room.members.inviter),
            lobbySecret: room.members.lobbySecret && formatBase64url(room.members.lobbySecret),
            links: room.members.links,
            edgeRule: room.members.edgeRule,
          }),
    })
  }

  async readMark(id: string): Promise<RoomMark | undefined> {
    const [record] = await this.#storage.read({ prefix: `chat/mark/${id}`, limit: 1 })
    const { draft, readMark, files, stopped } = parseJson(record?.value)
    return typeof draft === 'string' && typeof readMark === 'string'
      ? { draft, readMark, files: parseManifests(files), stopped: parseRoots(stopped) }
      : undefined
  }

  async writeMark(id: string, mark: RoomMark): Promise<void> {
    const files = mark.files.map((manifest) => {
      const writer = new Writer()
      writeManifest(writer, manifest)
      return formatBase64url(writer.finish())
    })
    await this.#put(`chat/mark/${id}`, {
      draft: mark.draft,
      files,
      readMark: mark.readMark,
      stopped: mark.stopped.slice(-maxStopped),
    })
  }

  async readQuiet(id: string): Promise<QuietPeople> {
    const [record] = await this.#storage.read({ prefix: `chat/person/${id}`, limit: 1 })
    const { quiet } = parseJson(record?.value)
    const people = new Map<string, Quiet>()
    if (typeof quiet !== 'object' || quiet === null) return people
    for (const [who, how] of Object.entries(quiet)) if (how === 'muted' || how === 'hidden') people.set(who, how)
    return people
  }

  async writeQuiet(id: string, people: QuietPeople): Promise<void> {
    await this.#put(`chat/person/${id}`, { quiet: Object.fromEntries([...people].slice(-maxQuietPeople)) })
  }

  async readKnownDevices(id: string): Promise<KnownDevices> {
    const [record] = await this.#storage.read({ prefix: `chat/devices-of/${id}`, limit: 1 })
    const { devices } = parseJson(record?.value)
    if (typeof devices !== 'object' || devices === null) return new Map()
    return new Map(Object.entries(devices).filter((entry): entry is [string, string[]] => Array.isArray(entry[1])))
  }

  async writeKnownDevices(id: string, known: KnownDevices): Promise<void> {
    await this.#put(`chat/devices-of/${id}`, { devices: Object.fromEntries(known) })
  }

  /** The record goes first: without it nothing can read the rest any more, even if we are interrupted. */
  async forgetRoom(id: string): Promise<void> {
    await this.#storage.write([
      { key: `chat/room/${id}`, value: undefined },
      { key: `chat/mark/${id}`, value: undefined },
      { key: `chat/person/${id}`, value: undefined },
      { key: `chat/devices-of/${id}`, value: undefined },
    ])
    await this.#storage.clear(`room/${id}/`)
  }

  async #put(key: string, value: Record<string, unknown>): Promise<void> {
    await this.#storage.write([{ key, value: formatUtf8(JSON.stringify(value)) }])
  }
}

/** Our own record, which a newer or older version may have written differently; empty when it is not even JSON. */
export function parseJson(bytes: Uint8Array | undefined): Record<string, unknown> {
  const text = bytes === undefined ? undefined : parseUtf8(bytes)
  if (text === undefined) return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function parseNotifying({ on, show, sound }: { on?: unknown; show?: unknown; sound?: unknown }): Notifying {
  return {
    on: typeof on === 'boolean' ? on : undefined,
    show: show === 'nothing' ? 'nothing' : 'message',
    sound: sound === true,
  }
}

function parseManifests(value: unknown): readonly Manifest[] {
  if (!Array.isArray(value)) return []
  return value.slice(0, maxManifests).flatMap((text: unknown) => {
    const bytes = typeof text === 'string' ? parseBase64url(text) : undefined
    if (bytes === undefined) return []
    const reader = new Reader(bytes)
    const manifest = readManifest(reader)
    return reader.done() ? [manifest] : []
  })
}

function parseRoots(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return value.filter((root: unknown) => typeof root === 'string' && /^[0-9a-f]{64}$/u.test(root)).slice(-maxStopped)
}

function parseLinks(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function parseRetired(value: unknown): readonly RetiredAgree[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((one: { readonly secret?: unknown; readonly at?: unknown } | null): readonly RetiredAgree[] => {
    const secret = typeof one?.secret === 'string' ? parseBase64url(one.secret) : undefined
    return secret?.length === 32 && typeof one?.at === 'number' ? [{ secret, at: one.at }] : []
  })
}

function parseRoom(id: string, fields: Record<string, unknown>): RoomRecord | undefined {
  const bytes = (name: string): Uint8Array | undefined => {
    const text = fields[name]
    return typeof text === 'string' ? parseBase64url(text) : undefined
  }
  const text = (name: string): string | undefined => {
    const value = fields[name]
    return typeof value === 'string' ? value : undefined
  }
  const secret = bytes('secret')
  const identity = bytes('identity')
  const device = bytes('device')
  const agree = bytes('agree')
  const certificate = bytes('certificate')
  const { joinedAt, certifiedAt, agreeSince } = fields
  const roomId = bytes('roomId')
  if (roomId !== undefined && roomId.length !== 32) return undefined
  if (secret?.length !== (roomId === undefined ? 32 : 0)) return undefined
  const [author, proof] = [bytes('author'), bytes('proof')]
  if ((identity ?? author)?.length !== 32 || device?.length !== 32 || agree?.length !== 32) return undefined
  if (certificate === undefined || typeof joinedAt !== 'number' || typeof certifiedAt !== 'number') return undefined
  return {
    id,
    secret,
    relay: text('relay'),
    title: text('title') ?? '',
    ...(fields['telling'] === undefined ? {} : { telling: parseTelling(fields['telling']) }),
    name: text('name'),
    joinedAt,
    persona: {
      identity,
      device,
      agree,
      certificate,
      certifiedAt,
      ...(typeof agreeSince === 'number' ? { agreeSince, retired: parseRetired(fields['retired']) } : {}),
      ...(identity === undefined ? { author, proof } : {}),
    },
    ...(roomId === undefined
      ? {}
      : {
          members: {
            roomId,
            inviteSecret: bytes('inviteSecret'),
            inviter: bytes('inviter'),
            lobbySecret: bytes('lobbySecret'),
            links: parseLinks(fields['links']),
            edgeRule: fields['edgeRule'] === 'own' ? ('own' as const) : undefined,
          },
        }),
  }
}
