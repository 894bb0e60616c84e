import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createNativeCrypto,
  createNodeDialer,
  createSystemClock,
  openSealedNodeStorage,
  type RelayDialer,
} from '@kith/peer/node'
import type { Dialer, Storage } from '@kith/peer'
import { formatHex, relayHost, RelayServer } from '@kith/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runDoctor, type DoctorTools } from './doctor.ts'
import { checkNode, checkStorage, checkWebrtc } from './machine.ts'
import { checkRelay, type RelayTools } from './relay.ts'

const crypto = createNativeCrypto()
const origin = 'https://kith.example'
const relayKeys = crypto.signKeyPair(new Uint8Array(32).fill(7))
const clock = createSystemClock()
const store = { open: async (directory: string) => openSealedNodeStorage(directory, { crypto }) }

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kith-test-'))
})

afterEach(async () => {
  vi.useRealTimers()
  await rm(folder, { recursive: true })
})

/** The relay's machine behind a socket that is a function call; its clock is `aheadMs` ahead. */
function dialServer(aheadMs: number, spoil: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes): RelayDialer {
  return (_, events) => {
    const server = new RelayServer({ crypto, relay: relayKeys })
    let open = true
    const feed = (input: Parameters<RelayServer['handle']>[0]): void => {
      for (const output of server.handle(input, Date.now() + aheadMs)) {
        if (output.type === 'send') setTimeout(() => open && events.frame(spoil(output.bytes)), 2)
        if (output.type === 'close') setTimeout(() => open && events.down(), 2)
      }
    }
    setTimeout(() => {
      events.up()
      feed({ type: 'connected', connection: 1, host: relayHost(origin) })
    }, 1)
    return { send: (bytes) => feed({ type: 'frame', connection: 1, bytes }), close: () => void (open = false) }
  }
}

function relayTools(change: Partial<RelayTools> = {}): RelayTools {
  return { crypto, dial: dialServer(0), fetch: async () => ({ ok: true, status: 200 }), now: Date.now, ...change }
}

describe('doctor: this machine', () => {
  it.each([
    ['20.19.0', true],
    ['20.20.2', true],
    ['22.0.0', true],
    ['20.18.9', false],
    ['18.20.0', false],
  ])('TRM10 Node %s', (version, ok) => {
    expect(checkNode(version).ok).toBe(ok)
  })

  it('TRM10 finds that what is stored comes back and cannot be read on the disk, and leaves nothing behind', async () => {
    expect(await checkStorage(join(folder, 'data'), store)).toMatchObject({
      ok: true,
      detail: expect.stringContaining('encrypted') as string,
    })
    expect(await readdir(join(folder, 'data'))).toEqual([])
  })

  it('TRM10 finds a store that writes in the clear', async () => {
    const clear = async (directory: string): Promise<Storage> => {
      let value = new Uint8Array()
      return {
        write: async ([change]) => {
          value = new Uint8Array(change?.value ?? [])
          await writeFile(join(directory, 'plain'), value)
        },
        read: async () => [
          {
            key: 'm/doctor',
            value: new Uint8Array(await import('node:fs').then((fs) => fs.readFileSync(join(directory, 'plain')))),
          },
        ],
        clear: async () => {},
        close: async () => {},
      }
    }
    expect(await checkStorage(folder, { open: clear })).toMatchObject({
      ok: false,
      advice: expect.any(String) as string,
    })
  })

  it('TRM10 says what to do when nothing can be written', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    expect(await checkStorage(file, store)).toMatchObject({
      ok: false,
      advice: expect.stringContaining('--data') as string,
    })
  })

  it('TRM10 connects two local peers over WebRTC', async () => {
    const dial = createNodeDialer({ clock, bindAddress: '127.0.0.1' })
    expect(await checkWebrtc(async () => dial, Date.now)).toMatchObject({ ok: true, name: 'webrtc' })
  }, 20_000)

  it('TRM10 says what to do when the native part does not load or peers do not meet', async () => {
    const broken = await checkWebrtc(() => Promise.reject(new Error('no such addon')), Date.now)
    expect(broken).toMatchObject({ ok: false, advice: expect.stringContaining('npm install') as string })
    vi.useFakeTimers()
    const deaf: Dialer = () => ({ signal: () => {}, send: () => {}, close: () => {} })
    const silent = checkWebrtc(async () => deaf, Date.now)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(await silent).toMatchObject({ ok: false, advice: expect.stringContaining('UDP') as string })
  })
})

describe('doctor: the relay', () => {
  it('TRM10 finds its key, proves a session, measures round trip and clock', async () => {
    const findings = await checkRelay(origin, relayTools())
    expect(findings.map(({ name, ok }) => [name, ok])).toEqual([
      ['relay', true],
      ['relay key', true],
      ['session', true],
      ['round trip', true],
      ['clock', true],
    ])
    expect(findings[1]?.detail).toBe(formatHex(relayKeys.publicKey))
  })

  it('TRM10 finds a clock that is off, and says which', async () => {
    const findings = await checkRelay(origin, relayTools({ dial: dialServer(10 * 60_000) }))
    expect(findings.at(-1)).toMatchObject({
      ok: false,
      name: 'clock',
      detail: 'this machine is 600 s behind the relay',
    })
  })

  it('TRM10 finds a relay that cannot prove its key', async () => {
    const forged = dialServer(0, (bytes) => {
      const last = bytes.slice()
      last[last.length - 1] = (last.at(-1) ?? 0) ^ 1
      return last
    })
    const findings = await checkRelay(origin, relayTools({ dial: forged }))
    expect(findings.at(-1)).toMatchObject({ ok: false, name: 'session', advice: expect.any(String) as string })
  })

  it.each<[string, Partial<RelayTools>, string]>([
    [
      'that is not there',
      { fetch: () => Promise.reject(new Error('fetch failed', { cause: new Error('ECONNREFUSED') })) },
      'ECONNREFUSED',
    ],
    ['that is something else', { fetch: async () => ({ ok: false, status: 404 }) }, '404'],
    [
      'whose sockets close',
      {
        dial: (_, events) => {
          setTimeout(() => events.down(), 1)
          return { send: () => {}, close: () => {} }
        },
      },
      'closed',
    ],
  ])('TRM10 finds a relay %s', async (_, tools, said) => {
    const last = (await checkRelay(origin, relayTools(tools))).at(-1)
    expect(last).toMatchObject({ ok: false, detail: expect.stringContaining(said) as string })
    expect(last?.advice).toMatch(/[a-z]/u)
  })
})

describe('doctor: the whole', () => {
  const tools = (relay: RelayTools): DoctorTools & { readonly written: () => string } => {
    let text = ''
    return {
      nodeVersion: '20.19.0',
      store,
      relay,
      loadDialer: async () => createNodeDialer({ clock, bindAddress: '127.0.0.1' }),
      write: (more) => void (text += more),
      written: () => text,
    }
  }

  it('TRM10 prints a line each and exits with 0 when everything works', async () => {
    const all = tools(relayTools())
    expect(await runDoctor({ relay: origin, data: folder, json: false }, all)).toBe(0)
    expect(all.written().match(/^ok {4}/gmu)).toHaveLength(8)
    expect(all.written()).not.toContain('failed')
  }, 20_000)

  it('TRM10 exits with 7 and says it in JSON too', async () => {
    const all = tools(relayTools({ fetch: async () => ({ ok: false, status: 500 }) }))
    expect(await runDoctor({ relay: origin, data: folder, json: true }, all)).toBe(7)
    const lines = all
      .written()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.at(-1)).toEqual({ type: 'doctor', ok: false })
    expect(lines.find(({ name }) => name === 'relay')).toMatchObject({
      type: 'check',
      ok: false,
      advice: expect.any(String) as string,
    })
  }, 20_000)
})
