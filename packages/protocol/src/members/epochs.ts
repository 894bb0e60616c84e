/**
 * Epochs of a members room: which keys this member holds, under which it may send, and when a new one is due.
 *
 * The one rule of sending: *encrypt only under an epoch none of whose recipients you know to be removed*; among those the
 * one that most members can read, then the deepest, then the smallest id; if none fits, rekey first. So two rekeys at
 * once are harmless: everybody reads both, and once both are known everybody sends under the same one.
 *
 * A key is due when no epoch fits, when a device of a member has none, and when the epoch is 24 h or 5,000 messages old.
 * Where newcomers may read everything, a grant of the epoch that is there is enough, and each rekey hands on the keys
 * before it; otherwise every newcomer means a rekey, and keys of the days it may read come in a grant of its own, so that no
 * epoch leads back further than the policy says. The lobby secret travels with each epoch and is new where somebody went.
 */
import { emptyBytes, label } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { dayMs } from '../identity/session.ts'
import type { Millis } from '../machine.ts'
import type { Certified } from './certificates.ts'
import { type Node, knows } from './graph.ts'
import {
  epochIdOf,
  epochKeyBytes,
  maxEarlierKeys,
  openContents,
  openLockbox,
  prefixOf,
  sealContents,
  sealLockboxes,
} from './lockbox.ts'
import type { Membership } from './membership.ts'
import { type Lockbox, type OperationBody, maxGrants } from './operation-body.ts'
import { keepsMs } from './policy.ts'
import type { Counted } from './settling.ts'
import type { EpochInfo } from './snapshot.ts'

export const maxEpochAgeMs: Millis = dayMs
export const maxEpochMessages = 5_000
/** So long others who were away find us where they left us. */
export const catchUpMs: Millis = 30 * dayMs

/** Where members meet: from the lobby secret of an epoch. */
export interface LobbyKeys {
  /** 16 bytes, hex. */
  readonly id: string
  readonly psk: Uint8Array
  readonly rendezvousSecret: Uint8Array
  /** What all of it comes from, 32 bytes. */
  readonly secret: Uint8Array
}

/** A lobby with how far from the room's beginning its epoch was made: of a newer one it is more. */
export interface PlacedLobby extends LobbyKeys {
  readonly depth: number
}

interface Epoch {
  /** Hex. */
  readonly id: string
  readonly rekey: Counted<'rekey'>
  /** By prefix of the device: from the rekey, and from grants that count. */
  readonly boxes: Map<string, Lockbox>
  lobbySecret: Uint8Array | undefined
  /** Ids of the epochs it hands on. */
  handsOn: readonly string[]
}

export type KeyNeed = 'none' | 'grant' | 'rekey'

export class Epochs {
  readonly #crypto: Crypto
  readonly #membership: Membership
  readonly #room: Uint8Array
  readonly #keys = new Map<string, Uint8Array>()
  readonly #messages = new Map<string, number>()
  /** Own device (hex) and its X25519 keys, newest last. */
  readonly #device: string
  #own: readonly KeyPair[]
  #tried = new WeakSet<Lockbox>()
  #epochs = new Map<string, Epoch>()
  #version = -1
  /** Keys that came since somebody asked. */
  #opened: string[] = []

  constructor(crypto: Crypto, membership: Membership, room: Uint8Array, device: string, own: readonly KeyPair[]) {
    this.#crypto = crypto
    this.#membership = membership
    this.#room = room
    this.#device = device
    this.#own = own
  }

  /** A key this member held before, from its store, or one of a new epoch it just made. */
  hold(key: Uint8Array): void {
    if (key.length !== epochKeyBytes) return
    const id = epochIdOf(this.#crypto, key)
    if (this.#keys.has(id)) return
    this.#keys.set(id, key)
    this.#opened.push(id)
    this.#version = -1
  }

  /** Goes on with further keys of the own device. */
  setOwn(own: readonly KeyPair[]): void {
    this.#own = own
    this.#tried = new WeakSet()
    this.#version = -1
  }

  /** Ids (hex) of epochs that can be read since this was asked last. */
  opened(): readonly string[] {
    this.#update()
    return this.#opened.splice(0)
  }

  keyOf(epoch: string): Uint8Array | undefined {
    this.#update()
    return this.#keys.get(epoch)
  }

  /** Has this room, as far as is known, had this epoch? */
  isKnown(epoch: string): boolean {
    this.#update()
    return this.#epochs.has(epoch)
  }

  /** An entry under this epoch was written or read. */
  count(epoch: string): void {
    this.#messages.set(epoch, (this.#messages.get(epoch) ?? 0) + 1)
  }

  /** What may be sent under; undefined when there has to be a new one first, or its key is not here yet. */
  sending(): { readonly id: string; readonly epochId: Uint8Array; readonly key: Uint8Array } | undefined {
    const epoch = this.#choose()
    const key = epoch && this.#keys.get(epoch.id)
    return epoch && key && { id: epoch.id, epochId: parseHex(epoch.id) as Uint8Array, key }
  }

  info(): EpochInfo | undefined {
    const epoch = this.#choose()
    return epoch && { id: epoch.id, recipients: epoch.boxes.size, since: epoch.rekey.node.op.time }
  }

  need(now: Millis): KeyNeed {
    const epoch = this.#choose()
    // Whoever holds no key has none to hand on: what was said before would be lost to who comes later.
    if (this.#keys.size === 0 && this.#epochs.size > 0) return 'none'
    if (epoch === undefined) return 'rekey'
    const isOld = now - epoch.rekey.node.op.time > maxEpochAgeMs
    if (isOld || (this.#messages.get(epoch.id) ?? 0) > maxEpochMessages) return 'rekey'
    if (this.#lacking(epoch).length === 0) return 'none'
    return this.#membership.policy().history === 'all' ? 'grant' : 'rekey'
  }

  /** What to sign, in this order, for what `need` says. */
  renew(now: Millis): readonly OperationBody[] {
    const epoch = this.#choose()
    const key = epoch && this.#keys.get(epoch.id)
    const need = this.need(now)
    if (need === 'grant' && epoch !== undefined && key !== undefined) {
      return [this.#grant(key, this.#lacking(epoch).slice(0, maxGrants), [])]
    }
    return need === 'none' ? [] : this.#rekey(epoch, now)
  }

  /** What the lobby of now comes from: for a device that is to find the others. */
  get lobbySecret(): Uint8Array | undefined {
    return this.#choose()?.lobbySecret
  }

  /** Where members meet now, and where they met before, newest first. */
  lobbies(now: Millis): { readonly current: PlacedLobby | undefined; readonly earlier: readonly PlacedLobby[] } {
    this.#update()
    const byDepth = [...this.#epochs.values()]
      .filter(({ lobbySecret }) => lobbySecret !== undefined)
      .sort((a, b) => b.rekey.node.depth - a.rekey.node.depth || (a.id < b.id ? -1 : 1))
    const current = this.#choose() ?? byDepth[0]
    const found = new Map<string, PlacedLobby>()
    for (const epoch of current === undefined ? byDepth : [current, ...byDepth]) {
      const { lobbySecret } = epoch
      if (lobbySecret === undefined || (epoch !== current && now - epoch.rekey.node.op.time > catchUpMs)) continue
      const lobby = lobbyOf(this.#crypto, lobbySecret)
      if (!found.has(lobby.id)) found.set(lobby.id, { ...lobby, depth: epoch.rekey.node.depth })
    }
    const [first, ...earlier] = [...found.values()]
    return { current: first, earlier }
  }

  /** Forgets keys that nobody may read with any more, and answers their ids: with `days:N`, of what ended before. */
  expire(now: Millis): readonly string[] {
    const keeps = keepsMs(this.#membership.policy())
    if (keeps === Infinity) return []
    this.#update()
    const sending = this.#choose()
    const held = [...this.#epochs.values()].filter(({ id }) => this.#keys.has(id))
    held.sort((a, b) => a.rekey.node.op.time - b.rekey.node.op.time)
    const gone: string[] = []
    held.forEach((epoch, index) => {
      const next = held[index + 1]
      if (next === undefined || epoch === sending || next.rekey.node.op.time >= now - keeps) return
      this.#keys.delete(epoch.id)
      gone.push(epoch.id)
    })
    return gone
  }

  #rekey(before: Epoch | undefined, now: Millis): readonly OperationBody[] {
    const key = this.#crypto.random(epochKeyBytes)
    const nonce = this.#crypto.random(24)
    const devices = this.#devices()
    const { history } = this.#membership.policy()
    // Where somebody went, nobody who went knows where the others meet.
    const lobbySecret = before?.lobbySecret ?? this.#crypto.random(32)
    const earlier = history === 'all' ? this.#ends() : []
    const sealed = sealContents(this.#crypto, key, nonce, { lobbySecret, earlier })
    const lockboxes = sealLockboxes(this.#crypto, this.#room, devices, [key])
    const epoch = epochIdOf(this.#crypto, key)
    const rekey = { type: 'rekey', epoch, nonce, sealed, lockboxes } as const
    const newcomers = before === undefined ? [] : this.#lacking(before)
    this.hold(key)
    if (typeof history === 'string' || newcomers.length === 0) return [rekey]
    const since = now - keepsMs(this.#membership.policy())
    return [rekey, this.#grant(key, newcomers.slice(0, maxGrants), this.#usedSince(since))]
  }

  #grant(key: Uint8Array, devices: readonly Certified[], earlier: readonly Uint8Array[]): OperationBody {
    const keys = [key, ...earlier.slice(0, maxEarlierKeys)]
    const lockboxes = sealLockboxes(this.#crypto, this.#room, devices, keys)
    return { type: 'grant', epoch: epochIdOf(this.#crypto, key), lockboxes }
  }

  /** Keys no other epoch hands on: from these one finds the way to all before. */
  #ends(): readonly Uint8Array[] {
    const handedOn = new Set([...this.#epochs.values()].flatMap(({ handsOn }) => handsOn))
    return [...this.#keys].filter(([id]) => !handedOn.has(id)).map(([, key]) => key)
  }

  /** Keys of epochs that were in use after a time. An epoch is in use until the next one. */
  #usedSince(time: Millis): readonly Uint8Array[] {
    return [...this.#epochs.values()]
      .filter(({ rekey }) => rekey.node.op.time >= time - maxEpochAgeMs)
      .map(({ id }) => this.#keys.get(id))
      .filter((key) => key !== undefined)
  }

  #devices(): readonly Certified[] {
    return [...this.#membership.members()].flatMap(({ identity }) => this.#membership.devicesOf(identity))
  }

  #lacking(epoch: Epoch): readonly Certified[] {
    return this.#devices().filter(({ device }) => !epoch.boxes.has(prefixOf(device)))
  }

  /** The rule of sending. */
  #choose(): Epoch | undefined {
    this.#update()
    const identityByPrefix = new Map(this.#devices().map(({ device, identity }) => [prefixOf(device), identity]))
    const turned = this.#membership.keepersTurnedAway()
    let best: { readonly epoch: Epoch; readonly readers: number } | undefined
    for (const epoch of this.#epochs.values()) {
      if (epoch.lobbySecret === undefined || !this.#keys.has(epoch.id)) continue
      // A keeper whose ticket was taken back knows where it meets.
      if (turned.some((node) => !knows(epoch.rekey.node, node))) continue
      const readers = new Set<string>()
      for (const prefix of epoch.boxes.keys()) readers.add(identityByPrefix.get(prefix) ?? nobody)
      if (readers.has(nobody) || [...readers].some((one) => this.#leftSince(epoch, one))) continue
      if (best === undefined || isBetter(epoch, readers.size, best)) best = { epoch, readers: readers.size }
    }
    return best?.epoch
  }

  /** It was removed, or left, since this epoch began; that it has come again does not make the old key good. */
  #leftSince({ rekey }: Epoch, identity: string): boolean {
    const tenures = this.#membership.settled.tenuresOf(identity)
    return tenures.some(({ cuts }) => cuts.some((cut) => !knows(rekey.node, cut)))
  }

  #update(): void {
    if (this.#version === this.#membership.version) return
    this.#version = this.#membership.version
    const { rekeys, grants } = this.#membership.settled
    const epochs = new Map<string, Epoch>()
    for (const rekey of [...rekeys].sort(byPlace)) {
      const id = rekey.body.epoch
      // A key serves once: whoever names an epoch that is there already has copied it.
      if (epochs.has(id)) continue
      const boxes = new Map(rekey.body.lockboxes.map((box) => [box.device, box]))
      const known = this.#epochs.get(id)
      epochs.set(id, { id, rekey, boxes, lobbySecret: known?.lobbySecret, handsOn: known?.handsOn ?? [] })
    }
    const granted: { readonly epoch: Epoch; readonly box: Lockbox }[] = []
    for (const { body } of grants) {
      const epoch = epochs.get(body.epoch)
      if (epoch === undefined) continue
      for (const box of body.lockboxes) {
        granted.push({ epoch, box })
        if (!epoch.boxes.has(box.device)) epoch.boxes.set(box.device, box)
      }
    }
    this.#epochs = epochs
    for (const epoch of epochs.values()) this.#open(epoch, epoch.boxes.get(prefixOf(this.#device)))
    for (const { epoch, box } of granted) if (box.device === prefixOf(this.#device)) this.#open(epoch, box)
  }

  #open(epoch: Epoch, box: Lockbox | undefined): void {
    // A grant may bring earlier keys where the rekey gave this device the epoch's own.
    if (box !== undefined && !this.#tried.has(box)) {
      this.#tried.add(box)
      for (const keyPair of this.#own) {
        const keys = openLockbox(this.#crypto, this.#room, epoch.id, box, keyPair)
        for (const key of keys ?? []) this.#learn(key)
      }
    }
    this.#read(epoch)
  }

  #learn(key: Uint8Array): void {
    const id = epochIdOf(this.#crypto, key)
    if (this.#keys.has(id)) return
    this.#keys.set(id, key)
    this.#opened.push(id)
    const epoch = this.#epochs.get(id)
    if (epoch !== undefined) this.#read(epoch)
  }

  /** What an epoch holds besides its key: where members meet, and the keys it hands on. */
  #read(epoch: Epoch): void {
    const key = this.#keys.get(epoch.id)
    if (key === undefined || epoch.lobbySecret !== undefined) return
    const { nonce, sealed } = epoch.rekey.body
    const contents = openContents(this.#crypto, key, nonce, sealed)
    if (contents === undefined) return
    epoch.lobbySecret = contents.lobbySecret
    epoch.handsOn = contents.earlier.map((earlier) => epochIdOf(this.#crypto, earlier))
    for (const earlier of contents.earlier) this.#learn(earlier)
  }
}

const nobody = ''

export function lobbyOf(crypto: Pick<Crypto, 'hkdf'>, secret: Uint8Array): LobbyKeys {
  const derive = (name: string, length: number): Uint8Array =>
    crypto.hkdf(secret, emptyBytes, label(`kith1/lobby/${name}`), length)
  const [psk, rendezvousSecret] = [derive('psk', 32), derive('rendezvous', 32)]
  return { id: formatHex(derive('id', 16)), psk, rendezvousSecret, secret }
}

function isBetter(epoch: Epoch, readers: number, best: { readonly epoch: Epoch; readonly readers: number }): boolean {
  if (readers !== best.readers) return readers > best.readers
  const deeper = epoch.rekey.node.depth - best.epoch.rekey.node.depth
  return deeper !== 0 ? deeper > 0 : epoch.id < best.epoch.id
}

function byPlace(a: { readonly node: Node }, b: { readonly node: Node }): number {
  return a.node.depth - b.node.depth || (a.node.op.id < b.node.op.id ? -1 : 1)
}
