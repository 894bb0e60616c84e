/** What a relay wants done: the outputs of one step of the machine, in order. */
import type { Millis, TimerOutput } from '../machine.ts'
import { type Answer, encodeAnswer } from './answer.ts'
import type { RequestKind } from './request.ts'
import { closeCodeOf, keyBytes, type RelayCode } from './wire.ts'

/** Things worth counting. Names and codes only, so that they may be logged. */
export type RelayReport =
  | 'connected'
  | 'authenticated'
  | 'entered'
  | 'left'
  | 'expired'
  | 'published'
  | 'signalled'
  | 'directed'
  | 'probed'
  | 'absent'
  | 'held'
  | 'refused'
  | 'ended'

export type RelayServerOutput =
  | { readonly type: 'send'; readonly connections: readonly number[]; readonly bytes: Uint8Array }
  /** After everything sent before it. `closed` need not be reported for it, but may be. */
  | { readonly type: 'close'; readonly connection: number; readonly code: number; readonly reason: string }
  /** Do not read this socket until then. */
  | { readonly type: 'hold'; readonly connection: number; readonly until: Millis }
  | TimerOutput
  | { readonly type: 'report'; readonly what: RelayReport; readonly code?: RelayCode | undefined }

const noSubject = new Uint8Array(keyBytes)
const maxRetryMs = 0xffff_ffff

export class Outbox {
  #outputs: RelayServerOutput[] = []

  /** Everything since the last `take`. */
  take(): readonly RelayServerOutput[] {
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }

  answer(socket: number, answer: Answer): void {
    this.tell([socket], encodeAnswer(answer))
  }

  /** The same bytes to all of them. */
  tell(sockets: readonly number[], bytes: Uint8Array): void {
    if (sockets.length > 0) this.#outputs.push({ type: 'send', connections: sockets, bytes })
  }

  refuse(socket: number, code: RelayCode, about: RequestKind, subject: Uint8Array, retryAfterMs = 0): void {
    this.report('refused', code)
    this.answer(socket, { type: 'refused', code, about, subject, retryAfterMs: Math.min(retryAfterMs, maxRetryMs) })
  }

  /** Says why and closes. */
  end(socket: number, code: RelayCode, about: RequestKind): void {
    this.report('ended', code)
    this.answer(socket, { type: 'refused', code, about, subject: noSubject, retryAfterMs: 0 })
    this.#outputs.push({ type: 'close', connection: socket, code: closeCodeOf(code), reason: code })
  }

  hold(socket: number, until: Millis): void {
    this.report('held')
    this.#outputs.push({ type: 'hold', connection: socket, until })
  }

  timer(name: string, at: Millis): void {
    this.#outputs.push({ type: 'timer', name, at })
  }

  report(what: RelayReport, code?: RelayCode): void {
    this.#outputs.push({ type: 'report', what, code })
  }
}
