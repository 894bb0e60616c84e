/**
 * One's own devices in one room: which of them are linked here, what they say, the certificates that make a device speak for
 * one, and the key half that is turned (`agree-keys.ts`). What they mean to each other over all rooms is in `own-devices.ts`.
 */
import {
  BrokenPromise,
  certifyDevice,
  decodeDeviceWhisper,
  encodeDeviceWhisper,
  isDeviceWhisper,
  maxRevocationHeads,
  parseHex,
  revokeDevice,
} from '@kith/protocol'
import type { Crypto, DeviceWhisper, EngineEvent, MembershipSnapshot } from '@kith/protocol'
import { agreeLookMs, turnAgree } from './agree-keys.ts'
import type { RoomEngine } from './chat-ports.ts'
import type { RoomRecord } from './chat-store.ts'
import type { Clock } from './clock.ts'
import { openPersona } from './persona.ts'
import type { PersonaSecrets } from './persona.ts'
import type { RoomMembers } from './room-members.ts'

export interface RoomDevicesPorts {
  readonly crypto: Crypto
  readonly clock: Clock
  /** Room identity, hex. */
  readonly me: string
  readonly members: RoomMembers
  readonly record: () => RoomRecord
  readonly keepPersona: (persona: PersonaSecrets) => Promise<void>
  readonly membership: () => MembershipSnapshot | undefined
  readonly isSynced: () => boolean
  /** Throws `RoomClosed` when the room is stopped. */
  readonly engine: () => RoomEngine
  readonly whisper: (session: string, whisper: Uint8Array) => void
  /** A device of one's own is linked here now, or is not any more; `device`: the key it speaks by, hex. */
  readonly ownMet: (session: string) => void
  readonly ownGone: () => void
  readonly ownSaid: (session: string, device: string, whisper: DeviceWhisper) => void
  /** Somebody else is linked here now, or said something. */
  readonly personMet: (who: string) => void
  readonly personSaid: (who: string, whisper: Uint8Array) => void
}

export class RoomDevices {
  readonly #ports: RoomDevicesPorts
  /** Sessions of one's own devices that are linked and were greeted. */
  readonly #own = new Set<string>()
  /** Sessions of others that are linked. */
  readonly #met = new Set<string>()
  #stopTurning: (() => void) | undefined
  #isTurning = false

  constructor(ports: RoomDevicesPorts) {
    this.#ports = ports
  }

  handle(event: EngineEvent): void {
    if (event.type === 'peer') this.#peer(event.peer)
    else if (event.type === 'whisper') this.#whispered(event)
    else if (event.type === 'membership' || (event.type === 'sync' && event.phase === 'synced')) this.#turn()
  }

  stop(): void {
    this.#own.clear()
    this.#met.clear()
    this.#stopTurning?.()
  }

  /** Is this session (hex) one of one's own devices, linked here? */
  isLinkedWith(session: string): boolean {
    return this.#own.has(session)
  }

  say(session: string, whisper: DeviceWhisper): void {
    this.#ports.whisper(session, encodeDeviceWhisper(whisper))
  }

  /** Answers what the device needs to speak here as one: a certificate of its keys, and the secret to get in. */
  async add(sign: Uint8Array, agree: Uint8Array): Promise<{ certificate: Uint8Array; secret: Uint8Array }> {
    const { crypto, clock } = this.#ports
    const { persona, members, secret } = this.#ports.record()
    if (persona.identity === undefined) throw new BrokenPromise('a linked device certifies nobody')
    const certificate = certifyDevice(crypto, crypto.signKeyPair(persona.identity), { sign, agree }, clock.now())
    if (members === undefined) return { certificate, secret }
    return { certificate, secret: await this.#ports.members.addDevice(certificate, agree) }
  }

  /** The device (hex) speaks for one here no more. An open room has no way to say so: its link is all there is. */
  async revoke(device: string): Promise<void> {
    const { crypto, clock } = this.#ports
    const { persona, members } = this.#ports.record()
    const key = parseHex(device)
    if (members === undefined || persona.identity === undefined || key === undefined) return
    const heads = this.#ports
      .engine()
      .headsOfDevice(device)
      .map(({ session, seq }) => ({ session: parseHex(session) as Uint8Array, seq }))
      .slice(-maxRevocationHeads)
    const identity = crypto.signKeyPair(persona.identity)
    await this.#ports.members.revokeDevice(revokeDevice(crypto, identity, key, heads, clock.now()))
  }

  #peer({ session, author, state }: Extract<EngineEvent, { type: 'peer' }>['peer']): void {
    const isMine = author === this.#ports.me
    if (state !== 'linked') this.#met.delete(session)
    else if (author !== session && !isMine && !this.#met.has(session)) {
      this.#met.add(session)
      this.#ports.personMet(author)
    }
    if (!isMine || state !== 'linked') {
      if (this.#own.delete(session)) this.#ports.ownGone()
    } else if (!this.#own.has(session)) {
      this.#own.add(session)
      this.#ports.ownMet(session)
    }
  }

  #whispered({ session, author, device, whisper }: Extract<EngineEvent, { type: 'whisper' }>): void {
    if (!isDeviceWhisper(whisper)) return this.#ports.personSaid(author, whisper)
    if (author !== this.#ports.me || device === undefined) return
    const decoded = decodeDeviceWhisper(whisper)
    if (decoded.ok) this.#ports.ownSaid(session, device, decoded.value)
  }

  /** Four times a day, and when this device has caught up: a new half for lockboxes, and old ones erased. */
  #turn(): void {
    this.#stopTurning?.()
    const { clock, crypto } = this.#ports
    this.#stopTurning = clock.after(agreeLookMs, () => this.#turn())
    const snapshot = this.#ports.membership()
    if (this.#isTurning || snapshot?.standing !== 'in' || snapshot.deviceRevoked === true) return
    const { history } = snapshot.policy
    const isAlone = snapshot.members.length === 1 && snapshot.members.every(({ devices }) => devices.length === 1)
    const { persona } = this.#ports.record()
    const turned = turnAgree(crypto, persona, history, clock.now(), isAlone || this.#ports.isSynced())
    if (turned === persona) return
    this.#isTurning = true
    this.#ports
      .keepPersona(turned)
      .then(() => {
        const { device, olderAgree = [] } = openPersona(crypto, turned)
        return this.#ports.members.turnAgree(device.agree, olderAgree)
      })
      // Another time: the half in use is good until then.
      .catch(() => {})
      .finally(() => (this.#isTurning = false))
  }
}
