/**
 * Membership in an engine: who is in the room, the keys they share, and what one does about both.
 *
 *     links, asides ── OperationExchange ──▶ Membership ──▶ Epochs ──▶ lobbies, keys
 *     asides ───────── Admitting ─────────▶     ▲    └────▶ whose entries count
 *     commands ─────────────────────────────────┘
 *
 * In a room of its own accord nothing happens: operations come from members, and so do keys. A key that is due is made by
 * whoever notices first (`upkeep.ts`), at once by whoever let somebody in or removed somebody.
 */
import { emptyBytes } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import { decodeKeeperMessage } from '../keepers/wire.ts'
import type { AuthenticatedPeer } from '../link/handshake.ts'
import type { Millis, StoreChange } from '../machine.ts'
import { isSameSnapshot, drawMembership } from '../members/drawing.ts'
import { Epochs } from '../members/epochs.ts'
import { inviteKeys } from '../members/invite.ts'
import {
  challengersRecord,
  forgottenKey,
  keyRecord,
  operationRecord,
  readMemberRecords,
} from '../members/member-records.ts'
import { Membership, type Saying } from '../members/membership.ts'
import type { OperationBody } from '../members/operation-body.ts'
import type { Operation, Speaker } from '../members/operation.ts'
import type { MembershipSnapshot } from '../members/snapshot.ts'
import type { RoomResult } from '../rooms/room-result.ts'
import type { RoomRules } from '../rooms/room.ts'
import type { RoomEpochs } from '../rooms/seals.ts'
import { Admitting } from './admitting.ts'
import type { Admitted } from './admitting.ts'
import type { Aside } from './asides.ts'
import { decodeClaims } from './claims.ts'
import { keeperOf } from './keeper-card.ts'
import { Commands } from './governing-commands.ts'
import { Fellows, nameOf } from './fellows.ts'
import { Linking } from './linking.ts'
import type { LiveLink } from './links.ts'
import type { Lobby } from './lobby.ts'
import { MeetingPlaces } from './meeting-places.ts'
import type { MembershipCommand, MembershipEvent } from './membership-io.ts'
import { OperationExchange } from './operation-exchange.ts'
import type { EngineOptions, MembershipOptions } from './options.ts'
import { type BlobInfo, RoomKeepers } from './room-keepers.ts'
import { Unanswered } from './unanswered.ts'
import { Upkeep } from './upkeep.ts'

/** Epochs that are too old are not looked for at every tick. */
const lookMs: Millis = 1_000

/** What of a room is told that its members have changed. */
export interface GovernedRoom {
  epochsOpened(epochIds: readonly string[]): RoomResult
  membersChanged(): RoomResult
  /** Newest entry of each session of an author, hex. */
  headsOf(author: string): readonly { readonly session: string; readonly seq: number }[]
  /** The newest entry of a session (hex) that is here. */
  newestOf(session: string): Saying | undefined
}

export interface GoverningContext {
  readonly options: EngineOptions & { readonly membership: MembershipOptions }
  /** Own session key, 32 bytes. */
  readonly session: Uint8Array
  readonly room: () => GovernedRoom
  readonly apply: (result: RoomResult, now: Millis) => void
  readonly store: (changes: readonly StoreChange[]) => void
  readonly tell: (event: MembershipEvent) => void
  readonly corrected: (now: Millis) => Millis
  readonly links: () => readonly LiveLink[]
  /** Is a program of this identity (hex) in the room right now, as far as is known? */
  readonly isHere: (identity: string) => boolean
  readonly send: (session: string, payload: Uint8Array, now: Millis) => void
  readonly sendAside: (session: string, payload: Uint8Array, now: Millis) => void
  readonly close: (link: LiveLink, code: string, now: Millis) => void
  readonly closeAside: (aside: Aside, now: Millis) => void
  readonly setLobbies: (lobbies: readonly Lobby[], now: Millis) => void
  readonly blobs: () => Iterable<BlobInfo>
}

export class Governing {
  readonly epochs: RoomEpochs
  readonly rules: RoomRules
  readonly #context: GoverningContext
  /** Own identity, hex. */
  readonly #self: string
  readonly #device: string
  readonly #speaker: Speaker
  readonly #membership: Membership
  readonly #epochs: Epochs
  readonly #admitting: Admitting
  readonly #exchange: OperationExchange
  readonly #fellows: Fellows
  readonly #linking: Linking
  readonly #commands: Commands
  readonly #places: MeetingPlaces
  readonly keepers: RoomKeepers
  readonly #unanswered: Unanswered
  readonly #upkeep: Upkeep
  #snapshot: MembershipSnapshot | undefined
  #lookAt: Millis = 0

  constructor(context: GoverningContext, now: Millis) {
    this.#context = context
    const { crypto, persona, membership } = context.options
    const { roomId, inviteSecret } = membership
    this.#self = formatHex(persona.author)
    this.#speaker = { author: persona.author, device: persona.device.sign }
    this.#membership = new Membership(crypto, roomId)
    this.#device = formatHex(persona.device.sign.publicKey)
    this.#epochs = new Epochs(crypto, this.#membership, roomId, this.#device, [
      ...(persona.olderAgree ?? []),
      persona.device.agree,
    ])
    const challengers = this.#restore()
    this.#unanswered = new Unanswered((unanswered) => context.tell({ type: 'unanswered', unanswered }))
    this.#linking = new Linking(this.#membership, this.#self, membership.edgeRule ?? 'trusted', challengers)
    this.#fellows = new Fellows(context, this.#membership, this.#linking)
    this.#exchange = new OperationExchange({
      source: this.#membership,
      send: (to, payload, at) => this.#fellows.say(to, payload, at),
      hangUp: (to, code, at) => this.#fellows.hangUp(to, code, at),
      take: (operations, at) => this.#take(operations, at),
    })
    const membershipNow = this.#membership
    this.#admitting = new Admitting({
      crypto,
      roomId,
      identity: persona.author,
      session: context.session,
      invite: inviteSecret && { secret: inviteSecret, inviter: membership.inviter },
      view: {
        standing: (identity) => {
          const words = membershipNow.wordsFor(identity)
          const iVouched = words.some(({ by }) => by.identity === this.#self)
          const isIn = membershipNow.isMember(identity)
          return { have: words.length, isIn, iVouched, wasOut: !isIn && membershipNow.hasEnded(identity) }
        },
        vouchesNeeded: () => membershipNow.policy().vouches,
        mayAdmit: () => membershipNow.mayAdd(this.#self),
        isHere: context.isHere,
      },
      invites: () => this.#drawn().invites,
      corrected: context.corrected,
      send: (aside, payload, at) => context.sendAside(aside.link.session, payload, at),
      close: (aside, at) => context.closeAside(aside, at),
      admit: (admitted, at) => this.#admit(admitted, at),
      revoke: (invite, at) => {
        if (this.#commands.mayRevoke(invite)) this.#write([{ type: 'revokeInvite', invite }], at)
      },
      exchange: (aside, at) => {
        this.#exchange.open(this.#fellows.beside(aside), at)
      },
      challenged: (identity) => {
        if (this.#linking.challenged(identity)) context.store([challengersRecord(this.#linking.encode())])
      },
      changed: () => this.#tellDoor(),
    })
    this.keepers = new RoomKeepers({
      crypto,
      room: roomId,
      self: this.#self,
      device: persona.device.sign,
      certificate: persona.statements.at(-1) ?? emptyBytes,
      session: context.session,
      membership: membershipNow,
      lobby: (time) => this.#epochs.lobbies(time).current,
      keyOf: (id) => this.#epochs.keyOf(id),
      corrected: context.corrected,
      newestOf: (session) => context.room().newestOf(session),
      links: context.links,
      send: context.send,
      sendAside: context.sendAside,
      close: (link, at) => context.close(link, 'notMember', at),
      take: (operations, at) => {
        for (const operation of operations) this.#take([operation], at)
      },
      blobs: context.blobs,
    })
    this.#upkeep = new Upkeep(
      {
        crypto,
        self: this.#self,
        device: this.#device,
        papers: persona.statements.at(-1),
        membership: membershipNow,
        epochs: this.#epochs,
        isIn: () => this.#isIn,
        corrected: context.corrected,
        write: (bodies, at) => this.#write(bodies, at),
      },
      persona.device.agree,
    )
    this.#commands = new Commands({
      options: context.options,
      self: this.#self,
      membership: membershipNow,
      epochs: this.#epochs,
      admitting: this.#admitting,
      isIn: () => this.#isIn,
      corrected: context.corrected,
      headsOf: (author) => context.room().headsOf(author),
      write: (bodies, at) => this.#write(bodies, at),
      follow: (rule, at) => {
        this.#linking.follow(rule)
        this.#fellows.part([], at)
      },
      turnAgree: (agree, older, at) => {
        this.#epochs.setOwn([...older, agree])
        this.#upkeep.turn(agree, at)
      },
    })
    this.epochs = {
      keyOf: (id) => this.#epochs.keyOf(id),
      // An entry may overtake the operation that made its epoch.
      accepts: () => true,
      sending: () => {
        const epoch = this.#isIn ? this.#epochs.sending() : undefined
        return epoch && { ...epoch, epochId: parseHex(epoch.id) as Uint8Array }
      },
      count: (id) => this.#epochs.count(id),
    }
    this.rules = {
      counts: (saying) => membershipNow.counts(saying),
      mayPost: (identity) =>
        membershipNow.mayPost(identity) &&
        (identity !== this.#self || !membershipNow.isRevoked(identity, this.#device)),
      mayPin: (identity) => membershipNow.mayPin(identity),
    }
    this.#places = new MeetingPlaces(
      {
        options: context.options,
        session: context.session,
        self: this.#self,
        membership: membershipNow,
        epochs: this.#epochs,
        fellows: this.#fellows,
        admitting: this.#admitting,
        isIn: () => this.#isIn,
        isOut: () => this.#isOut,
        corrected: context.corrected,
        set: context.setLobbies,
      },
      now,
    )
  }

  get isIn(): boolean {
    return this.#isIn
  }

  lobbies(now: Millis): readonly Lobby[] {
    return this.#places.lobbies(now)
  }

  proof(lobby: Lobby, handshakeHash: Uint8Array): Uint8Array | undefined {
    return this.#admitting.proof(lobby, handshakeHash)
  }

  /**
   * May this session link with us in this lobby? In the current one whoever holds its key may, unless it is known to be out,
   * or this member does not link with it by its edge rule; where we listen for those who were away, members only.
   */
  welcomes(peer: AuthenticatedPeer, lobby: Lobby, handshakeHash: Uint8Array, now: Millis): boolean {
    if (lobby.purpose === 'invite') return this.#admitting.welcomes(peer, lobby, handshakeHash, now)
    const claims = decodeClaims(peer.claims)
    const shown = claims.ok ? this.#fellows.read(claims.value.chain, peer.session, now) : undefined
    if (shown === undefined) return false
    const { identity, device } = shown
    if (lobby.purpose === 'catchUp' && claims.ok && claims.value.proof !== undefined) {
      const said = { identity: parseHex(identity) as Uint8Array, proof: claims.value.proof }
      return this.keepers.tickets.ticketOf(said, handshakeHash, now) !== undefined
    }
    if (this.#membership.isMember(identity)) {
      return !this.#membership.isRevoked(identity, device) && this.#linking.linksWith(identity)
    }
    return lobby.purpose === 'current' && !this.#membership.hasEnded(identity)
  }

  linked(link: LiveLink, now: Millis): void {
    const shown = this.#fellows.read(link.claims.chain, link.sessionKey, now)
    if (shown === undefined) return this.#context.close(link, 'badMembership', now)
    this.#fellows.met(link, shown)
    this.#places.met(shown.identity)
    if (this.#membership.isMember(shown.identity)) this.#unanswered.answered()
    if (keeperOf(link) === undefined) this.#exchange.open(link.session, now)
    this.keepers.linked(link, shown.identity, now)
  }

  unlinked(session: string): void {
    this.keepers.unlinked(session)
    this.#fellows.gone(session)
    this.#exchange.close(session)
  }

  /** False for what is not about membership. */
  payload(link: LiveLink, bytes: Uint8Array, now: Millis): boolean {
    return this.#exchange.receive(link.session, bytes, now)
  }

  asideUp(aside: Aside, now: Millis): void {
    if (aside.lobby.purpose === 'invite') return this.#admitting.up(aside, now)
    if (keeperOf(aside.link) !== undefined) {
      const shown = this.#fellows.read(aside.link.claims.chain, aside.link.sessionKey, now)
      if (shown !== undefined) this.keepers.asideUp(aside, shown.identity, now)
      return
    }
    // That a member is at the far end was judged in the handshake.
    this.#unanswered.answered()
    this.#exchange.open(this.#fellows.beside(aside), now)
  }

  asidePayload(aside: Aside, bytes: Uint8Array, now: Millis): void {
    if (aside.lobby.purpose === 'invite' && this.#admitting.payload(aside, bytes, now)) return
    if (keeperOf(aside.link) === undefined) this.#exchange.receive(nameOf(aside), bytes, now)
    else {
      const decoded = decodeKeeperMessage(bytes)
      if (decoded.ok) this.keepers.asidePayload(aside, decoded.value, now)
    }
  }

  asideDown(aside: Aside, now: Millis): void {
    this.#fellows.asideGone(aside)
    this.#exchange.close(nameOf(aside))
    if (aside.lobby.purpose === 'invite') this.#admitting.down(aside, now)
  }

  asideUnanswered(lobby: Lobby, now: Millis): void {
    // Whoever moved on meanwhile has its answer.
    if (this.#isIn && this.#places.isCurrent(lobby, now)) this.#unanswered.happened()
  }

  start(now: Millis): void {
    const opened = this.#epochs.opened()
    this.#context.apply(this.#context.room().epochsOpened(opened), now)
    this.#tellSnapshot()
    this.#tellDoor()
  }

  tick(now: Millis): void {
    this.#exchange.tick(now)
    this.#admitting.refresh(now)
    this.keepers.tick(now)
    if (now < this.#lookAt) return
    this.#lookAt = now + lookMs
    const gone = this.#epochs.expire(this.#context.corrected(now))
    if (gone.length > 0) this.#context.store(gone.map(forgottenKey))
    this.#places.move(now)
    this.#upkeep.tick(now)
  }

  command(tag: number, command: MembershipCommand, now: Millis): void {
    const done = this.#commands.perform(command, now)
    if (typeof done === 'string') this.#context.tell({ type: 'membershipRefused', tag, code: done })
    else this.#context.tell({ type: 'membershipDone', tag, ...done })
  }

  // Operations.

  #admit({ subject, certificate, name, method, invite }: Admitted, now: Millis): void {
    const membership = this.#membership
    if (membership.isMember(subject) || !membership.mayAdd(this.#self)) return
    const waiting = membership.pending().find(({ add }) => add.body.subject === subject)
    if (waiting === undefined) this.#write([{ type: 'add', subject, method, invite, certificate, name }], now)
    else this.#write([{ type: 'vouch', subject, add: waiting.add.node.op.id, method }], now)
  }

  /** Says this, and makes the key it asks for at once. */
  #write(bodies: readonly OperationBody[], now: Millis): void {
    const operations = bodies.map((body) => this.#sign(body, now))
    if (this.#isIn) {
      for (const body of this.#epochs.renew(this.#context.corrected(now))) operations.push(this.#sign(body, now))
    }
    this.#changed(operations, now)
    this.#exchange.tell(operations, now)
  }

  #sign(body: OperationBody, now: Millis): Operation {
    return this.#membership.write(this.#speaker, body, this.#context.corrected(now))
  }

  #take(operations: readonly Uint8Array[], now: Millis): readonly Operation[] | undefined {
    const added: Operation[] = []
    for (const bytes of operations) {
      const received = this.#membership.receive(bytes)
      if (received.taken === 'forged' || received.taken === 'malformed') return undefined
      for (const { op } of received.added) added.push(op)
    }
    this.#changed(added, now)
    return added
  }

  #changed(added: readonly Operation[], now: Millis): void {
    if (added.length === 0) return
    const opened = this.#epochs.opened()
    const keys = opened.flatMap((id) => {
      const key = this.#epochs.keyOf(id)
      return key === undefined ? [] : [keyRecord(id, key)]
    })
    this.#context.store([...added.map(operationRecord), ...keys])
    const room = this.#context.room()
    if (opened.length > 0) this.#context.apply(room.epochsOpened(opened), now)
    if (added.some(({ body }) => decidesWhoCounts.has(body.type))) this.#context.apply(room.membersChanged(), now)
    this.#places.move(now)
    this.#fellows.part(added, now)
    this.keepers.changed(now)
    this.#admitting.refresh(now)
    this.#tellSnapshot()
    this.#lookAt = 0
  }

  // What is told.

  /** Removed, or left, since we came by the invite we have: it leads nowhere any more. */
  get #isOut(): boolean {
    const { inviteSecret } = this.#context.options.membership
    if (this.#isIn || !this.#membership.hasEnded(this.#self)) return false
    if (inviteSecret === undefined) return true
    const { id } = inviteKeys(this.#context.options.crypto, inviteSecret)
    return this.#membership.invite(id)?.usedBy.includes(this.#self) === true
  }

  get #isIn(): boolean {
    return this.#membership.isMember(this.#self) && !this.#membership.isRevoked(this.#self, this.#device)
  }

  #drawn(): MembershipSnapshot {
    return drawMembership(this.#membership, this.#self, this.#epochs.info(), this.#device)
  }

  #tellSnapshot(): void {
    const snapshot = this.#drawn()
    if (this.#snapshot !== undefined && isSameSnapshot(snapshot, this.#snapshot)) return
    this.#snapshot = snapshot
    this.#context.tell({ type: 'membership', snapshot })
  }

  #tellDoor(): void {
    const { entering } = this.#admitting
    if (entering !== undefined) this.#context.tell({ type: 'arrival', state: entering })
    this.#context.tell({ type: 'door', newcomers: this.#admitting.newcomers() })
  }

  #restore(): Uint8Array | undefined {
    const { operations, keys, challengers } = readMemberRecords(this.#context.options.membership.records)
    for (const key of keys) this.#epochs.hold(key)
    // Records come in the order of their ids, so parents may come late, and only so many wait for theirs.
    let waiting = operations
    for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
      before = waiting.length
      waiting = waiting.filter((bytes) => this.#membership.receive(bytes, true).taken === 'refused')
    }
    return challengers
  }
}

/** Kinds after which other entries may count than before. */
const decidesWhoCounts: ReadonlySet<OperationBody['type']> = new Set([
  'create',
  'add',
  'vouch',
  'remove',
  'leave',
  'role',
  'policy',
  'device',
  'revocation',
  'rekey',
])
