/** The channels of one tab: the common one, its own mailbox, and those of the tabs it writes to. */
import type { TabChannel, TabEnvironment } from './tabs-election.ts'
import type { CommonFrame, FrameToFollower, FrameToLeader } from './tabs-wire.ts'

export interface PostEvents {
  hear(frame: CommonFrame): void
  receive(frame: FrameToLeader | FrameToFollower): void
}

export class Post {
  readonly #environment: TabEnvironment
  readonly #name: string
  readonly #common: TabChannel
  readonly #own: TabChannel
  readonly #mailboxes = new Map<string, TabChannel>()

  constructor(environment: TabEnvironment, name: string, events: PostEvents) {
    this.#environment = environment
    this.#name = name
    this.#common = environment.openChannel(name, (frame) => events.hear(frame as CommonFrame))
    this.#own = environment.openChannel(mailboxOf(name, environment.tab), (frame) =>
      events.receive(frame as FrameToLeader | FrameToFollower),
    )
  }

  announce(frame: CommonFrame): void {
    this.#common.post(frame)
  }

  to(tab: string, frame: FrameToLeader | FrameToFollower): void {
    let mailbox = this.#mailboxes.get(tab)
    if (mailbox === undefined) {
      mailbox = this.#environment.openChannel(mailboxOf(this.#name, tab), () => undefined)
      this.#mailboxes.set(tab, mailbox)
    }
    mailbox.post(frame)
  }

  /** The tab is gone. */
  forget(tab: string): void {
    this.#mailboxes.get(tab)?.close()
    this.#mailboxes.delete(tab)
  }

  close(): void {
    this.#common.close()
    this.#own.close()
    for (const mailbox of this.#mailboxes.values()) mailbox.close()
  }
}

/** Also the name of the lock a tab holds as long as it lives. */
export function mailboxOf(lockName: string, tab: string): string {
  return `${lockName}/${tab}`
}
