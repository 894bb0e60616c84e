/**
 * What a relay holds after people have really talked through it: its heap, all of its memory and its log are searched for
 * what they wrote, what they are called, and the secret of their room. Linux only has the whole memory to read; the heap is
 * searched everywhere. The relay's own tests do the same with frames made for it (REL62).
 */
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { conversation } from './harness/conversation.ts'
import { heapSnapshot, snapshotFlags, writableMemory } from './harness/memory.ts'
import { freePort, temporaryFolder, Terminal } from './harness/programs.ts'
import { until } from './harness/waiting.ts'

const program = resolve(import.meta.dirname, '../apps/relay/dist/program.js')
const names = ['Aurelia Quistgaard', 'Benedikt Oxenstierna'] as const

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let relay: ChildProcessWithoutNullStreams
let log = ''
let origin = ''

beforeAll(async () => {
  folder = await temporaryFolder()
  const port = await freePort()
  origin = `http://localhost:${port}`
  relay = spawn(
    process.execPath,
    [...snapshotFlags(folder.path), program, '--port', String(port), '--data', `${folder.path}/relay`],
    {
      env: { ...process.env, KITH_LOG: 'trace' },
    },
  )
  for (const stream of [relay.stdout, relay.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()))
  await until('the relay to answer', 15_000, () =>
    fetch(`${origin}/healthz`)
      .then(({ ok }) => ok)
      .catch(() => false),
  )
})

afterAll(async () => {
  relay.kill('SIGKILL')
  await folder.remove()
})

/** A text as it may lie in memory: in both encodings of strings, and in base64 at any of its three alignments. */
function formsOf(text: string): Buffer[] {
  const bytes = Buffer.from(text)
  const inBase64 = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    // The first and last digits hold bits of the neighbours.
    return Buffer.from(whole.slice(shift === 0 ? 0 : 4, -4))
  })
  return [bytes, Buffer.from(text, 'utf16le'), ...inBase64]
}

it('holds nothing of a real talk: not in its heap, its memory or its log', async () => {
  const ana = new Terminal(['new', '--relay', origin, '--data', `${folder.path}/ana`, '--name', names[0]])
  const link = await ana.link()
  const secret = link.slice(link.indexOf('#') + 1)
  const other = new Terminal(['join', link, '--data', `${folder.path}/ben`, '--name', names[1]])
  try {
    await other.link()
    const texts = conversation(21, 40, 'spoken')
    for (const [index, text] of texts.entries()) (index % 2 === 0 ? ana : other).send(text)
    await until('everything to arrive by the relay', 30_000, () =>
      [ana, other].every(
        ({ messages }) => messages.size === texts.length && [...messages.values()].every(({ receipt }) => receipt),
      ),
    )
    const heap = await heapSnapshot(relay, folder.path)
    const memory = [heap, ...writableMemory(relay.pid)]
    const isHeld = (bytes: Buffer): boolean => memory.some((region) => region.includes(bytes))

    // The search finds what a relay must hold: the session keys of those who are connected.
    const sessions = [...ana.peers.keys(), ...other.peers.keys()]
    expect(sessions).toHaveLength(2)
    for (const session of sessions) expect(heap.includes(session)).toBe(true)
    const [, , ...inBase64] = formsOf('the heron lands at four')
    for (const [shift, form] of inBase64.entries())
      expect(Buffer.from(`${'.'.repeat(shift)}the heron lands at four, he said`).toString('base64')).toContain(
        form.toString(),
      )

    const room = ana.last('ready')?.room ?? ''
    expect(room).toMatch(/^[0-9a-f]{32}$/)
    const secretBytes = Buffer.from(secret, 'base64url')
    // A few texts in every form: each is a search through all of it.
    const needles = [...texts.slice(-8), ...names, secret, secretBytes.toString('hex'), room].flatMap(formsOf)
    for (const bytes of [...needles, secretBytes, Buffer.from(room, 'hex')]) expect(isHeld(bytes)).toBe(false)
    expect(log).toContain('"level"')
    for (const text of [...texts, ...names, secret, room, ...sessions]) expect(log).not.toContain(text)
  } finally {
    await Promise.all([ana.kill(), other.kill()])
  }
})
