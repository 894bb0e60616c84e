/** What linked peers are told of us: that we are alive, what we hold, our name, that we type, and whom we reach. */
import { parseHex } from '../codec/text.ts'
import { encodePayload, maxNeighbours, prefixBytes } from '../gossip/wire.ts'
import type { Beat, Neighbour, Payload } from '../gossip/wire.ts'
import type { Millis } from '../machine.ts'
import type { Room } from '../rooms/room.ts'
import { priority } from './links.ts'
import type { LiveLink } from './links.ts'
import type { Reach } from './reach.ts'
import type { Typing } from './typing.ts'

/** Changes of who we link with are told together; in a mesh they come in numbers, and nobody waits for them. */
const neighboursMs = 250
const meshNeighboursMs = 2_000
/** Round trips are told again this often. */
const retellMs = 20_000
const meshRetellMs = 120_000
/** Silent for so long: the far end, which may take the room for a mesh and speak only when asked, is asked. */
const quietMs = 4_000

/** What beats tell of the history held here. */
export interface Holdings {
  holdingsFor(session: string, urgent: boolean, now: Millis): Pick<Beat, 'digest' | 'settled'>
  /** There is nothing new to tell this session. */
  isCalm(session: string): boolean
}

export class Presence {
  /** Own session key, hex. */
  readonly #own: string
  readonly #room: Room
  readonly #holdings: () => Holdings
  readonly #reach: Reach
  readonly #typing: Typing
  #name: string
  #visible = true
  /** False: what is held is not on the disk yet, and a keeper promises nothing. */
  readonly #isDurable: () => boolean
  #neighboursDueAt: Millis | undefined

  constructor(
    own: string,
    room: Room,
    holdings: () => Holdings,
    reach: Reach,
    typing: Typing,
    name: string,
    isDurable: () => boolean = () => true,
  ) {
    this.#own = own
    this.#room = room
    this.#holdings = holdings
    this.#reach = reach
    this.#typing = typing
    this.#name = name
    this.#isDurable = isDurable
  }

  get name(): string {
    return this.#name
  }

  /** False while the program is in the background: others have to be patient with it. */
  get isVisible(): boolean {
    return this.#visible
  }

  rename(name: string, now: Millis): void {
    this.#name = name
    this.tell(now)
  }

  setVisible(visible: boolean, now: Millis): void {
    this.#visible = visible
    this.beatAll(false, now)
  }

  /** The first words over a new link. */
  greet(link: LiveLink, now: Millis): void {
    this.beat(link, true, now)
    if (this.#typing.isOn) this.#say(link.session, this.#presence(), now)
  }

  /** Name and typing, to everybody. */
  tell(now: Millis): void {
    for (const link of this.#reach.links()) this.#say(link.session, this.#presence(), now)
  }

  goodbye(now: Millis): void {
    for (const link of this.#reach.links()) this.#say(link.session, { type: 'goodbye' }, now)
  }

  /** `urgent`: the far end is to answer at once. */
  beat(link: LiveLink, urgent: boolean, now: Millis): void {
    const beat: Payload = {
      type: 'beat',
      ...link.heartbeat.stamp(now),
      ...this.#holdings().holdingsFor(link.session, urgent, now),
      held: this.#heldOf(link.session),
      hidden: !this.#visible,
      urgent,
    }
    this.#say(link.session, beat, now)
  }

  beatAll(urgent: boolean, now: Millis): void {
    for (const link of this.#reach.links()) this.beat(link, urgent, now)
  }

  /** Whom we link with has changed. */
  neighboursChanged(now: Millis): void {
    this.#neighboursDueAt = Math.min(this.#neighboursDueAt ?? Infinity, now + neighboursMs)
  }

  /** How many are here, and whether our links are those of a mesh. */
  tellOnline(link: LiveLink, online: number, mesh: boolean, now: Millis): void {
    this.#say(link.session, { type: 'online', online, mesh }, now)
  }

  /** `beats`: nothing else keeps the links alive. */
  tick(now: Millis, beats: boolean): void {
    if (beats) for (const link of this.#reach.links()) this.#beatDue(link, now)
    if (this.#typing.tick(now)) this.tell(now)
    const dueAt = this.#neighboursDueAt
    if (dueAt === undefined) return
    if (now >= dueAt + (beats ? 0 : meshNeighboursMs)) this.#tellNeighbours(beats ? retellMs : meshRetellMs, now)
  }

  #beatDue(link: LiveLink, now: Millis): void {
    const { heartbeat, session } = link
    const isInFront = this.#visible && !heartbeat.isHidden
    if (isInFront && this.#holdings().isCalm(session)) {
      if (heartbeat.isRestDue(this.#own < session, now)) this.beat(link, true, now)
    } else if (heartbeat.isBeatDue(now, !this.#visible)) {
      this.beat(link, isInFront && now - heartbeat.heardAt >= quietMs, now)
    }
  }

  #tellNeighbours(againMs: Millis, now: Millis): void {
    this.#neighboursDueAt = now + againMs
    const links = this.#reach.links()
    const neighbours = links.slice(0, maxNeighbours).map(neighbourOf)
    for (const link of links) this.#say(link.session, { type: 'neighbours', neighbours }, now)
  }

  #presence(): Payload {
    return { type: 'presence', typing: this.#typing.isOn, name: this.#name }
  }

  /** How many entries of a session (hex) are held without a hole, counted from its opening. */
  #heldOf(session: string): number {
    if (!this.#isDurable()) return 0
    const chain = this.#room.log.chain(session)
    return chain === undefined ? 0 : (chain.lacking[0]?.[0] ?? chain.top + 1)
  }

  #say(session: string, payload: Payload, now: Millis): void {
    const urgency = payload.type === 'beat' || payload.type === 'goodbye' ? priority.control : priority.text
    this.#reach.send(session, urgency, encodePayload(payload), now)
  }
}

function neighbourOf({ sessionKey, path, heartbeat, through }: LiveLink): Neighbour {
  const carrier = through === undefined ? undefined : parseHex(through)?.subarray(0, prefixBytes)
  return { prefix: sessionKey.subarray(0, prefixBytes), path, rttMs: heartbeat.rttMs, through: carrier }
}
