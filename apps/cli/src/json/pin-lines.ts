/**
 * Pins in `--json`:
 *
 *   out  {"type":"pins","pins":[{"id","by","name","at"}]}     the newest first; again when they changed
 *   in   {"type":"pin","id","on"}   {"type":"pins"}           `id` of a message; `on` is true when it is left out
 */
import type { Result } from '@kith/protocol'
import { accept, reject } from '@kith/protocol'
import type { Room } from '@kith/peer'

export interface PinsLine {
  readonly type: 'pins'
  readonly pins: readonly { readonly id: string; readonly by: string; readonly name: string; readonly at: number }[]
}

export type PinLineIn =
  | { readonly type: 'pin'; readonly id: string; readonly on: boolean; readonly room: string | undefined }
  | { readonly type: 'pins'; readonly room: string | undefined }

export type PinLineFault = 'pinMalformed'

export const pinLineFaults: Readonly<Record<PinLineFault, string>> = {
  pinMalformed: 'pin needs the id of a message, and on is true or false, as in {"type":"pin","id":"01H…","on":true}.',
}

/** Undefined: it is about something else. */
export function parsePinLine(
  fields: Readonly<Record<string, unknown>>,
  room: string | undefined,
): Result<PinLineIn, PinLineFault> | undefined {
  const { type, id, on = true } = fields
  if (type === 'pins') return accept({ type, room })
  if (type !== 'pin') return undefined
  if (typeof id !== 'string' || id === '' || typeof on !== 'boolean') return reject('pinMalformed')
  return accept({ type, id, on, room })
}

export function pinsLine({ state, timeline }: Pick<Room, 'state' | 'timeline'>): PinsLine {
  const pins = state.pins.flatMap((id) => {
    const index = timeline.indexOf(id)
    const pinned = index < 0 ? undefined : timeline.at(index).pinned
    if (pinned === undefined) return []
    const name = state.people.find((person) => person.id === pinned.by)?.name ?? ''
    return [{ id, by: pinned.by, name, at: pinned.at }]
  })
  return { type: 'pins', pins }
}

/** Tells when they changed. */
export class PinsPrinter {
  #told: readonly string[] = []

  observe(room: Pick<Room, 'state' | 'timeline'>): readonly PinsLine[] {
    const { pins } = room.state
    if (pins === this.#told || (pins.length === 0 && this.#told.length === 0)) return []
    this.#told = pins
    return [pinsLine(room)]
  }
}
