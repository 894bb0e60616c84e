/** The cards of a room: our own, and what those of others say. */
import { encodeCard, openCard } from '../discovery/card.ts'
import type { Card } from '../discovery/card.ts'
import { keeperKindOf } from './keeper-card.ts'
import type { Lobby } from './lobby.ts'
import type { ReachContext } from './reach-io.ts'

export type CardsContext = Pick<ReachContext, 'options' | 'roomId' | 'session' | 'corrected' | 'now'>

export class Cards {
  readonly own: Uint8Array
  /** The same, for lobbies where we only listen. */
  readonly #listening: Uint8Array
  readonly #context: CardsContext

  constructor(context: CardsContext) {
    this.#context = context
    const { options, roomId, session } = context
    const { crypto, platform } = options
    const about = {
      kem: session.agree.publicKey,
      platform,
      rootCapable: platform === 'node' && options.kind !== 'keeper',
      ...(options.kind === 'keeper' ? { keeper: keeperKindOf(options) } : undefined),
      webrtc: mayDial(options),
      created: context.corrected(context.now()),
    }
    this.own = encodeCard(crypto, roomId, session.sign, about)
    this.#listening = encodeCard(crypto, roomId, session.sign, { ...about, listens: true })
  }

  /** Which of them we show in a lobby. */
  in({ role }: Lobby): Uint8Array {
    return role === 'listener' ? this.#listening : this.own
  }

  /** What a card says, if the session it names signed it for this room. */
  open(card: Uint8Array): Card | undefined {
    const { options, roomId } = this.#context
    const read = (): Card | undefined => {
      const opened = openCard(options.crypto, roomId, card)
      return opened.ok ? opened.value : undefined
    }
    return options.readOnce === undefined ? read() : options.readOnce.bytes('card', card, read)
  }
}

/** May others be dialled by WebRTC, and dial us? */
export function mayDial({ relayOnly, webrtc }: CardsContext['options']): boolean {
  return relayOnly !== true && webrtc !== false
}
