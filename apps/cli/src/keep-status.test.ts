import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import type { KeeperStatus } from '@kith/peer/node'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { KeepStatus, maxWatchers } from './keep-status.ts'

const keeper: KeeperStatus = {
  room: '00112233445566778899aabbccddeeff',
  blind: true,
  relay: 'up',
  linked: 2,
  entries: 40,
  entryBytes: 12_000,
  windowMs: 6 * 3_600_000,
  sessions: 3,
  blobs: 1,
  blobBytes: 500_000,
  operations: 7,
  quotaBytes: 200_000_000,
  full: false,
}

interface Answer {
  readonly code: number
  readonly text: string
  readonly type: string
}

function ask(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = httpRequest(url, { method, headers }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () =>
        resolve({ code: response.statusCode ?? 0, text, type: String(response.headers['content-type']) }),
      )
    })
    asking.on('error', reject)
    asking.end()
  })
}

/** Messages as they come, or how it ended. */
function watch(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers })
  const messages: { keepers: KeeperStatus[] }[] = []
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString())))
  const ended = new Promise<string>((resolve) => {
    socket.on('close', (code) => resolve(`closed ${code}`))
    socket.on('error', (error) => resolve(error.message))
  })
  return { socket, messages, ended }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('the state of keepers', () => {
  let keepers: KeeperStatus[] = []
  let status: KeepStatus
  let url = ''

  async function start(): Promise<void> {
    keepers = [keeper, { ...keeper, entries: 39 }]
    status = new KeepStatus(() => keepers)
    url = await status.listen({ host: '127.0.0.1', port: 0 })
  }

  afterEach(() => status.close())

  it('TRM26 is told as JSON, as metrics and as health', async () => {
    await start()
    const told = await ask(`${url}/status`)
    expect(told).toMatchObject({ code: 200, type: 'application/json' })
    expect(JSON.parse(told.text)).toMatchObject({ keepers })
    const { text, type } = await ask(`${url}/metrics`)
    expect(type).toContain('text/plain')
    expect(text).toContain('kith_keeper_entries{keeper="1"} 40')
    expect(text).toContain('kith_keeper_entries{keeper="2"} 39')
    expect(text).toContain('kith_keeper_window_seconds{keeper="1"} 21600')
    expect(await ask(`${url}/healthz`)).toMatchObject({ code: 200, text: 'ok\n' })
    expect(await ask(`${url}/healthz`, {}, 'HEAD')).toMatchObject({ code: 200, text: '' })
    keepers = [{ ...keeper, full: true }]
    expect(await ask(`${url}/healthz`)).toMatchObject({ code: 503 })
    expect((await ask(`${url}/metrics`)).text).not.toContain('keeper="2"')
  })

  it('TRM26 is told again over a WebSocket when it changed', async () => {
    await start()
    const { socket, messages } = watch(`${url}/status`)
    await until(() => messages.length >= 1)
    keepers = [{ ...keeper, entries: 41 }]
    await until(() => messages.at(-1)?.keepers[0]?.entries === 41)
    socket.terminate()
  })

  it('TRM26 gives pages, other names, other methods and nonsense nothing', async () => {
    await start()
    expect(await ask(`${url}/status`, { host: 'evil.example' })).toMatchObject({ code: 421 })
    expect(await ask(`${url}/status`, {}, 'POST')).toMatchObject({ code: 405 })
    expect(await ask(`${url}/../etc/passwd`)).toMatchObject({ code: 404 })
    for (const headers of [{ origin: 'https://evil.example' }, { host: 'evil.example' }, { origin: 'null' }]) {
      expect(await watch(`${url}/status`, headers).ended).toContain('403')
    }
    expect(await watch(`${url}/metrics`).ended).toContain('403')
    const { port } = new URL(url)
    const raw = connect(Number(port), '127.0.0.1')
    const end = new Promise((resolve) => raw.on('close', resolve))
    raw.write('\0\0\0 nonsense\r\n\r\n')
    await end
    // A watcher that sends much is let go, and the others are not.
    const calm = watch(`${url}/status`)
    const loud = watch(`${url}/status`)
    await until(() => loud.messages.length === 1 && calm.messages.length === 1)
    loud.socket.send('x'.repeat(2_000))
    expect(await loud.ended).toBe('closed 1009')
    expect(calm.socket.readyState).toBe(WebSocket.OPEN)
    calm.socket.terminate()
  })

  it('TRM26 is told to so many at once', async () => {
    await start()
    const all = Array.from({ length: maxWatchers }, () => watch(`${url}/status`))
    await until(() => all.every(({ messages }) => messages.length === 1))
    expect(await watch(`${url}/status`).ended).toContain('403')
    for (const { socket } of all) socket.terminate()
  })

  it('TRM26 says what to do when the port is taken', async () => {
    await start()
    const { port } = new URL(url)
    const second = new KeepStatus(() => keepers)
    await expect(second.listen({ host: '127.0.0.1', port: Number(port) })).rejects.toThrow(/Choose another/u)
    await second.close()
  })
})
