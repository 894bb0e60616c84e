/**
 * What one writes into a room. Each post resolves with its id when it is in the log, or rejects with why it is not; what has no
 * key to be written under is held until there is one (`held-posts.ts`).
 */
import type { Content, EngineEvent } from '@kith/protocol'
import { MessageRefused, RoomClosed } from './errors.ts'
import { HeldPosts } from './held-posts.ts'
import type { HeldMessage } from './members-state.ts'

export interface RoomPostsPorts {
  /** Hands it to the engine; false when none runs. */
  readonly post: (tag: number, content: Content) => boolean
  readonly heldChanged: (held: readonly HeldMessage[]) => void
}

interface Pending {
  readonly content: Content
  readonly resolve: (id: string) => void
  readonly reject: (error: Error) => void
}

export class RoomPosts {
  readonly #ports: RoomPostsPorts
  /** By tag. */
  readonly #pending = new Map<number, Pending>()
  readonly #held = new HeldPosts()
  #tags = 0

  constructor(ports: RoomPostsPorts) {
    this.#ports = ports
  }

  post(content: Content): Promise<string> {
    return new Promise((resolve, reject) => {
      const tag = ++this.#tags
      this.#pending.set(tag, { resolve, reject, content })
      if (!this.#ports.post(tag, content)) this.#settle(tag)?.reject(new RoomClosed())
    })
  }

  /** What the engine says of a post. */
  handle(event: EngineEvent): void {
    if (event.type === 'posted') this.#settle(event.tag)?.resolve(event.id)
    else if (event.type === 'postRefused') this.#refused(event.tag, event.code)
  }

  /** There is a key to write under: what was held goes out, in its order. */
  release(): void {
    const held = this.#held.release()
    if (held.length === 0) return
    this.#ports.heldChanged([])
    for (const [tag, content] of held) this.#ports.post(tag, content)
  }

  /** No engine runs any more; answers the words that were held and will not go out. */
  stop(): string {
    const { text } = this.#held
    this.#held.release()
    if (text !== '') this.#ports.heldChanged([])
    for (const { reject } of this.#pending.values()) reject(new RoomClosed())
    this.#pending.clear()
    return text
  }

  #refused(tag: number, code: string): void {
    const pending = this.#pending.get(tag)
    const isHeld = code === 'noEpoch' && pending !== undefined && this.#held.hold(tag, pending.content)
    if (isHeld) this.#ports.heldChanged(this.#held.messages)
    else this.#settle(tag)?.reject(new MessageRefused(code))
  }

  #settle(tag: number): Pending | undefined {
    const pending = this.#pending.get(tag)
    this.#pending.delete(tag)
    return pending
  }
}
