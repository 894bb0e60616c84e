/** A browser in one process for tests of shared tabs: Web Locks, channels and timers; tabs can be killed and frozen. */
import type { TabChannel, TabEnvironment } from './tabs-election.ts'

interface LockRequest {
  readonly tab: FixtureTab
  readonly held: () => Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Web Locks, BroadcastChannels and timers of one profile. Time passes only by `advance`. */
export class FixtureBrowser {
  readonly #holders = new Map<string, LockRequest>()
  readonly #queues = new Map<string, LockRequest[]>()
  readonly #channels = new Set<{ readonly name: string; readonly tab: FixtureTab; receive: (frame: unknown) => void }>()
  readonly #timers = new Set<{ at: number; readonly tab: FixtureTab; readonly fire: () => void }>()
  #now = 0
  #tabs = 0
  /** Everything that was posted: a look at the traffic. */
  readonly posted: { readonly channel: string; readonly frame: { readonly type: string } }[] = []

  tab(): FixtureTab {
    return new FixtureTab(this, `tab${++this.#tabs}`)
  }

  /** Lets everything that is under way happen. */
  async settle(): Promise<void> {
    for (let i = 0; i < 300; i++) await new Promise((resolve) => setImmediate(resolve))
  }

  async advance(ms: number): Promise<void> {
    await this.settle()
    const until = this.#now + ms
    for (;;) {
      const due = [...this.#timers]
        .filter(({ at, tab }) => at <= until && tab.running)
        .toSorted((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#now = Math.max(this.#now, due.at)
      this.#timers.delete(due)
      due.fire()
      await this.settle()
    }
    this.#now = until
    await this.settle()
  }

  after(tab: FixtureTab, delayMs: number, fire: () => void): () => void {
    const timer = { at: this.#now + delayMs, tab, fire }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  openChannel(tab: FixtureTab, name: string, receive: (frame: unknown) => void): TabChannel {
    const channel = { name, tab, receive }
    this.#channels.add(channel)
    return {
      post: (frame) => {
        if (!tab.running) return
        const copy: unknown = structuredClone(frame)
        this.posted.push({ channel: name, frame: copy as { type: string } })
        for (const other of this.#channels) {
          if (other === channel || other.name !== name) continue
          setImmediate(() => other.tab.run(() => other.receive(structuredClone(copy))))
        }
      },
      close: () => setImmediate(() => this.#channels.delete(channel)),
    }
  }

  requestLock(
    tab: FixtureTab,
    name: string,
    options: { readonly steal?: boolean; readonly signal?: AbortSignal },
    held: () => Promise<void>,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const request: LockRequest = { tab, held, resolve, reject }
      if (options.steal === true) {
        const robbed = this.#holders.get(name)
        robbed?.tab.run(() => robbed.reject(new DOMException('stolen', 'AbortError')))
        return this.#grant(name, request)
      }
      const queue = this.#queues.get(name) ?? []
      this.#queues.set(name, queue)
      queue.push(request)
      options.signal?.addEventListener('abort', () => {
        const at = queue.indexOf(request)
        if (at < 0) return
        queue.splice(at, 1)
        reject(new DOMException('withdrawn', 'AbortError'))
      })
      setImmediate(() => this.#next(name))
    })
  }

  end(tab: FixtureTab): void {
    for (const queue of this.#queues.values()) {
      for (const request of queue.filter((other) => other.tab === tab)) queue.splice(queue.indexOf(request), 1)
    }
    for (const [name, request] of this.#holders) {
      if (request.tab !== tab) continue
      this.#holders.delete(name)
      setImmediate(() => this.#next(name))
    }
  }

  #next(name: string): void {
    if (this.#holders.has(name)) return
    const request = this.#queues.get(name)?.shift()
    if (request !== undefined) this.#grant(name, request)
  }

  #grant(name: string, request: LockRequest): void {
    this.#holders.set(name, request)
    setImmediate(() =>
      request.tab.run(() => {
        void request.held().then(() => {
          if (this.#holders.get(name) === request) {
            this.#holders.delete(name)
            this.#next(name)
          }
          request.resolve()
        }, request.reject)
      }),
    )
  }
}

export class FixtureTab implements TabEnvironment {
  readonly tab: string
  readonly #browser: FixtureBrowser
  #frozen: (() => void)[] | undefined
  #killed = false

  constructor(browser: FixtureBrowser, tab: string) {
    this.#browser = browser
    this.tab = tab
  }

  get running(): boolean {
    return !this.#killed && this.#frozen === undefined
  }

  after(delayMs: number, fire: () => void): () => void {
    return this.#browser.after(this, delayMs, fire)
  }

  requestLock(
    name: string,
    options: { readonly steal?: boolean; readonly signal?: AbortSignal },
    held: () => Promise<void>,
  ): Promise<void> {
    return this.#browser.requestLock(this, name, options, held)
  }

  openChannel(name: string, receive: (frame: unknown) => void): TabChannel {
    return this.#browser.openChannel(this, name, receive)
  }

  /** Now, when it wakes, or never. */
  run(work: () => void): void {
    if (this.#killed) return
    if (this.#frozen === undefined) work()
    else this.#frozen.push(work)
  }

  /** The process is gone: nothing more is heard or said, and its locks are free. */
  kill(): void {
    this.#killed = true
    this.#browser.end(this)
  }

  /** The tab keeps its locks and does nothing. */
  freeze(): void {
    this.#frozen ??= []
  }

  wake(): void {
    const missed = this.#frozen ?? []
    this.#frozen = undefined
    for (const work of missed) work()
  }
}
