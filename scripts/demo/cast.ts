/**
 * The people of a conversation: each nick is one person (an identity), online in sessions of at most 30 days, as a real
 * one would be. What they say is signed by their own sessions, so that everybody who joins verifies it like any other
 * history.
 */
import {
  certifyDevice,
  certifySession,
  createDevice,
  createIdentity,
  createSession,
  encodeChain,
  formatHex,
} from '@kith/protocol'
import type { Crypto, DeviceKeys, KeyPair, Millis, RoomKeys } from '@kith/protocol'
import type { Entry } from '../../packages/protocol/src/log/entry.ts'
import { Room } from '../../packages/protocol/src/rooms/room.ts'
import type { PersonaSecrets } from '../../packages/peer/src/persona.ts'

const sessionMs: Millis = 30 * 86_400_000

interface Person {
  readonly identity: KeyPair
  readonly device: DeviceKeys
  room: Room
  until: Millis
}

export interface Said {
  readonly entry: Entry
  /** The opening of the session comes first when there is one. */
  readonly entries: readonly Entry[]
}

export class Cast {
  readonly #crypto: Crypto
  readonly #keys: RoomKeys
  readonly #people = new Map<string, Person>()

  constructor(crypto: Crypto, keys: RoomKeys) {
    this.#crypto = crypto
    this.#keys = keys
  }

  get size(): number {
    return this.#people.size
  }

  say(nick: string, text: string, time: Millis, answer?: Entry): Said | undefined {
    const { room } = this.#personAt(nick, time)
    return this.#post(room, { type: 'text', text, replyTo: this.#knows(room, answer, time) }, time)
  }

  react(nick: string, emoji: string, time: Millis, about: Entry): Said | undefined {
    const { room } = this.#personAt(nick, time)
    const target = this.#knows(room, about, time)
    return target === undefined ? undefined : this.#post(room, { type: 'reaction', target, emoji, on: true }, time)
  }

  /** The keys with which a program goes on as this person. */
  secretsOf(nick: string, now: Millis): PersonaSecrets {
    const { identity, device } = this.#personAt(nick, now)
    return {
      identity: identity.secretKey,
      device: device.sign.secretKey,
      agree: device.agree.secretKey,
      certificate: this.#certify(identity, device, now),
      certifiedAt: now,
    }
  }

  #post(room: Room, content: Parameters<Room['post']>[0], time: Millis): Said | undefined {
    const posted = room.post(content, time)
    const entry = posted.ok ? posted.value.entries.at(-1) : undefined
    return posted.ok && entry !== undefined ? { entry, entries: posted.value.entries } : undefined
  }

  /** The id of an entry, once this person has it: nobody answers what they have not seen. */
  #knows(room: Room, entry: Entry | undefined, time: Millis): Uint8Array | undefined {
    if (entry === undefined) return undefined
    const { outcome } = room.receive(entry.bytes, time, formatHex(entry.session))
    return outcome === 'accepted' || outcome === 'duplicate' ? entry.id : undefined
  }

  #personAt(nick: string, time: Millis): Person {
    const known = this.#people.get(nick)
    if (known !== undefined && time < known.until) return known
    const identity = known?.identity ?? createIdentity(this.#crypto)
    const device = known?.device ?? createDevice(this.#crypto)
    const person = { identity, device, room: this.#enter(nick, identity, device, time), until: time + sessionMs }
    this.#people.set(nick, person)
    return person
  }

  /** A new session of this person. */
  #enter(nick: string, identity: KeyPair, device: DeviceKeys, time: Millis): Room {
    const session = createSession(this.#crypto).sign
    const chain = encodeChain([
      this.#certify(identity, device, time),
      certifySession(this.#crypto, device.sign, session.publicKey, time),
    ])
    const author = formatHex(identity.publicKey)
    return new Room({ crypto: this.#crypto, keys: this.#keys, me: { session, chain, author, name: nick } })
  }

  #certify(identity: KeyPair, device: DeviceKeys, time: Millis): Uint8Array {
    return certifyDevice(this.#crypto, identity, { sign: device.sign.publicKey, agree: device.agree.publicKey }, time)
  }
}
