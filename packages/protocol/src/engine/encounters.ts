/**
 * What `Reach` tells, and whose business it is: links that come and go, whom the relay names, and what it brings. What is
 * said over links is heard in `hearing.ts`.
 */
import { decodeKeeperMessage } from '../keepers/wire.ts'
import type { Millis } from '../machine.ts'
import type { Aside } from './asides.ts'
import type { Hearing, HearingContext } from './hearing.ts'
import type { Keeping } from './keeping.ts'
import type { LiveLink } from './links.ts'
import type { ReachEvents } from './reach-io.ts'
import { relaySource } from './skew.ts'

/** Link failures that mean somebody in between is not who it should be. */
const suspiciousCodes: ReadonlySet<string> = new Set([
  'badHandshake',
  'badMembership',
  'badSignature',
  'unexpectedPeer',
  'unknownRoom',
])
/** One can be a socket that was just replaced; the person is told, once, when it goes on. */
const maxSuspicions = 4

export interface EncountersContext extends Omit<HearingContext, 'keeping'> {
  readonly hearing: Hearing
  /** Of a keeper, blind or not. */
  readonly keeping: Keeping | undefined
}

export class Encounters {
  readonly #parts: () => EncountersContext
  #isListed: boolean
  #suspicions = 0

  /** `parts` are asked for when there is something to tell: some of them need `Reach` to be made. */
  constructor(hasRelay: boolean, parts: () => EncountersContext) {
    this.#isListed = !hasRelay
    this.#parts = parts
  }

  /** The relay told us who is here, or there is no relay to tell. */
  get isListed(): boolean {
    return this.#isListed
  }

  events(): ReachEvents {
    const parts = this.#parts
    return {
      linked: (link, now) => this.#linked(link, now),
      unlinked: (gone, now) => this.#unlinked(gone, now),
      payload: (link, bytes, now) => parts().hearing.payload(link, bytes, now),
      moved: (session, now) => parts().blobs?.moved(session, now),
      failed: (code) => this.#failed(code),
      asideUp: (aside, now) => parts().governing?.asideUp(aside, now),
      asidePayload: (aside, bytes, now) => this.#asidePayload(aside, bytes, now),
      asideDown: (aside, now) => parts().governing?.asideDown(aside, now),
      asideUnanswered: (lobby, now) => parts().governing?.asideUnanswered(lobby, now),
      slow: (session, isSlow, now) => parts().mode.slow(session, isSlow, now),
      admits: (session, urgency, now) => parts().mode.admits(session, urgency, now),
      learned: (contacts, now) => parts().mode.mesh?.learned(contacts, now),
      welcomed: (session, now) => parts().mode.mesh?.welcomed(session, now),
      connectFailed: (session, why, now) => parts().mode.mesh?.connectFailed(session, why, now),
      wrongCard: (session, now) => parts().mode.mesh?.wrongCard(session, now),
      referral: () => parts().mode.mesh?.referral() ?? [],
      via: (session) => parts().mode.via(session),
      knowing: (session) => parts().mode.knowing(session),
      ready: (relayKey, now) => {
        parts().tell({ type: 'relay', state: 'up' })
        parts().flow.relayReady(relayKey, now)
      },
      away: () => {
        this.#isListed = false
        parts().tell({ type: 'relay', state: 'away' })
      },
      met: (peer) => parts().roster.met(peer.session, peer.platform),
      gathered: (now) => parts().mode.judge(now),
      left: (gone) => parts().roster.left(gone),
      listed: () => {
        this.#isListed = true
      },
      entry: (bytes, receipt, now) => parts().flow.receive(bytes, receipt, undefined, now),
      receipt: (receipt, digest, now) => parts().flow.receiptMade(receipt, digest, now),
      clock: (offsetMs) => parts().skew.sample(relaySource, offsetMs),
      refused: (code, about, subject, retryAfterMs, now) => {
        if (about === 'publish') parts().flow.publishRefused(subject, retryAfterMs, now)
        // A signal or frame for one member that was refused is sent again another way; the session is not refused.
        else if (retryAfterMs === 0 && about !== 'signal' && about !== 'direct' && about !== 'probe')
          parts().tell({ type: 'notice', code: 'relayRefused', about: code })
      },
    }
  }

  #linked(link: LiveLink, now: Millis): void {
    const { apply, blobs, catchup, governing, help, keeping, mode, presence, reach, room, roster, skew, whispers } =
      this.#parts()
    const { chain, name } = link.claims
    const time = skew.corrected(now)
    apply(room.introduce(link.sessionKey, chain, name, time), now)
    roster.linked(link, room.personOf(link.session, time).author)
    catchup.linked(link, now)
    presence.greet(link, now)
    presence.neighboursChanged(now)
    mode.linked(link, now)
    blobs?.linked(link, now)
    governing?.linked(link, now)
    whispers.linked(link.session, now)
    help?.linked(link, blobs?.known() ?? [], now)
    keeping?.linked(link, reach, now)
  }

  #unlinked(session: string, now: Millis): void {
    const { blobs, catchup, flow, governing, help, mode, presence, roster, skew, typing } = this.#parts()
    roster.unlinked(session)
    governing?.unlinked(session)
    catchup.unlinked(session)
    typing.forget(session)
    skew.forget(session)
    flow.neighbourhood.forget(session)
    mode.unlinked(session, now)
    blobs?.unlinked(session, now)
    help?.unlinked(session)
    presence.neighboursChanged(now)
  }

  #failed(code: string): void {
    if (!suspiciousCodes.has(code) || ++this.#suspicions !== maxSuspicions) return
    this.#parts().tell({ type: 'notice', code: 'linkRefused', about: code })
  }

  #asidePayload(aside: Aside, bytes: Uint8Array, now: Millis): void {
    const { governing, keeping, reach } = this.#parts()
    if (governing !== undefined) return governing.asidePayload(aside, bytes, now)
    // To a keeper of a members room, from somebody who knows an older lobby only.
    const decoded = decodeKeeperMessage(bytes)
    if (decoded.ok) keeping?.aside(aside, reach, decoded.value, now)
  }
}
