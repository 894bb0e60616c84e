/** What a room tells its person beside its messages: each once, until it is put away. */
import type { ChatNoticeCode, Notice } from './chat.ts'

/** Older notices make room for newer ones. */
export const maxNotices: number = 16

export class Notices {
  #list: readonly Notice[] = []
  #made = 0

  /** The same list until something in it changes. */
  get list(): readonly Notice[] {
    return this.#list
  }

  /** Its id; undefined when the same is told already. */
  tell(code: ChatNoticeCode, about: string | undefined): number | undefined {
    if (this.#list.some((notice) => notice.code === code && notice.about === about)) return undefined
    const notice: Notice = { id: ++this.#made, code, about }
    this.#list = [...this.#list.slice(1 - maxNotices), notice]
    return notice.id
  }

  dismiss(id: number): void {
    this.#keep((notice) => notice.id !== id)
  }

  /** It is true no more. */
  withdraw(code: ChatNoticeCode): void {
    this.#keep((notice) => notice.code !== code)
  }

  #keep(isKept: (notice: Notice) => boolean): void {
    const kept = this.#list.filter(isKept)
    if (kept.length !== this.#list.length) this.#list = kept
  }
}
