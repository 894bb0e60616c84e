/** A transport with everything it reported, for the contract suites. */
import type { Channel } from '@kith/protocol'
import type { Transport, TransportEvents } from '../transport.ts'

export class RecordedTransport {
  readonly signals: Uint8Array[] = []
  readonly frames: Uint8Array[] = []
  readonly ups: { readonly local: Uint8Array; readonly remote: Uint8Array }[] = []
  full = 0
  drained = 0
  doubted = 0
  downs = 0
  /** What was reported after `down`, which is nothing. */
  late = 0
  /** Set once the transport exists; where its signals go is up to the test. */
  transport: Transport | undefined
  onSignal: (bytes: Uint8Array) => void = () => {}
  readonly #waiting = new Set<() => void>()

  readonly events: TransportEvents = {
    signal: (bytes) => {
      this.signals.push(bytes)
      this.#report()
      this.onSignal(bytes)
    },
    up: (binding) => {
      this.ups.push(binding)
      this.#report()
    },
    frame: (bytes) => {
      this.frames.push(bytes)
      this.#report()
    },
    full: () => {
      this.full++
      this.#report()
    },
    drained: () => {
      this.drained++
      this.#report()
    },
    doubted: () => {
      this.doubted++
      this.#report()
    },
    down: () => {
      if (this.downs > 0) this.late++
      this.downs++
      for (const check of this.#waiting) check()
    },
  }

  send(channel: Channel, bytes: Uint8Array): void {
    this.transport?.send(channel, bytes)
  }

  close(): void {
    this.transport?.close()
  }

  /** Resolves as soon as the condition holds. */
  until(what: string, condition: (self: this) => boolean, withinMs = 10_000): Promise<void> {
    return new Promise((resolve, fail) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check)
        const seen = `${this.ups.length} up, ${this.frames.length} frames, ${this.full} full, ${this.drained} drained`
        fail(new Error(`waited ${withinMs} ms for ${what}: ${seen}, ${this.downs} down`))
      }, withinMs)
      const check = (): void => {
        if (!condition(this)) return
        clearTimeout(timer)
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
      check()
    })
  }

  #report(): void {
    if (this.downs > 0) this.late++
    for (const check of this.#waiting) check()
  }
}
