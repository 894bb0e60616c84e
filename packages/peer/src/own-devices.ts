/**
 * A person's devices. The main one holds the root and certifies what the others make for each room; a linked one asks for that
 * (docs/decisions/0017-devices-without-root.md). They first meet by a code (`device-linking.ts`), later in any room they share.
 *
 * `chat/devices`  { list: [{ id, name, platform, addedAt, seenAt, keys: { room: device key } }], notes }
 */
import {
  type Crypto,
  type DeviceKeys,
  type DeviceWhisper,
  type GivenRoom,
  type Millis,
  createDevice,
  equalBytes,
  formatHex,
  openStatement,
  parseHex,
  toldRoomBytes,
} from '@kith/protocol'
import type { Clock } from './clock.ts'
import type { KeptContact } from './contacts.ts'
import type { NewDevice, Say } from './device-linking.ts'
import type { OwnDevice } from './devices-state.ts'
import { IdentityRefused } from './errors.ts'
import type { OpenRoom } from './open-room.ts'
import type { PersonaSecrets } from './persona.ts'

/** More devices than anybody has. */
export const maxDevices = 16
/** A device that was offered a room and says nothing for so long is not waited for. */
export const answerMs: Millis = 20_000
/** Rooms that were offered and not given yet; a program opens no more. */
const maxOpenOffers = 64
const maxDeviceName = 40

export interface KeptDevice {
  readonly id: string
  readonly name: string
  readonly platform: 'browser' | 'node'
  readonly addedAt: Millis
  readonly seenAt: Millis
  /** By room id: its device key there. All hex. */
  readonly keys: Readonly<Record<string, string>>
}

export interface KeptDevices {
  readonly list: readonly KeptDevice[]
  /** The room that only one's own devices are in. */
  readonly notes: string | undefined
}

export const noKeptDevices: KeptDevices = { list: [], notes: undefined }

export interface OwnDevicesPorts {
  readonly crypto: Crypto
  readonly clock: Clock
  readonly rooms: () => Iterable<OpenRoom>
  readonly contacts: () => readonly KeptContact[]
  /** Long-term identity, and how the person is called. */
  readonly person: () => { readonly identity: Uint8Array; readonly name: string }
  readonly prove: (author: Uint8Array) => Uint8Array
  readonly write: (kept: KeptDevices) => Promise<void>
  /** Linked: whose device this is from now on. */
  readonly linkTo: (identity: Uint8Array, name: string) => Promise<void>
  readonly keepRoom: (given: GivenRoom, persona: PersonaSecrets) => Promise<void>
  readonly keepContact: (contact: KeptContact) => Promise<void>
  readonly changed: () => void
}

/** Main: one linked device, and what it was offered. */
interface Talk {
  readonly device: string
  readonly say: Say
  readonly waiting: Map<string, (keys: { readonly sign: Uint8Array; readonly agree: Uint8Array }) => void>
}

/** Linked: keys made for a room that was offered. */
interface Made {
  readonly author: Uint8Array
  readonly keys: DeviceKeys
}

export class OwnDevices {
  readonly #ports: OwnDevicesPorts
  #kept: KeptDevices
  /** Main: by session. */
  readonly #talks = new Map<string, Talk & { readonly room: OpenRoom }>()
  /** Main: with the device that is being linked. */
  #linking: Talk | undefined
  /** Linked: by room id, hex. */
  readonly #made = new Map<string, Made>()
  #taken = 0

  constructor(ports: OwnDevicesPorts, kept: KeptDevices) {
    this.#ports = ports
    this.#kept = kept
  }

  get notes(): string | undefined {
    return this.#kept.notes
  }

  get list(): readonly OwnDevice[] {
    return this.#kept.list.map(({ id, name, platform, addedAt, seenAt, keys }) => {
      const here = [...this.#talks].some(([session, talk]) => talk.device === id && talk.room.isLinkedWith(session))
      return { id, name, platform, addedAt, seenAt, here, rooms: Object.keys(keys).length }
    })
  }

  async noteRoom(notes: string): Promise<void> {
    await this.#keep({ ...this.#kept, notes })
  }

  // Main.

  /** To the device that was just found to be the right one; resolves with how many rooms it has then. */
  async give({ name, platform }: NewDevice, say: Say): Promise<number> {
    if (this.#kept.list.length >= maxDevices) throw new IdentityRefused('tooManyDevices')
    const now = this.#ports.clock.now()
    const id = formatHex(this.#ports.crypto.random(8))
    const called = [...name].slice(0, maxDeviceName).join('')
    const device: KeptDevice = { id, name: called, platform, addedAt: now, seenAt: now, keys: {} }
    await this.#keep({ ...this.#kept, list: [...this.#kept.list, device] })
    const talk: Talk = { device: id, say, waiting: new Map() }
    this.#linking = talk
    this.#taken = 0
    const { identity, name: person } = this.#ports.person()
    say({ type: 'welcome', identity, name: person })
    const rooms = await this.#offer(talk, [])
    for (const { id: contact, name: their, room, since, blocked } of this.#ports.contacts()) {
      const [key, roomId] = [parseHex(contact), parseHex(room)]
      if (key?.length === 32 && roomId !== undefined)
        say({ type: 'person', identity: key, name: their, room: roomId, since, blocked })
    }
    this.#linking = undefined
    return rooms
  }

  answered(whisper: DeviceWhisper): void {
    if (this.#linking !== undefined && whisper.type === 'keys') this.#answered(this.#linking, whisper)
  }

  async rename(id: string, name: string): Promise<void> {
    const called = [...name.trim()].slice(0, maxDeviceName).join('')
    if (called !== '') await this.#change(this.#deviceOf(id).id, { name: called })
  }

  /** It is forgotten first: whatever fails then, it is given nothing more. */
  async revoke(id: string): Promise<void> {
    const { keys } = this.#deviceOf(id)
    await this.#keep({ ...this.#kept, list: this.#kept.list.filter((one) => one.id !== id) })
    for (const [session, talk] of this.#talks) if (talk.device === id) this.#talks.delete(session)
    for (const room of this.#ports.rooms()) {
      const key = keys[room.id]
      if (key !== undefined) await room.revokeDevice(key)
    }
    this.#ports.changed()
  }

  async #offer(talk: Talk, has: readonly Uint8Array[]): Promise<number> {
    const given = [...this.#ports.rooms()]
      .filter((room) => room.canCertify && !has.some((known) => startsWith(room.id, known)))
      .slice(0, maxOpenOffers)
      .map((room) => this.#offerRoom(talk, room))
    const done = await Promise.all(given)
    return done.filter(Boolean).length
  }

  async #offerRoom(talk: Talk, room: OpenRoom): Promise<boolean> {
    const { clock } = this.#ports
    const keys = await new Promise<{ readonly sign: Uint8Array; readonly agree: Uint8Array } | undefined>((resolve) => {
      const stop = clock.after(answerMs, () => resolve(undefined))
      talk.waiting.set(room.id, (answer) => {
        stop()
        resolve(answer)
      })
      talk.say({ type: 'offer', room: parseHex(room.id) as Uint8Array, author: room.author })
    })
    talk.waiting.delete(room.id)
    return keys !== undefined && this.#certify(talk, room, keys)
  }

  async #certify(
    talk: Talk,
    room: OpenRoom,
    { sign, agree }: { readonly sign: Uint8Array; readonly agree: Uint8Array },
  ): Promise<boolean> {
    const device = this.#kept.list.find(({ id }) => id === talk.device)
    if (device === undefined) return false
    const { certificate, secret } = await room.addDevice(sign, agree)
    await this.#change(device.id, { keys: { ...this.#deviceOf(device.id).keys, [room.id]: formatHex(sign) } })
    const { relay, title, name, members } = room.record
    talk.say({
      type: 'room',
      room: parseHex(room.id) as Uint8Array,
      kind: members === undefined ? 'open' : 'members',
      secret,
      relay: relay ?? '',
      title,
      name: name ?? '',
      certificate,
      proof: this.#ports.prove(room.author),
    })
    return true
  }

  #answered(talk: Talk, whisper: Extract<DeviceWhisper, { type: 'keys' }>): void {
    const id = formatHex(whisper.room)
    const { sign, agree } = whisper
    const waiting = talk.waiting.get(id)
    if (waiting !== undefined) return waiting({ sign, agree })
    // A certificate it has grows old: the same keys, certified anew.
    const room = [...this.#ports.rooms()].find((one) => one.id === id)
    const isSame = this.#kept.list.some((one) => one.id === talk.device && one.keys[id] === formatHex(sign))
    if (room?.canCertify === true && isSame) void this.#certify(talk, room, { sign, agree }).catch(() => {})
  }

  // Both, in a room they share.

  /** A session of one's own is linked in this room. */
  met(room: OpenRoom, session: string): void {
    if (!room.isLinkedHere) return
    const rooms = [...this.#ports.rooms()].map(({ id }) => (parseHex(id) as Uint8Array).subarray(0, toldRoomBytes))
    room.sayToOwn(session, { type: 'introduce', name: '', platform: room.platform, rooms })
    if (room.wantsCertificate) {
      const { device } = room.persona
      const keys = { sign: device.sign.publicKey, agree: device.agree.publicKey }
      room.sayToOwn(session, { type: 'keys', room: parseHex(room.id) as Uint8Array, ...keys })
    }
  }

  /** A session of one's own, speaking by this device (hex), said something in this room. */
  heard(room: OpenRoom, session: string, device: string, whisper: DeviceWhisper): void {
    const say: Say = (answer) => room.sayToOwn(session, answer)
    if (room.isLinkedHere) {
      if (whisper.type === 'offer' || whisper.type === 'room') void this.take(whisper, say).catch(() => {})
      return
    }
    if (whisper.type === 'introduce') {
      const known = this.#kept.list.find(({ keys }) => keys[room.id] === device)
      // While it is being linked, the rooms are on their way to it.
      if (known === undefined || known.id === this.#linking?.device) return
      const talk = { device: known.id, say, waiting: new Map<string, never>(), room }
      for (const [other, { room: where }] of this.#talks) if (!where.isLinkedWith(other)) this.#talks.delete(other)
      this.#talks.set(session, talk)
      void this.#change(known.id, { seenAt: this.#ports.clock.now() }).catch(() => {})
      void this.#offer(talk, whisper.rooms).catch(() => {})
      return
    }
    const talk = this.#talks.get(session)
    if (talk !== undefined && whisper.type === 'keys') this.#answered(talk, whisper)
  }

  // Linked.

  /** What the main device gives; answers how many rooms came so far. */
  async take(whisper: DeviceWhisper, say: Say): Promise<number> {
    switch (whisper.type) {
      case 'welcome':
        this.#taken = 0
        await this.#ports.linkTo(whisper.identity, whisper.name)
        break
      case 'offer': {
        const keys = this.#keysFor(formatHex(whisper.room), whisper.author)
        if (keys !== undefined)
          say({ type: 'keys', room: whisper.room, sign: keys.sign.publicKey, agree: keys.agree.publicKey })
        break
      }
      case 'room':
        if (await this.#takeRoom(whisper)) this.#taken++
        break
      case 'person':
        await this.#ports.keepContact({
          id: formatHex(whisper.identity),
          name: whisper.name,
          secret: new Uint8Array(32),
          room: formatHex(whisper.room),
          relay: undefined,
          since: whisper.since,
          blocked: whisper.blocked,
        })
        break
      case 'introduce':
      case 'keys':
      case 'done':
        break // not for a device that is being linked
    }
    return this.#taken
  }

  #keysFor(room: string, author: Uint8Array): DeviceKeys | undefined {
    const made = this.#made.get(room)
    if (made !== undefined) return equalBytes(made.author, author) ? made.keys : undefined
    if (this.#made.size >= maxOpenOffers) return undefined
    const known = [...this.#ports.rooms()].find(({ id }) => id === room)
    // It is here already.
    if (known !== undefined && equalBytes(known.author, author)) return undefined
    const keys = createDevice(this.#ports.crypto)
    this.#made.set(room, { author, keys })
    return keys
  }

  async #takeRoom(given: GivenRoom): Promise<boolean> {
    const { crypto, clock } = this.#ports
    const id = formatHex(given.room)
    const known = [...this.#ports.rooms()].find((room) => room.id === id)
    const isLinked = known !== undefined && known.isLinkedHere
    const made = this.#made.get(id) ?? (isLinked ? { author: known.author, keys: known.persona.device } : undefined)
    if (made === undefined) return false
    const opened = openStatement(crypto, given.certificate)
    const { author, keys } = made
    if (!opened.ok || opened.value.type !== 'device') return false
    if (!equalBytes(opened.value.issuer, author) || !equalBytes(opened.value.subject, keys.sign.publicKey)) return false
    if (isLinked && equalBytes(known.author, author)) {
      await known.recertify(given.certificate, given.proof)
      return false
    }
    this.#made.delete(id)
    await this.#ports.keepRoom(given, {
      identity: undefined,
      author,
      device: keys.sign.secretKey,
      agree: keys.agree.secretKey,
      certificate: given.certificate,
      certifiedAt: clock.now(),
      proof: given.proof,
    })
    return true
  }

  #deviceOf(id: string): KeptDevice {
    const device = this.#kept.list.find((one) => one.id === id)
    if (device === undefined) throw new IdentityRefused('unknownDevice')
    return device
  }

  async #change(id: string, change: Partial<KeptDevice>): Promise<void> {
    await this.#keep({
      ...this.#kept,
      list: this.#kept.list.map((one) => (one.id === id ? { ...one, ...change } : one)),
    })
  }

  async #keep(kept: KeptDevices): Promise<void> {
    this.#kept = kept
    this.#ports.changed()
    await this.#ports.write(kept)
  }
}

function startsWith(room: string, beginning: Uint8Array): boolean {
  return room.startsWith(formatHex(beginning))
}

/** For the store. */
export function packDevices({ list, notes }: KeptDevices): Record<string, unknown> {
  return { list, notes }
}

export function unpackDevices({ list, notes }: Record<string, unknown>): KeptDevices {
  const devices = Array.isArray(list) ? list.filter((one: unknown): one is KeptDevice => isDevice(one)) : []
  return { list: devices, notes: typeof notes === 'string' ? notes : undefined }
}

function isDevice(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { id, name, platform, addedAt, seenAt, keys } = value as Record<string, unknown>
  if (typeof id !== 'string' || typeof name !== 'string' || typeof addedAt !== 'number') return false
  if (typeof seenAt !== 'number' || (platform !== 'browser' && platform !== 'node')) return false
  return typeof keys === 'object' && keys !== null && Object.values(keys).every((key) => typeof key === 'string')
}
