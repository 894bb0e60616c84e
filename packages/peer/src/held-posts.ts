/**
 * What was written in the moment in which a members room has no key to write under: somebody was removed, and the new key is
 * on its way. It is held here, shown as waiting, and posted again in its order as soon as there is a key.
 *
 * The moment is short (who removes somebody makes the key at once, others after three seconds), so nothing is stored; a room
 * that is closed meanwhile puts the words back into the draft.
 */
import type { Content } from '@kith/protocol'
import type { HeldMessage } from './members-state.ts'

/** More than a person writes in such a moment; what is above is refused. */
export const maxHeld = 64

export class HeldPosts {
  /** By the tag of the post, in the order written. */
  readonly #contents = new Map<number, Content>()

  /** False when there is no place. */
  hold(tag: number, content: Content): boolean {
    if (this.#contents.size >= maxHeld) return false
    this.#contents.set(tag, content)
    return true
  }

  /** Everything, to be posted again; what is refused once more is held once more. */
  release(): readonly (readonly [tag: number, content: Content])[] {
    const held = [...this.#contents]
    this.#contents.clear()
    return held
  }

  /** What people see of it: their messages, not the edits and reactions. */
  get messages(): readonly HeldMessage[] {
    return [...this.#contents].flatMap(([tag, content]) =>
      content.type === 'text' ? [{ tag, text: content.text, files: content.attachments?.length ?? 0 }] : [],
    )
  }

  /** The words of it, for a draft. */
  get text(): string {
    return this.messages.flatMap(({ text }) => (text === '' ? [] : [text])).join('\n')
  }
}
