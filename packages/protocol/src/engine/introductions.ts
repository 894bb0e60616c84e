/** In a small room whoever cannot meet at the relay meets through us: linked peers are told each other's cards. */
import { encodeCards, maxCardsPerPayload } from '../gossip/carry-wire.ts'
import type { Millis } from '../machine.ts'
import type { LiveLink } from './links.ts'

/** Changes of whose cards are passed on are told together. */
const cardsMs = 300

export interface IntroductionsContext {
  readonly links: () => readonly LiveLink[]
  /** Does the relay's fan-out reach this session? Those need no introduction to each other. */
  readonly isInTopic: (session: string) => boolean
  readonly cardOf: (session: string) => Uint8Array | undefined
  readonly send: (to: string, payload: Uint8Array, now: Millis) => void
}

export class Introductions {
  readonly #context: IntroductionsContext
  #dueAt: Millis | undefined

  constructor(context: IntroductionsContext) {
    this.#context = context
  }

  linked(now: Millis): void {
    this.#dueAt ??= now + cardsMs
  }

  tick(isSmall: boolean, now: Millis): void {
    if (this.#dueAt === undefined || now < this.#dueAt) return
    this.#dueAt = undefined
    if (isSmall) this.#tell(now)
  }

  #tell(now: Millis): void {
    const { isInTopic, cardOf, send } = this.#context
    const links = this.#context.links()
    for (const { session } of links) {
      const isHere = isInTopic(session)
      const others = links.filter((other) => other.session !== session && !(isHere && isInTopic(other.session)))
      const cards = others.flatMap((other) => cardOf(other.session) ?? [])
      if (cards.length > 0) send(session, encodeCards(cards.slice(0, maxCardsPerPayload)), now)
    }
  }
}
