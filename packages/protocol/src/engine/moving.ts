/** Where an open room goes on: what is told of the newest notice, and the way there sealed for those taken along. */
import { formatHex } from '../codec/text.ts'
import type { Move } from '../rooms/moves.ts'
import type { MovedBox } from '../rooms/content.ts'
import { openMoved, sealMoved } from '../rooms/moved-boxes.ts'
import type { Room } from '../rooms/room.ts'
import type { EngineOptions } from './options.ts'
import type { EngineEvent } from './output.ts'

export class Moving {
  readonly #options: Pick<EngineOptions, 'crypto' | 'persona'>
  readonly #room: Room
  #told: Move | undefined

  constructor(options: Pick<EngineOptions, 'crypto' | 'persona'>, room: Room) {
    this.#options = options
    this.#room = room
  }

  /** What is to be told now; undefined while it was told already, or there is no notice. */
  news(): EngineEvent | undefined {
    const { moved } = this.#room
    if (moved === undefined || (moved.author === this.#told?.author && moved.boxes === this.#told.boxes))
      return undefined
    this.#told = moved
    const { author, boxes } = moved
    const { crypto, persona } = this.#options
    const agree = [persona.device.agree, ...(persona.olderAgree ?? [])]
    const device = formatHex(persona.device.sign.publicKey)
    const own = openMoved(crypto, { room: this.#room.keys.id, author }, device, agree, boxes)
    const open = moved.invite === '' ? undefined : moved.invite
    return { type: 'moved', author, invite: own ?? open, sealed: own !== undefined }
  }

  /** The invite for these people (author keys, hex), where their devices are known. */
  boxesFor(people: readonly string[], invite: string): readonly MovedBox[] {
    const { crypto, persona } = this.#options
    const notice = { room: this.#room.keys.id, author: formatHex(persona.author) }
    return sealMoved(crypto, notice, this.#room.devicesOf(new Set(people)), invite)
  }
}
