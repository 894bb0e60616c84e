/**
 * Which tab leads: the one that holds a Web Lock.
 *
 * Everybody queues for the lock; the browser hands it on when its holder closes, crashes or navigates away. A holder
 * that is there but hangs (a phone suspends hidden pages, lock and all) is found out by knocking: a visible tab, or one
 * that waits for an answer, knocks every `knockEveryMs`, and after `silenceMs` without any sign of life takes the lock
 * by force. The one that was robbed learns of it when it wakes; its store is fenced until then (`storage.ts`).
 */
import type { Clock } from '../clock.ts'

export const knockEveryMs: number = 5_000
export const silenceMs: number = 3_000

/** What tabs need of their browser; tests bring their own. */
export interface TabEnvironment {
  /** Names this tab among the others. */
  readonly tab: string
  readonly after: Clock['after']
  /** As `navigator.locks.request`: resolves when the lock is given back, rejects when it is stolen or `signal` fires. */
  requestLock(
    name: string,
    options: { readonly steal?: boolean; readonly signal?: AbortSignal },
    held: () => Promise<void>,
  ): Promise<void>
  openChannel(name: string, receive: (frame: unknown) => void): TabChannel
}

export interface TabChannel {
  post(frame: unknown): void
  close(): void
}

export interface ElectionEvents {
  /** This tab leads until the promise resolves; `steal`: the one before may still hold what it had. */
  lead(steal: boolean): Promise<void>
  robbed(): void
  /** Ask whoever leads for a sign of life. */
  knock(): void
  /** Whether anybody would notice that the leader hangs. */
  cares(): boolean
}

export class Election {
  readonly #environment: TabEnvironment
  readonly #lockName: string
  readonly #events: ElectionEvents
  #queued: AbortController | undefined
  #holding = false
  #heard = true
  #stopTick: () => void = () => undefined
  #stopSilence: (() => void) | undefined
  #stopped = false

  constructor(environment: TabEnvironment, lockName: string, events: ElectionEvents) {
    this.#environment = environment
    this.#lockName = lockName
    this.#events = events
  }

  get holding(): boolean {
    return this.#holding
  }

  start(): void {
    this.campaign()
    this.#events.knock()
    this.#tick()
  }

  /** Queues for the lead. */
  campaign(): void {
    if (this.#stopped || this.#holding || this.#queued !== undefined) return
    const queued = new AbortController()
    this.#queued = queued
    void this.#request({ signal: queued.signal }, false)
  }

  /** Whoever leads gave a sign of life. */
  heard(): void {
    this.#heard = true
    this.#stopSilence?.()
    this.#stopSilence = undefined
  }

  /** Finds out now whether the leader is there. */
  knock(): void {
    if (this.#stopped || this.#holding || this.#stopSilence !== undefined) return
    this.#stopSilence = this.#environment.after(silenceMs, () => {
      this.#stopSilence = undefined
      this.#steal()
    })
    this.#events.knock()
  }

  stop(): void {
    this.#stopped = true
    this.#queued?.abort()
    this.#stopTick()
    this.#stopSilence?.()
  }

  #tick(): void {
    this.#stopTick = this.#environment.after(knockEveryMs, () => {
      if (!this.#heard && this.#events.cares()) this.knock()
      this.#heard = false
      this.#tick()
    })
  }

  #steal(): void {
    if (this.#stopped || this.#holding) return
    this.#queued?.abort()
    void this.#request({ steal: true }, true)
  }

  async #request(options: { readonly steal?: boolean; readonly signal?: AbortSignal }, steal: boolean): Promise<void> {
    let granted = false
    let done = false
    try {
      await this.#environment.requestLock(this.#lockName, options, async () => {
        if (this.#stopped) return
        granted = true
        this.#queued = undefined
        this.#holding = true
        this.heard()
        await this.#events.lead(steal)
        done = true
        this.#holding = false
      })
    } catch {
      // Withdrawn from the queue, or robbed.
      if (!granted || done) return
      this.#holding = false
      this.#events.robbed()
    }
  }
}

export function browserEnvironment(): TabEnvironment {
  return {
    tab: crypto.randomUUID(),
    after(delayMs, fire) {
      const timer = setTimeout(fire, delayMs)
      return () => clearTimeout(timer)
    },
    requestLock: (name, options, held) => navigator.locks.request(name, options, held),
    openChannel(name, receive) {
      const channel = new BroadcastChannel(name)
      channel.addEventListener('message', (event) => receive(event.data))
      return { post: (frame) => channel.postMessage(frame), close: () => channel.close() }
    },
  }
}
