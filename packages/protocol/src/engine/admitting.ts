/**
 * Letting people in, and being let in: the door of a members room on the asides its invites lead to.
 *
 *     asides of an invite's lobby ── listener ──▶ Door ──▶ admit, revoke ──▶ membership
 *                                 └─ seeker ────▶ Arrival ──▶ exchange: what members know may be asked for
 *
 * What a newcomer shows in the handshake is judged before it is answered: its chain says who it is, and the invite's key
 * has signed this very handshake. What members know of invites, and who counts, is asked of the membership each time.
 */
import { equalBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { decodeChain, verifyChain } from '../identity/chain.ts'
import type { AuthenticatedPeer } from '../link/handshake.ts'
import type { Millis } from '../machine.ts'
import { admissionTags } from '../members/admission-wire.ts'
import { Arrival } from '../members/arrival.ts'
import type { ArrivalOutput, ArrivalState } from '../members/arrival.ts'
import { Door } from '../members/door.ts'
import type { AtDoor, DoorOutput, DoorView } from '../members/door.ts'
import type { VouchMethod } from '../members/edges.ts'
import { inviteKeys, inviterOf, isAsking, meetingOf, signAsking } from '../members/invite.ts'
import type { Invite, InviteKeys, InviteMeeting } from '../members/invite.ts'
import type { InviteInfo } from '../members/snapshot.ts'
import type { Aside } from './asides.ts'
import { decodeClaims } from './claims.ts'
import type { Claims } from './claims.ts'
import { maxListeningLobbies } from './lobby.ts'
import type { Lobby } from './lobby.ts'

/** Somebody this member lets in, or gives its word for. */
export interface Admitted {
  /** Identity, hex. */
  readonly subject: string
  /** The identity's statement about the newcomer's device, as its chain shows it. */
  readonly certificate: Uint8Array
  readonly name: string
  readonly method: VouchMethod
  /** Hex. */
  readonly invite: string
}

/** What a newcomer keeps of its invite until it is in. */
export type InviteInHand = Pick<Invite, 'secret'> & { readonly inviter: Uint8Array | undefined }

export interface AdmittingContext {
  readonly crypto: Crypto
  /** 32 bytes. */
  readonly roomId: Uint8Array
  /** Own keys, 32 bytes each. */
  readonly identity: Uint8Array
  readonly session: Uint8Array
  /** What the newcomer was handed; undefined for a member. */
  readonly invite?: InviteInHand | undefined
  readonly view: Omit<DoorView, 'invite'>
  readonly invites: () => readonly InviteInfo[]
  readonly corrected: (now: Millis) => Millis
  readonly send: (aside: Aside, payload: Uint8Array, now: Millis) => void
  readonly close: (aside: Aside, now: Millis) => void
  /** Adds, if nobody has, and vouches. */
  readonly admit: (admitted: Admitted, now: Millis) => void
  readonly revoke: (invite: string, now: Millis) => void
  /** What members know may be told, and asked for, on this aside. */
  readonly exchange: (aside: Aside, now: Millis) => void
  /** A member (identity, hex) and we have passed a challenge: to be kept, for the edge rule. */
  readonly challenged: (identity: string) => void
  /** `newcomers` or `entering` give another answer. */
  readonly changed: () => void
}

interface Shown {
  readonly claims: Claims
  readonly identity: Uint8Array
}

/** Invites whose keys are kept derived. */
const maxMeetings = 64

export class Admitting {
  readonly #context: AdmittingContext
  readonly #door: Door
  readonly #arrival: Arrival | undefined
  readonly #keys: InviteKeys | undefined
  /** By `meet`, hex. */
  readonly #meetings = new Map<string, InviteMeeting>()
  /** By link. */
  readonly #asides = new Map<string, Aside>()
  /** What the room's time was last ahead of this machine's. */
  #aheadMs: Millis = 0

  constructor(context: AdmittingContext) {
    this.#context = context
    const { crypto, roomId, identity, session, invite, view } = context
    const find = (id: string): InviteInfo | undefined => context.invites().find((one) => one.id === id)
    this.#door = new Door({ crypto, roomId, identity, session, view: { ...view, invite: find } })
    if (invite === undefined) return
    this.#keys = inviteKeys(crypto, invite.secret)
    this.#arrival = new Arrival({ crypto, roomId, inviteId: this.#keys.id, identity, session })
  }

  /** Who stands at this member's door; times are this machine's. */
  newcomers(): readonly AtDoor[] {
    return this.#door
      .newcomers()
      .map((one) => ({ ...one, pin: one.pin && { ...one.pin, until: one.pin.until - this.#aheadMs } }))
  }

  /** How far one has come oneself; undefined for who was not invited. */
  get entering(): ArrivalState | undefined {
    return this.#arrival?.state
  }

  /**
   * Where newcomers are met, the likeliest first: invites that are open, then those that ended, whose holders are told so
   * as long as there is room for it. For a newcomer: where it was told to come.
   */
  lobbies(isIn: boolean, now: Millis): readonly Lobby[] {
    if (!isIn) return this.#keys === undefined ? [] : [lobbyOf(this.#keys, 'seeker')]
    const time = this.#roomTime(now)
    const living = this.#context.invites().filter(({ expires }) => time < expires)
    const isOpen = ({ revoked, usedBy, uses }: InviteInfo): boolean => !revoked && usedBy.length < uses
    return [...living.filter(isOpen).toReversed(), ...living.filter((one) => !isOpen(one)).toReversed()]
      .slice(0, maxListeningLobbies)
      .map(({ meet }) => lobbyOf(this.#meetingOf(meet), 'listener'))
  }

  /** What a newcomer adds to its claims: the invite's key signs this handshake. */
  proof(lobby: Lobby, handshakeHash: Uint8Array): Uint8Array | undefined {
    if (lobby.role !== 'seeker' || this.#keys === undefined) return undefined
    const { crypto, identity } = this.#context
    return signAsking(crypto, this.#keys.key, handshakeHash, identity)
  }

  /** May this session link with us in the lobby of an invite? */
  welcomes(peer: AuthenticatedPeer, lobby: Lobby, handshakeHash: Uint8Array, now: Millis): boolean {
    const shown = this.#read(peer.session, peer.claims, now)
    if (shown === undefined) return false
    if (lobby.role === 'seeker') return true
    const invite = this.#inviteOf(lobby)
    const { proof } = shown.claims
    const { crypto } = this.#context
    return (
      invite !== undefined && proof !== undefined && isAsking(crypto, invite.key, handshakeHash, shown.identity, proof)
    )
  }

  up(aside: Aside, now: Millis): void {
    const { link, lobby } = aside
    const shown = this.#identify(aside, now)
    if (shown === undefined) return this.#context.close(aside, now)
    this.#asides.set(link.id, aside)
    const common = { id: link.id, session: link.sessionKey, identity: shown.identity, name: shown.claims.name }
    const both = { ...common, handshakeHash: link.handshakeHash }
    if (lobby.role === 'seeker') this.#arrived(this.#arrival?.met(both, now) ?? [], now)
    else {
      const invite = this.#inviteOf(lobby)?.id ?? ''
      this.#atDoor(this.#door.arrived({ ...both, invite }, this.#roomTime(now)), now)
    }
  }

  /** False for what is not about getting in. */
  payload(aside: Aside, bytes: Uint8Array, now: Millis): boolean {
    const tag = bytes[0] ?? 0
    if (tag < admissionTags.from || tag > admissionTags.to) return false
    const { id } = aside.link
    if (aside.lobby.role === 'seeker') this.#arrived(this.#arrival?.receive(id, bytes) ?? [], now)
    else this.#atDoor(this.#door.receive(id, bytes, this.#roomTime(now)), now)
    return true
  }

  down(aside: Aside, now: Millis): void {
    const { id } = aside.link
    this.#asides.delete(id)
    if (aside.lobby.role === 'seeker') this.#arrived(this.#arrival?.lost(id) ?? [], now)
    else this.#atDoor(this.#door.left(id), now)
  }

  /** What members know has changed, or time has passed. */
  refresh(now: Millis): void {
    this.#atDoor(this.#door.refresh(this.#roomTime(now)), now)
  }

  /** Gives one's word for somebody at the door, or shows a PIN to ask for. False when nobody like that is there. */
  vouch(subject: string, method: VouchMethod, now: Millis): boolean {
    const outputs = this.#door.vouch(subject, method, this.#roomTime(now))
    if (outputs !== undefined) this.#atDoor(outputs, now)
    return outputs !== undefined
  }

  decline(subject: string, now: Millis): void {
    this.#atDoor(this.#door.decline(subject), now)
  }

  /** False when nobody asks, or that is no PIN. */
  enterPin(pin: string, now: Millis): boolean {
    const outputs = this.#arrival?.enterPin(pin)
    if (outputs !== undefined) this.#arrived(outputs, now)
    return outputs !== undefined
  }

  #atDoor(outputs: readonly DoorOutput[], now: Millis): void {
    const { send, close, admit, revoke, exchange, changed } = this.#context
    for (const output of outputs) {
      if (output.type === 'changed') changed()
      else if (output.type === 'burnt') revoke(output.invite, now)
      else if (output.type === 'admit') {
        const { link, method } = output
        const certificate = this.#certificateOf(link.id)
        const { name, invite } = link
        if (certificate === undefined) continue
        admit({ subject: formatHex(link.identity), certificate, name, method, invite }, now)
        this.refresh(now)
      } else {
        const aside = this.#asides.get(output.type === 'welcome' ? output.link.id : output.link)
        if (aside === undefined) continue
        if (output.type === 'send') send(aside, output.bytes, now)
        else if (output.type === 'hangUp') close(aside, now)
        else exchange(aside, now)
      }
    }
  }

  #arrived(outputs: readonly ArrivalOutput[], now: Millis): void {
    const { crypto, invite, send, close, exchange, challenged, changed } = this.#context
    for (const output of outputs) {
      if (output.type === 'changed') changed()
      else if (output.type === 'challenged') challenged(formatHex(output.link.identity))
      else {
        const aside = this.#asides.get(output.type === 'welcomed' ? output.link.id : output.link)
        if (aside === undefined) continue
        if (output.type === 'send') send(aside, output.bytes, now)
        else if (output.type === 'hangUp') close(aside, now)
        else {
          // Whose fingerprint came with the invite was shown to us by another road.
          const { identity } = output.link
          if (invite?.inviter !== undefined && equalBytes(inviterOf(crypto, identity), invite.inviter)) {
            challenged(formatHex(identity))
          }
          exchange(aside, now)
        }
      }
    }
  }

  #roomTime(now: Millis): Millis {
    const time = this.#context.corrected(now)
    this.#aheadMs = time - now
    return time
  }

  #inviteOf(lobby: Lobby): InviteInfo | undefined {
    return this.#context.invites().find(({ meet }) => lobbyOf(this.#meetingOf(meet), 'listener').id === lobby.id)
  }

  #meetingOf(meet: Uint8Array): InviteMeeting {
    const name = formatHex(meet)
    let meeting = this.#meetings.get(name)
    if (meeting === undefined) {
      if (this.#meetings.size >= maxMeetings) this.#meetings.delete(this.#meetings.keys().next().value as string)
      meeting = meetingOf(this.#context.crypto, meet)
      this.#meetings.set(name, meeting)
    }
    return meeting
  }

  #identify({ link }: Aside, now: Millis): Shown | undefined {
    return this.#shownBy(link.sessionKey, link.claims, now)
  }

  #read(session: Uint8Array, bytes: Uint8Array, now: Millis): Shown | undefined {
    const claims = decodeClaims(bytes)
    return claims.ok ? this.#shownBy(session, claims.value, now) : undefined
  }

  #shownBy(session: Uint8Array, claims: Claims, now: Millis): Shown | undefined {
    const { crypto } = this.#context
    const chain = verifyChain(crypto, claims.chain, { session, time: this.#roomTime(now) })
    return chain.ok ? { claims, identity: chain.value.author } : undefined
  }

  #certificateOf(link: string): Uint8Array | undefined {
    const aside = this.#asides.get(link)
    const statements = aside === undefined ? undefined : decodeChain(aside.link.claims.chain)
    return statements?.ok === true ? statements.value.at(-2)?.bytes.slice() : undefined
  }
}

function lobbyOf({ id, psk, rendezvousSecret }: InviteMeeting, role: 'listener' | 'seeker'): Lobby {
  return { id: `invite ${id}`, purpose: 'invite', role, psk, rendezvousSecret }
}
