/**
 * Tabs of one profile share one peer.
 *
 * One tab leads (`tabs-election.ts`): there the real chat runs, and the others are served (`tabs-leader.ts`). The others
 * follow: they show a mirror (`tabs-mirror.ts`) and pass commands on (`tabs-calls.ts`). All of them hold the same object,
 * a `SharedChat`, whose rooms and subscriptions stay when the lead goes from one tab to the next.
 *
 * Rules with ids (TAB1 …) and limits: docs/spec/storage.md.
 */
import type { Chat, ChatState, Room } from '../chat.ts'
import { ChatClosed } from '../errors.ts'
import { Calls, CommandInterrupted } from './tabs-calls.ts'
import { CommandedChat } from './tabs-commands.ts'
import { browserEnvironment, Election } from './tabs-election.ts'
import type { TabEnvironment } from './tabs-election.ts'
import { Leader } from './tabs-leader.ts'
import { ChatMirror, headOf } from './tabs-mirror.ts'
import type { RoomSource } from './tabs-mirror.ts'
import { mailboxOf, Post } from './tabs-post.ts'
import { RealSource, Shown } from './tabs-shown.ts'
import type { ShownPort } from './tabs-shown.ts'
import { carriedErrors, runCast, runCommand } from './tabs-wire.ts'
import type {
  Cast,
  ChatHead,
  Command,
  CommandValue,
  CommonFrame,
  ErrorClasses,
  FrameToFollower,
  FrameToLeader,
} from './tabs-wire.ts'

export { CommandInterrupted }

/** A new source has this long to load before it is shown as it is. */
export const settleMs: number = 5_000
/** After a failed take-over, doubled each time up to the last. */
export const retryMs: readonly [first: number, last: number] = [1_000, 30_000]

export interface ShareOptions {
  /**
   * Makes the real chat. Called in the tab that leads, again in the next one when that tab goes. `steal`: the tab that
   * led hangs and may hold the store still, so it has to be taken from it (`openBrowserStorage`).
   */
  readonly createChat: (how: { readonly steal: boolean }) => Promise<Chat>
  /** Names the lock the leader holds and the channels the tabs talk over. */
  readonly lockName: string
  /** Whether this page is visible now; later `setVisible` says. */
  readonly visible?: boolean | undefined
  /**
   * What this tab's chat opened its store with, if that is not to be found in the store: each tab that follows is handed
   * it, because it may have to open the store itself one day. Anything that can be cloned.
   */
  readonly opener?: (() => unknown) | undefined
  /** Keeps what the tab that leads opened its store with. */
  readonly keepOpener?: ((opener: unknown) => void) | undefined
  /** This tab took over but its chat could not be made; another tab, or this one after a pause, tries again. */
  readonly onTakeoverFailed?: ((error: unknown) => void) | undefined
  /** More error classes that keep their identity on the way between tabs. */
  readonly errors?: ErrorClasses | undefined
  readonly environment?: TabEnvironment | undefined
}

/**
 * The chat of this profile: the real one where this tab leads, a mirror of it elsewhere. Rejects with what `createChat`
 * rejects when this tab is the first.
 */
export function shareChat(options: ShareOptions): Promise<Chat> {
  // Without locks (a page over plain http) tabs cannot find each other; each is on its own.
  if (options.environment === undefined && navigator.locks === undefined) return options.createChat({ steal: false })
  return new SharedChat(options, options.environment ?? browserEnvironment()).start()
}

class SharedChat extends CommandedChat implements Chat, ShownPort {
  readonly #options: ShareOptions
  readonly #environment: TabEnvironment
  readonly #election: Election
  readonly #calls: Calls
  readonly #post: Post
  readonly #shown: Shown = new Shown(this)
  readonly #sources = new WeakMap<Room, RoomSource>()
  readonly #heldCasts = new Map<string, Cast>()
  readonly #gone = new AbortController()
  #started: { resolve: (chat: Chat) => void; reject: (error: unknown) => void } | undefined
  /** Where this tab leads. */
  #real: Chat | undefined
  #leader: Leader | undefined
  #release: () => void = () => undefined
  /** Where another tab leads. */
  #mirror: ChatMirror | undefined
  /** What is shown comes from the present leader: commands may go there. */
  #adopted = false
  /** Counts changes of the lead; work that belongs to an earlier one stops. */
  #term = 0
  #failures = 0
  #visible: boolean
  #closed: Promise<void> | undefined

  constructor(options: ShareOptions, environment: TabEnvironment) {
    super()
    this.#options = options
    this.#environment = environment
    this.#visible = options.visible ?? true
    this.#post = new Post(environment, options.lockName, {
      hear: (frame) => this.#hear(frame),
      receive: (frame) => this.#receive(frame),
    })
    this.#calls = new Calls({
      deliver: (call, command) => this.#deliver(call, command),
      room: (id) => this.#shown.room(id),
      errors: { ...carriedErrors, ...options.errors },
    })
    this.#election = new Election(environment, options.lockName, {
      lead: (steal) => this.#lead(steal),
      robbed: () => this.#stepDown(),
      knock: () => this.#post.announce({ type: 'hello', tab: environment.tab }),
      cares: () => this.#visible || this.#calls.waiting,
    })
  }

  start(): Promise<Chat> {
    return new Promise((resolve, reject) => {
      this.#started = { resolve, reject }
      // Held as long as this tab lives: that is how a leader learns that a follower is gone.
      const present = new Promise<void>((leave) => this.#gone.signal.addEventListener('abort', () => leave()))
      void this.#environment.requestLock(mailboxOf(this.#options.lockName, this.#environment.tab), {}, () => {
        this.#election.start()
        return present
      })
    })
  }

  get state(): ChatState {
    return this.#shown.state
  }

  subscribe(listener: () => void): () => void {
    return this.#shown.subscribe(listener)
  }

  room(id: string): Room | undefined {
    return this.#shown.room(id)
  }

  setVisible(visible: boolean): void {
    this.#visible = visible
    this.#leader?.setOwnVisible(visible)
    this.#toLeader({ type: 'visible', tab: this.#environment.tab, visible })
    // Whoever comes back to a tab should not look at a picture that stands still.
    if (visible) this.#election.knock()
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  issue(command: Command): Promise<CommandValue> {
    return this.#closed === undefined ? this.#calls.issue(command) : Promise.reject(new ChatClosed())
  }

  cast(cast: Cast): void {
    if (this.#adopted && this.#real !== undefined) runCast(this.#real.room(cast.room), cast)
    else if (this.#adopted) this.#toLeader({ type: 'cast', tab: this.#environment.tab, cast })
    else this.#heldCasts.set(`${cast.name} ${cast.room}`, cast)
  }

  // --- leading

  async #lead(steal: boolean): Promise<void> {
    const term = this.#newTerm()
    let real: Chat
    try {
      real = await this.#options.createChat({ steal })
    } catch (error) {
      if (term === this.#term) this.#failToLead(error)
      return
    }
    // Closed or robbed while the chat was being made.
    if (term !== this.#term) return real.close()
    this.#failures = 0
    this.#real = real
    this.#leader = new Leader(real, this.#environment.tab, this.#visible, {
      post: (to, frame) => this.#post.to(to, frame),
      opener: () => this.#options.opener?.(),
    })
    const released = new Promise<void>((release) => {
      this.#release = release
    })
    const stop = real.subscribe(() => {
      if (this.#real === real) this.#refresh()
    })
    this.#refresh()
    this.#resolveStart()
    this.#post.announce({ type: 'leads', tab: this.#environment.tab })
    await released
    stop()
  }

  #failToLead(error: unknown): void {
    if (this.#started !== undefined) {
      const { reject } = this.#started
      this.#started = undefined
      reject(error)
      void this.close()
      return
    }
    this.#calls.failAll(error)
    this.#options.onTakeoverFailed?.(error)
    const pause = Math.min(retryMs[0] * 2 ** this.#failures++, retryMs[1])
    this.#environment.after(pause, () => this.#election.campaign())
  }

  /** Another tab took the lead by force because this one hung. Its store refuses us by now. */
  #stepDown(): void {
    this.#newTerm()
    this.#leader?.end()
    this.#leader = undefined
    const real = this.#real
    this.#real = undefined
    this.#release()
    void real?.close().catch(() => undefined)
    this.#election.campaign()
    this.#election.knock()
  }

  #newTerm(): number {
    this.#adopted = false
    this.#mirror = undefined
    return ++this.#term
  }

  // --- following

  #hear(frame: CommonFrame): void {
    if (this.#closed !== undefined) return
    switch (frame.type) {
      case 'hello': {
        if (!this.#election.holding || frame.tab === this.#environment.tab) return
        const { tab } = this.#environment
        return this.#post.to(frame.tab, this.#leader === undefined ? { type: 'waits' } : { type: 'leads', tab })
      }
      case 'leads':
        return this.#follow(frame.tab)
    }
  }

  #follow(leader: string): void {
    if (this.#election.holding || leader === this.#environment.tab) return
    this.#election.heard()
    if (this.#mirror?.leader === leader) return
    this.#newTerm()
    this.#mirror = new ChatMirror(leader)
    this.#toLeader({ type: 'join', tab: this.#environment.tab, visible: this.#visible })
  }

  #receive(frame: FrameToLeader | FrameToFollower): void {
    if (this.#closed !== undefined) return
    switch (frame.type) {
      case 'join':
        this.#watchPresence(frame.tab)
        this.#leader?.handle(frame)
        return
      case 'leave':
      case 'visible':
      case 'call':
      case 'cast':
      case 'chunkTaken':
        this.#leader?.handle(frame)
        return
      case 'waits':
        return this.#election.heard()
      case 'leads':
        return this.#follow(frame.tab)
      default:
        if (frame.tab === this.#mirror?.leader) this.#takeFromLeader(this.#mirror, frame)
    }
  }

  #takeFromLeader(mirror: ChatMirror, frame: Exclude<FrameToFollower, { type: 'waits' | 'leads' }>): void {
    this.#election.heard()
    mirror.take(frame)
    switch (frame.type) {
      case 'timeline':
        if (frame.chunk) this.#toLeader({ type: 'chunkTaken', tab: this.#environment.tab })
        return
      case 'taken':
        return this.#calls.taken(frame.call)
      case 'answer':
        return this.#calls.answered(frame.call, frame.answer)
      case 'welcome':
        this.#options.keepOpener?.(frame.opener)
        this.#refresh()
        return this.#resolveStart()
      case 'chat':
      case 'room':
        if (mirror.welcome) this.#refresh()
    }
  }

  /** Its presence lock is free: the tab is gone, and with it its place among the followers. */
  #watchPresence(tab: string): void {
    const leader = this.#leader
    this.#environment
      .requestLock(mailboxOf(this.#options.lockName, tab), { signal: this.#gone.signal }, async () => {
        leader?.leave(tab)
        this.#post.forget(tab)
      })
      .catch(() => undefined)
  }

  // --- what is shown

  #refresh(): void {
    const head = this.#presentHead()
    if (head === undefined) return
    const first = !this.#adopted
    this.#adopted = true
    this.#shown.show(head, (id) => this.#sourceOf(id))
    if (first) this.#afterAdoption()
  }

  /** Undefined as long as what was shown before is better than what the present leader has. */
  #presentHead(): ChatHead | undefined {
    if (this.#real !== undefined) {
      return this.#real.state.ready || this.#shown.empty ? headOf(this.#real.state) : undefined
    }
    const head = this.#mirror?.welcome === true ? this.#mirror.head : undefined
    return head?.ready === true || this.#shown.empty ? head : undefined
  }

  #sourceOf(id: string): RoomSource | undefined {
    if (this.#real === undefined) return this.#mirror?.rooms.get(id)
    const room = this.#real.room(id)
    if (room === undefined) return undefined
    let source = this.#sources.get(room)
    if (source === undefined) {
      source = new RealSource(room)
      this.#sources.set(room, source)
    }
    return source
  }

  #afterAdoption(): void {
    const term = this.#term
    this.#environment.after(settleMs, () => {
      if (term === this.#term) this.#shown.hurry()
    })
    this.#shown.repeatDrafts()
    for (const cast of this.#heldCasts.values()) this.cast(cast)
    this.#heldCasts.clear()
    this.#calls.redeliver()
  }

  // --- commands

  #deliver(call: number, command: Command): void {
    if (!this.#adopted) return
    if (this.#real === undefined) return this.#toLeader({ type: 'call', tab: this.#environment.tab, call, command })
    const term = this.#term
    this.#calls.taken(call)
    runCommand(this.#real, command).then(
      (value) => {
        if (term === this.#term) this.#refresh()
        this.#calls.succeeded(call, value)
      },
      // Robbed half-way: the next leader is asked instead.
      (error: unknown) => {
        if (term === this.#term) this.#calls.failed(call, error)
      },
    )
  }

  async #close(): Promise<void> {
    this.#toLeader({ type: 'leave', tab: this.#environment.tab })
    this.#newTerm()
    this.#election.stop()
    this.#leader?.end()
    this.#leader = undefined
    this.#calls.failAll(new ChatClosed())
    this.#shown.end()
    const real = this.#real
    this.#real = undefined
    try {
      await real?.close()
    } finally {
      // Only now: the next leader opens the store this one has closed.
      this.#release()
      this.#gone.abort()
      this.#post.close()
    }
  }

  // --- carrying

  #resolveStart(): void {
    this.#started?.resolve(this)
    this.#started = undefined
  }

  #toLeader(frame: FrameToLeader): void {
    if (this.#mirror !== undefined) this.#post.to(this.#mirror.leader, frame)
  }
}
