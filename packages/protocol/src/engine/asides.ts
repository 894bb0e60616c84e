/**
 * Links beside the room: with a newcomer that came by an invite, and with a member that was away and knows only an older
 * lobby. What is said on them is not the room's: no entries, no beats, nothing that is passed on.
 *
 * They are carried by the relay's direct frames or by plain sockets (`entrances.ts`), sealed like every link. What is needed to get in is said within seconds;
 * somebody who has to be asked for a PIN takes minutes, and then the link ends (`asideLifeMs`) and is made again.
 */
import { equalBytes } from '../codec/bytes.ts'
import type { LinkOptions } from '../link/link-io.ts'
import type { Millis, Random } from '../machine.ts'
import { Links, priority } from './links.ts'
import type { Carrier, LiveLink } from './links.ts'
import { begins } from './lobby.ts'
import type { Lobby } from './lobby.ts'
import type { Meeting } from './meeting.ts'
import type { Output } from './output.ts'
import { RelayLinks } from './relay-links.ts'
import type { Met } from './topic-members.ts'

/** An aside on which nothing was heard for so long ends. */
export const asideLifeMs: Millis = 180_000
/** Asides that are up at once; more are refused, so that strangers who hold an invite cannot grow us without bound. */
export const maxAsides = 32

/** Of the names of links, so that their timers are told apart from those of the room's. */
const prefix = 'aside-'

/** A link beside the room; both ends know by its lobby what it is for. */
export interface Aside {
  readonly link: LiveLink
  readonly lobby: Lobby
}

export interface AsidesEvents {
  asideUp(aside: Aside, now: Millis): void
  asidePayload(aside: Aside, bytes: Uint8Array, now: Millis): void
  asideDown(aside: Aside, now: Millis): void
  /** Whoever was met there did not answer when we had shown who we are. */
  asideUnanswered(lobby: Lobby, now: Millis): void
}

export interface AsidesContext {
  /** Own session key, hex and raw. */
  readonly own: string
  readonly ownKey: Uint8Array
  readonly random: Random
  readonly meeting: () => Meeting | undefined
  readonly linkOptions: (
    isInitiator: boolean,
    local: Uint8Array,
    remote: Uint8Array,
    lobby: Lobby,
  ) => Omit<LinkOptions, 'name' | 'expect'>
  /** A socket that carried an aside, or was to, is not needed or gone. */
  readonly transportEnded: (transport: string, code: string, now: Millis) => void
  readonly now: () => Millis
  readonly emit: (output: Output) => void
}

export class Asides {
  readonly #context: AsidesContext
  readonly #events: AsidesEvents
  readonly #links: Links
  readonly #relayLinks: RelayLinks
  /** By session: where it was met when its link began. */
  readonly #lobbies = new Map<string, Lobby>()
  /** By link, of those over sockets. */
  readonly #lobbyByLink = new Map<string, Lobby>()
  /** Up, by session. */
  readonly #asides = new Map<string, Aside>()
  readonly #heardAt = new Map<string, Millis>()

  constructor(context: AsidesContext, events: AsidesEvents) {
    this.#context = context
    this.#events = events
    this.#links = new Links(context.ownKey, context.emit, {
      recognised: () => undefined,
      slow: () => undefined,
      linked: (link, now) => this.#up(link, now),
      unlinked: (session, now) => this.#down(session, now),
      payload: (link, bytes, now) => {
        this.#heardAt.set(link.session, now)
        const aside = this.#asides.get(link.session)
        if (aside !== undefined) this.#events.asidePayload(aside, bytes, now)
      },
      closed: (id, code, now) => {
        const begunWith = this.#relayLinks.ended(id, now)
        const lobby = begunWith === undefined ? undefined : this.#lobbies.get(begunWith)
        if (code === 'timeout' && lobby !== undefined) this.#events.asideUnanswered(lobby, now)
        if (this.#lobbyByLink.delete(id)) context.transportEnded(id.slice(prefix.length), code, now)
      },
    })
    this.#relayLinks = new RelayLinks({
      prefix: 'aside',
      begins: (met) => begins(met.lobby, context.own, met.session, met.listens),
      random: context.random,
      links: () => this.#links,
      meeting: context.meeting,
      linkOptions: (isInitiator, local, remote, met) => {
        this.#lobbies.set(met.session, met.lobby)
        return context.linkOptions(isInitiator, local, remote, met.lobby)
      },
      now: context.now,
    })
  }

  all(): readonly Aside[] {
    return [...this.#asides.values()]
  }

  /** Links with whom it was our turn to. */
  dialDue(now: Millis): void {
    const meeting = this.#context.meeting()
    if (meeting?.isReady !== true) return
    for (const met of meeting.members.aside())
      if (this.#links.best(met.session) === undefined) this.#relayLinks.open(met, now)
  }

  tick(now: Millis): void {
    for (const { link } of this.#asides.values()) {
      if (now - (this.#heardAt.get(link.session) ?? link.upAt) >= asideLifeMs) this.close(link.id, 'silent', now)
    }
    this.dialDue(now)
  }

  frame(from: Met, bytes: Uint8Array, now: Millis): void {
    if (this.#asides.size >= maxAsides && !this.#asides.has(from.session)) return
    this.#relayLinks.frame(from, bytes, now)
  }

  /** Over a socket. False when too many handshakes are under way. */
  openTransport(
    transport: string,
    carrier: Carrier,
    options: Omit<LinkOptions, 'name'>,
    lobby: Lobby,
    now: Millis,
  ): boolean {
    const id = prefix + transport
    this.#lobbyByLink.set(id, lobby)
    const isOpen = this.#links.open(id, carrier, options, now)
    if (!isOpen) this.#lobbyByLink.delete(id)
    return isOpen
  }

  isUp(transport: string): boolean {
    return this.#links.isUp(prefix + transport)
  }

  /** A frame of a socket; of others nothing happens. */
  transportFrame(transport: string, bytes: Uint8Array, now: Millis): void {
    this.#links.frame(prefix + transport, bytes, now)
  }

  transportFlow(transport: string, flow: 'full' | 'drained', now: Millis): void {
    this.#links.flow(prefix + transport, flow, now)
  }

  transportDown(transport: string, now: Millis): void {
    this.#links.close(prefix + transport, 'transportDown', now)
  }

  send(session: string, payload: Uint8Array, now: Millis): boolean {
    this.#heardAt.set(session, now)
    return this.#links.send(session, priority.text, payload, now)
  }

  /** Said what there was to say; or lobbies changed and these two have no business here any more. */
  close(id: string, code: string, now: Millis): void {
    this.#links.close(id, code, now)
  }

  /** Ends what was begun in lobbies that are not these. */
  keepOnly(lobbies: readonly Lobby[], now: Millis): void {
    for (const { link, lobby } of this.all()) {
      if (!lobbies.some((one) => equalBytes(one.psk, lobby.psk) && one.role === lobby.role)) {
        this.close(link.id, 'closed', now)
      }
    }
  }

  closeAll(now: Millis): void {
    for (const { link } of this.all()) this.close(link.id, 'closed', now)
  }

  /** It went from where we met: there is no way to it any more. */
  left(met: Met, now: Millis): void {
    this.#relayLinks.forget(met.session)
    const aside = this.#asides.get(met.session)
    if (aside !== undefined) this.close(aside.link.id, 'left', now)
  }

  hurry(now: Millis): void {
    this.#relayLinks.hurry(now)
  }

  timerFired(name: string, now: Millis): void {
    this.#links.timerFired(name, now)
  }

  #up(link: LiveLink, now: Millis): void {
    const lobby = this.#lobbyByLink.get(link.id) ?? this.#lobbies.get(link.session)
    if (lobby === undefined || this.#asides.size >= maxAsides) return this.close(link.id, 'busy', now)
    this.#relayLinks.succeeded(link.id)
    const before = this.#asides.get(link.session)
    if (before !== undefined) this.#down(link.session, now)
    const aside = { link, lobby }
    this.#asides.set(link.session, aside)
    this.#heardAt.set(link.session, now)
    this.#events.asideUp(aside, now)
  }

  #down(session: string, now: Millis): void {
    const aside = this.#asides.get(session)
    this.#asides.delete(session)
    this.#heardAt.delete(session)
    this.#lobbies.delete(session)
    if (aside !== undefined) this.#events.asideDown(aside, now)
  }
}
