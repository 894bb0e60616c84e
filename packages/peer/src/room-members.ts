/** The members half of an open room: commands to its engine and their answers, and the links of the invites made here. */
import { formatInvite, formatKeeperTicket } from '@kith/protocol'
import type {
  Crypto,
  EngineEvent,
  KeyPair,
  MadeInvite,
  MadeKeeperTicket,
  MembershipCommand,
  MembershipSnapshot,
} from '@kith/protocol'
import type { MembersRecord } from './chat-store.ts'
import { GovernRefused, RoomClosed } from './errors.ts'
import { protocolPolicy } from './members-view.ts'
import type { GovernCommand } from './members-state.ts'

export interface RoomMembersPorts {
  readonly crypto: Pick<Crypto, 'sha256'>
  /** Where newcomers meet members. */
  relay(): string | undefined
  /** To the engine; false when there is none right now. */
  command(tag: number, command: MembershipCommand): boolean
  snapshot(): MembershipSnapshot | undefined
  record(): MembersRecord
  keep(record: MembersRecord): Promise<void>
}

/** What a command came to. */
interface Done {
  readonly invite?: MadeInvite | undefined
  readonly keeper?: MadeKeeperTicket | undefined
  readonly lobby?: Uint8Array | undefined
}

interface Pending {
  readonly resolve: (done: Done) => void
  readonly reject: (error: Error) => void
}

export class RoomMembers {
  readonly #ports: RoomMembersPorts
  readonly #pending = new Map<number, Pending>()
  #tags = 0

  constructor(ports: RoomMembersPorts) {
    this.#ports = ports
  }

  /** Another own device; answers where it finds the members. */
  async addDevice(certificate: Uint8Array, agree: Uint8Array): Promise<Uint8Array> {
    const { lobby } = await this.#ask({ type: 'addDevice', certificate, agree })
    if (lobby === undefined) throw new GovernRefused('notMember')
    return lobby
  }

  /** The record is written first: a half that was published and is not kept would lock this device out. */
  async turnAgree(agree: KeyPair, older: readonly KeyPair[]): Promise<void> {
    await this.#ask({ type: 'turnAgree', agree, older })
  }

  async revokeDevice(statement: Uint8Array): Promise<void> {
    await this.#ask({ type: 'revokeDevice', statement })
  }

  async govern(command: GovernCommand): Promise<string | undefined> {
    const { invite, keeper } = await this.#ask(this.#translate(command))
    const made = invite ?? keeper
    const record = this.#ports.record()
    if (command.type === 'revokeInvite') {
      const { [command.invite]: _gone, ...links } = record.links
      await this.#ports.keep({ ...record, links })
    }
    if (command.type === 'setEdgeRule') await this.#ports.keep({ ...record, edgeRule: command.rule })
    if (made === undefined) return undefined
    const links = this.#openLinks(record)
    await this.#ports.keep({ ...record, links: { ...links, [made.id]: this.#textOf(made) } })
    return made.id
  }

  #textOf(made: MadeInvite | MadeKeeperTicket): string {
    if ('ticket' in made) return formatKeeperTicket(this.#ports.crypto, made.ticket)
    const { id: _id, ...invite } = made
    return formatInvite(this.#ports.crypto, { invite, relay: this.#ports.relay() })
  }

  /** An answer to a command. */
  handle(event: EngineEvent): void {
    if (event.type === 'membershipDone') this.#settle(event.tag)?.resolve(event)
    else if (event.type === 'membershipRefused') this.#settle(event.tag)?.reject(new GovernRefused(event.code))
  }

  stopped(): void {
    for (const { reject } of this.#pending.values()) reject(new RoomClosed())
    this.#pending.clear()
  }

  /** Links of invites that are gone are forgotten with the next one. */
  #openLinks({ links }: MembersRecord): Readonly<Record<string, string>> {
    const { invites = [], keeperTickets = [] } = this.#ports.snapshot() ?? {}
    const open = new Set([...invites.filter(({ revoked }) => !revoked), ...keeperTickets].map(({ id }) => id))
    return Object.fromEntries(Object.entries(links).filter(([id]) => open.has(id)))
  }

  #ask(command: MembershipCommand): Promise<Done> {
    return new Promise((resolve, reject) => {
      const tag = ++this.#tags
      this.#pending.set(tag, { resolve, reject })
      if (this.#ports.command(tag, command)) return
      this.#pending.delete(tag)
      reject(new RoomClosed())
    })
  }

  #settle(tag: number): Pending | undefined {
    const pending = this.#pending.get(tag)
    this.#pending.delete(tag)
    return pending
  }

  #translate(command: GovernCommand): MembershipCommand {
    switch (command.type) {
      case 'vouch':
        return { type: 'vouch', subject: command.who, method: command.method }
      case 'decline':
        return { type: 'decline', subject: command.who }
      case 'remove':
        return { type: 'remove', subject: command.who, cascade: command.with }
      case 'setRole':
        return { type: 'setRole', subject: command.who, role: command.role }
      case 'setPolicy': {
        const snapshot = this.#ports.snapshot()
        if (snapshot === undefined) throw new GovernRefused('notMember')
        return { type: 'setPolicy', policy: protocolPolicy(command.policy, snapshot.policy) }
      }
      case 'invite':
      case 'revokeInvite':
      case 'keeperTicket':
      case 'enterPin':
      case 'setEdgeRule':
      case 'leave':
        return command
    }
  }
}
