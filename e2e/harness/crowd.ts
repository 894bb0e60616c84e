/** A process full of members (`crowd-program.ts`) as a test holds it: it joins them, lets them talk, looks, and kills it. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

export type Ask = { readonly number: number } & (
  | { readonly type: 'join'; readonly link: string; readonly names: readonly string[] }
  /** Every member says it, with its name in place of NAME. */
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'see' }
)

export interface Answer {
  readonly number: number
  readonly seen: readonly Seen[]
}

/** What one member has on its timeline, in its order, and whom it reaches. */
export interface Seen {
  readonly name: string
  readonly ids: readonly string[]
  readonly texts: readonly string[]
  readonly online: number
  readonly links: number
}

export const crowdProgram = 'e2e/harness/crowd-program.ts'

export class Crowd {
  readonly names: readonly string[]
  readonly #child: ChildProcess
  #asked = 0

  /** `program`: the bundle of `crowdProgram`. */
  constructor(program: string, names: readonly string[]) {
    this.names = names
    this.#child = fork(program, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  }

  join(link: string): Promise<readonly Seen[]> {
    return this.#ask((number) => ({ number, type: 'join', link, names: this.names }))
  }

  say(text: string): Promise<readonly Seen[]> {
    return this.#ask((number) => ({ number, type: 'say', text }))
  }

  see(): Promise<readonly Seen[]> {
    return this.#ask((number) => ({ number, type: 'see' }))
  }

  /** At once, without a goodbye: a power cut. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }

  async #ask(make: (number: number) => Ask): Promise<readonly Seen[]> {
    const number = ++this.#asked
    return new Promise((resolve, reject) => {
      const onMessage = (answer: Answer): void => {
        if (answer.number !== number) return
        done()
        resolve(answer.seen)
      }
      const onExit = (code: number | null): void => {
        done()
        reject(new Error(`the crowd of ${this.names[0]} ended with ${String(code)}`))
      }
      const done = (): void => {
        this.#child.off('message', onMessage)
        this.#child.off('exit', onExit)
      }
      this.#child.on('message', onMessage)
      this.#child.on('exit', onExit)
      this.#child.send(make(number))
    })
  }
}
