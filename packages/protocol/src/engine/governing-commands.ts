/**
 * What a person does in a members room: each command is checked against what members hold, and becomes operations.
 *
 * The check is a courtesy to the person, who is told at once; what an operation is worth everybody judges for themselves.
 */
import { parseHex } from '../codec/text.ts'
import type { KeyPair } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import { dayMs } from '../identity/session.ts'
import type { EdgeRule } from '../members/edges.ts'
import type { Epochs } from '../members/epochs.ts'
import { inviteKeys, inviterOf, meetingOf } from '../members/invite.ts'
import type { Membership } from '../members/membership.ts'
import type { OperationBody } from '../members/operation-body.ts'
import type { KeeperTicket } from '../keepers/keeper-ticket.ts'
import type { Admitting } from './admitting.ts'
import type { MadeInvite, MadeKeeperTicket, MembershipCommand, MembershipRefusal } from './membership-io.ts'
import type { EngineOptions, MembershipOptions } from './options.ts'
import { membersRoomName } from './room-names.ts'

/** A keeper's ticket is good for so long, unless it is taken back or whoever made it goes. */
export const keeperTicketLifeMs: Millis = 400 * dayMs

/** What a command came to. */
export interface Performed {
  readonly invite?: MadeInvite
  readonly lobby?: Uint8Array | undefined
  readonly keeper?: MadeKeeperTicket
}

export interface CommandsPorts {
  readonly options: EngineOptions & { readonly membership: MembershipOptions }
  /** Own identity, hex. */
  readonly self: string
  readonly membership: Membership
  readonly epochs: Epochs
  readonly admitting: Admitting
  readonly isIn: () => boolean
  readonly corrected: (now: Millis) => Millis
  /** Newest entry of each session of an author, hex. */
  readonly headsOf: (author: string) => readonly { readonly session: string; readonly seq: number }[]
  /** Says this, and makes the key it asks for at once. */
  readonly write: (bodies: readonly OperationBody[], now: Millis) => void
  readonly follow: (rule: EdgeRule, now: Millis) => void
  readonly turnAgree: (agree: KeyPair, older: readonly KeyPair[], now: Millis) => void
}

export class Commands {
  readonly #ports: CommandsPorts

  constructor(ports: CommandsPorts) {
    this.#ports = ports
  }

  perform(command: MembershipCommand, now: Millis): MembershipRefusal | Performed {
    const { membership, epochs, admitting, self, isIn, headsOf } = this.#ports
    if (command.type === 'enterPin') return admitting.enterPin(command.pin, now) ? {} : 'nobodyAsks'
    if (command.type === 'setEdgeRule') {
      this.#ports.follow(command.rule, now)
      return {}
    }
    if (!isIn()) return 'notMember'
    switch (command.type) {
      case 'invite':
        return membership.mayAdd(self) ? { invite: this.#invite(command, now) } : 'notAllowed'
      case 'keeperTicket':
        return membership.mayAdd(self) ? this.#keeperTicket(now) : 'notAllowed'
      case 'revokeInvite':
        if (membership.invite(command.invite) === undefined) return 'unknownInvite'
        if (!this.mayRevoke(command.invite)) return 'notAllowed'
        return this.#write([{ type: 'revokeInvite', invite: command.invite }], now)
      case 'add': {
        const { subject, certificate, name, method } = command
        if (!membership.mayAdd(self)) return 'notAllowed'
        if (membership.isMember(subject)) return 'alreadyMember'
        return this.#write([{ type: 'add', subject, method, invite: undefined, certificate, name }], now)
      }
      case 'vouch': {
        const { subject, method } = command
        if (!membership.mayAdd(self)) return 'notAllowed'
        if (admitting.vouch(subject, method, now)) return {}
        const waiting = membership.pending().find(({ add }) => add.body.subject === subject)
        if (waiting === undefined) return 'unknownSubject'
        return this.#write([{ type: 'vouch', subject, add: waiting.add.node.op.id, method }], now)
      }
      case 'decline':
        admitting.decline(command.subject, now)
        return {}
      case 'remove': {
        const subjects = [command.subject, ...command.cascade]
        if (!membership.isMember(command.subject)) return 'unknownSubject'
        if (!subjects.every((subject) => membership.mayRemove(self, subject))) return 'notAllowed'
        const heads = subjects.flatMap((subject) => headsOf(subject))
        return this.#write([{ type: 'remove', subjects, heads }], now)
      }
      case 'leave':
        return this.#write([{ type: 'leave', heads: headsOf(self) }], now)
      case 'setRole': {
        const { subject, role } = command
        if (!membership.isMember(subject)) return 'unknownSubject'
        if (!membership.isAdmin(self) || !membership.mayRemove(self, subject)) return 'notAllowed'
        return this.#write([{ type: 'role', subject, role }], now)
      }
      case 'setPolicy':
        if (membership.settled.founder !== self) return 'notAllowed'
        return this.#write([{ type: 'policy', policy: command.policy }], now)
      case 'addDevice': {
        const { certificate, agree } = command
        this.#write([{ type: 'device', certificate, agree }], now)
        return { lobby: epochs.lobbySecret }
      }
      case 'turnAgree':
        this.#ports.turnAgree(command.agree, command.older, now)
        return {}
      case 'revokeDevice':
        return this.#write([{ type: 'revocation', statement: command.statement }], now)
    }
  }

  #invite({ uses, lastsMs, asksPin }: Extract<MembershipCommand, { type: 'invite' }>, now: Millis): MadeInvite {
    const { crypto, membership, persona } = this.#ports.options
    const secret = crypto.random(16)
    const keys = inviteKeys(crypto, secret)
    const expires = this.#ports.corrected(now) + lastsMs
    const { meet, key, id } = keys
    this.#write([{ type: 'invite', meet, key: key.publicKey, expires, uses, asksPin }], now)
    const inviter = inviterOf(crypto, persona.author)
    return { id, secret, roomId: membership.roomId, inviter, expires, uses, asksPin }
  }

  #keeperTicket(now: Millis): Performed | MembershipRefusal {
    const { crypto, membership, relayOrigin } = this.#ports.options
    const lobby = this.#ports.epochs.lobbies(this.#ports.corrected(now)).current
    const founder = parseHex(this.#ports.membership.settled.founder)
    if (lobby === undefined || founder === undefined) return 'notMember'
    const [meet, seed] = [crypto.random(32), crypto.random(32)]
    const key = crypto.signKeyPair(seed).publicKey
    const expires = this.#ports.corrected(now) + keeperTicketLifeMs
    this.#write([{ type: 'invite', meet, key, expires, uses: 1, asksPin: false, forKeeper: true }], now)
    const ticket: KeeperTicket = {
      roomId: membersRoomName(crypto, membership.roomId).roomId,
      rendezvousSecret: lobby.rendezvousSecret,
      lobbyKey: lobby.psk,
      keeperKey: founder,
      members: { room: membership.roomId, seed },
      relay: relayOrigin,
    }
    return { keeper: { id: meetingOf(crypto, meet).id, ticket } }
  }

  mayRevoke(invite: string): boolean {
    const { membership, self } = this.#ports
    const by = membership.invite(invite)?.by
    return by === self || (by !== undefined && membership.isAdmin(self))
  }

  #write(bodies: readonly OperationBody[], now: Millis): Performed {
    this.#ports.write(bodies, now)
    return {}
  }
}
