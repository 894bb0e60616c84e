/** The real programs, started as a person would start them: `kith relay`, `kith join … --json`. */
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { until } from './waiting.ts'

const kith = new URL('../../apps/cli/bin/kith.mjs', import.meta.url).pathname

export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'kith-e2e-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [kith, ...args], { env: { ...process.env, NO_COLOR: '1', ...env } })
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)))
}

/** A relay on a port of its own; `kill` is a power cut, `start` brings it back at the same address with the same key. */
export class Relay {
  readonly port: number
  readonly dataDir: string
  readonly env: Readonly<Record<string, string>>
  readonly options: readonly string[]
  /** Everything it printed, over all its lives. */
  log = ''
  #child: ChildProcessWithoutNullStreams | undefined

  constructor(
    port: number,
    dataDir: string,
    env: Readonly<Record<string, string>> = {},
    options: readonly string[] = [],
  ) {
    this.port = port
    this.dataDir = dataDir
    this.env = env
    this.options = options
  }

  get origin(): string {
    return `http://localhost:${this.port}`
  }

  async start(): Promise<void> {
    const child = start(['relay', '--port', String(this.port), '--data', this.dataDir, ...this.options], this.env)
    this.#child = child
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (this.log += chunk.toString()))
    await until('the relay to answer', 60_000, async () => {
      if (child.exitCode !== null) throw new Error(`the relay ended: ${this.log}`)
      return fetch(`${this.origin}/healthz`)
        .then((answer) => answer.ok)
        .catch(() => false)
    })
  }

  /** `kith relay` runs the server as a child of its own: both go. */
  async kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined) return
    child.kill(signal)
    await ended(child)
    await until('the relay to be gone', 10_000, () =>
      fetch(`${this.origin}/healthz`)
        .then(() => false)
        .catch(() => true),
    )
  }
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A run of `kith` that ends by itself, with this on its standard input. */
export async function runKith(
  args: readonly string[],
  { input = '', env }: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  const child = start(args, env)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve) => child.once('close', (ended) => resolve(ended)))
  return { code, stdout, stderr }
}

export interface MessageLine {
  readonly type: 'message'
  /** Only when the run is in several rooms; so in every line. */
  readonly room?: string
  readonly id: string
  readonly session: string
  readonly name: string
  readonly text: string
  readonly time: number
  readonly receipt: boolean
}

export interface PeerLine {
  readonly type: 'peer'
  readonly room?: string
  readonly session: string
  readonly name: string
  readonly path: 'relay' | 'direct' | 'through' | null
  readonly state: string
}

type Line =
  | MessageLine
  | PeerLine
  | { readonly type: 'ready'; readonly room: string; readonly link: string }
  | { readonly type: 'synced'; readonly room?: string; readonly entries: number; readonly gaps: number }
  | { readonly type: 'error'; readonly code: string; readonly message: string }

/** `kith … --json`: its lines as they come. */
export class Terminal {
  readonly #child: ChildProcessWithoutNullStreams
  readonly lines: Line[] = []
  readonly messages: Map<string, MessageLine> = new Map()
  readonly peers: Map<string, PeerLine> = new Map()
  errors = ''

  constructor(args: readonly string[], env?: Readonly<Record<string, string>>) {
    this.#child = start([...args, '--json'], env)
    this.#child.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()))
    createInterface({ input: this.#child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line
      this.lines.push(line)
      if (line.type === 'message') this.messages.set(line.id, line)
      if (line.type === 'peer') this.peers.set(line.session, line)
    })
  }

  /** The newest line of a type. */
  last<T extends Line['type']>(type: T): Extract<Line, { type: T }> | undefined {
    return this.lines.findLast((line): line is Extract<Line, { type: T }> => line.type === type)
  }

  async link(): Promise<string> {
    const ready = await until(`ready (${this.errors})`, 20_000, () => this.last('ready'))
    return ready.link
  }

  send(text: string): void {
    this.write({ type: 'send', text })
  }

  write(line: object): void {
    this.#child.stdin.write(`${JSON.stringify(line)}\n`)
  }

  /** Texts in the order of their ids. */
  texts(): string[] {
    return [...this.messages.keys()].sort().map((id) => this.messages.get(id)?.text ?? '')
  }

  ids(): string[] {
    return [...this.messages.keys()].sort()
  }

  async leave(): Promise<number | null> {
    if (this.#child.exitCode === null) this.write({ type: 'leave' })
    return ended(this.#child)
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    this.#child.kill(signal)
    return ended(this.#child)
  }
}
